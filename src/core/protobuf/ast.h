/* What a .proto file says, as written: the syntax tree. Nothing in it is resolved; names are the
 * text of the source. Everything lives in one arena (strings are views into the source or the
 * arena) and is immutable after parsing. Counts stand beside their arrays; an empty array may be
 * NULL. Spans are byte offsets into the text the tree was parsed from, 0..0 when there is none. */
#ifndef SMA_CORE_PROTOBUF_AST_H
#define SMA_CORE_PROTOBUF_AST_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/compat/finding.h"

/* Upper end of `to max`, the largest field number. */
#define SMA_PROTO_NUMBER_MAX 536870911

enum sma_proto_syntax {
    SMA_PROTO_ABSENT, /* proto2 rules, no syntax line */
    SMA_PROTO_2,
    SMA_PROTO_3,
    SMA_PROTO_EDITION
};

enum sma_proto_label {
    SMA_PROTO_NO_LABEL,
    SMA_PROTO_OPTIONAL,
    SMA_PROTO_REQUIRED,
    SMA_PROTO_REPEATED
};

/* Numbered as FieldDescriptorProto.Type where that has a number. */
enum sma_proto_kind {
    SMA_PROTO_NAMED = 0, /* message or enum: only resolving tells */
    SMA_PROTO_DOUBLE = 1,
    SMA_PROTO_FLOAT = 2,
    SMA_PROTO_INT64 = 3,
    SMA_PROTO_UINT64 = 4,
    SMA_PROTO_INT32 = 5,
    SMA_PROTO_FIXED64 = 6,
    SMA_PROTO_FIXED32 = 7,
    SMA_PROTO_BOOL = 8,
    SMA_PROTO_STRING = 9,
    SMA_PROTO_GROUP = 10,
    SMA_PROTO_MESSAGE = 11,
    SMA_PROTO_BYTES = 12,
    SMA_PROTO_UINT32 = 13,
    SMA_PROTO_ENUM = 14,
    SMA_PROTO_SFIXED32 = 15,
    SMA_PROTO_SFIXED64 = 16,
    SMA_PROTO_SINT32 = 17,
    SMA_PROTO_SINT64 = 18,
    SMA_PROTO_MAP = 19
};

enum sma_proto_value_kind {
    SMA_PROTO_VALUE_STRING,
    SMA_PROTO_VALUE_NUMBER, /* begins with a digit or '-': kept as text */
    SMA_PROTO_VALUE_BOOL,   /* the words true and false */
    SMA_PROTO_VALUE_WORD,   /* any other word: an enum constant, inf, nan, TRUE … */
    SMA_PROTO_VALUE_MAP,    /* { key: value … } */
    SMA_PROTO_VALUE_LIST,   /* [ value, … ] */
    SMA_PROTO_VALUE_BYTES   /* a bytes default in its normal form: printed from `bytes` */
};

struct sma_proto_entry;

struct sma_proto_value {
    enum sma_proto_value_kind kind;
    uint32_t count;       /* of items or entries */
    struct sma_str text;  /* strings: the characters, as UTF-8; numbers and words: as written */
    struct sma_str bytes; /* strings: what protoc makes of them, where \377 is one byte */
    union {
        const struct sma_proto_value *items;
        const struct sma_proto_entry *entries; /* keys are unique */
    };
};

struct sma_proto_entry {
    struct sma_str key; /* without the brackets of an extension key */
    bool is_extension;  /* [full.name]: value */
    struct sma_proto_value value;
};

struct sma_proto_option_part {
    struct sma_str name;
    bool is_parenthesized;
};

struct sma_proto_option {
    struct sma_str name;   /* the root; dots of a bare name (features.x) stay in it */
    bool is_parenthesized; /* a custom option */
    uint32_t part_count;
    const struct sma_proto_option_part *parts; /* b and c of (a).b.c */
    struct sma_proto_value value;
    struct sma_span span;
};

struct sma_proto_options {
    const struct sma_proto_option *items;
    size_t count;
};

/* The types of a map field. */
struct sma_proto_map {
    struct sma_str key_type, value_type; /* as written */
    enum sma_proto_kind key_kind, value_kind;
};

struct sma_proto_field {
    struct sma_str name;
    struct sma_str type; /* as written; empty for maps */
    enum sma_proto_kind kind;
    enum sma_proto_label label;
    int32_t number;
    const struct sma_proto_map *map; /* for SMA_PROTO_MAP */
    struct sma_proto_options options;
    const struct sma_proto_value *default_value; /* NULL when absent */
    const struct sma_proto_value *json_name;     /* NULL when absent */
    struct sma_span span;
};

struct sma_proto_fields {
    const struct sma_proto_field *items;
    size_t count;
};

struct sma_proto_group {
    struct sma_str name;
    enum sma_proto_label label;
    int32_t number;
    struct sma_proto_fields fields;
    struct sma_span span;
};

struct sma_proto_groups {
    const struct sma_proto_group *items;
    size_t count;
};

struct sma_proto_oneof {
    struct sma_str name;
    struct sma_proto_options options;
    struct sma_proto_fields fields;
    struct sma_proto_groups groups;
    struct sma_span span;
};

/* A value of a reserved or extensions statement: a name, or the numbers start..end inclusive. */
struct sma_proto_range {
    struct sma_str name; /* ptr NULL for numbers */
    bool is_identifier;  /* the name stood without quotes (editions) */
    bool is_single;      /* one number, not a range */
    int32_t start, end;
};

/* One `reserved` or `extensions` statement. */
struct sma_proto_ranges {
    const struct sma_proto_range *items;
    size_t count;
    struct sma_proto_options options; /* of extensions */
    struct sma_span span;
};

struct sma_proto_range_lists {
    const struct sma_proto_ranges *items;
    size_t count;
};

struct sma_proto_extend {
    struct sma_str target; /* as written */
    struct sma_proto_fields fields;
    struct sma_proto_groups groups;
    struct sma_span span;
};

struct sma_proto_extends {
    const struct sma_proto_extend *items;
    size_t count;
};

struct sma_proto_enum_value {
    struct sma_str name;
    int32_t number;
    struct sma_proto_options options;
    struct sma_span span;
};

enum sma_proto_visibility { SMA_PROTO_VISIBILITY_UNSET, SMA_PROTO_LOCAL, SMA_PROTO_EXPORT };

struct sma_proto_enum {
    struct sma_str name;
    enum sma_proto_visibility visibility; /* editions from 2024 */
    struct sma_proto_range_lists reserved;
    struct sma_proto_options options;
    const struct sma_proto_enum_value *values;
    size_t value_count;
    struct sma_span span;
};

struct sma_proto_enums {
    const struct sma_proto_enum *items;
    size_t count;
};

struct sma_proto_message;

struct sma_proto_messages {
    const struct sma_proto_message *items;
    size_t count;
};

struct sma_proto_message {
    struct sma_str name;
    enum sma_proto_visibility visibility;
    bool is_map_entry; /* option map_entry = true */
    bool lost_oneofs;  /* normalizing dropped oneofs without members */
    struct sma_proto_range_lists reserved;
    struct sma_proto_options options;
    struct sma_proto_fields fields; /* those outside oneofs */
    const struct sma_proto_oneof *oneofs;
    size_t oneof_count;
    struct sma_proto_groups groups; /* those outside oneofs */
    struct sma_proto_range_lists extensions;
    struct sma_proto_extends extends;
    struct sma_proto_messages messages;
    struct sma_proto_enums enums;
    struct sma_span span;
};

struct sma_proto_rpc {
    struct sma_str name;
    struct sma_str request, response; /* types as written */
    bool is_request_stream, is_response_stream;
    bool has_body; /* braces, if only empty ones */
    struct sma_proto_options options;
    struct sma_span span;
};

struct sma_proto_service {
    struct sma_str name;
    struct sma_proto_options options;
    const struct sma_proto_rpc *rpcs;
    size_t rpc_count;
    struct sma_span span;
};

enum sma_proto_import_kind {
    SMA_PROTO_IMPORT,
    SMA_PROTO_IMPORT_PUBLIC,
    SMA_PROTO_IMPORT_WEAK,
    SMA_PROTO_IMPORT_OPTION /* editions from 2024: only options of it are used */
};

struct sma_proto_import {
    struct sma_str path; /* exactly as written */
    enum sma_proto_import_kind kind;
    struct sma_span span;
};

struct sma_proto_file {
    enum sma_proto_syntax syntax;
    struct sma_str edition; /* "2023", for SMA_PROTO_EDITION */
    struct sma_str package; /* ptr NULL when there is no package line */
    struct sma_span package_span;
    const struct sma_proto_import *imports; /* all kinds, in source order */
    size_t import_count;
    struct sma_proto_options options;
    struct sma_proto_messages messages;
    struct sma_proto_enums enums;
    struct sma_proto_extends extends;
    const struct sma_proto_service *services;
    size_t service_count;
};

/* The scalar of that name, SMA_PROTO_NAMED for every other word. */
enum sma_proto_kind sma_proto_kind_of(struct sma_str name);
/* Letters, digits, '_', '-' and '.' only, and at least one: what the grammar takes for a word. */
bool sma_proto_is_word(struct sma_str s);
/* The name of a scalar kind. */
struct sma_str sma_proto_kind_name(enum sma_proto_kind kind);

#endif
