/* What keywords become: the model of a schema as a sketch. Capital words are classes, a lower-case
 * `x` in front says that the type is not demanded, `+` joins the keywords that a node holds.
 * Source: compat-json sections 5 and 6. */
#include "tests/unit/core/jsonschema/support.h"

#define M "{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\","
#define D4 "{\"$schema\":\"http://json-schema.org/draft-04/schema#\","

static void sketch(struct sma_buf *out, const struct sma_js_node *node);

static void put_child(struct sma_buf *out, const char *name, const struct sma_js_node *node)
{
    if (!node)
        return;
    sma_buf_printf(out, "+%s:", name);
    sketch(out, node);
}

static void put_limit(struct sma_buf *out, const char *name, struct sma_js_limit limit)
{
    if (limit.is_set)
        sma_buf_printf(out, "+%s:%lld", name, (long long)limit.value);
}

static void put_number(struct sma_buf *out, const struct sma_js_number *number)
{
    if (number->is_integer)
        sma_buf_putz(out, "+integer");
    if (number->minimum)
        sma_buf_putz(out, "+minimum");
    if (number->exclusive_minimum)
        sma_buf_putz(out, "+exclusiveMinimum");
    if (number->exclusive_maximum_flag)
        sma_buf_putz(out, "+exclusive");
}

static void put_object(struct sma_buf *out, const struct sma_js_object *object)
{
    for (uint32_t i = 0; i < object->property_count; i++) {
        const struct sma_js_property *property = &object->properties[i];
        sma_buf_printf(out, "+%s%.*s:", property->is_required ? "!" : "",
                       SMA_STR_ARG(property->name));
        sketch(out, property->schema);
    }
    if (object->required.count)
        sma_buf_printf(out, "+required%u", object->required.count);
    if (object->forbids_additional)
        sma_buf_putz(out, "+closed");
    put_child(out, "additional", object->additional);
    put_child(out, "unevaluated", object->unevaluated);
    put_limit(out, "min", object->min_properties);
    for (uint32_t i = 0; i < object->dependency_count; i++) {
        sma_buf_printf(out, "+dep %.*s", SMA_STR_ARG(object->dependencies[i].name));
        put_child(out, "", object->dependencies[i].schema);
    }
}

static void put_array(struct sma_buf *out, const struct sma_js_array *array)
{
    put_child(out, "all", array->all_items);
    for (uint32_t i = 0; i < array->item_count; i++)
        put_child(out, "item", array->items[i]);
    if (array->forbids_additional)
        sma_buf_putz(out, "+closed");
    put_child(out, "additional", array->additional);
    put_child(out, "unevaluated", array->unevaluated);
    put_child(out, "contains", array->contains);
    put_limit(out, "minContains", array->min_contains);
    put_limit(out, "maxContains", array->max_contains);
    put_limit(out, "min", array->min_items);
}

static void put_combined(struct sma_buf *out, const struct sma_js_combined *combined)
{
    for (uint32_t i = 0; i < combined->member_count; i++) {
        sma_buf_putc(out, i ? ',' : '[');
        sketch(out, combined->members[i]);
    }
    sma_buf_putz(out, combined->member_count ? "]" : "[]");
    if (combined->distinct_count != combined->member_count)
        sma_buf_printf(out, "=%u", combined->distinct_count);
}

static void sketch(struct sma_buf *out, const struct sma_js_node *node)
{
    static const char *const names[] = {"Empty",  "True",   "False",  "Boolean", "Null",
                                        "String", "Number", "Object", "Array",   "Enum",
                                        "Const",  "Not",    "",       "If",      "Ref"};
    bool is_kind = node->class >= SMA_JS_STRING && node->class <= SMA_JS_ARRAY;
    sma_buf_putz(out, is_kind && !node->requires_type ? "x" : "");
    sma_buf_putz(out, names[node->class]);
    switch (node->class) {
    case SMA_JS_STRING:
        put_limit(out, "min", node->string->min_length);
        put_limit(out, "max", node->string->max_length);
        break;
    case SMA_JS_NUMBER:
        put_number(out, node->number);
        break;
    case SMA_JS_OBJECT:
        put_object(out, node->object);
        break;
    case SMA_JS_ARRAY:
        put_array(out, node->array);
        break;
    case SMA_JS_COMBINED:
        sma_buf_puts(out, sma_js_criterion_name(node->combined->criterion));
        put_combined(out, node->combined);
        break;
    case SMA_JS_NOT:
        put_child(out, "", node->inner);
        break;
    default:
        break;
    }
    if (node->title)
        sma_buf_putz(out, "+title");
    if (node->default_value)
        sma_buf_putz(out, "+default");
    if (node->id)
        sma_buf_putz(out, "+id");
}

static const struct row {
    const char *text, *want;
} rows[] = {
    /* classic */
    {"{}", "Empty"},
    {"true", "True"},
    {"false", "False"},
    {"{\"title\":\"t\",\"default\":1}", "Empty+title+default"},
    {"{\"minLength\":2}", "xString+min:2"},
    {"{\"type\":\"string\",\"minimum\":3}", "allOf[String,xNumber+minimum]"},
    {"{\"type\":\"integer\",\"format\":\"int32\"}", "allOf[Number+integer,xString]"},
    {"{\"type\":\"string\",\"format\":\"date\"}", "String"},
    {"{\"type\":[\"string\",\"null\"],\"maxLength\":3}", "anyOf[String+max:3,Null]"},
    {"{\"type\":[\"string\",\"string\"],\"maxLength\":3}", "anyOf[String+max:3,String+max:3]=1"},
    {"{\"type\":[]}", "anyOf[]"},
    {"{\"type\":[\"null\"],\"minimum\":4}", "allOf[anyOf[Null],xNumber+minimum]"},
    {"{\"if\":true,\"const\":1,\"type\":\"null\",\"not\":{},\"oneOf\":[],\"anyOf\":[],\"allOf\":[],"
     "\"enum\":[]}",
     "allOf[Enum,allOf[],anyOf[],oneOf[],Not+:Empty,Const,Null,If]"},
    {"{\"title\":\"t\",\"default\":0,\"$id\":\"x\",\"type\":\"string\",\"enum\":[\"a\"]}",
     "allOf[Enum,String]+title+default+id"},
    {"{\"$ref\":\"#\",\"title\":\"t\",\"default\":0,\"maxLength\":3}", "Ref+title"},
    {"{\"then\":{}}", "If"},
    {D4 "\"maximum\":5,\"exclusiveMaximum\":true,\"const\":1,\"contains\":{},\"propertyNames\":{}}",
     "xNumber+exclusive"},
    {D4 "\"id\":\"x\",\"$id\":\"y\",\"type\":\"null\"}", "Null+id"},
    {D4 "\"$id\":\"y\",\"type\":\"null\"}", "Null"},
    {"{\"additionalProperties\":true}", "xObject"},
    {"{\"additionalProperties\":{}}", "xObject+additional:Empty"},
    {"{\"additionalProperties\":false}", "xObject+closed"},
    {"{\"required\":[\"z\",\"a\"],\"properties\":{\"b\":true,\"a\":{}}}",
     "xObject+b:True+!a:Empty+required2"},
    {"{\"dependencies\":{\"a\":[\"x\"],\"b\":[],\"c\":{},\"d\":true}}",
     "xObject+dep a+dep c+:Empty+dep d+:True"},
    {"{\"items\":true}", "xArray+all:True"},
    {"{\"items\":{},\"additionalItems\":false}", "xArray+all:Empty"},
    {"{\"items\":[{},true],\"additionalItems\":false}", "xArray+item:Empty+item:True+closed"},
    {"{\"items\":[],\"additionalItems\":{}}", "xArray+additional:Empty"},
    {"{\"type\":\"array\",\"minContains\":2,\"maxContains\":3.7}",
     "Array+minContains:2+maxContains:3"},
    {"{\"type\":[\"array\"],\"minContains\":2}", "anyOf[Array]"},
    {"{\"type\":\"array\",\"minContains\":\"2\"}", "Array"},
    {"{\"unevaluatedProperties\":false,\"prefixItems\":[{}],\"dependentRequired\":{\"a\":[\"b\"]}}",
     "Empty"},
    {"{\"allOf\":[{\"enum\":[1],\"type\":\"null\"}]}", "allOf[allOf[Enum,Null]]"},
    /* modern: keywords of a kind grow together */
    {M "\"minLength\":2}", "xString+min:2"},
    {M "\"type\":\"string\",\"minLength\":2,\"maxLength\":3}", "String+min:2+max:3"},
    {M "\"format\":\"date\"}", "Empty"},
    {M "\"$id\":\"x\",\"type\":\"null\",\"title\":\"t\"}", "Null+title"},
    {M "\"properties\":{}}", "Empty"},
    {M "\"patternProperties\":{}}", "Empty"},
    {M "\"additionalProperties\":true}", "xObject"},
    {M "\"items\":true}", "xArray"},
    {M "\"items\":false}", "xArray+closed"},
    {M "\"items\":{}}", "xArray+all:Empty"},
    {M "\"items\":{},\"prefixItems\":[true]}", "xArray+item:True+additional:Empty"},
    {M "\"minContains\":2}", "Empty"},
    {M "\"contains\":{}}", "xArray+contains:Empty+minContains:1"},
    {M "\"contains\":{},\"minContains\":0,\"maxContains\":2}",
     "xArray+contains:Empty+minContains:0+maxContains:2"},
    {M "\"minLength\":1.9,\"maxLength\":-1e2}", "xString+min:1+max:-100"},
    {M "\"minLength\":1e30}", "xString+min:9223372036854775807"},
    {M "\"unevaluatedProperties\":true,\"unevaluatedItems\":false}",
     "allOf[xArray+unevaluated:False,xObject+unevaluated:True]"},
    {M "\"type\":\"object\",\"dependentSchemas\":{\"a\":true},\"dependentRequired\":{\"a\":[\"b\"],"
       "\"c\":[]}}",
     "Object+dep a+dep a+:True"},
    {M "\"then\":{},\"else\":{}}", "Empty"},
    {M "\"if\":{},\"else\":{}}", "If"},
    {M "\"type\":[]}", "anyOf[]"},
    {M "\"type\":[\"string\",\"string\",\"null\"],\"maxLength\":3}",
     "anyOf[String+max:3,String,Null]"},
    {M "\"type\":[\"string\",\"null\"],\"enum\":[\"a\"]}", "allOf[anyOf[String,Null],Enum]"},
    {M "\"enum\":[\"a\"],\"maxLength\":4,\"type\":\"string\"}", "allOf[String+max:4,Enum]"},
    {M "\"$ref\":\"#\",\"title\":\"t\",\"default\":1,\"x\":2}", "Ref+title"},
    {M "\"$ref\":\"#\",\"maxLength\":1,\"default\":1}", "allOf[Ref,xString+max:1]+default"},
    {M "\"allOf\":[{\"$ref\":\"#\"}],\"default\":1}", "allOf[Ref]+default"},
    /* members that became a generated allOf melt into the list around them, whatever it is */
    {M "\"anyOf\":[{\"type\":\"string\",\"enum\":[\"a\"]},{\"type\":\"integer\"}]}",
     "anyOf[String,Enum,Number+integer]"},
    {M "\"not\":{\"type\":\"string\",\"enum\":[\"a\"]}}", "Not+:allOf[String,Enum]"},
    {M "\"oneOf\":[{\"type\":[\"string\",\"null\"]}]}", "oneOf[anyOf[String,Null]]"},
    /* the original's order of keywords: `minLength` before `type`, `maxLength` after it */
    {M "\"type\":[\"string\",\"null\"],\"minLength\":1}",
     "allOf[xString+min:1,anyOf[String,Null]]"},
    {M "\"minLength\":1,\"type\":[\"string\",\"null\"]}",
     "allOf[xString+min:1,anyOf[String,Null]]"},
    {M "\"maxLength\":1,\"type\":[\"string\",\"null\"]}", "anyOf[String+max:1,Null]"},
    {M "\"type\":[\"object\",\"null\"],\"properties\":{\"a\":true}}", "anyOf[Object+a:True,Null]"},
    {M "\"type\":[\"object\",\"null\"],\"additionalProperties\":false,\"properties\":{\"a\":true}}",
     "allOf[xObject+a:True+closed,anyOf[Object,Null]]"},
    {M "\"type\":[\"number\",\"null\"],\"exclusiveMinimum\":1}",
     "anyOf[Number+exclusiveMinimum,Null]"},
    {M "\"exclusiveMinimum\":1,\"type\":[\"number\",\"null\"]}",
     "allOf[xNumber+exclusiveMinimum,anyOf[Number,Null]]"},
    /* ... which changes with the number of members, for the table grows */
    {M "\"type\":[\"string\",\"null\"],\"maxLength\":1,\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,"
       "\"f\":0,"
       "\"g\":0,\"h\":0,\"i\":0,\"j\":0}",
     "anyOf[String+max:1,Null]"},
    {M "\"type\":[\"array\",\"null\"],\"uniqueItems\":true,\"minItems\":1}",
     "allOf[xArray+min:1,anyOf[Array,Null]]"},
    {M
     "\"type\":[\"array\",\"null\"],\"minItems\":1,\"a\":0,\"b\":0,\"c\":0,\"d\":0,\"e\":0,\"f\":0,"
     "\"g\":0,\"h\":0,\"i\":0,\"j\":0}",
     "anyOf[Array+min:1,Null]"},
};

static void becomes(void **state)
{
    const struct row *row = *state;
    struct sma_buf out;
    struct sma_schema *schema = must_parse(sma_str_z(row->text));
    sma_buf_init(&out, 0);
    sketch(&out, sma_jsonschema_of(schema)->model->root);
    sma_test_same_text(row->text, sma_buf_str(&out), sma_str_z(row->want));
    sma_buf_fini(&out);
    sma_schema_unref(schema);
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows)];
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){.name = rows[i].text,
                                       .test_func = becomes,
                                       .initial_state = (void *)(uintptr_t)&rows[i]};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
