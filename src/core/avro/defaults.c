/* Whether the default of a field fits its type (compat-avro section 4). Checked twice when the type
 * involves names that come later: where it is read such a name stands for a record without fields,
 * so only an object passes; in the end against the real thing (resolve.c). */
#include "core/avro/avro.h"
#include "core/avro/parser.h"
#include "core/avro/value.h"

struct check {
    struct sma_avro_parser *parser;
    uint32_t depth_left;
    enum sma_status st; /* a failure other than "does not fit" */
};

static bool fits(struct check *c, const struct sma_avro_node *type, const struct sma_json *v);

static bool elements_fit(struct check *c, const struct sma_avro_node *type,
                         const struct sma_json *v)
{
    bool is_array = type->kind == SMA_AVRO_ARRAY;
    if (v->type != (is_array ? SMA_JSON_ARRAY : SMA_JSON_OBJECT))
        return false;
    for (uint32_t i = 0; i < v->count; i++)
        if (!fits(c, type->items, is_array ? &v->items[i] : &v->members[i].value))
            return false;
    return true;
}

static bool some_member_fits(struct check *c, const struct sma_avro_node *type,
                             const struct sma_json *v)
{
    for (uint32_t i = 0; !c->st && i < type->variants.count; i++)
        if (fits(c, type->variants.members[i], v))
            return true;
    return false;
}

static bool record_fits(struct check *c, const struct sma_avro_node *type, const struct sma_json *v)
{
    if (v->type != SMA_JSON_OBJECT)
        return false;
    if (type->index == SMA_AVRO_UNNUMBERED) {
        c->st = sma_fail(c->parser->err, SMA_EINVAL, "Schema fields not set yet");
        return false;
    }
    for (uint32_t i = 0; i < type->record.count; i++) {
        const struct sma_avro_field *field = &type->record.fields[i];
        const struct sma_json *given = sma_json_get(v, field->name);
        given = given ? given : field->default_value;
        if (!given || !fits(c, field->type, given))
            return false;
    }
    return true;
}

static bool scalar_fits(const struct sma_avro_node *type, const struct sma_json *v)
{
    int32_t i32;
    int64_t i64;
    switch (type->kind) {
    case SMA_AVRO_NULL:
        return v->type == SMA_JSON_NULL;
    case SMA_AVRO_BOOLEAN:
        return v->type == SMA_JSON_BOOL;
    case SMA_AVRO_INT:
        return sma_json_i32(v, &i32);
    case SMA_AVRO_LONG:
        return sma_json_i64(v, &i64);
    case SMA_AVRO_FLOAT:
    case SMA_AVRO_DOUBLE:
        return v->type == SMA_JSON_NUMBER;
    default: /* string, bytes, enum, fixed: any string, whatever its length or symbol */
        return v->type == SMA_JSON_STRING;
    }
}

static bool composite_fits(struct check *c, const struct sma_avro_node *type,
                           const struct sma_json *v)
{
    switch (type->kind) {
    case SMA_AVRO_ARRAY:
    case SMA_AVRO_MAP:
        return elements_fit(c, type, v);
    case SMA_AVRO_UNION:
        return some_member_fits(c, type, v);
    case SMA_AVRO_RECORD:
        return record_fits(c, type, v);
    default:
        return scalar_fits(type, v);
    }
}

static bool fits(struct check *c, const struct sma_avro_node *type, const struct sma_json *v)
{
    if (c->st)
        return false;
    if (!c->depth_left || !sma_work_take(&c->parser->work, 1)) {
        c->st = c->depth_left ? sma_fail(c->parser->err, SMA_ELIMIT,
                                         "checking defaults exceeds the limit of %u steps",
                                         SMA_AVRO_DEFAULT_STEPS_MAX)
                              : sma_fail(c->parser->err, SMA_ELIMIT,
                                         "a default exceeds the limit of %d levels of nesting",
                                         SMA_AVRO_DEPTH_MAX);
        return false;
    }
    c->depth_left--;
    bool result = composite_fits(c, type, v);
    c->depth_left++;
    return result;
}

enum sma_status sma_avro_check_default(struct sma_avro_parser *p,
                                       const struct sma_avro_field *field)
{
    struct check c = {.parser = p, .depth_left = SMA_AVRO_DEPTH_MAX};
    struct sma_buf what;
    if (fits(&c, field->type, field->default_value))
        return SMA_OK;
    if (c.st)
        return c.st;
    sma_buf_init(&what, 0);
    sma_buf_putz(&what, "Invalid default for field ");
    sma_buf_puts(&what, field->name);
    sma_buf_putz(&what, ": ");
    sma_avro_put_json(&what, field->default_value);
    sma_buf_putz(&what, " not a ");
    enum sma_status st = sma_buf_failed(&what) ? sma_fail_nomem(p->err)
                                               : sma_avro_fail_node(p, field->default_span.start,
                                                                    what.ptr, field->type);
    sma_buf_fini(&what);
    return st;
}
