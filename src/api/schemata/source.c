#include "api/schemata/source.h"

#include "core/hash/hash.h"
#include "registry/read.h"
#include "registry/value.h"

static bool has(const struct sma_json *object, const char *name)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    return value && value->type != SMA_JSON_NULL;
}

bool sma_own_source_is_given(const struct sma_json *object)
{
    return has(object, "id") || has(object, "guid") || has(object, "subject") ||
           has(object, "schema");
}

/* ---- references ---------------------------------------------------------------------------------
 */

static enum sma_status read_reference(struct sma_reference *out, const struct sma_json *value,
                                      struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, "references", err);
    if (!st)
        st = sma_value_text(&out->name, sma_json_getz(object, "name"), "name", err);
    if (!st)
        st = sma_value_text(&out->subject, sma_json_getz(object, "subject"), "subject", err);
    if (!st)
        st = sma_value_i32(&out->version, sma_json_getz(object, "version"), "version", err);
    return st;
}

enum sma_status sma_own_references_read(const struct sma_reference **out, size_t *count,
                                        struct sma_arena *arena, const struct sma_json *object,
                                        struct sma_error *err)
{
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, sma_json_getz(object, "references"),
                                             SMA_JSON_ARRAY, "references", err);
    *out = NULL;
    *count = 0;
    if (st || !array || !array->count)
        return st;
    struct sma_reference *references = sma_arena_calloc(arena, array->count, sizeof *references);
    if (!references)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; !st && i < array->count; i++)
        st = read_reference(&references[i], &array->items[i], err);
    *out = references;
    *count = array->count;
    return st;
}

/* ---- the four ways ------------------------------------------------------------------------------
 */

enum sma_status sma_own_source_of_row(struct sma_own_source *out, struct sma_own_call *call,
                                      const struct sma_version *row, struct sma_error *err)
{
    struct sma_subject subject;
    enum sma_status st = sma_subject_parse(&subject, call->arena, row->subject, err);
    if (st)
        return st;
    *out = (struct sma_own_source){
        .is_stored = true,
        .row = *row,
        .parse = {.type = row->type,
                  .text = row->content.text,
                  .context = subject.context,
                  .references = row->content.references,
                  .reference_count = row->content.reference_count},
    };
    return SMA_OK;
}

static enum sma_status read_version(struct sma_version *row, struct sma_own_call *call,
                                    const struct sma_json *object,
                                    const struct sma_subject *subject, struct sma_error *err)
{
    struct sma_str text;
    int32_t version = SMA_LATEST;
    struct sma_subject meant;
    enum sma_status st = sma_value_text(&text, sma_json_getz(object, "version"), "version", err);
    if (!st && text.ptr)
        st = sma_version_parse(&version, text, err);
    if (!st)
        st = sma_read_alias(&meant, call->loader, subject, err);
    if (!st)
        st = sma_read_version(row, call->loader, &meant, version, true, err);
    return st;
}

static enum sma_status read_stored(struct sma_version *row, struct sma_own_call *call,
                                   const struct sma_json *object, const struct sma_subject *subject,
                                   struct sma_error *err)
{
    struct sma_str guid;
    int32_t id = 0;
    if (has(object, "id")) {
        enum sma_status st = sma_value_i32(&id, sma_json_getz(object, "id"), "id", err);
        return st ? st : sma_read_id(row, call->loader, subject, id, err);
    }
    if (has(object, "guid")) {
        enum sma_status st = sma_value_text(&guid, sma_json_getz(object, "guid"), "guid", err);
        return st ? st : sma_read_guid(row, call->loader, guid, err);
    }
    return read_version(row, call, object, subject, err);
}

static enum sma_status read_inline(struct sma_own_source *out, struct sma_own_call *call,
                                   const struct sma_json *object, const struct sma_subject *subject,
                                   struct sma_error *err)
{
    struct sma_parse_source parse = {.context = subject ? subject->context : SMA_CONTEXT_DEFAULT};
    enum sma_status st =
        sma_value_text(&parse.text, sma_json_getz(object, "schema"), "schema", err);
    if (!st)
        st = sma_value_text(&parse.type, sma_json_getz(object, "schemaType"), "schemaType", err);
    if (!st)
        st = sma_own_references_read(&parse.references, &parse.reference_count, call->arena, object,
                                     err);
    if (!st && !sma_str_trim(parse.text).len)
        st = sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "schema: the text is empty");
    if (st)
        return st;
    if (!parse.type.len)
        parse.type = SMA_STR("AVRO");
    *out = (struct sma_own_source){.parse = parse};
    return SMA_OK;
}

enum sma_status sma_own_source_read(struct sma_own_source *out, struct sma_own_call *call,
                                    const struct sma_json *object, struct sma_error *err)
{
    struct sma_subject subject;
    struct sma_str name;
    struct sma_version row;
    const struct sma_subject *given = NULL;
    bool is_inline = has(object, "schema");
    if (has(object, "id") + has(object, "guid") + is_inline + has(object, "version") > 1 ||
        !sma_own_source_is_given(object))
        return sma_own_refuse(err, "which schema? Give one of: id; guid; subject and version; "
                                   "schema with schemaType");
    enum sma_status st = sma_value_text(&name, sma_json_getz(object, "subject"), "subject", err);
    if (!st && name.ptr) {
        st = sma_subject_parse(&subject, call->arena, name, err);
        given = &subject;
    }
    if (st)
        return st;
    if (is_inline)
        return read_inline(out, call, object, given, err);
    st = read_stored(&row, call, object, given, err);
    return st ? st : sma_own_source_of_row(out, call, &row, err);
}

enum sma_status sma_own_source_parse(struct sma_schema **out, struct sma_own_call *call,
                                     const struct sma_own_source *source, struct sma_error *err)
{
    const struct sma_parse_how how = {.is_unchecked = source->is_stored};
    return sma_parse_schema(out, NULL, call->loader, &source->parse, &how, err);
}

void sma_own_source_write(struct sma_json_writer *w, const struct sma_own_source *source)
{
    char guid[37];
    if (source->is_stored) {
        sma_uuid_text(guid, source->row.content.hash);
        sma_jw_member_i64(w, "id", source->row.id);
        sma_jw_member_string(w, "guid", sma_str_z(guid));
        sma_jw_member_string(w, "subject", source->row.subject);
        sma_jw_member_i64(w, "version", source->row.version);
    }
    sma_jw_member_string(w, "schemaType", source->parse.type);
}
