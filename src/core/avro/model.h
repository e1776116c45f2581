/* The parsed Avro schema: an immutable graph of nodes in the arena of its `struct sma_schema`.
 *
 * Every place in a text where a type is written out has a node of its own (so each "int" is a
 * node); a place where a named type is referred to by name points at the node of its definition,
 * which is how recursion and sharing arise. Nothing here is ever changed after parsing, so threads
 * share it freely. Walks must bound their depth themselves: the graph has cycles, and a chain of
 * references can be longer than any text is deep. */
#ifndef SMA_CORE_AVRO_MODEL_H
#define SMA_CORE_AVRO_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/compat/finding.h"
#include "core/json/json.h"
#include "core/schema/schema.h"

/* Primitives first, then unnamed constructs, then named types: the helpers below compare ranges. */
enum sma_avro_kind {
    SMA_AVRO_NULL,
    SMA_AVRO_BOOLEAN,
    SMA_AVRO_INT,
    SMA_AVRO_LONG,
    SMA_AVRO_FLOAT,
    SMA_AVRO_DOUBLE,
    SMA_AVRO_BYTES,
    SMA_AVRO_STRING,
    SMA_AVRO_ARRAY,
    SMA_AVRO_MAP,
    SMA_AVRO_UNION,
    SMA_AVRO_FIXED,
    SMA_AVRO_ENUM,
    SMA_AVRO_RECORD
};
#define SMA_AVRO_KIND_COUNT 14

enum sma_avro_order { SMA_AVRO_ASCENDING, SMA_AVRO_DESCENDING, SMA_AVRO_IGNORE };

/* A logical type that fits its schema. One that does not fit is an ordinary property and nothing
 * more (SMA_AVRO_LOGICAL_NONE). */
enum sma_avro_logical {
    SMA_AVRO_LOGICAL_NONE,
    SMA_AVRO_DECIMAL, /* bytes, fixed */
    SMA_AVRO_BIG_DECIMAL,
    SMA_AVRO_UUID, /* string, fixed(16) */
    SMA_AVRO_DATE,
    SMA_AVRO_TIME_MILLIS,
    SMA_AVRO_TIME_MICROS,
    SMA_AVRO_TIMESTAMP_MILLIS,
    SMA_AVRO_TIMESTAMP_MICROS,
    SMA_AVRO_TIMESTAMP_NANOS,
    SMA_AVRO_LOCAL_TIMESTAMP_MILLIS,
    SMA_AVRO_LOCAL_TIMESTAMP_MICROS,
    SMA_AVRO_LOCAL_TIMESTAMP_NANOS,
    SMA_AVRO_DURATION,
    SMA_AVRO_LOGICAL_MAP,    /* Confluent: an array of key-value records */
    SMA_AVRO_LOGICAL_VARIANT /* Confluent: a record of metadata and value */
};

/* full = space + "." + name, or name alone when there is no namespace (space.len == 0). */
struct sma_avro_name {
    struct sma_str full;
    struct sma_str space;
    struct sma_str name;
};

/* A key that is not reserved for the construct, with its value as written. In source order, names
 * distinct. Decimal literals stand for binary64 values, see value.h. */
struct sma_avro_property {
    struct sma_str name;
    const struct sma_json *value;
};

struct sma_avro_node;

struct sma_avro_field {
    struct sma_str name;
    const struct sma_avro_node *type;
    /* NULL = no default. A JSON null is a default. The string default of a float or double field is
     * already converted: a number whose text may be NaN, Infinity or -Infinity (value.h). */
    const struct sma_json *default_value;
    enum sma_avro_order order;
    bool has_doc;
    struct sma_str doc;
    const struct sma_str *aliases; /* as written, distinct */
    uint32_t alias_count;
    uint32_t property_count;
    const struct sma_avro_property *properties;
    uint32_t position; /* index into the record's fields */
    /* In the main text; {0, 0} when the field comes from a reference. */
    struct sma_span span;         /* the whole field object */
    struct sma_span name_span;    /* the value of "name" */
    struct sma_span default_span; /* the value of "default"; {0, 0} without */
};

/* What a check of two records needs of a field, side by side in memory. */
struct sma_avro_key {
    uint64_t head, tail; /* the name's first and last eight bytes, zeros behind a shorter one */
    uint32_t length;     /* of the name */
    uint16_t reads;      /* sets of primitive kinds, 1 << kind, for a field whose type is plain: */
    uint16_t writes;     /* what it can read, and what it may have written */
    uint8_t nesting;     /* arrays and maps around the plain type, two bits each, innermost lowest */
    bool is_plain;       /* a primitive or a union of nothing but primitives, or arrays and maps of it */
    bool has_aliases;
};

struct sma_avro_node {
    enum sma_avro_kind kind;
    enum sma_avro_logical logical;
    uint32_t index;    /* position in the schema's `nodes` */
    int32_t precision; /* with SMA_AVRO_DECIMAL; 0 <= scale <= precision */
    int32_t scale;
    bool is_error;          /* record written as "error" */
    bool has_doc;           /* named types */
    bool from_reference;    /* defined in the text of a reference */
    bool has_field_aliases; /* record: some field has an alias */

    struct sma_avro_name name; /* named types */
    struct sma_str doc;
    const struct sma_avro_name *aliases; /* named types: resolved, distinct, in source order */
    uint32_t alias_count;

    uint32_t property_count;
    const struct sma_avro_property *properties;

    union {
        struct {
            const struct sma_avro_field *fields;
            const uint32_t *by_name; /* positions, sorted by field name (bytes) */
            const struct sma_avro_key *keys;
            uint32_t count;
        } record;
        struct {
            const struct sma_str *symbols;
            const uint32_t *by_symbol; /* positions, sorted by symbol (bytes) */
            uint32_t count;
            int32_t default_position; /* of the enum's default among the symbols; -1 = none */
        } enumeration;
        struct {
            uint32_t size; /* bytes */
        } fixed;
        const struct sma_avro_node *items; /* array: items, map: values */
        struct {
            const struct sma_avro_node *const *members;
            uint32_t count;
        } variants; /* union */
    };

    /* In the main text; {0, 0} when the node comes from a reference. */
    struct sma_span span;         /* the whole definition, or the name of a primitive */
    struct sma_span name_span;    /* named types: the value of "name" */
    struct sma_span content_span; /* enum: the symbols, fixed: the size */
};

struct sma_avro_schema {
    struct sma_schema base;
    const struct sma_avro_node *root;
    /* Every node that can be reached from the root, once, in the order of the printed text:
     * nodes[i]->index == i. Tables over nodes or pairs of nodes are indexed by that number. */
    const struct sma_avro_node *const *nodes;
    uint32_t node_count;
    bool uses_references; /* some of the nodes are defined in the text of a reference */
    /* Full names of the referenced schemas themselves, in the order of the closure: types that the
     * canonical text only names. */
    const struct sma_str *known_names;
    uint32_t known_count;
};

static inline const struct sma_avro_schema *sma_avro_schema_of(const struct sma_schema *schema)
{
    return (const struct sma_avro_schema *)schema;
}

static inline bool sma_avro_is_primitive(const struct sma_avro_node *node)
{
    return node->kind <= SMA_AVRO_STRING;
}

static inline bool sma_avro_is_named(const struct sma_avro_node *node)
{
    return node->kind >= SMA_AVRO_FIXED;
}

/* "null" … "record": the word of the schema language. */
struct sma_str sma_avro_kind_word(enum sma_avro_kind kind);
/* "NULL" … "RECORD": the word of messages. */
struct sma_str sma_avro_kind_upper(enum sma_avro_kind kind);
/* True with the kind when `word` is one of the language's words ("error" is not). */
bool sma_avro_kind_find(struct sma_str word, enum sma_avro_kind *kind);
/* The same for the words of primitives only. */
bool sma_avro_primitive_find(struct sma_str word, enum sma_avro_kind *kind);

/* The record's field of that name, or NULL. O(log fields), no allocation. */
const struct sma_avro_field *sma_avro_field_find(const struct sma_avro_node *record,
                                                 struct sma_str name);
/* Position of a symbol in the enum, or -1. O(log symbols). */
int32_t sma_avro_symbol_find(const struct sma_avro_node *enumeration, struct sma_str symbol);
/* The primitive kinds whose data a primitive kind reads, 1 << kind each: itself and its promotions.
 */
uint16_t sma_avro_readable_kinds(enum sma_avro_kind reader);
/* Whether two fields have one name: exact for names of up to 16 bytes, the caller compares the rest
 * of longer ones. */
static inline bool sma_avro_keys_match(const struct sma_avro_key *a, const struct sma_avro_key *b)
{
    return a->head == b->head && a->tail == b->tail && a->length == b->length;
}

/* Whether data written as `writer` may be read as `reader`, both of one named kind, as far as names
 * go: equal short names, or the writer's full name among the reader's aliases (an alias outside any
 * namespace never matches when the reader is in one). compat-avro section 10. */
bool sma_avro_names_match(const struct sma_avro_node *reader, const struct sma_avro_node *writer);

#endif
