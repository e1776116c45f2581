/* The model that the comparison works on: one node per schema position, of one of fifteen classes.
 * It says less than the text (format, examples, unknown keywords take no part) and is the same for
 * all drafts; classic.c and modern.c build it. Immutable once loaded; all of it lives in the
 * schema's arena. Source: compat-json sections 5.1, 5.3 and 6.2. */
#ifndef SMA_CORE_JSONSCHEMA_MODEL_H
#define SMA_CORE_JSONSCHEMA_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/json/json.h"
#include "core/jsonschema/draft.h"

/* Nodes, properties, list entries and the like of one model; references included. */
#define SMA_JS_MODEL_ENTRIES_MAX 500000u

enum sma_js_class {
    SMA_JS_EMPTY, /* {} and all that constrains nothing */
    SMA_JS_TRUE,  /* the literal true: a class of its own */
    SMA_JS_FALSE,
    SMA_JS_BOOLEAN,
    SMA_JS_NULL,
    SMA_JS_STRING,
    SMA_JS_NUMBER,
    SMA_JS_OBJECT,
    SMA_JS_ARRAY,
    SMA_JS_ENUM,
    SMA_JS_CONST,
    SMA_JS_NOT,
    SMA_JS_COMBINED,
    SMA_JS_CONDITIONAL,
    SMA_JS_REFERENCE
};

enum sma_js_criterion { SMA_JS_ALL_OF, SMA_JS_ANY_OF, SMA_JS_ONE_OF };

struct sma_js_node;

/* An integer keyword that may be absent. */
struct sma_js_limit {
    int64_t value;
    bool is_set;
};

struct sma_js_names {
    struct sma_str *items;
    uint32_t count;
};

struct sma_js_property {
    struct sma_str name;
    struct sma_js_node *schema;
    bool is_required;
};

struct sma_js_dependency {
    struct sma_str name;
    struct sma_js_names required; /* sorted, unique; empty for a schema dependency */
    struct sma_js_node *schema;   /* NULL for a list */
};

struct sma_js_pattern_property {
    struct sma_str pattern; /* its syntax was checked */
    struct sma_js_node *schema;
};

struct sma_js_string {
    struct sma_js_limit min_length, max_length;
    const struct sma_json *pattern, *format; /* NULL = absent */
};

struct sma_js_number {
    bool is_integer;
    const struct sma_json *minimum, *maximum, *exclusive_minimum, *exclusive_maximum;
    const struct sma_json *multiple_of;
    bool exclusive_minimum_flag, exclusive_maximum_flag; /* draft 4 */
};

struct sma_js_object {
    struct sma_js_property *properties; /* in document order */
    uint32_t property_count;
    const uint32_t *by_name;      /* indexes into properties, sorted by name */
    struct sma_js_names required; /* as written */
    struct sma_js_limit min_properties, max_properties;
    struct sma_js_dependency *dependencies; /* lists first; a name may be in both kinds */
    uint32_t dependency_count;
    struct sma_js_pattern_property *patterns;
    uint32_t pattern_count;
    bool forbids_additional;
    struct sma_js_node *additional;  /* NULL: no schema */
    struct sma_js_node *names;       /* propertyNames */
    struct sma_js_node *unevaluated; /* NULL = absent */
};

struct sma_js_array {
    struct sma_js_node *all_items; /* NULL = absent */
    struct sma_js_node **items;    /* the tuple */
    uint32_t item_count;
    bool forbids_additional;
    struct sma_js_node *additional;
    struct sma_js_node *unevaluated;
    struct sma_js_limit min_items, max_items, min_contains, max_contains;
    struct sma_js_node *contains;
    bool is_unique;
};

/* Values as canonical text with sorted names: equal values are equal bytes. */
struct sma_js_values {
    struct sma_js_names written; /* as in the document, repetitions kept */
    struct sma_js_names set;     /* sorted, unique */
};

struct sma_js_combined {
    enum sma_js_criterion criterion;
    struct sma_js_node **members;
    uint32_t member_count;
    struct sma_js_node **distinct; /* without members whose model is the same as an earlier one's */
    uint32_t distinct_count;
};

struct sma_js_conditional {
    struct sma_js_node *condition, *consequence, *alternative; /* NULL = absent */
};

struct sma_js_reference {
    struct sma_str text; /* as written */
    struct sma_js_node *target;
};

struct sma_js_node {
    enum sma_js_class class;
    uint32_t signature;    /* equal exactly for nodes of equal model; 0 = not asked for yet */
    bool requires_type;    /* the `type` keyword is there; not compared, but part of the model */
    bool is_generated;     /* an allOf (modern: or anyOf) that stands for adjacent keywords */
    bool is_whole;         /* stands for all of `source`, not for some of its keywords */
    bool is_connect_bytes; /* "connect.type": "bytes" */
    bool is_main;          /* `source` lies in the schema's own text */
    enum sma_draft draft;  /* of the document it comes from */
    const struct sma_json *source; /* the document's value at this position */
    const struct sma_json *id, *title, *description, *default_value; /* NULL = absent */
    union {
        struct sma_js_string *string;
        struct sma_js_number *number;
        struct sma_js_object *object;
        struct sma_js_array *array;
        struct sma_js_values *values; /* Enum and Const */
        struct sma_js_combined *combined;
        struct sma_js_conditional *conditional;
        struct sma_js_reference *reference;
        struct sma_js_node *inner; /* Not */
    };
};

struct sma_js_model {
    const struct sma_js_node *root;
    bool is_modern; /* built by the rules of 2019-09 and later */
};

/* "allOf", "anyOf", "oneOf". */
struct sma_str sma_js_criterion_name(enum sma_js_criterion criterion);
/* The property of that name, or NULL. */
const struct sma_js_property *sma_js_property_find(const struct sma_js_object *object,
                                                   struct sma_str name);
/* Empty or True: constrains nothing. */
static inline bool sma_js_is_empty(const struct sma_js_node *node)
{
    return node->class == SMA_JS_EMPTY || node->class == SMA_JS_TRUE;
}

#endif
