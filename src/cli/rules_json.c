/* Examples of the JSON Schema rules, by family: what a keyword looks like when it is absent, small
 * and large; the end of the rule's word says which of them comes before and which after. */
#include "cli/rules.h"

struct family {
    const char *prefix, *absent, *low, *high;
};

#define STRING(k) "{\"type\": \"string\"" k "}"
#define NUMBER(k) "{\"type\": \"number\"" k "}"
#define OBJECT(k) "{\"type\": \"object\"" k "}"
#define ARRAY(k) "{\"type\": \"array\"" k "}"
#define PROPS(p) ", \"properties\": {" p "}"
#define A_STRING "\"a\": {\"type\": \"string\"}"
#define B_STRING "\"b\": {\"type\": \"string\"}"
#define CLOSED ", \"additionalProperties\": false"
#define STRINGS ", \"additionalProperties\": {\"type\": \"string\"}"

/* The longest prefix wins. Words without one of the endings go from low to high. */
static const struct family families[] = {
    {"ID", NULL, "{\"$id\": \"http://x/a\"}", "{\"$id\": \"http://x/b\"}"},
    {"TITLE", NULL, "{\"title\": \"A\"}", "{\"title\": \"B\"}"},
    {"DESCRIPTION", NULL, "{\"description\": \"one\"}", "{\"description\": \"two\"}"},
    {"DEFAULT", NULL, "{\"default\": 1}", "{\"default\": 2}"},
    {"SCHEMA", "{}", "{\"not\": {\"type\": \"string\"}}", NULL},
    {"TYPE", NULL, STRING(""), "{\"type\": [\"string\", \"null\"]}"},
    {"TYPE_CHANGED", NULL, STRING(""), NUMBER("")},
    {"MAX_LENGTH", STRING(""), STRING(", \"maxLength\": 5"), STRING(", \"maxLength\": 10")},
    {"MIN_LENGTH", STRING(""), STRING(", \"minLength\": 1"), STRING(", \"minLength\": 3")},
    {"PATTERN", STRING(""), STRING(", \"pattern\": \"^a\""), STRING(", \"pattern\": \"^b\"")},
    {"MAXIMUM", NUMBER(""), NUMBER(", \"maximum\": 5"), NUMBER(", \"maximum\": 10")},
    {"MINIMUM", NUMBER(""), NUMBER(", \"minimum\": 1"), NUMBER(", \"minimum\": 3")},
    {"EXCLUSIVE_MAXIMUM", NUMBER(""), NUMBER(", \"exclusiveMaximum\": 5"),
     NUMBER(", \"exclusiveMaximum\": 10")},
    {"EXCLUSIVE_MINIMUM", NUMBER(""), NUMBER(", \"exclusiveMinimum\": 1"),
     NUMBER(", \"exclusiveMinimum\": 3")},
    {"MULTIPLE_OF", NUMBER(""), NUMBER(", \"multipleOf\": 2"), NUMBER(", \"multipleOf\": 4")},
    {"MULTIPLE_OF_CHANGED", NULL, NUMBER(", \"multipleOf\": 2"), NUMBER(", \"multipleOf\": 3")},
    {"REQUIRED_ATTRIBUTE", OBJECT(PROPS(A_STRING)),
     OBJECT(PROPS(A_STRING) ", \"required\": [\"a\"]"), NULL},
    {"REQUIRED_ATTRIBUTE_WITH_DEFAULT",
     OBJECT(PROPS("\"a\": {\"type\": \"string\", \"default\": \"\"}")),
     OBJECT(PROPS("\"a\": {\"type\": \"string\", \"default\": \"\"}") ", \"required\": [\"a\"]"),
     NULL},
    {"MAX_PROPERTIES", OBJECT(""), OBJECT(", \"maxProperties\": 5"),
     OBJECT(", \"maxProperties\": 10")},
    {"MIN_PROPERTIES", OBJECT(""), OBJECT(", \"minProperties\": 1"),
     OBJECT(", \"minProperties\": 3")},
    {"DEPENDENCY_ARRAY", OBJECT(""), OBJECT(", \"dependencies\": {\"a\": [\"b\"]}"),
     OBJECT(", \"dependencies\": {\"a\": [\"b\", \"c\"]}")},
    {"DEPENDENCY_SCHEMA", OBJECT(""),
     OBJECT(", \"dependencies\": {\"a\": {\"required\": [\"b\"]}}"), NULL},
    {"ADDITIONAL_PROPERTIES", OBJECT(CLOSED), OBJECT(""), NULL},
    {"ADDITIONAL_PROPERTIES_EXTENDED", NULL, OBJECT(CLOSED), OBJECT(STRINGS)},
    {"ADDITIONAL_PROPERTIES_NARROWED", NULL, OBJECT(CLOSED), OBJECT(STRINGS)},
    {"UNEVALUATED_PROPERTIES", OBJECT(", \"unevaluatedProperties\": false"), OBJECT(""), NULL},
    {"UNEVALUATED_PROPERTIES_EXTENDED", NULL, OBJECT(", \"unevaluatedProperties\": false"),
     OBJECT(", \"unevaluatedProperties\": {\"type\": \"string\"}")},
    {"UNEVALUATED_PROPERTIES_NARROWED", NULL, OBJECT(", \"unevaluatedProperties\": false"),
     OBJECT(", \"unevaluatedProperties\": {\"type\": \"string\"}")},
    {"PROPERTY_WITH_EMPTY_SCHEMA_ADDED_TO_OPEN_CONTENT_MODEL", OBJECT(PROPS(A_STRING)),
     OBJECT(PROPS(A_STRING ", \"b\": {}")), NULL},
    {"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO", OBJECT(PROPS(A_STRING)),
     OBJECT(PROPS(A_STRING
                  ", \"b\": {\"type\": \"string\", \"default\": \"\"}") ", \"required\": [\"b\"]"),
     NULL},
    {"REQUIRED_PROPERTY_WITH_DEFAULT_ADDED_TO_UNOPEN", OBJECT(PROPS(A_STRING) CLOSED),
     OBJECT(PROPS(
         A_STRING
         ", \"b\": {\"type\": \"string\", \"default\": \"\"}") ", \"required\": [\"b\"]" CLOSED),
     NULL},
    {"REQUIRED_PROPERTY_ADDED_TO", OBJECT(PROPS(A_STRING)),
     OBJECT(PROPS(A_STRING ", " B_STRING) ", \"required\": [\"b\"]"), NULL},
    {"REQUIRED_PROPERTY_ADDED_TO_UNOPEN", OBJECT(PROPS(A_STRING) CLOSED),
     OBJECT(PROPS(A_STRING ", " B_STRING) ", \"required\": [\"b\"]" CLOSED), NULL},
    {"OPTIONAL_PROPERTY_ADDED_TO", OBJECT(PROPS(A_STRING)), OBJECT(PROPS(A_STRING ", " B_STRING)),
     NULL},
    {"OPTIONAL_PROPERTY_ADDED_TO_UNOPEN", OBJECT(PROPS(A_STRING) CLOSED),
     OBJECT(PROPS(A_STRING ", " B_STRING) CLOSED), NULL},
    {"PROPERTY_WITH_FALSE_REMOVED_FROM_CLOSED_CONTENT_MODEL",
     OBJECT(PROPS(A_STRING ", \"b\": false") CLOSED), OBJECT(PROPS(A_STRING) CLOSED), NULL},
    {"PROPERTY_REMOVED_FROM_CLOSED_CONTENT_MODEL", OBJECT(PROPS(A_STRING ", " B_STRING) CLOSED),
     OBJECT(PROPS(A_STRING) CLOSED), NULL},
    {"PROPERTY_REMOVED_FROM_OPEN_CONTENT_MODEL", OBJECT(PROPS(A_STRING ", " B_STRING)),
     OBJECT(PROPS(A_STRING)), NULL},
    {"PROPERTY_ADDED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", OBJECT(PROPS(A_STRING) STRINGS),
     OBJECT(PROPS(A_STRING ", " B_STRING) STRINGS), NULL},
    {"PROPERTY_ADDED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL", OBJECT(PROPS(A_STRING) STRINGS),
     OBJECT(PROPS(A_STRING ", \"b\": {\"type\": \"number\"}") STRINGS), NULL},
    {"PROPERTY_REMOVED_IS_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
     OBJECT(PROPS(A_STRING ", " B_STRING) STRINGS), OBJECT(PROPS(A_STRING) STRINGS), NULL},
    {"PROPERTY_REMOVED_NOT_COVERED_BY_PARTIALLY_OPEN_CONTENT_MODEL",
     OBJECT(PROPS(A_STRING ", \"b\": {\"type\": \"number\"}") STRINGS),
     OBJECT(PROPS(A_STRING) STRINGS), NULL},
    {"MAX_ITEMS", ARRAY(""), ARRAY(", \"maxItems\": 5"), ARRAY(", \"maxItems\": 10")},
    {"MIN_ITEMS", ARRAY(""), ARRAY(", \"minItems\": 1"), ARRAY(", \"minItems\": 3")},
    {"MAX_CONTAINS", ARRAY(", \"contains\": {}"), ARRAY(", \"contains\": {}, \"maxContains\": 5"),
     ARRAY(", \"contains\": {}, \"maxContains\": 10")},
    {"MIN_CONTAINS", ARRAY(", \"contains\": {}"), ARRAY(", \"contains\": {}, \"minContains\": 1"),
     ARRAY(", \"contains\": {}, \"minContains\": 3")},
    {"UNIQUE_ITEMS", ARRAY(""), ARRAY(", \"uniqueItems\": true"), NULL},
    {"ADDITIONAL_ITEMS", ARRAY(", \"items\": [{}], \"additionalItems\": false"),
     ARRAY(", \"items\": [{}]"), NULL},
    {"ADDITIONAL_ITEMS_EXTENDED", NULL, ARRAY(", \"items\": [{}], \"additionalItems\": false"),
     ARRAY(", \"items\": [{}], \"additionalItems\": {\"type\": \"string\"}")},
    {"ADDITIONAL_ITEMS_NARROWED", NULL, ARRAY(", \"items\": [{}], \"additionalItems\": false"),
     ARRAY(", \"items\": [{}], \"additionalItems\": {\"type\": \"string\"}")},
    {"UNEVALUATED_ITEMS", ARRAY(", \"unevaluatedItems\": false"), ARRAY(""), NULL},
    {"UNEVALUATED_ITEMS_EXTENDED", NULL, ARRAY(", \"unevaluatedItems\": false"),
     ARRAY(", \"unevaluatedItems\": {\"type\": \"string\"}")},
    {"UNEVALUATED_ITEMS_NARROWED", NULL, ARRAY(", \"unevaluatedItems\": false"),
     ARRAY(", \"unevaluatedItems\": {\"type\": \"string\"}")},
    {"ITEM_WITH_EMPTY_SCHEMA_ADDED", ARRAY(", \"items\": [{\"type\": \"string\"}]"),
     ARRAY(", \"items\": [{\"type\": \"string\"}, {}]"), NULL},
    {"ITEM_ADDED", ARRAY(", \"items\": [{}]"), ARRAY(", \"items\": [{}, {\"type\": \"string\"}]"),
     NULL},
    {"ITEM_WITH_FALSE_REMOVED", ARRAY(", \"items\": [{}, false], \"additionalItems\": false"),
     ARRAY(", \"items\": [{}], \"additionalItems\": false"), NULL},
    {"ITEM_REMOVED", ARRAY(", \"items\": [{}, {\"type\": \"string\"}]"), ARRAY(", \"items\": [{}]"),
     NULL},
    {"ENUM_ARRAY", NULL, "{\"enum\": [\"a\"]}", "{\"enum\": [\"a\", \"b\"]}"},
    {"ENUM_ARRAY_CHANGED", NULL, "{\"enum\": [\"a\"]}", "{\"enum\": [\"b\"]}"},
    {"COMBINED_TYPE", NULL, "{\"allOf\": [{\"type\": \"string\"}, {\"maxLength\": 3}]}",
     "{\"anyOf\": [{\"type\": \"string\"}, {\"maxLength\": 3}]}"},
    {"COMBINED_TYPE_SUBSCHEMAS", NULL,
     "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}]}",
     "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"boolean\"}]}"},
    {"PRODUCT_TYPE", NULL, "{\"allOf\": [{\"minLength\": 1}]}",
     "{\"allOf\": [{\"minLength\": 1}, {\"maxLength\": 5}]}"},
    {"SUM_TYPE", NULL, "{\"oneOf\": [{\"type\": \"string\"}]}",
     "{\"oneOf\": [{\"type\": \"string\"}, {\"type\": \"number\"}]}"},
    {"NOT_TYPE", NULL, "{\"not\": {\"type\": \"string\", \"maxLength\": 5}}",
     "{\"not\": {\"type\": \"string\"}}"},
    {"EXTERNAL_REFERENCE", NULL, "{\"$ref\": \"http://elsewhere.example/a.json\"}",
     "{\"type\": \"object\"}"},
};

static const struct family *find_family(struct sma_str id)
{
    const struct family *best = NULL;
    for (size_t i = 0; i < sizeof families / sizeof families[0]; i++)
        if (sma_str_starts(id, sma_str_z(families[i].prefix)) &&
            (!best || strlen(families[i].prefix) > strlen(best->prefix)))
            best = &families[i];
    return best;
}

static bool ends(struct sma_str id, const char *a, const char *b)
{
    return sma_str_ends(id, sma_str_z(a)) || sma_str_ends(id, sma_str_z(b));
}

bool sma_json_example(struct sma_buf *out, struct sma_str id)
{
    const struct family *f = find_family(id);
    if (!f)
        return false;
    const char *before = f->low, *after = f->high ? f->high : f->low;
    if (ends(id, "_DECREASED", "_NARROWED") || ends(id, "_REDUCED", "_LESS")) {
        before = after;
        after = f->low;
    } else if (f->absent && (ends(id, "_ADDED", "_MODEL") || !f->high)) {
        before = f->absent;
        after = f->low;
    }
    bool is_removal = f->absent && sma_str_ends(id, SMA_STR("_REMOVED"));
    if (is_removal) {
        before = f->low;
        after = f->absent;
    }
    sma_buf_printf(out, "  %s\n  %s\n", before, after);
    return true;
}
