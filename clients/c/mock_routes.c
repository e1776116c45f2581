#include "clients/c/mock_routes.h"

#include <string.h>

#include "base/num.h"
#include "core/hash/hash.h"
#include "core/json/writer.h"

#define PARTS_MAX 8
#define PARAMS_MAX 32

struct call {
    struct sma_mock_store *store;
    const struct sma_mock_request *req;
    struct sma_buf *out;
    struct sma_arena arena;
    struct sma_str parts[PARTS_MAX]; /* decoded segments */
    size_t part_count;
    struct sma_str names[PARAMS_MAX], values[PARAMS_MAX]; /* decoded query */
    size_t param_count;
    const struct sma_json *body; /* NULL when there is none */
    bool is_out_of_memory;
    struct sma_mock_refusal refusal;
};

/* ---- reading a request ----------------------------------------------------------------------------
 */

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static struct sma_str decode(struct call *c, struct sma_str s)
{
    char *out = sma_arena_alloc(&c->arena, s.len + 1), *at = out;
    for (size_t i = 0; out && i < s.len; i++) {
        bool is_escape =
            s.ptr[i] == '%' && i + 2 < s.len && hex(s.ptr[i + 1]) >= 0 && hex(s.ptr[i + 2]) >= 0;
        *at++ = is_escape ? (char)(hex(s.ptr[i + 1]) * 16 + hex(s.ptr[i + 2])) : s.ptr[i];
        i += is_escape ? 2 : 0;
    }
    c->is_out_of_memory |= !out;
    return sma_str_make(out, out ? (size_t)(at - out) : 0);
}

/* Cuts off what stands before `mark`. */
static struct sma_str cut(struct sma_str *rest, char mark)
{
    ptrdiff_t at = sma_str_chr(*rest, mark);
    struct sma_str head = at < 0 ? *rest : sma_str_head(*rest, (size_t)at);
    *rest = sma_str_from(*rest, head.len + 1);
    return head;
}

static bool read_target(struct call *c)
{
    struct sma_str query = c->req->path, path = cut(&query, '?');
    for (path = sma_str_from(path, 1); path.len;) {
        if (c->part_count == PARTS_MAX)
            return false;
        c->parts[c->part_count++] = decode(c, cut(&path, '/'));
    }
    while (query.len && c->param_count < PARAMS_MAX) {
        struct sma_str value = cut(&query, '&'), name = cut(&value, '=');
        c->names[c->param_count] = decode(c, name);
        c->values[c->param_count++] = decode(c, value);
    }
    return true;
}

static struct sma_str param(const struct call *c, const char *name)
{
    for (size_t i = 0; i < c->param_count; i++)
        if (sma_str_eqz(c->names[i], name))
            return c->values[i];
    return sma_str_make(NULL, 0);
}

static bool flag(const struct call *c, const char *name)
{
    return sma_str_eqz(param(c, name), "true");
}

static bool is_method(const struct call *c, const char *method)
{
    return !strcmp(c->req->method, method);
}

/* ---- writing answers ------------------------------------------------------------------------------
 */

void sma_mock_put_error(struct sma_buf *out, int code, struct sma_str message)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "error_code", code);
    sma_jw_member_string(&w, "message", message);
    sma_jw_object_close(&w);
}

static int error(struct call *c, int code, const char *message)
{
    sma_buf_clear(c->out);
    sma_mock_put_error(c->out, code, sma_str_z(message));
    return code >= 1000 ? code / 100 : code;
}

static int refused(struct call *c)
{
    c->is_out_of_memory |= c->refusal.code == SMA_MOCK_NO_MEMORY;
    sma_mock_put_error(c->out, c->refusal.code, sma_buf_str(&c->refusal.message));
    return c->refusal.status;
}

static void put_references(struct sma_json_writer *w, const struct sma_schema *core)
{
    if (!core->reference_count)
        return;
    sma_jw_name(w, "references");
    sma_jw_array_open(w);
    for (size_t i = 0; i < core->reference_count; i++) {
        sma_jw_object_open(w);
        sma_jw_member_string(w, "name", core->references[i].name);
        sma_jw_member_string(w, "subject", core->references[i].subject);
        sma_jw_member_i64(w, "version", core->references[i].version);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

static int put_version(struct call *c, const struct sma_mock_version *v, bool with_id)
{
    struct sma_json_writer w = sma_json_writer_on(c->out);
    const schemata_schema_t *s = v->schema;
    char guid[37];
    sma_uuid_text(guid, s->guid.b);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "subject", sma_str_z(s->subject));
    sma_jw_member_i64(&w, "version", s->version);
    if (with_id)
        sma_jw_member_i64(&w, "id", s->id);
    sma_jw_member_string(&w, "guid", sma_str_z(guid));
    sma_jw_member_string(&w, "schemaType", sma_str_z(sma_client_type_name(s->body->type)));
    put_references(&w, s->body->core);
    if (s->metadata)
        sma_jw_member_raw(&w, "metadata", sma_str_z(s->metadata));
    if (s->rule_set)
        sma_jw_member_raw(&w, "ruleSet", sma_str_z(s->rule_set));
    sma_jw_member_string(&w, "schema", s->body->core->canonical);
    if (v->is_deleted)
        sma_jw_member_bool(&w, "deleted", true);
    sma_jw_object_close(&w);
    return 200;
}

/* ---- subjects -------------------------------------------------------------------------------------
 */

static struct sma_mock_posted posted(const struct call *c, struct sma_str subject)
{
    return (struct sma_mock_posted){subject, c->body, flag(c, "normalize"), flag(c, "deleted")};
}

static int post_schema(struct call *c, bool registers)
{
    struct sma_mock_posted p = posted(c, c->parts[1]);
    struct sma_mock_version *found = NULL;
    if (registers && c->req->is_read_only)
        return sma_mock_lookup(c->store, &p, &found, &c->refusal)
                   ? put_version(c, found, true)
                   : error(c, 42205, "the schemas come from a file: nothing can be registered");
    bool ok = registers ? sma_mock_register(c->store, &p, &found, &c->refusal)
                        : sma_mock_lookup(c->store, &p, &found, &c->refusal);
    return ok ? put_version(c, found, true) : refused(c);
}

static bool read_version(struct sma_str text, int32_t *out)
{
    if (sma_str_eqz(text, "latest")) {
        *out = -1;
        return true;
    }
    return sma_parse_i32(text, out) && (*out >= 1 || *out == -1);
}

static int get_version(struct call *c)
{
    int32_t version;
    if (!read_version(c->parts[3], &version))
        return error(c, 42202, "The specified version is not a valid version id");
    if (!sma_mock_has_subject(c->store, c->parts[1], flag(c, "deleted")))
        return error(c, 40401, "Subject not found.");
    const struct sma_mock_version *v =
        sma_mock_find_version(c->store, c->parts[1], version, flag(c, "deleted"));
    return v ? put_version(c, v, true) : error(c, 40402, "Version not found.");
}

/* Softly or, with permanent=true, for good; answers the versions. version 0: all. */
static int delete_versions(struct call *c, int32_t version)
{
    struct sma_json_writer w = sma_json_writer_on(c->out);
    bool permanent = flag(c, "permanent");
    int32_t last = 0;
    size_t count = 0, kept = 0;
    sma_jw_array_open(&w);
    for (size_t i = 0; i < c->store->count; i++) {
        struct sma_mock_version v = c->store->versions[i];
        bool is_meant = sma_str_eqz(c->parts[1], v.schema->subject) &&
                        (!version || v.schema->version == version) && v.is_deleted == permanent;
        if (is_meant) {
            last = v.schema->version;
            count++;
            sma_jw_i64(&w, last);
            v.is_deleted = true;
        }
        if (is_meant && permanent)
            schemata_schema_unref(v.schema);
        else
            c->store->versions[kept++] = v;
    }
    sma_jw_array_close(&w);
    c->store->count = kept;
    if (!count)
        return error(c, version ? 40402 : 40401, "Not found.");
    if (version) {
        sma_buf_clear(c->out);
        sma_buf_put_i64(c->out, last);
    }
    return 200;
}

static int list_versions(struct call *c)
{
    struct sma_json_writer w = sma_json_writer_on(c->out);
    if (!sma_mock_has_subject(c->store, c->parts[1], flag(c, "deleted")))
        return error(c, 40401, "Subject not found.");
    sma_jw_array_open(&w);
    for (size_t i = 0; i < c->store->count; i++) {
        const struct sma_mock_version *v = &c->store->versions[i];
        if (sma_str_eqz(c->parts[1], v->schema->subject) &&
            (!v->is_deleted || flag(c, "deleted")))
            sma_jw_i64(&w, v->schema->version);
    }
    sma_jw_array_close(&w);
    return 200;
}

static int list_subjects(struct call *c)
{
    struct sma_json_writer w = sma_json_writer_on(c->out);
    sma_jw_array_open(&w);
    for (size_t i = 0; i < c->store->count; i++) {
        struct sma_str subject = sma_str_z(c->store->versions[i].schema->subject);
        bool is_first = true;
        for (size_t k = 0; k < i && is_first; k++)
            is_first = !sma_str_eqz(subject, c->store->versions[k].schema->subject);
        if (is_first && sma_mock_has_subject(c->store, subject, flag(c, "deleted")))
            sma_jw_string(&w, subject);
    }
    sma_jw_array_close(&w);
    return 200;
}

static int get_metadata(struct call *c)
{
    struct sma_str names[PARAMS_MAX], values[PARAMS_MAX];
    size_t n = 0, m = 0;
    for (size_t i = 0; i < c->param_count; i++) {
        if (sma_str_eqz(c->names[i], "key"))
            names[n++] = c->values[i];
        if (sma_str_eqz(c->names[i], "value"))
            values[m++] = c->values[i];
    }
    if (!n || n != m)
        return error(c, 400, "key and value must come in pairs");
    const struct sma_mock_version *v =
        sma_mock_find_metadata(c->store, c->parts[1], names, values, n);
    return v ? put_version(c, v, true) : error(c, 40402, "Version not found.");
}

static int subjects(struct call *c)
{
    int32_t version;
    if (c->part_count == 1)
        return list_subjects(c);
    if (c->part_count == 2 && is_method(c, "POST"))
        return post_schema(c, false);
    if (is_method(c, "DELETE") && c->req->is_read_only)
        return error(c, 42205, "the schemas come from a file: nothing can be deleted");
    if (c->part_count == 2 && is_method(c, "DELETE"))
        return delete_versions(c, 0);
    if (c->part_count == 3 && sma_str_eqz(c->parts[2], "metadata"))
        return get_metadata(c);
    if (c->part_count < 3 || !sma_str_eqz(c->parts[2], "versions"))
        return error(c, 404, "HTTP 404 Not Found");
    if (c->part_count == 3)
        return is_method(c, "POST") ? post_schema(c, true) : list_versions(c);
    if (is_method(c, "DELETE"))
        return read_version(c->parts[3], &version) && version > 0
                   ? delete_versions(c, version)
                   : error(c, 42202, "The specified version is not a valid version id");
    return get_version(c);
}

/* ---- everything else ------------------------------------------------------------------------------
 */

static int schemas(struct call *c)
{
    schemata_guid_t guid;
    int32_t id;
    const struct sma_mock_version *v = NULL;
    if (c->part_count == 2 && sma_str_eqz(c->parts[1], "types")) {
        sma_buf_putz(c->out, "[\"JSON\",\"PROTOBUF\",\"AVRO\"]");
        return 200;
    }
    if (c->part_count == 3 && sma_str_eqz(c->parts[1], "ids") && sma_parse_i32(c->parts[2], &id))
        v = sma_mock_find_id(c->store, param(c, "subject"), id);
    else if (c->part_count == 3 && sma_str_eqz(c->parts[1], "guids") &&
             sma_uuid_parse(guid.b, c->parts[2]))
        v = sma_mock_find_guid(c->store, &guid);
    return v ? put_version(c, v, false) : error(c, 40403, "Schema not found");
}

/* /compatibility/subjects/{s}/versions[/{v}] */
static int compatibility(struct call *c)
{
    struct sma_mock_posted p;
    struct sma_buf messages;
    int32_t version = 0;
    bool is_compatible = false;
    if (c->part_count < 4 || !is_method(c, "POST") ||
        (c->part_count == 5 && !read_version(c->parts[4], &version)))
        return error(c, 404, "HTTP 404 Not Found");
    const struct sma_mock_version *latest =
        version ? sma_mock_find_version(c->store, c->parts[2], version, false) : NULL;
    if (version && !latest)
        return error(c, 40402, "Version not found.");
    sma_buf_init(&messages, 0);
    p = posted(c, c->parts[2]);
    bool ok = sma_mock_check(c->store, &p, latest ? latest->schema->version : 0, &is_compatible,
                             &messages, &c->refusal);
    if (ok) {
        struct sma_json_writer w = sma_json_writer_on(c->out);
        sma_jw_object_open(&w);
        sma_jw_member_bool(&w, "is_compatible", is_compatible);
        if (flag(c, "verbose"))
            sma_jw_member_raw(&w, "messages", sma_buf_str(&messages));
        sma_jw_object_close(&w);
    }
    c->is_out_of_memory |= sma_buf_failed(&messages);
    sma_buf_fini(&messages);
    return ok ? 200 : refused(c);
}

static int config(struct call *c)
{
    struct sma_str subject = c->part_count > 1 ? c->parts[1] : sma_str_make("", 0);
    const struct sma_json *level = sma_json_getz(c->body, "compatibility");
    bool is_put = is_method(c, "PUT");
    if (is_put && c->req->is_read_only)
        return error(c, 42205, "the schemas come from a file: no level can be set");
    if (is_put && !sma_mock_set_level(c->store, subject,
                                      level ? level->text : sma_str_make(NULL, 0), &c->refusal))
        return refused(c);
    struct sma_json_writer w = sma_json_writer_on(c->out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, is_put ? "compatibility" : "compatibilityLevel",
                         sma_str_z(sma_mock_level(c->store, subject)));
    sma_jw_object_close(&w);
    return 200;
}

static int dispatch(struct call *c)
{
    struct sma_str first = c->part_count ? c->parts[0] : sma_str_make("", 0);
    if (!first.len) {
        sma_buf_putz(c->out, "{}");
        return 200;
    }
    if (sma_str_eqz(first, "subjects"))
        return subjects(c);
    if (sma_str_eqz(first, "schemas"))
        return schemas(c);
    if (sma_str_eqz(first, "compatibility"))
        return compatibility(c);
    if (sma_str_eqz(first, "config"))
        return config(c);
    if (sma_str_eqz(first, "associations")) {
        sma_buf_putz(c->out, "[]");
        return 200;
    }
    return error(c, 404, "HTTP 404 Not Found");
}

int sma_mock_answer(struct sma_mock_store *store, const struct sma_mock_request *req,
                    struct sma_buf *out)
{
    struct call c = {.store = store, .req = req, .out = out};
    enum sma_status parsed = SMA_OK;
    int status;
    sma_arena_init(&c.arena, 0);
    sma_buf_init(&c.refusal.message, 0);
    if (!read_target(&c))
        status = error(&c, 404, "HTTP 404 Not Found");
    else if (req->body.len && (parsed = sma_json_parse(&c.body, &c.arena, req->body, NULL, NULL,
                                                       NULL)) != SMA_OK)
        status = error(&c, 400, "Unable to process JSON");
    else
        status = c.is_out_of_memory ? 0 : dispatch(&c);
    sma_buf_fini(&c.refusal.message);
    sma_arena_fini(&c.arena);
    return c.is_out_of_memory || parsed == SMA_ENOMEM ? 0 : status;
}
