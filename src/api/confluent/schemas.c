/* /schemas (confluent-rest 4.3). */
#include "api/confluent/resources.h"
#include "api/confluent/shape.h"

#include "core/formats/formats.h"
#include "registry/read.h"

/* ---- by id --------------------------------------------------------------------------------------
 */

/* The `subject` parameter, alias replaced; an absent one means no particular subject. */
static enum sma_status read_subject_param(struct sma_subject *out, struct sma_call *call,
                                          struct sma_error *err)
{
    struct sma_subject given;
    enum sma_status st =
        sma_subject_parse(&given, call->arena, sma_param_text(call, "subject"), err);
    return st ? st : sma_read_alias(out, call->loader, &given, err);
}

static enum sma_status read_row(struct sma_version *row, struct sma_call *call,
                                struct sma_error *err)
{
    struct sma_subject subject;
    int32_t id;
    enum sma_status st = sma_param_path_i32(&id, call, "id", err);
    if (!st)
        st = read_subject_param(&subject, call, err);
    if (!st)
        st = sma_read_id(row, call->loader, &subject, id, err);
    return st;
}

/* The highest id of the context that the row is in; -1 when nobody asked. */
static enum sma_status read_max_id(int32_t *max_id, struct sma_call *call,
                                   const struct sma_version *row, struct sma_error *err)
{
    struct sma_subject subject;
    *max_id = -1;
    if (!sma_param_bool(call, "fetchMaxId"))
        return SMA_OK;
    enum sma_status st = sma_subject_parse(&subject, call->arena, row->subject, err);
    return st ? st : sma_loader_max_id(max_id, call->loader, subject.context, err);
}

enum sma_status sma_schemas_by_id(struct sma_call *call, struct sma_error *err)
{
    struct sma_tagged_list tags;
    struct sma_version row;
    struct sma_str text;
    int32_t max_id;
    enum sma_status st = read_row(&row, call, err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        st = sma_shape_find_tags(&tags, call, &row, err);
    if (!st && sma_str_eqz(sma_param_text(call, "referenceFormat"), "qualified"))
        st = sma_shape_qualify(&row, call->arena, err);
    if (!st)
        st = read_max_id(&max_id, call, &row, err);
    if (!st)
        sma_shape_schema_string(&call->out, &row, text, &tags, true, max_id);
    return st;
}

enum sma_status sma_schemas_text_by_id(struct sma_call *call, struct sma_error *err)
{
    struct sma_version row;
    struct sma_str text;
    enum sma_status st = read_row(&row, call, err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        sma_buf_puts(call->body, text);
    return st;
}

/* ---- who carries an id
 * --------------------------------------------------------------------------- */

struct carriers {
    struct sma_version *rows;
    size_t from, to; /* the page */
};

static enum sma_status read_carriers(struct carriers *out, struct sma_call *call,
                                     struct sma_error *err)
{
    struct sma_subject subject;
    struct sma_page page;
    int32_t id;
    size_t count;
    enum sma_status st = sma_param_path_i32(&id, call, "id", err);
    if (!st)
        st = sma_param_page(&page, call, &call->confluent->options.subject_limits, err);
    if (!st)
        st = read_subject_param(&subject, call, err);
    if (!st)
        st = sma_read_id_versions(&out->rows, &count, call->loader, &subject, id,
                                  sma_param_bool(call, "deleted"), err);
    if (!st)
        sma_page_cut(&page, count, &out->from, &out->to);
    return st;
}

enum sma_status sma_schemas_subjects(struct sma_call *call, struct sma_error *err)
{
    struct carriers carriers;
    enum sma_status st = read_carriers(&carriers, call, err);
    if (st)
        return st;
    sma_jw_array_open(&call->out);
    for (size_t i = carriers.from; i < carriers.to; i++)
        sma_jw_string(&call->out, carriers.rows[i].subject);
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

enum sma_status sma_schemas_versions(struct sma_call *call, struct sma_error *err)
{
    struct carriers carriers;
    enum sma_status st = read_carriers(&carriers, call, err);
    if (st)
        return st;
    sma_jw_array_open(&call->out);
    for (size_t i = carriers.from; i < carriers.to; i++) {
        sma_jw_object_open(&call->out);
        sma_jw_member_string(&call->out, "subject", carriers.rows[i].subject);
        sma_jw_member_i64(&call->out, "version", carriers.rows[i].version);
        sma_jw_object_close(&call->out);
    }
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

/* ---- by guid ------------------------------------------------------------------------------------
 */

enum sma_status sma_schemas_by_guid(struct sma_call *call, struct sma_error *err)
{
    struct sma_version row;
    struct sma_str text;
    enum sma_status st =
        sma_read_guid(&row, call->loader, sma_http_param(call->request, "guid"), err);
    if (!st)
        st = sma_shape_text(&text, call, call->loader, &row, sma_param_text(call, "format"), err);
    if (!st)
        sma_shape_schema_string(&call->out, &row, text, NULL, false, -1);
    return st;
}

enum sma_status sma_schemas_guid_ids(struct sma_call *call, struct sma_error *err)
{
    struct sma_context_id *ids;
    size_t count;
    enum sma_status st =
        sma_read_guid_ids(&ids, &count, call->loader, sma_http_param(call->request, "guid"), err);
    if (st)
        return st;
    sma_jw_array_open(&call->out);
    for (size_t i = 0; i < count; i++) {
        sma_jw_object_open(&call->out);
        sma_jw_member_string(&call->out, "context", ids[i].context);
        sma_jw_member_i64(&call->out, "id", ids[i].id);
        sma_jw_object_close(&call->out);
    }
    sma_jw_array_close(&call->out);
    return SMA_OK;
}

/* ---- types --------------------------------------------------------------------------------------
 */

enum sma_status sma_schemas_types(struct sma_call *call, struct sma_error *err)
{
    const struct sma_format *format;
    (void)err;
    sma_jw_array_open(&call->out);
    for (size_t i = 0; (format = sma_format_at(i)); i++)
        sma_jw_string(&call->out, sma_str_z(format->name));
    sma_jw_array_close(&call->out);
    return SMA_OK;
}
