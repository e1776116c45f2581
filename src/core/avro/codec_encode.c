/* JSON to binary Avro. A path of names and positions is kept on the C stack, so that an error can
 * name the JSON pointer of the wrong value. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/utf8.h"
#include "core/avro/codec_plan.h"

struct place {
    const struct place *up;
    struct sma_str name; /* ptr NULL: `index` counts */
    uint32_t index;
};

struct encoder {
    struct sma_buf *out;
    const struct sma_avro_encode_options *options;
    uint32_t depth_left;
    struct sma_avro_fitting fitting;
    struct sma_error *err;
};

static enum sma_status encode(struct encoder *e, const struct sma_avro_node *type,
                              const struct sma_json *value, const struct place *place);

/* ---- errors
 * ------------------------------------------------------------------------------------------------
 */

static void put_pointer(struct sma_buf *out, const struct place *place)
{
    if (!place->up)
        return;
    put_pointer(out, place->up);
    sma_buf_putc(out, '/');
    if (!place->name.ptr)
        sma_buf_put_u64(out, place->index);
    for (size_t i = 0; i < place->name.len; i++) {
        char c = place->name.ptr[i];
        if (c == '~' || c == '/')
            sma_buf_putz(out, c == '~' ? "~0" : "~1");
        else
            sma_buf_putc(out, c);
    }
}

static enum sma_status wrong(struct encoder *e, const struct place *place, const char *what)
{
    struct sma_buf pointer;
    sma_buf_init(&pointer, 1024);
    put_pointer(&pointer, place);
    sma_fail(e->err, SMA_EINVAL, "%s at \"%.*s\"", what, SMA_STR_ARG(sma_buf_str(&pointer)));
    sma_buf_fini(&pointer);
    return SMA_EINVAL;
}

static enum sma_status not_a(struct encoder *e, const struct place *place,
                             const struct sma_avro_node *type)
{
    char what[300];
    struct sma_str name = sma_str_head(sma_avro_branch_name(type), 200);
    snprintf(what, sizeof what, "value is no %.*s", SMA_STR_ARG(name));
    return wrong(e, place, what);
}

/* ---- pieces
 * ------------------------------------------------------------------------------------------------
 */

static void put_long(struct sma_buf *out, int64_t value)
{
    uint64_t bits = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    uint8_t bytes[10];
    size_t n = 0;
    for (; bits >= 0x80; bits >>= 7)
        bytes[n++] = (uint8_t)(bits | 0x80);
    bytes[n++] = (uint8_t)bits;
    sma_buf_append(out, bytes, n);
}

static void put_little_endian(struct sma_buf *out, uint64_t bits, int count)
{
    uint8_t bytes[8];
    for (int i = 0; i < count; i++)
        bytes[i] = (uint8_t)(bits >> (8 * i));
    sma_buf_append(out, bytes, (size_t)count);
}

static enum sma_status encode_real(struct encoder *e, const struct sma_avro_node *type,
                                   const struct sma_json *value, const struct place *place)
{
    double wide;
    if (value->type != SMA_JSON_NUMBER && value->type != SMA_JSON_STRING)
        return not_a(e, place, type);
    if (sma_str_eqz(value->text, "NaN"))
        wide = NAN;
    else if (sma_str_eqz(value->text, "Infinity"))
        wide = INFINITY;
    else if (sma_str_eqz(value->text, "-Infinity"))
        wide = -INFINITY;
    else if (value->type != SMA_JSON_NUMBER || !sma_parse_double(value->text, &wide))
        return not_a(e, place, type);
    float single = (float)wide;
    uint32_t narrow_bits;
    uint64_t wide_bits;
    memcpy(&narrow_bits, &single, sizeof narrow_bits);
    memcpy(&wide_bits, &wide, sizeof wide_bits);
    if (type->kind == SMA_AVRO_FLOAT)
        put_little_endian(e->out, narrow_bits, 4);
    else
        put_little_endian(e->out, wide_bits, 8);
    return SMA_OK;
}

/* Bytes out of JSON text: characters up to U+00FF, or base64. */
static bool text_bytes(struct sma_buf *out, struct sma_str text, enum sma_json_bytes form)
{
    uint32_t c;
    if (form == SMA_JSON_BYTES_BASE64)
        return sma_base64_read(out, text);
    for (size_t n; text.len; text = sma_str_from(text, n)) {
        n = sma_utf8_decode(text, &c);
        if (!n || c > 0xff)
            return false;
        sma_buf_putc(out, (char)c);
    }
    return true;
}

static enum sma_status encode_bytes(struct encoder *e, const struct sma_avro_node *type,
                                    const struct sma_json *value, const struct place *place)
{
    struct sma_buf bytes;
    enum sma_status st = SMA_OK;
    sma_buf_init(&bytes, 0);
    if (value->type != SMA_JSON_STRING || !text_bytes(&bytes, value->text, e->options->bytes))
        st = not_a(e, place, type);
    else if (type->kind == SMA_AVRO_FIXED && bytes.len != type->fixed.size)
        st = wrong(e, place, "wrong number of bytes for a fixed");
    if (!st && type->kind == SMA_AVRO_BYTES)
        put_long(e->out, (int64_t)bytes.len);
    if (!st)
        sma_buf_puts(e->out, sma_buf_str(&bytes));
    if (!st && sma_buf_failed(&bytes))
        st = sma_fail_nomem(e->err);
    sma_buf_fini(&bytes);
    return st;
}

/* ---- nested
 * --------------------------------------------------------------------------------------------------
 */

static enum sma_status encode_items(struct encoder *e, const struct sma_avro_node *type,
                                    const struct sma_json *value, const struct place *place)
{
    bool is_map = type->kind == SMA_AVRO_MAP;
    if (value->type != (is_map ? SMA_JSON_OBJECT : SMA_JSON_ARRAY))
        return not_a(e, place, type);
    if (value->count)
        put_long(e->out, value->count);
    for (uint32_t i = 0; i < value->count; i++) {
        struct place here = {place, sma_str_make(NULL, 0), i};
        const struct sma_json *item = is_map ? &value->members[i].value : &value->items[i];
        if (is_map) {
            here.name = value->members[i].name;
            put_long(e->out, (int64_t)here.name.len);
            sma_buf_puts(e->out, here.name);
        }
        enum sma_status st = encode(e, type->items, item, &here);
        if (st)
            return st;
    }
    put_long(e->out, 0);
    return SMA_OK;
}

static enum sma_status encode_default(struct encoder *e, const struct sma_avro_field *field,
                                      const struct place *place)
{
    /* Defaults are written plainly and with one character per byte, whatever the caller's forms. */
    static const struct sma_avro_encode_options plain = {SMA_AVRO_UNIONS_PLAIN,
                                                         SMA_JSON_BYTES_LATIN1};
    const struct sma_avro_encode_options *callers = e->options;
    if (!field->default_value)
        return wrong(e, place, "field is missing and has no default");
    e->options = &plain;
    enum sma_status st = encode(e, field->type, field->default_value, place);
    e->options = callers;
    return st;
}

static enum sma_status encode_record(struct encoder *e, const struct sma_avro_node *type,
                                     const struct sma_json *value, const struct place *place)
{
    if (value->type != SMA_JSON_OBJECT)
        return not_a(e, place, type);
    for (uint32_t i = 0; i < value->count; i++)
        if (!sma_avro_field_find(type, value->members[i].name)) {
            const struct place here = {place, value->members[i].name, 0};
            return wrong(e, &here, "no such field");
        }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct sma_avro_field *field = &type->record.fields[i];
        const struct place here = {place, field->name, 0};
        const struct sma_json *given = sma_json_get(value, field->name);
        enum sma_status st =
            given ? encode(e, field->type, given, &here) : encode_default(e, field, &here);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status encode_branch(struct encoder *e, const struct sma_avro_node *type,
                                     uint32_t index, const struct sma_json *value,
                                     const struct place *place)
{
    put_long(e->out, index);
    return encode(e, type->variants.members[index], value, place);
}

/* {"branch": value}, or null. A short name is accepted for a named branch. */
static enum sma_status encode_tagged(struct encoder *e, const struct sma_avro_node *type,
                                     const struct sma_json *value, const struct place *place)
{
    bool is_null = value->type == SMA_JSON_NULL;
    if (!is_null && (value->type != SMA_JSON_OBJECT || value->count != 1))
        return wrong(e, place, "a union value must be null or an object with one branch name");
    struct sma_str name = is_null ? SMA_STR("null") : value->members[0].name;
    for (uint32_t i = 0; i < type->variants.count; i++) {
        const struct sma_avro_node *member = type->variants.members[i];
        const struct place here = {place, name, 0};
        if (!sma_str_eq(sma_avro_branch_name(member), name) &&
            !(sma_avro_is_named(member) && sma_str_eq(member->name.name, name)))
            continue;
        return is_null ? encode_branch(e, type, i, value, place)
                       : encode_branch(e, type, i, &value->members[0].value, &here);
    }
    return wrong(e, place, "no such branch in the union");
}

/* Base64 text is other text too: of a string and a bytes branch the first one that fits wins. */
static bool fits_branch(struct encoder *e, const struct sma_avro_node *member,
                        const struct sma_json *value)
{
    e->fitting.bytes = e->options->bytes;
    return sma_avro_json_fits(member, value, e->depth_left, &e->fitting);
}

static enum sma_status encode_union(struct encoder *e, const struct sma_avro_node *type,
                                    const struct sma_json *value, const struct place *place)
{
    if (e->options->unions == SMA_AVRO_UNIONS_TAGGED)
        return encode_tagged(e, type, value, place);
    for (uint32_t i = 0; i < type->variants.count; i++)
        if (fits_branch(e, type->variants.members[i], value))
            return encode_branch(e, type, i, value, place);
    if (!e->fitting.steps_left)
        return sma_fail(e->err, SMA_ELIMIT,
                        "finding the branches of unions exceeds the limit of %u steps",
                        SMA_AVRO_FIT_STEPS_MAX);
    return wrong(e, place, "value fits no branch of the union");
}

static enum sma_status encode_nested(struct encoder *e, const struct sma_avro_node *type,
                                     const struct sma_json *value, const struct place *place)
{
    switch (type->kind) {
    case SMA_AVRO_RECORD:
        return encode_record(e, type, value, place);
    case SMA_AVRO_UNION:
        return encode_union(e, type, value, place);
    default:
        return encode_items(e, type, value, place);
    }
}

/* ---- one value
 * -----------------------------------------------------------------------------------------------
 */

static enum sma_status encode_whole(struct encoder *e, const struct sma_avro_node *type,
                                    const struct sma_json *value, const struct place *place)
{
    int64_t whole;
    int32_t small;
    if (type->kind == SMA_AVRO_INT ? !sma_json_i32(value, &small) : !sma_json_i64(value, &whole))
        return not_a(e, place, type);
    put_long(e->out, type->kind == SMA_AVRO_INT ? small : whole);
    return SMA_OK;
}

static enum sma_status encode_word(struct encoder *e, const struct sma_avro_node *type,
                                   const struct sma_json *value, const struct place *place)
{
    if (value->type != SMA_JSON_STRING)
        return not_a(e, place, type);
    if (type->kind == SMA_AVRO_STRING) {
        put_long(e->out, (int64_t)value->text.len);
        sma_buf_puts(e->out, value->text);
        return SMA_OK;
    }
    int32_t position = sma_avro_symbol_find(type, value->text);
    if (position < 0)
        return wrong(e, place, "no such symbol in the enum");
    put_long(e->out, position);
    return SMA_OK;
}

static enum sma_status encode(struct encoder *e, const struct sma_avro_node *type,
                              const struct sma_json *value, const struct place *place)
{
    enum sma_status st;
    switch (type->kind) {
    case SMA_AVRO_NULL:
        return value->type == SMA_JSON_NULL ? SMA_OK : not_a(e, place, type);
    case SMA_AVRO_BOOLEAN:
        if (value->type != SMA_JSON_BOOL)
            return not_a(e, place, type);
        sma_buf_putc(e->out, (char)value->boolean);
        return SMA_OK;
    case SMA_AVRO_INT:
    case SMA_AVRO_LONG:
        return encode_whole(e, type, value, place);
    case SMA_AVRO_FLOAT:
    case SMA_AVRO_DOUBLE:
        return encode_real(e, type, value, place);
    case SMA_AVRO_STRING:
    case SMA_AVRO_ENUM:
        return encode_word(e, type, value, place);
    case SMA_AVRO_BYTES:
    case SMA_AVRO_FIXED:
        return encode_bytes(e, type, value, place);
    default:
        if (!e->depth_left)
            return sma_fail(e->err, SMA_ELIMIT, "value exceeds the limit of %d levels of nesting",
                            SMA_AVRO_VALUE_DEPTH_MAX);
        e->depth_left--;
        st = encode_nested(e, type, value, place);
        e->depth_left++;
        return st;
    }
}

enum sma_status sma_avro_encode(struct sma_buf *out, const struct sma_schema *schema,
                                const struct sma_json *value,
                                const struct sma_avro_encode_options *options,
                                struct sma_error *err)
{
    static const struct sma_avro_encode_options plain = {SMA_AVRO_UNIONS_PLAIN,
                                                         SMA_JSON_BYTES_LATIN1};
    const struct place root = {NULL, sma_str_make(NULL, 0), 0};
    struct encoder e = {.out = out,
                        .options = options ? options : &plain,
                        .depth_left = SMA_AVRO_VALUE_DEPTH_MAX,
                        .fitting = {SMA_JSON_BYTES_LATIN1, SMA_AVRO_FIT_STEPS_MAX},
                        .err = err};
    enum sma_status st = encode(&e, sma_avro_schema_of(schema)->root, value, &root);
    return !st && sma_buf_failed(out) ? sma_fail_nomem(err) : st;
}
