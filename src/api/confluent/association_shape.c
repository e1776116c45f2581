#include "api/confluent/association_shape.h"

#include "api/confluent/shape.h"
#include "registry/value.h"

/* ---- answers ------------------------------------------------------------------------------------
 */

static void put_text(struct sma_json_writer *w, const char *name, struct sma_str text)
{
    if (text.len)
        sma_jw_member_string(w, name, text);
}

/* Said only when it is not what the lifecycle says anyway. */
static void put_frozen(struct sma_json_writer *w, struct sma_str lifecycle, bool is_frozen)
{
    if (is_frozen != sma_str_eqz(lifecycle, "STRONG"))
        sma_jw_member_bool(w, "frozen", is_frozen);
}

void sma_shape_association(struct sma_json_writer *w, const struct sma_assoc_row *row)
{
    sma_jw_object_open(w);
    put_text(w, "subject", row->subject);
    put_text(w, "guid", row->guid);
    put_text(w, "resourceName", row->resource_name);
    put_text(w, "resourceNamespace", row->resource_namespace);
    put_text(w, "resourceId", row->resource_id);
    put_text(w, "resourceType", row->resource_type);
    put_text(w, "associationType", row->association_type);
    put_text(w, "lifecycle", row->lifecycle);
    put_frozen(w, row->lifecycle, row->is_frozen);
    sma_jw_member_i64(w, "createTs", row->create_ts_ms);
    sma_jw_member_i64(w, "updateTs", row->update_ts_ms);
    sma_jw_object_close(w);
}

void sma_shape_resource(struct sma_json_writer *w, const struct sma_assoc_resource *resource)
{
    put_text(w, "resourceName", resource->name);
    put_text(w, "resourceNamespace", resource->ns);
    put_text(w, "resourceId", resource->id);
    put_text(w, "resourceType", resource->type);
}

void sma_shape_associated(struct sma_json_writer *w, const struct sma_shown_association *shown)
{
    sma_jw_object_open(w);
    put_text(w, "subject", shown->subject);
    put_text(w, "associationType", shown->type);
    put_text(w, "lifecycle", shown->lifecycle);
    put_frozen(w, shown->lifecycle, shown->is_frozen);
    if (shown->schema) {
        sma_jw_name(w, "schema");
        sma_shape_schema(w, &(struct sma_shape_schema){shown->schema, shown->schema->content.text,
                                                       NULL, shown->is_stored_row});
    }
    sma_jw_object_close(w);
}

/* ---- requests -----------------------------------------------------------------------------------
 */

enum sma_status sma_body_resource(struct sma_assoc_resource *out, const struct sma_json *object,
                                  struct sma_error *err)
{
    const struct {
        const char *name;
        struct sma_str *to;
    } members[] = {{"resourceName", &out->name},
                   {"resourceNamespace", &out->ns},
                   {"resourceId", &out->id},
                   {"resourceType", &out->type}};
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < sizeof members / sizeof members[0]; i++)
        st = sma_value_text(members[i].to, sma_json_get(object, sma_str_z(members[i].name)),
                            members[i].name, err);
    return st;
}

enum sma_status sma_body_array(const struct sma_json **items, size_t *count,
                               const struct sma_json *object, const char *name,
                               struct sma_error *err)
{
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, sma_json_get(object, sma_str_z(name)),
                                             SMA_JSON_ARRAY, name, err);
    *count = !st && array ? array->count : 0;
    *items = *count ? array->items : NULL;
    return st;
}

enum sma_status sma_body_item(const struct sma_json **out, const struct sma_json *item,
                              const char *name, struct sma_error *err)
{
    enum sma_status st = sma_value_container(out, item, SMA_JSON_OBJECT, name, err);
    if (!st && !*out)
        st = sma_refuse(err, SMA_CODE_BAD_REQUEST, "Cannot deserialize \"%s\": null in the list",
                        name);
    return st;
}

enum sma_status sma_body_lifecycle(enum sma_lifecycle *out, const struct sma_json *object,
                                   struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st =
        sma_value_text(&text, sma_json_getz(object, "lifecycle"), "lifecycle", err);
    if (st || !text.ptr || sma_lifecycle_parse(out, text))
        return st;
    return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                      "Cannot deserialize \"lifecycle\": \"%.*s\" is not one of STRONG, WEAK",
                      SMA_STR_ARG(text));
}

static enum sma_status read_frozen(enum sma_tristate *out, const struct sma_json *value,
                                   struct sma_error *err)
{
    bool frozen = false;
    enum sma_status st = sma_value_bool(&frozen, value, "frozen", err);
    if (!st && value && value->type != SMA_JSON_NULL)
        *out = frozen ? SMA_TRUE : SMA_FALSE;
    return st;
}

static enum sma_status read_schema(struct sma_assoc_wish *out, const struct sma_call *call,
                                   const struct sma_json *value, struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, "schema", err);
    out->has_schema = !st && object;
    if (!out->has_schema)
        return st;
    st = sma_body_read_schema(&out->schema, call, object, err);
    return st ? st : sma_body_schema_tags(&out->tags, call, object, err);
}

enum sma_status sma_body_wish(struct sma_assoc_wish *out, const struct sma_call *call,
                              const struct sma_json *object, struct sma_error *err)
{
    enum sma_status st =
        sma_value_text(&out->subject, sma_json_getz(object, "subject"), "subject", err);
    if (!st)
        st = sma_value_text(&out->type, sma_json_getz(object, "associationType"), "associationType",
                            err);
    if (!st)
        st = sma_body_lifecycle(&out->lifecycle, object, err);
    if (!st)
        st = read_frozen(&out->frozen, sma_json_getz(object, "frozen"), err);
    if (!st)
        st = read_schema(out, call, sma_json_getz(object, "schema"), err);
    if (!st)
        st = sma_value_bool(&out->normalize, sma_json_getz(object, "normalize"), "normalize", err);
    return st;
}
