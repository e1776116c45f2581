/* JSON values against types: what fits, and defaults reported as values. Used by both directions.
 */
#include "base/num.h"
#include "base/utf8.h"
#include "core/avro/codec_plan.h"

#define FIXED_DEFAULT_MAX 4096 /* bytes of a bytes or fixed default */

static bool is_latin1(struct sma_str s)
{
    uint32_t c;
    for (size_t n; s.len; s = sma_str_from(s, n)) {
        n = sma_utf8_decode(s, &c);
        if (!n || c > 0xff)
            return false;
    }
    return true;
}

static bool is_non_finite_word(struct sma_str s)
{
    return sma_str_eqz(s, "NaN") || sma_str_eqz(s, "Infinity") || sma_str_eqz(s, "-Infinity");
}

static bool number_fits(const struct sma_avro_node *type, const struct sma_json *value)
{
    int32_t small;
    int64_t large;
    switch (type->kind) {
    case SMA_AVRO_INT:
        return sma_json_i32(value, &small);
    case SMA_AVRO_LONG:
        return sma_json_i64(value, &large);
    default:
        return value->type == SMA_JSON_NUMBER ||
               (value->type == SMA_JSON_STRING && is_non_finite_word(value->text));
    }
}

/* The bytes that base64 text of the right form stands for; false when it is none. */
static bool base64_length(struct sma_str s, size_t *len)
{
    size_t pad = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool is_letter = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
                         (c >= '0' && c <= '9') || c == '+' || c == '/';
        if (c == '=' && i + 2 >= s.len)
            pad++;
        else if (!is_letter || pad)
            return false;
    }
    *len = s.len / 4 * 3 - pad;
    return s.len % 4 == 0;
}

static bool bytes_fit(const struct sma_avro_node *type, const struct sma_json *value,
                      enum sma_json_bytes form)
{
    size_t len;
    if (value->type != SMA_JSON_STRING)
        return false;
    if (form == SMA_JSON_BYTES_BASE64) {
        if (!base64_length(value->text, &len))
            return false;
    } else if (is_latin1(value->text)) {
        len = sma_utf8_count(value->text);
    } else {
        return false;
    }
    return type->kind == SMA_AVRO_BYTES || len == type->fixed.size;
}

static bool items_fit(const struct sma_avro_node *type, const struct sma_json *value,
                      uint32_t depth, struct sma_avro_fitting *fitting)
{
    for (uint32_t i = 0; i < value->count; i++)
        if (!sma_avro_json_fits(
                type->items,
                type->kind == SMA_AVRO_MAP ? &value->members[i].value : &value->items[i], depth,
                fitting))
            return false;
    return true;
}

static bool record_fits(const struct sma_avro_node *type, const struct sma_json *value,
                        uint32_t depth, struct sma_avro_fitting *fitting)
{
    for (uint32_t i = 0; i < value->count; i++)
        if (!sma_avro_field_find(type, value->members[i].name))
            return false;
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct sma_avro_field *field = &type->record.fields[i];
        const struct sma_json *given = sma_json_get(value, field->name);
        if (given ? !sma_avro_json_fits(field->type, given, depth, fitting)
                  : !field->default_value)
            return false;
    }
    return true;
}

static bool nested_fits(const struct sma_avro_node *type, const struct sma_json *value,
                        uint32_t depth, struct sma_avro_fitting *fitting)
{
    switch (type->kind) {
    case SMA_AVRO_ARRAY:
        return value->type == SMA_JSON_ARRAY && items_fit(type, value, depth, fitting);
    case SMA_AVRO_MAP:
        return value->type == SMA_JSON_OBJECT && items_fit(type, value, depth, fitting);
    case SMA_AVRO_RECORD:
        return value->type == SMA_JSON_OBJECT && record_fits(type, value, depth, fitting);
    default:
        for (uint32_t i = 0; i < type->variants.count; i++)
            if (sma_avro_json_fits(type->variants.members[i], value, depth, fitting))
                return true;
        return false;
    }
}

bool sma_avro_json_fits(const struct sma_avro_node *type, const struct sma_json *value,
                        uint32_t depth_left, struct sma_avro_fitting *fitting)
{
    if (!fitting->steps_left)
        return false;
    fitting->steps_left--;
    switch (type->kind) {
    case SMA_AVRO_NULL:
        return value->type == SMA_JSON_NULL;
    case SMA_AVRO_BOOLEAN:
        return value->type == SMA_JSON_BOOL;
    case SMA_AVRO_INT:
    case SMA_AVRO_LONG:
    case SMA_AVRO_FLOAT:
    case SMA_AVRO_DOUBLE:
        return number_fits(type, value);
    case SMA_AVRO_STRING:
        return value->type == SMA_JSON_STRING;
    case SMA_AVRO_BYTES:
    case SMA_AVRO_FIXED:
        return bytes_fit(type, value, fitting->bytes);
    case SMA_AVRO_ENUM:
        return value->type == SMA_JSON_STRING && sma_avro_symbol_find(type, value->text) >= 0;
    default:
        return depth_left && nested_fits(type, value, depth_left - 1, fitting);
    }
}

/* ---- reporting
 * ------------------------------------------------------------------------------------------- */

struct reporter {
    const struct sma_visitor *visitor;
    void *ctx;
    struct sma_avro_fitting fitting;
    struct sma_error *err;
};

static enum sma_status report(struct reporter *r, const struct sma_avro_node *type,
                              const struct sma_json *value, uint32_t depth_left);

static enum sma_status told(struct reporter *r, int stop)
{
    return stop ? sma_fail(r->err, SMA_ECONFLICT, "stopped by the receiver") : SMA_OK;
}

static enum sma_status wrong(struct reporter *r, const struct sma_avro_node *type)
{
    return sma_fail(r->err, SMA_EINVAL, "a field's default is no %.*s",
                    SMA_STR_ARG(sma_avro_kind_word(type->kind)));
}

static enum sma_status report_bytes(struct reporter *r, const struct sma_avro_node *type,
                                    struct sma_str text)
{
    char bytes[FIXED_DEFAULT_MAX];
    size_t n = 0;
    uint32_t c;
    while (text.len) {
        size_t len = sma_utf8_decode(text, &c);
        if (!len || c > 0xff)
            return wrong(r, type);
        if (n == sizeof bytes)
            return sma_fail(r->err, SMA_ELIMIT, "a default exceeds the limit of %d bytes",
                            FIXED_DEFAULT_MAX);
        bytes[n++] = (char)c;
        text = sma_str_from(text, len);
    }
    return told(r, r->visitor->bytes_value(r->ctx, bytes, n, sma_avro_logical_word(type)));
}

static enum sma_status report_number(struct reporter *r, const struct sma_avro_node *type,
                                     const struct sma_json *value)
{
    int64_t whole;
    double wide;
    if (sma_json_i64(value, &whole) && type->kind <= SMA_AVRO_LONG)
        return told(r, r->visitor->int_value(r->ctx, whole));
    if (is_non_finite_word(value->text))
        wide = value->text.ptr[0] == 'N'   ? __builtin_nan("")
               : value->text.ptr[0] == '-' ? -__builtin_inf()
                                           : __builtin_inf();
    else if (!sma_parse_double(value->text, &wide))
        return wrong(r, type);
    return told(r, type->kind == SMA_AVRO_FLOAT ? sma_visit_float(r->visitor, r->ctx, (float)wide)
                                                : r->visitor->double_value(r->ctx, wide));
}

static enum sma_status report_items(struct reporter *r, const struct sma_avro_node *type,
                                    const struct sma_json *value, uint32_t depth)
{
    bool is_map = type->kind == SMA_AVRO_MAP;
    enum sma_status st = told(r, is_map ? r->visitor->map_begin(r->ctx, value->count)
                                        : r->visitor->array_begin(r->ctx, value->count));
    for (uint32_t i = 0; !st && i < value->count; i++) {
        if (is_map)
            st = told(r, r->visitor->key(r->ctx, value->members[i].name.ptr,
                                         value->members[i].name.len));
        if (!st)
            st =
                report(r, type->items, is_map ? &value->members[i].value : &value->items[i], depth);
    }
    if (st)
        return st;
    return told(r, is_map ? r->visitor->map_end(r->ctx) : r->visitor->array_end(r->ctx));
}

static enum sma_status report_record(struct reporter *r, const struct sma_avro_node *type,
                                     const struct sma_json *value, uint32_t depth)
{
    enum sma_status st = told(r, r->visitor->map_begin(r->ctx, type->record.count));
    for (uint32_t i = 0; !st && i < type->record.count; i++) {
        const struct sma_avro_field *field = &type->record.fields[i];
        const struct sma_json *given = sma_json_get(value, field->name);
        if (!given)
            given = field->default_value;
        if (!given)
            return wrong(r, type);
        st = told(r, r->visitor->key(r->ctx, field->name.ptr, field->name.len));
        if (!st)
            st = report(r, field->type, given, depth);
    }
    return st ? st : told(r, r->visitor->map_end(r->ctx));
}

/* The specification gives a union's default the first branch; the registry accepts any that fits.
 */
static enum sma_status report_union(struct reporter *r, const struct sma_avro_node *type,
                                    const struct sma_json *value, uint32_t depth)
{
    for (uint32_t i = 0; i < type->variants.count; i++) {
        const struct sma_avro_node *member = type->variants.members[i];
        if (!sma_avro_json_fits(member, value, depth, &r->fitting))
            continue;
        bool is_tagged = r->visitor->branch && member->kind != SMA_AVRO_NULL;
        enum sma_status st = SMA_OK;
        if (is_tagged)
            st = told(r, r->visitor->branch(r->ctx, sma_avro_branch_name(member), (int32_t)i));
        if (!st)
            st = report(r, member, value, depth);
        return st || !is_tagged ? st : told(r, r->visitor->branch_end(r->ctx));
    }
    return wrong(r, type);
}

static enum sma_status report_nested(struct reporter *r, const struct sma_avro_node *type,
                                     const struct sma_json *value, uint32_t depth)
{
    if (type->kind == SMA_AVRO_UNION)
        return report_union(r, type, value, depth);
    if (value->type != (type->kind == SMA_AVRO_ARRAY ? SMA_JSON_ARRAY : SMA_JSON_OBJECT))
        return wrong(r, type);
    return type->kind == SMA_AVRO_RECORD ? report_record(r, type, value, depth)
                                         : report_items(r, type, value, depth);
}

static enum sma_status report(struct reporter *r, const struct sma_avro_node *type,
                              const struct sma_json *value, uint32_t depth_left)
{
    int32_t position;
    switch (type->kind) {
    case SMA_AVRO_NULL:
        return value->type != SMA_JSON_NULL ? wrong(r, type)
                                            : told(r, r->visitor->null_value(r->ctx));
    case SMA_AVRO_BOOLEAN:
        return value->type != SMA_JSON_BOOL
                   ? wrong(r, type)
                   : told(r, r->visitor->bool_value(r->ctx, value->boolean));
    case SMA_AVRO_INT:
    case SMA_AVRO_LONG:
    case SMA_AVRO_FLOAT:
    case SMA_AVRO_DOUBLE:
        return number_fits(type, value) ? report_number(r, type, value) : wrong(r, type);
    case SMA_AVRO_STRING:
        return value->type != SMA_JSON_STRING
                   ? wrong(r, type)
                   : told(r, r->visitor->string_value(r->ctx, value->text.ptr, value->text.len));
    case SMA_AVRO_BYTES:
    case SMA_AVRO_FIXED:
        return bytes_fit(type, value, SMA_JSON_BYTES_LATIN1) ? report_bytes(r, type, value->text)
                                                             : wrong(r, type);
    case SMA_AVRO_ENUM:
        position = value->type == SMA_JSON_STRING ? sma_avro_symbol_find(type, value->text) : -1;
        return position < 0 ? wrong(r, type)
                            : told(r, sma_visit_enum(r->visitor, r->ctx, value->text, position));
    default:
        if (!depth_left)
            return sma_fail(r->err, SMA_ELIMIT, "a default exceeds the levels of nesting");
        return report_nested(r, type, value, depth_left - 1);
    }
}

enum sma_status sma_avro_visit_default(const struct sma_avro_node *type,
                                       const struct sma_json *value,
                                       const struct sma_visitor *visitor, void *ctx,
                                       uint32_t depth_left, struct sma_error *err)
{
    struct reporter r = {visitor, ctx, {SMA_JSON_BYTES_LATIN1, SMA_AVRO_FIT_STEPS_MAX}, err};
    return report(&r, type, value, depth_left);
}
