#include "api/confluent/shape.h"

#include "core/formats/formats.h"
#include "core/hash/hash.h"
#include "registry/parse.h"
#include "registry/text.h"

/* ---- texts --------------------------------------------------------------------------------------
 */

static enum sma_text_form form_of(struct sma_str format)
{
    static const struct {
        const char *name;
        enum sma_text_form form;
    } forms[] = {
        {"resolved", SMA_TEXT_RESOLVED},
        {"ignore_extensions", SMA_TEXT_IGNORE_EXTENSIONS},
        {"serialized", SMA_TEXT_SERIALIZED},
    };
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++)
        if (sma_str_eqz(format, forms[i].name))
            return forms[i].form;
    return SMA_TEXT_CANONICAL;
}

bool sma_shape_is_other_form(const struct sma_version *row, struct sma_str format)
{
    enum sma_text_form form = form_of(format);
    if (form == SMA_TEXT_RESOLVED)
        return row->content.reference_count > 0 && !sma_str_eqz(row->type, "PROTOBUF");
    return form != SMA_TEXT_CANONICAL && sma_str_eqz(row->type, "PROTOBUF");
}

enum sma_status sma_shape_print(struct sma_str *out, struct sma_arena *arena,
                                const struct sma_schema *schema, struct sma_str format,
                                struct sma_error *err)
{
    struct sma_buf buf;
    sma_buf_init(&buf, SMA_RESOLVED_BYTES_MAX);
    enum sma_status st = schema->format->print(&buf, schema, form_of(format), err);
    struct sma_str text = sma_text_keep(arena, &buf);
    if (st)
        return st;
    if (!text.ptr)
        return sma_fail_nomem(err);
    *out = text;
    return SMA_OK;
}

enum sma_status sma_shape_text(struct sma_str *out, struct sma_call *call,
                               struct sma_loader *loader, const struct sma_version *row,
                               struct sma_str format, struct sma_error *err)
{
    struct sma_schema *schema = NULL;
    if (!sma_shape_is_other_form(row, format)) {
        *out = row->content.text;
        return SMA_OK;
    }
    enum sma_status st = sma_parse_row(&schema, loader, row, err);
    if (!st)
        st = sma_shape_print(out, call->arena, schema, format, err);
    sma_schema_unref(schema);
    return st;
}

enum sma_status sma_shape_qualify(struct sma_version *row, struct sma_arena *arena,
                                  struct sma_error *err)
{
    struct sma_subject subject, target;
    size_t count = row->content.reference_count;
    enum sma_status st = sma_subject_parse(&subject, arena, row->subject, err);
    if (st || !count || sma_subject_is_default_context(&subject))
        return st;
    struct sma_reference *qualified = sma_arena_calloc(arena, count, sizeof *qualified);
    if (!qualified)
        return sma_fail_nomem(err);
    for (size_t i = 0; !st && i < count; i++) {
        qualified[i] = row->content.references[i];
        st = sma_subject_resolve(&target, arena, subject.context, qualified[i].subject, err);
        if (!st)
            qualified[i].subject = target.qualified;
    }
    row->content.references = qualified;
    return st;
}

/* ---- parts --------------------------------------------------------------------------------------
 */

static void write_guid(struct sma_json_writer *w, const struct sma_version *row)
{
    char guid[37];
    sma_uuid_text(guid, row->content.hash);
    sma_jw_member_string(w, "guid", sma_str_z(guid));
}

static void write_references(struct sma_json_writer *w, const struct sma_version *row)
{
    if (!row->content.reference_count)
        return;
    sma_jw_name(w, "references");
    sma_jw_array_open(w);
    for (size_t i = 0; i < row->content.reference_count; i++) {
        const struct sma_reference *reference = &row->content.references[i];
        sma_jw_object_open(w);
        sma_jw_member_string(w, "name", reference->name);
        sma_jw_member_string(w, "subject", reference->subject);
        sma_jw_member_i64(w, "version", reference->version);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

/* Stored normalized: they are answers already. An empty object is written, null is not. */
static void write_contract(struct sma_json_writer *w, const struct sma_version *row)
{
    if (row->content.metadata.ptr)
        sma_jw_member_raw(w, "metadata", row->content.metadata);
    if (row->content.rule_set.ptr)
        sma_jw_member_raw(w, "ruleSet", row->content.rule_set);
}

static void write_text(struct sma_json_writer *w, struct sma_str text)
{
    if (text.len)
        sma_jw_member_string(w, "schema", text);
}

static void write_row_facts(struct sma_json_writer *w, const struct sma_version *row)
{
    sma_jw_member_i64(w, "ts", row->ts_ms);
    sma_jw_member_bool(w, "deleted", row->is_deleted);
}

static void write_tagged(struct sma_json_writer *w, const struct sma_tagged *tagged)
{
    sma_jw_object_open(w);
    sma_jw_name(w, "schemaEntity");
    sma_jw_object_open(w);
    sma_jw_member_string(w, "entityPath", tagged->path);
    sma_jw_member_string(w, "entityType",
                         tagged->kind == SMA_ENTITY_RECORD ? SMA_STR("sr_record")
                                                           : SMA_STR("sr_field"));
    sma_jw_object_close(w);
    sma_jw_name(w, "tags");
    sma_jw_array_open(w);
    for (size_t i = 0; i < tagged->tags.count; i++)
        sma_jw_string(w, tagged->tags.items[i]);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
}

static void write_tags(struct sma_json_writer *w, const struct sma_tagged_list *tags)
{
    if (!tags || !tags->count)
        return;
    sma_jw_name(w, "schemaTags");
    sma_jw_array_open(w);
    for (size_t i = 0; i < tags->count; i++)
        write_tagged(w, &tags->items[i]);
    sma_jw_array_close(w);
}

enum sma_status sma_shape_find_tags(struct sma_tagged_list *out, struct sma_call *call,
                                    const struct sma_version *row, struct sma_error *err)
{
    const struct sma_http_query_item *item = sma_http_query(call->request, "findTags");
    *out = (struct sma_tagged_list){0};
    if (!item)
        return SMA_OK;
    struct sma_str *names =
        sma_arena_calloc(call->arena, call->request->query_count, sizeof *names);
    struct sma_tag_list wanted = {names, 0};
    if (!names)
        return sma_fail_nomem(err);
    for (; item; item = sma_http_query_next(call->request, item))
        names[wanted.count++] = item->value;
    return sma_tags_find(out, call->loader, row, &wanted, err);
}

/* ---- shapes -------------------------------------------------------------------------------------
 */

void sma_shape_schema_members(struct sma_json_writer *w, const struct sma_shape_schema *schema)
{
    const struct sma_version *row = schema->row;
    sma_jw_member_string(w, "subject", row->subject);
    sma_jw_member_i64(w, "version", row->version);
    sma_jw_member_i64(w, "id", row->id);
    write_guid(w, row);
    sma_jw_member_string(w, "schemaType", row->type);
    write_references(w, row);
    write_contract(w, row);
    write_text(w, schema->text);
    write_tags(w, schema->tags);
    if (schema->is_stored_row)
        write_row_facts(w, row);
}

void sma_shape_schema(struct sma_json_writer *w, const struct sma_shape_schema *schema)
{
    sma_jw_object_open(w);
    sma_shape_schema_members(w, schema);
    sma_jw_object_close(w);
}

void sma_shape_schema_string(struct sma_json_writer *w, const struct sma_version *row,
                             struct sma_str text, const struct sma_tagged_list *tags,
                             bool with_subject, int32_t max_id)
{
    sma_jw_object_open(w);
    if (with_subject) {
        sma_jw_member_string(w, "subject", row->subject);
        sma_jw_member_i64(w, "version", row->version);
    }
    write_guid(w, row);
    sma_jw_member_string(w, "schemaType", row->type);
    write_text(w, text);
    write_references(w, row);
    write_contract(w, row);
    write_tags(w, tags);
    if (max_id >= 0)
        sma_jw_member_i64(w, "maxId", max_id);
    write_row_facts(w, row);
    sma_jw_object_close(w);
}

void sma_shape_registered(struct sma_json_writer *w, const struct sma_version *row,
                          struct sma_str text, bool is_stored_row)
{
    sma_jw_object_open(w);
    sma_jw_member_i64(w, "id", row->id);
    if (row->version > 0)
        sma_jw_member_i64(w, "version", row->version);
    write_guid(w, row);
    sma_jw_member_string(w, "schemaType", row->type);
    write_references(w, row);
    write_contract(w, row);
    write_text(w, text);
    if (is_stored_row)
        write_row_facts(w, row);
    sma_jw_object_close(w);
}
