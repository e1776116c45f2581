/* A registry's answer as a schema, with the schemas it refers to. References are fetched without the
 * cache's flights: a registry whose references run in a circle must not make a thread wait for
 * itself. */
#include <string.h>

#include "clients/c/client.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "core/hash/hash.h"
#include "core/json/json.h"
#include "core/json/writer.h"

#define REFERENCE_DEPTH_MAX 32
#define REFERENCE_FETCHES_MAX SMA_REFERENCES_TRANSITIVE_MAX

struct fetcher {
    schemata_client_t *client;
    int64_t deadline_ms;
    unsigned depth, fetches;
    struct sma_client_body *given; /* stands in for an answer with the same text, or without */
};

static schemata_status_t run(struct fetcher *f, const char *method, const char *path,
                             struct sma_str body, const struct sma_client_found *known,
                             struct sma_str context, schemata_schema_t **out,
                             schemata_error_t **err);

/* ":.ctx:" in front of a qualified subject; empty otherwise. */
static struct sma_str context_of(struct sma_str subject)
{
    ptrdiff_t end = sma_str_starts(subject, SMA_STR(":."))
                        ? sma_str_chr(sma_str_from(subject, 1), ':')
                        : -1;
    return end < 0 ? sma_str_make("", 0) : sma_str_head(subject, (size_t)end + 2);
}

static schemata_status_t fetch_reference(struct fetcher *f, struct sma_client_reference *ref,
                                         struct sma_str context, schemata_error_t **err)
{
    struct sma_buf path, subject;
    schemata_status_t st;
    if (++f->fetches > REFERENCE_FETCHES_MAX || f->depth >= REFERENCE_DEPTH_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_REFERENCE,
                               "reference \"%.*s\": nested deeper than %d or more than %d in all",
                               SMA_STR_ARG(ref->name), REFERENCE_DEPTH_MAX, REFERENCE_FETCHES_MAX);
    sma_buf_init(&path, 0);
    sma_buf_init(&subject, 0);
    if (!context_of(ref->subject).len)
        sma_buf_puts(&subject, context);
    sma_buf_puts(&subject, ref->subject);
    sma_buf_putz(&path, "/subjects/");
    sma_client_put_segment(&path, sma_buf_str(&subject));
    sma_buf_printf(&path, "/versions/%d?deleted=true", ref->version);
    const struct sma_client_found known = {.id = -1, .version = ref->version};
    f->depth++;
    st = sma_buf_failed(&path) || sma_buf_failed(&subject)
             ? sma_client_no_memory(err)
             : run(f, "GET", path.ptr, sma_str_make(NULL, 0), &known,
                   context_of(sma_buf_str(&subject)), &ref->schema, err);
    f->depth--;
    if (st == SCHEMATA_ERR_NOT_FOUND)
        sma_client_error_prefix(err, "reference \"%.*s\": ", SMA_STR_ARG(ref->name));
    sma_buf_fini(&path);
    sma_buf_fini(&subject);
    return st;
}

static schemata_status_t read_references(struct fetcher *f, const struct sma_json *list,
                                         struct sma_str context, struct sma_client_reference *refs,
                                         schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    for (uint32_t i = 0; !st && i < list->count; i++) {
        const struct sma_json *name = sma_json_getz(&list->items[i], "name");
        const struct sma_json *subject = sma_json_getz(&list->items[i], "subject");
        int32_t version;
        if (!sma_json_is(name, SMA_JSON_STRING) || !sma_json_is(subject, SMA_JSON_STRING) ||
            !sma_json_i32(sma_json_getz(&list->items[i], "version"), &version))
            return sma_client_fail(err, SCHEMATA_ERR_SERVER, "the answer has a broken reference");
        refs[i] = (struct sma_client_reference){name->text, subject->text, version, NULL};
        st = fetch_reference(f, &refs[i], context, err);
    }
    return st;
}

/* True when the answer repeats what was posted. */
static bool is_given(const struct fetcher *f, const struct sma_json *text, schemata_type_t type)
{
    return text->type == SMA_JSON_STRING && type == f->given->type &&
           sma_str_eq(text->text, f->given->core->canonical);
}

static schemata_status_t parse_body(struct fetcher *f, const struct sma_json *root,
                                    struct sma_str context, struct sma_client_body **out,
                                    schemata_error_t **err)
{
    static const struct sma_json none = {.type = SMA_JSON_ARRAY};
    const struct sma_json *text = sma_json_getz(root, "schema");
    const struct sma_json *type = sma_json_getz(root, "schemaType");
    const struct sma_json *list = sma_json_getz(root, "references");
    schemata_type_t kind = sma_client_type_find(type ? type->text : sma_str_make(NULL, 0));
    if (f->given && !f->depth && (!text || is_given(f, text, kind))) {
        *out = sma_client_body_ref(f->given);
        return SCHEMATA_OK;
    }
    if (!sma_json_is(list, SMA_JSON_ARRAY))
        list = &none;
    if (!sma_json_is(text, SMA_JSON_STRING) || list->count > SMA_REFERENCES_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_SERVER, "the answer holds no schema");
    if (!kind)
        return sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED, "schema type \"%.*s\" is unknown",
                               SMA_STR_ARG(type->text));
    struct sma_client_reference *refs = sma_client_alloc((list->count + 1) * sizeof *refs);
    if (!refs)
        return sma_client_no_memory(err);
    schemata_status_t st = read_references(f, list, context, refs, err);
    if (!st)
        st = sma_client_body_new(out, kind, text->text, NULL, refs, list->count, err);
    for (uint32_t i = 0; i < list->count; i++)
        schemata_schema_unref(refs[i].schema);
    sma_client_free(refs);
    return st;
}

static struct sma_str text_of(const struct sma_json *value)
{
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : sma_str_make(NULL, 0);
}

static schemata_status_t build(const struct sma_json *root, const struct sma_client_found *known,
                               struct sma_client_body *body, schemata_schema_t **out,
                               schemata_error_t **err)
{
    struct sma_client_found found = *known;
    struct sma_buf metadata, rules;
    const struct sma_json *metadata_json = sma_json_getz(root, "metadata");
    const struct sma_json *rules_json = sma_json_getz(root, "ruleSet");
    sma_buf_init(&metadata, 0);
    sma_buf_init(&rules, 0);
    (void)sma_json_i32(sma_json_getz(root, "id"), &found.id);
    (void)sma_json_i32(sma_json_getz(root, "version"), &found.version);
    if (sma_uuid_parse(found.guid.b, text_of(sma_json_getz(root, "guid"))))
        found.has_guid = true;
    if (text_of(sma_json_getz(root, "subject")).len)
        found.subject = text_of(sma_json_getz(root, "subject"));
    if (sma_json_is(metadata_json, SMA_JSON_OBJECT))
        sma_json_put(&metadata, metadata_json);
    if (sma_json_is(rules_json, SMA_JSON_OBJECT))
        sma_json_put(&rules, rules_json);
    found.metadata = sma_buf_str(&metadata);
    found.rule_set = sma_buf_str(&rules);
    *out = sma_buf_failed(&metadata) || sma_buf_failed(&rules)
               ? NULL
               : sma_client_schema_new(body, &found);
    sma_buf_fini(&metadata);
    sma_buf_fini(&rules);
    return *out ? SCHEMATA_OK : sma_client_no_memory(err);
}

static schemata_status_t read_answer(struct fetcher *f, const struct sma_client_reply *reply,
                                     const struct sma_client_found *known, struct sma_str context,
                                     schemata_schema_t **out, schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL;
    struct sma_client_body *body = NULL;
    struct sma_error problem = SMA_ERROR_INIT;
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&root, &arena, sma_buf_str(&reply->body), NULL, NULL, &problem) ||
        root->type != SMA_JSON_OBJECT)
        st = sma_client_fail(err, SCHEMATA_ERR_SERVER,
                             "the answer is no JSON object: is this a schema registry?");
    if (!st)
        st = parse_body(f, root, context, &body, err);
    if (!st)
        st = build(root, known, body, out, err);
    sma_client_body_unref(body);
    sma_arena_fini(&arena);
    return st;
}

static schemata_status_t run(struct fetcher *f, const char *method, const char *path,
                             struct sma_str body, const struct sma_client_found *known,
                             struct sma_str context, schemata_schema_t **out,
                             schemata_error_t **err)
{
    struct sma_client_reply reply;
    schemata_status_t st = sma_client_rest_call(f->client->rest, method, path, body,
                                                f->deadline_ms, &reply, err);
    if (st)
        return st;
    st = reply.status >= 400 ? sma_client_rest_refused(&reply, path, err)
                             : read_answer(f, &reply, known, context, out, err);
    sma_client_reply_fini(&reply);
    return st;
}

schemata_status_t sma_client_fetch(schemata_client_t *cl, const char *method, const char *path,
                                   struct sma_str body, const struct sma_client_found *known,
                                   struct sma_client_body *given, int64_t deadline_ms,
                                   schemata_schema_t **out, schemata_error_t **err)
{
    struct fetcher f = {.client = cl, .deadline_ms = deadline_ms, .given = given};
    return run(&f, method, path, body, known, context_of(known->subject), out, err);
}

void sma_client_put_schema(struct sma_buf *out, const schemata_schema_t *s)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    const struct sma_client_body *b = s->body;
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "schemaType", sma_str_z(sma_client_type_name(b->type)));
    if (b->reference_count) {
        sma_jw_name(&w, "references");
        sma_jw_array_open(&w);
        for (size_t i = 0; i < b->reference_count; i++) {
            sma_jw_object_open(&w);
            sma_jw_member_string(&w, "name", b->references[i].name);
            sma_jw_member_string(&w, "subject", b->references[i].subject);
            sma_jw_member_i64(&w, "version", b->references[i].version);
            sma_jw_object_close(&w);
        }
        sma_jw_array_close(&w);
    }
    if (s->metadata)
        sma_jw_member_raw(&w, "metadata", sma_str_z(s->metadata));
    if (s->rule_set)
        sma_jw_member_raw(&w, "ruleSet", sma_str_z(s->rule_set));
    sma_jw_member_string(&w, "schema", b->core->canonical);
    sma_jw_object_close(&w);
}
