/* The compiled form of a schema: what compile_*.c build and validate_*.c run. Private to them.
 *
 * Every schema (object or boolean) that can be reached becomes one node; keywords that look at the
 * same kind of value sit together behind one pointer, NULL when there are none. Names that an
 * object is searched for are in a hash table made for them. */
#ifndef SMA_CORE_JSONSCHEMA_COMPILE_PROGRAM_H
#define SMA_CORE_JSONSCHEMA_COMPILE_PROGRAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/jsonschema/decimal.h"
#include "core/jsonschema/format.h"
#include "core/jsonschema/names.h"
#include "core/jsonschema/regex.h"
#include "core/jsonschema/validator.h"

/* Types as bits. An integer is a number, so "number" is two bits. */
#define SMA_TYPE_NULL 1u
#define SMA_TYPE_BOOLEAN 2u
#define SMA_TYPE_INTEGER 4u
#define SMA_TYPE_FRACTION 8u
#define SMA_TYPE_STRING 16u
#define SMA_TYPE_ARRAY 32u
#define SMA_TYPE_OBJECT 64u
#define SMA_TYPE_NUMBER (SMA_TYPE_INTEGER | SMA_TYPE_FRACTION)
#define SMA_TYPE_ANY 127u

struct sma_rule_node;

struct sma_string_rules {
    uint64_t min, max; /* code points */
    const struct sma_regex *pattern;
    enum sma_string_format format; /* SMA_STRING_FORMAT_NONE when there is none to check */
};

struct sma_bound {
    struct sma_decimal value;
    const struct sma_json *json; /* for messages */
    const char *keyword;
    struct sma_short_decimal brief;
    bool is_lower, is_exclusive;
};

struct sma_number_rules {
    struct sma_bound bounds[4];
    uint32_t bound_count;
    bool has_divisor;
    struct sma_short_decimal brief_divisor;
    struct sma_decimal divisor;
    const struct sma_json *divisor_json;
};

struct sma_pattern_rule {
    const struct sma_regex *regex;
    const struct sma_rule_node *node;
};

/* `name` present requires `required` (`count` names), or the whole object to satisfy `node`. */
struct sma_dependency {
    struct sma_str name;
    const struct sma_str *required;
    size_t count;
    const struct sma_rule_node *node;
    const char *keyword;
};

struct sma_object_rules {
    struct sma_names names; /* properties and required; a value is the property's node or NULL */
    uint32_t required_count;
    uint32_t pattern_count, dependency_count;
    bool is_simple; /* nothing but `names`, sizes and additionalProperties */
    uint64_t min, max;
    const struct sma_pattern_rule *patterns;
    const struct sma_dependency *dependencies;
    const struct sma_rule_node *additional;  /* NULL: anything goes */
    const struct sma_rule_node *name_schema; /* propertyNames */
    const struct sma_rule_node *unevaluated;
};

struct sma_array_rules {
    const struct sma_rule_node **prefix;
    uint32_t prefix_count;
    bool is_unique;
    bool contains_evaluates; /* from 2020-12 on `contains` counts as looking at the item */
    uint64_t min, max;
    const struct sma_rule_node *rest; /* items after the prefix; NULL: anything goes */
    const char *rest_keyword;
    const char *prefix_keyword;
    const struct sma_rule_node *contains;
    uint64_t contains_min, contains_max;
    const struct sma_rule_node *unevaluated;
};

/* `enum`, sorted out by type; `const` is an enum of one. */
struct sma_enum_rules {
    const char *keyword;
    const struct sma_json *list; /* the array, or the one value of `const` */
    uint32_t types;              /* of its values */
    struct sma_names strings;
    const struct sma_json *const *others; /* numbers, arrays and objects */
    uint32_t other_count;
};

enum sma_branch_kind {
    SMA_BRANCH_ALL,    /* every one of `nodes` (allOf, and $ref with one) */
    SMA_BRANCH_ANY,    /* at least one */
    SMA_BRANCH_ONE,    /* exactly one */
    SMA_BRANCH_NOT,    /* not nodes[0] */
    SMA_BRANCH_IF,     /* nodes[0] ? nodes[1] : nodes[2], the last two may be NULL */
    SMA_BRANCH_DYNAMIC /* the outermost dynamic anchor `anchor`, else nodes[0] */
};

struct sma_branch {
    enum sma_branch_kind kind;
    uint32_t count;
    const char *keyword;
    const struct sma_rule_node **nodes;
    struct sma_str anchor;
};

struct sma_rule_node {
    uint8_t types;  /* allowed ones */
    bool is_draft4; /* 1.0 is no integer there */
    bool is_plain;  /* `types` is all there is to check */
    bool is_leaf; /* nothing looks inside arrays and objects, or at other schemas */
    bool has_unevaluated;
    uint16_t resource; /* index into sma_validator.resources */
    uint32_t branch_count;
    const struct sma_string_rules *string;
    const struct sma_number_rules *number;
    const struct sma_object_rules *object;
    const struct sma_array_rules *array;
    const struct sma_enum_rules *enumeration; /* the first of enum_count */
    const struct sma_branch *branches;
    uint32_t enum_count;
    const struct sma_json *schema; /* where it came from, for paths in messages */
};

struct sma_dynamic_anchor {
    struct sma_str name; /* "" is $recursiveAnchor */
    const struct sma_json *schema;
    const struct sma_rule_node *node; /* NULL when no reference asks for the name */
};

/* A schema resource: a (sub)schema with an identifier of its own. */
struct sma_resource {
    struct sma_str uri; /* absolute as far as known, without fragment */
    const struct sma_json *root;
    uint16_t document;
    enum sma_draft draft;
    uint32_t vocabularies;
    struct sma_dynamic_anchor *anchors; /* the dynamic ones */
    uint32_t anchor_count, anchor_capacity;
};

struct sma_document {
    struct sma_str uri;
    const struct sma_json *root;
};

struct sma_validator {
    atomic_uint ref_count;
    struct sma_arena arena;
    const struct sma_rule_node *root;
    struct sma_resource *resources;
    struct sma_document *documents; /* [0] is the main schema */
    uint32_t resource_count, document_count;
    bool needs_scope; /* some reference is dynamic, so the path of resources must be kept */
    uint64_t max_steps;
    uint32_t max_depth;
    struct sma_regex **regexes;
    size_t regex_count, regex_capacity;
};

#endif
