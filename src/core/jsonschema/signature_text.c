/* The text of a model, by which members of a combined schema are told apart. It follows the
 * original's printing of a model: the class does not show, only the keywords do, so
 * {"uniqueItems":false} and {"format":"unheard-of"} both read {}; unknown keywords show; a
 * synthetic allOf reads as the object it was taken from. The order of keywords, members and enum
 * values comes from hash tables there and counts for nothing here.
 *
 * Each keyword becomes a line; the sorted lines are the text, with the numbers of children
 * (signature.c) in place of their texts. */
#include <stdlib.h>

#include "core/jsonschema/canonical.h"
#include "core/jsonschema/loader.h"

/* The lines of one model: pieces of `text`. */
struct lines {
    struct sma_js_loader *loader;
    struct sma_buf text;
    struct span {
        size_t start, len;
    } * items;
    size_t count, capacity;
    bool failed; /* out of memory */
};

/* ---- lines --------------------------------------------------------------------------------- */

/* What was appended since the last line is one. */
static void end_line(struct lines *lines)
{
    size_t start = lines->count
                       ? lines->items[lines->count - 1].start + lines->items[lines->count - 1].len
                       : 0;
    if (lines->count == lines->capacity) {
        size_t capacity = lines->capacity ? lines->capacity * 2 : 16;
        struct span *grown = realloc(lines->items, capacity * sizeof *grown);
        if (!grown) {
            lines->failed = true;
            return;
        }
        lines->items = grown;
        lines->capacity = capacity;
    }
    lines->items[lines->count++] = (struct span){start, lines->text.len - start};
}

static void put_key(struct lines *lines, const char *key)
{
    sma_buf_putc(&lines->text, '"');
    sma_buf_putz(&lines->text, key);
    sma_buf_putz(&lines->text, "\":");
}

static size_t number_len(struct sma_str text)
{
    size_t len = 0;
    while (len < text.len &&
           (strchr("+-.eE", text.ptr[len]) || (text.ptr[len] >= '0' && text.ptr[len] <= '9')))
        len++;
    return len;
}

/* Without the zeros at the end of a fraction: the original prints 1.0 and 1.00 as 1 here. */
static struct sma_str short_number(struct sma_str number)
{
    if (sma_str_chr(number, '.') < 0 || sma_str_chr(number, 'E') >= 0)
        return number;
    while (number.ptr[number.len - 1] == '0')
        number.len--;
    number.len -= number.ptr[number.len - 1] == '.';
    return number;
}

/* Canonical text with its numbers shortened; what is inside strings stays. */
static void put_short(struct sma_buf *out, struct sma_str text)
{
    bool is_inside = false;
    for (size_t i = 0; i < text.len;) {
        char c = text.ptr[i];
        size_t len = 1;
        if (is_inside && c == '\\')
            len = 2;
        else if (c == '"')
            is_inside = !is_inside;
        else if (!is_inside && (c == '-' || (c >= '0' && c <= '9')))
            len = number_len(sma_str_from(text, i));
        struct sma_str piece = sma_str_head(sma_str_from(text, i), len);
        sma_buf_puts(out, is_inside || c == '"' ? piece : short_number(piece));
        i += len;
    }
}

static enum sma_status put_value(struct lines *lines, const struct sma_json *value)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    enum sma_status st =
        sma_js_put_canonical(&text, value, SMA_JS_ORDER_BY_NAME, lines->loader->err);
    if (!st)
        put_short(&lines->text, sma_buf_str(&text));
    sma_buf_fini(&text);
    return st;
}

static enum sma_status line_of_value(struct lines *lines, const char *key,
                                     const struct sma_json *value)
{
    if (!value)
        return SMA_OK;
    put_key(lines, key);
    enum sma_status st = put_value(lines, value);
    end_line(lines);
    return st;
}

static void line_of_limit(struct lines *lines, const char *key, const struct sma_js_limit *limit)
{
    if (!limit->is_set)
        return;
    put_key(lines, key);
    sma_buf_put_i64(&lines->text, limit->value);
    end_line(lines);
}

static void line_of_flag(struct lines *lines, const char *key, bool is_set, bool value)
{
    if (!is_set)
        return;
    put_key(lines, key);
    sma_buf_putz(&lines->text, value ? "true" : "false");
    end_line(lines);
}

static void put_child(struct lines *lines, const struct sma_js_node *node)
{
    sma_buf_putc(&lines->text, '#');
    sma_buf_put_u64(&lines->text, node->signature);
}

static void line_of_child(struct lines *lines, const char *key, const struct sma_js_node *node)
{
    if (!node)
        return;
    put_key(lines, key);
    put_child(lines, node);
    end_line(lines);
}

static void put_names(struct lines *lines, const struct sma_js_names *names)
{
    for (uint32_t i = 0; i < names->count; i++) {
        sma_buf_putc(&lines->text, i ? ',' : '[');
        sma_json_put_string(&lines->text, names->items[i]);
    }
    sma_buf_putc(&lines->text, ']');
}

/* A member of a keyword that holds schemas by name. */
static void line_of_entry(struct lines *lines, const char *key, struct sma_str name,
                          const struct sma_js_node *node)
{
    put_key(lines, key);
    sma_json_put_string(&lines->text, name);
    sma_buf_putc(&lines->text, ':');
    put_child(lines, node);
    end_line(lines);
}

/* ---- lines of a class ---------------------------------------------------------------------- */

/* The formats a draft knows; others do not show. */
static bool shows_format(enum sma_draft draft, struct sma_str format)
{
    static const struct {
        const char *name;
        enum sma_draft since;
    } formats[] = {
        {"date-time", SMA_DRAFT_4},
        {"email", SMA_DRAFT_4},
        {"hostname", SMA_DRAFT_4},
        {"ipv4", SMA_DRAFT_4},
        {"ipv6", SMA_DRAFT_4},
        {"uri", SMA_DRAFT_4},
        {"json-pointer", SMA_DRAFT_6},
        {"uri-reference", SMA_DRAFT_6},
        {"uri-template", SMA_DRAFT_6},
        {"date", SMA_DRAFT_7},
        {"time", SMA_DRAFT_7},
        {"regex", SMA_DRAFT_7},
        {"relative-json-pointer", SMA_DRAFT_7},
    };
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (sma_str_eqz(format, formats[i].name))
            return draft >= formats[i].since;
    return false;
}

static enum sma_status lines_of_string(struct lines *lines, const struct sma_js_node *node)
{
    const struct sma_js_string *string = node->string;
    line_of_limit(lines, "minLength", &string->min_length);
    line_of_limit(lines, "maxLength", &string->max_length);
    enum sma_status st = line_of_value(lines, "pattern", string->pattern);
    if (!st && string->format && shows_format(node->draft, string->format->text))
        st = line_of_value(lines, "format", string->format);
    return st;
}

static enum sma_status lines_of_number(struct lines *lines, const struct sma_js_number *number)
{
    line_of_flag(lines, "exclusiveMinimum", number->exclusive_minimum_flag, true);
    line_of_flag(lines, "exclusiveMaximum", number->exclusive_maximum_flag, true);
    enum sma_status st = line_of_value(lines, "minimum", number->minimum);
    if (!st)
        st = line_of_value(lines, "maximum", number->maximum);
    if (!st)
        st = line_of_value(lines, "exclusiveMinimum", number->exclusive_minimum);
    if (!st)
        st = line_of_value(lines, "exclusiveMaximum", number->exclusive_maximum);
    return st ? st : line_of_value(lines, "multipleOf", number->multiple_of);
}

static void lines_of_object(struct lines *lines, const struct sma_js_object *object)
{
    for (uint32_t i = 0; i < object->property_count; i++)
        line_of_entry(lines, "properties", object->properties[i].name,
                      object->properties[i].schema);
    for (uint32_t i = 0; i < object->pattern_count; i++)
        line_of_entry(lines, "patternProperties", object->patterns[i].pattern,
                      object->patterns[i].schema);
    for (uint32_t i = 0; i < object->dependency_count; i++) {
        const struct sma_js_dependency *dependency = &object->dependencies[i];
        if (dependency->schema) {
            line_of_entry(lines, "dependencies", dependency->name, dependency->schema);
            continue;
        }
        put_key(lines, "dependencies");
        sma_json_put_string(&lines->text, dependency->name);
        put_names(lines, &dependency->required);
        end_line(lines);
    }
    if (object->required.count) {
        put_key(lines, "required");
        put_names(lines, &object->required);
        end_line(lines);
    }
    line_of_limit(lines, "minProperties", &object->min_properties);
    line_of_limit(lines, "maxProperties", &object->max_properties);
    line_of_flag(lines, "additionalProperties", object->forbids_additional, false);
    line_of_child(lines, "additionalProperties", object->additional);
    line_of_child(lines, "propertyNames", object->names);
    line_of_child(lines, "unevaluatedProperties", object->unevaluated);
}

static void lines_of_array(struct lines *lines, const struct sma_js_array *array)
{
    line_of_child(lines, "items", array->all_items);
    if (array->item_count) {
        put_key(lines, "items");
        for (uint32_t i = 0; i < array->item_count; i++)
            put_child(lines, array->items[i]);
        end_line(lines);
    }
    line_of_flag(lines, "additionalItems", array->forbids_additional, false);
    line_of_child(lines, "additionalItems", array->additional);
    line_of_child(lines, "unevaluatedItems", array->unevaluated);
    line_of_child(lines, "contains", array->contains);
    line_of_limit(lines, "minItems", &array->min_items);
    line_of_limit(lines, "maxItems", &array->max_items);
    line_of_limit(lines, "minContains", &array->min_contains);
    line_of_limit(lines, "maxContains", &array->max_contains);
    line_of_flag(lines, "uniqueItems", array->is_unique, true);
}

/* Sorted, because the original keeps them in a hash table; 1 and 1.0 are two, but read the same. */
static void line_of_values(struct lines *lines, const char *key, const struct sma_js_values *values)
{
    put_key(lines, key);
    for (uint32_t i = 0; i < values->set.count; i++) {
        sma_buf_putc(&lines->text, ',');
        put_short(&lines->text, values->set.items[i]);
    }
    end_line(lines);
}

static int compare_numbers(const void *left, const void *right)
{
    const uint32_t *a = left, *b = right;
    return (*a > *b) - (*a < *b);
}

static void line_of_members(struct lines *lines, const struct sma_js_combined *combined)
{
    uint32_t count = combined->member_count;
    uint32_t *numbers = calloc((size_t)count + 1, sizeof *numbers);
    if (!numbers) {
        lines->failed = true;
        return;
    }
    for (uint32_t i = 0; i < count; i++)
        numbers[i] = combined->members[i]->signature;
    qsort(numbers, count, sizeof *numbers, compare_numbers);
    sma_buf_puts(&lines->text, sma_js_criterion_name(combined->criterion));
    for (uint32_t i = 0; i < count; i++) {
        sma_buf_putc(&lines->text, '#');
        sma_buf_put_u64(&lines->text, numbers[i]);
    }
    end_line(lines);
    free(numbers);
}

static const char *type_name(const struct sma_js_node *node)
{
    switch (node->class) {
    case SMA_JS_STRING:
        return "string";
    case SMA_JS_NUMBER:
        return node->number->is_integer ? "integer" : "number";
    case SMA_JS_OBJECT:
        return "object";
    case SMA_JS_ARRAY:
        return "array";
    case SMA_JS_BOOLEAN:
        return "boolean";
    default:
        return "null";
    }
}

static enum sma_status lines_of_class(struct lines *lines, const struct sma_js_node *node)
{
    if (node->requires_type) {
        put_key(lines, "type");
        sma_buf_putz(&lines->text, type_name(node));
        end_line(lines);
    }
    switch (node->class) {
    case SMA_JS_STRING:
        return lines_of_string(lines, node);
    case SMA_JS_NUMBER:
        return lines_of_number(lines, node->number);
    case SMA_JS_OBJECT:
        lines_of_object(lines, node->object);
        return SMA_OK;
    case SMA_JS_ARRAY:
        lines_of_array(lines, node->array);
        return SMA_OK;
    case SMA_JS_ENUM:
        line_of_values(lines, "enum", node->values);
        return SMA_OK;
    case SMA_JS_CONST:
        line_of_values(lines, "const", node->values);
        return SMA_OK;
    case SMA_JS_NOT:
        line_of_child(lines, "not", node->inner);
        return SMA_OK;
    case SMA_JS_CONDITIONAL:
        line_of_child(lines, "if", node->conditional->condition);
        line_of_child(lines, "then", node->conditional->consequence);
        line_of_child(lines, "else", node->conditional->alternative);
        return SMA_OK;
    case SMA_JS_REFERENCE:
        put_key(lines, "$ref");
        sma_json_put_string(&lines->text, node->reference->text);
        end_line(lines);
        return SMA_OK;
    default:
        return SMA_OK;
    }
}

/* ---- lines of the whole -------------------------------------------------------------------- */

/* Keywords that the model has taken up, or that the modern loader of the original knows and drops.
 */
static bool is_taken_up(const struct sma_js_loader *loader, const struct sma_js_node *node,
                        struct sma_str name)
{
    static const char *const always[] = {"title", "description", "default", "$ref"};
    static const char *const known[] = {"enum", "allOf", "anyOf", "oneOf", "not", "type"};
    static const char *const modern[] = {
        "$id",         "$anchor",  "$dynamicRef", "$dynamicAnchor", "$defs", "$schema",
        "$vocabulary", "readOnly", "writeOnly",   "deprecated",     "const", "minContains",
        "maxContains", "if",       "then",        "else",           "format"};
    const struct sma_js_keyword *row;
    for (size_t i = 0; i < sizeof always / sizeof *always; i++)
        if (sma_str_eqz(name, always[i]))
            return true;
    if (!loader->is_modern && sma_str_eq(name, sma_js_id_keyword(node->draft)))
        return true;
    if (!loader->is_modern && node->class == SMA_JS_REFERENCE)
        return false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sma_str_eqz(name, known[i]))
            return true;
    for (size_t i = 0; loader->is_modern && i < sizeof modern / sizeof *modern; i++)
        if (sma_str_eqz(name, modern[i]))
            return true;
    if (node->draft >= SMA_DRAFT_6 && sma_str_eqz(name, "const"))
        return true;
    if (node->draft >= SMA_DRAFT_7 &&
        (sma_str_eqz(name, "if") || sma_str_eqz(name, "then") || sma_str_eqz(name, "else")))
        return true;
    for (size_t i = 0; (row = sma_js_keyword_at(i)); i++)
        if (sma_js_keyword_is_known(row, node->draft) && sma_str_eq(name, row->name))
            return true;
    /* Already there as the limits of an Array. */
    return node->class == SMA_JS_ARRAY &&
           (sma_str_eqz(name, "minContains") || sma_str_eqz(name, "maxContains"));
}

static enum sma_status lines_of_unknown(struct lines *lines, const struct sma_js_node *node)
{
    const struct sma_json *object = node->source;
    enum sma_status st = SMA_OK;
    if (!node->is_whole || object->type != SMA_JSON_OBJECT)
        return SMA_OK;
    for (uint32_t i = 0; !st && i < object->count; i++) {
        const struct sma_json_member *member = &object->members[i];
        if (is_taken_up(lines->loader, node, member->name))
            continue;
        sma_json_put_string(&lines->text, member->name);
        sma_buf_putc(&lines->text, ':');
        st = put_value(lines, &member->value);
        end_line(lines);
    }
    return st;
}

static enum sma_status lines_of_node(struct lines *lines, const struct sma_js_node *node)
{
    enum sma_status st = line_of_value(lines, "id", node->id);
    if (!st)
        st = line_of_value(lines, "title", node->title);
    if (!st)
        st = line_of_value(lines, "description", node->description);
    if (!st)
        st = line_of_value(lines, "default", node->default_value);
    if (!st)
        st = lines_of_unknown(lines, node);
    if (st || node->class != SMA_JS_COMBINED)
        return st ? st : lines_of_class(lines, node);
    bool is_synthetic = node->is_generated && node->combined->criterion == SMA_JS_ALL_OF;
    if (!is_synthetic) {
        line_of_members(lines, node->combined);
        return SMA_OK;
    }
    for (uint32_t i = 0; !st && i < node->combined->member_count; i++) {
        const struct sma_js_node *member = node->combined->members[i];
        if (member->class == SMA_JS_COMBINED)
            line_of_members(lines, member->combined);
        else
            st = lines_of_class(lines, member);
    }
    return st;
}

/* ---- the text ------------------------------------------------------------------------------ */

static int compare_spans(const void *left, const void *right, void *ctx)
{
    const struct span *a = left, *b = right;
    const char *text = ctx;
    return sma_str_cmp(sma_str_make(text + a->start, a->len),
                       sma_str_make(text + b->start, b->len));
}

/* The lines in order, into the loader's buffer. True and False are words of their own. */
enum sma_status sma_js_model_text(struct sma_js_loader *loader, const struct sma_js_node *node)
{
    struct lines lines = {.loader = loader};
    sma_buf_init(&lines.text, 0);
    sma_buf_clear(&loader->text);
    enum sma_status st = lines_of_node(&lines, node);
    if (!st && (lines.failed || sma_buf_failed(&lines.text)))
        st = sma_fail_nomem(loader->err);
    if (!st && lines.count)
        qsort_r(lines.items, lines.count, sizeof *lines.items, compare_spans, lines.text.ptr);
    for (size_t i = 0; !st && i < lines.count; i++) {
        sma_buf_append(&loader->text, lines.text.ptr + lines.items[i].start, lines.items[i].len);
        sma_buf_putc(&loader->text, '\n');
    }
    if (node->class == SMA_JS_TRUE || node->class == SMA_JS_FALSE)
        sma_buf_putz(&loader->text, node->class == SMA_JS_TRUE ? "true" : "false");
    if (!st && sma_buf_failed(&loader->text))
        st = sma_fail_nomem(loader->err);
    free(lines.items);
    sma_buf_fini(&lines.text);
    return st;
}
