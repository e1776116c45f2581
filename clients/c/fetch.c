/* References are fetched without the cache's flights: a registry whose references run in a circle must
 * not make a thread wait for itself. */
#include "clients/c/fetch.h"

#include <string.h>

#include "clients/c/disk.h"
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
};

static schemata_status_t run(struct fetcher *f, const struct sma_client_fetch *what,
                             schemata_schema_t **out, schemata_error_t **err);

struct sma_str sma_client_context_of(struct sma_str subject)
{
    ptrdiff_t end = sma_str_starts(subject, SMA_STR(":."))
                        ? sma_str_chr(sma_str_from(subject, 1), ':')
                        : -1;
    return end < 0 ? sma_str_make("", 0) : sma_str_head(subject, (size_t)end + 2);
}

static schemata_status_t fetch_qualified(struct fetcher *f, struct sma_client_reference *ref,
                                         struct sma_str subject, schemata_error_t **err)
{
    struct sma_buf path;
    struct sma_client_fetch what = {.method = "GET",
                                    .context = sma_client_context_of(subject),
                                    .is_immutable = true,
                                    .known = {.id = -1, .version = ref->version}};
    sma_buf_init(&path, 0);
    sma_buf_putz(&path, "/subjects/");
    sma_client_put_segment(&path, subject);
    sma_buf_printf(&path, "/versions/%d?deleted=true", ref->version);
    what.path = path.ptr;
    f->depth++;
    schemata_status_t st = sma_buf_failed(&path) ? sma_client_no_memory(err)
                                                 : run(f, &what, &ref->schema, err);
    f->depth--;
    sma_buf_fini(&path);
    return st;
}

/* A reference that is not there is another thing than a schema that is not there: only the latter may
 * be remembered as missing. */
static schemata_status_t is_not_there(const struct sma_client_reference *ref,
                                      schemata_error_t *inner, schemata_error_t **err)
{
    schemata_status_t st = sma_client_fail(
        err, SCHEMATA_ERR_REFERENCE, "reference \"%.*s\" (subject \"%.*s\", version %d): %s",
        SMA_STR_ARG(ref->name), SMA_STR_ARG(ref->subject), ref->version, inner->message);
    schemata_error_free(inner);
    return st;
}

static schemata_status_t fetch_reference(struct fetcher *f, struct sma_client_reference *ref,
                                         struct sma_str context, schemata_error_t **err)
{
    struct sma_buf subject;
    schemata_error_t *made = NULL;
    schemata_status_t st;
    if (++f->fetches > REFERENCE_FETCHES_MAX || f->depth >= REFERENCE_DEPTH_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_REFERENCE,
                               "reference \"%.*s\": nested deeper than %d or more than %d in all",
                               SMA_STR_ARG(ref->name), REFERENCE_DEPTH_MAX, REFERENCE_FETCHES_MAX);
    sma_buf_init(&subject, 0);
    if (!sma_client_context_of(ref->subject).len)
        sma_buf_puts(&subject, context);
    sma_buf_puts(&subject, ref->subject);
    st = sma_buf_failed(&subject) ? sma_client_no_memory(&made)
                                  : fetch_qualified(f, ref, sma_buf_str(&subject), &made);
    sma_buf_fini(&subject);
    if (st == SCHEMATA_ERR_NOT_FOUND)
        return is_not_there(ref, made, err);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
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

static schemata_status_t parse_body(struct fetcher *f, const struct sma_json *root,
                                    struct sma_str context, struct sma_client_body **out,
                                    schemata_error_t **err)
{
    static const struct sma_json none = {.type = SMA_JSON_ARRAY};
    const struct sma_json *text = sma_json_getz(root, "schema");
    const struct sma_json *type = sma_json_getz(root, "schemaType");
    const struct sma_json *list = sma_json_getz(root, "references");
    schemata_type_t kind = sma_client_type_find(type ? type->text : sma_str_make(NULL, 0));
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

static schemata_status_t not_a_registry(schemata_error_t **err)
{
    schemata_status_t st = sma_client_fail(err, SCHEMATA_ERR_SERVER,
                                           "the answer is none of a schema registry");
    sma_client_hint(err, "does schema.registry.url lead to a registry, and no login page?");
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
    if (sma_json_is(metadata_json, SMA_JSON_OBJECT)) {
        sma_json_put(&metadata, metadata_json);
        found.metadata = sma_buf_str(&metadata);
    }
    if (sma_json_is(rules_json, SMA_JSON_OBJECT)) {
        sma_json_put(&rules, rules_json);
        found.rule_set = sma_buf_str(&rules);
    }
    *out = sma_buf_failed(&metadata) || sma_buf_failed(&rules)
               ? NULL
               : sma_client_schema_new(body, &found);
    sma_buf_fini(&metadata);
    sma_buf_fini(&rules);
    return *out ? SCHEMATA_OK : sma_client_no_memory(err);
}

/* True when the answer repeats what was posted, or does not say. */
static bool is_given(const struct sma_client_fetch *what, const struct sma_json *root)
{
    const struct sma_json *text = sma_json_getz(root, "schema");
    const struct sma_client_body *given = what->given ? what->given->body : NULL;
    return given && (!text || (text->type == SMA_JSON_STRING &&
                               (sma_str_eq(text->text, given->core->canonical) ||
                                sma_str_eq(text->text, given->core->text))));
}

static schemata_status_t read_answer(struct fetcher *f, struct sma_str text,
                                     const struct sma_client_fetch *what, schemata_schema_t **out,
                                     schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *root = NULL;
    struct sma_client_body *body = NULL;
    struct sma_client_found known = what->known;
    if (what->given) {
        known.metadata = sma_str_z(what->given->metadata);
        known.rule_set = sma_str_z(what->given->rule_set);
    }
    struct sma_error problem = SMA_ERROR_INIT;
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&root, &arena, text, NULL, NULL, &problem) == SMA_ENOMEM)
        st = sma_client_no_memory(err);
    else if (!root || root->type != SMA_JSON_OBJECT)
        st = not_a_registry(err);
    else if (is_given(what, root))
        body = sma_client_body_ref(what->given->body);
    else
        st = parse_body(f, root, what->context, &body, err);
    if (!st)
        st = build(root, &known, body, out, err);
    if (!st && what->given && (*out)->id < 0) {
        schemata_schema_unref(*out);
        *out = NULL;
        st = not_a_registry(err);
    }
    sma_client_body_unref(body);
    sma_arena_fini(&arena);
    return st;
}

static schemata_status_t run_over_network(struct fetcher *f, const struct sma_client_fetch *what,
                                          schemata_schema_t **out, schemata_error_t **err)
{
    struct sma_client_reply reply;
    schemata_status_t st = sma_client_rest_call(f->client->rest, what->method, what->path,
                                                what->body, f->deadline_ms, &reply, err);
    if (st)
        return st;
    st = reply.status >= 400 ? sma_client_rest_refused(&reply, err)
                             : read_answer(f, sma_buf_str(&reply.body), what, out, err);
    if (st == SCHEMATA_ERR_SERVER && reply.status < 400)
        sma_client_error_place(err, reply.status, reply.url.ptr);
    if (!st && what->is_immutable)
        sma_client_disk_put(f->client->disk, what->path, sma_buf_str(&reply.body));
    sma_client_reply_fini(&reply);
    return st;
}

/* What the disk has need not be asked for. A file that cannot be used counts as none. */
static bool run_from_disk(struct fetcher *f, const struct sma_client_fetch *what,
                          schemata_schema_t **out)
{
    struct sma_buf text;
    sma_buf_init(&text, SMA_JSON_BYTES_MAX);
    bool is_there = what->is_immutable && sma_client_disk_get(f->client->disk, what->path, &text) &&
                    !read_answer(f, sma_buf_str(&text), what, out, NULL);
    sma_buf_fini(&text);
    return is_there;
}

static schemata_status_t run(struct fetcher *f, const struct sma_client_fetch *what,
                             schemata_schema_t **out, schemata_error_t **err)
{
    return run_from_disk(f, what, out) ? SCHEMATA_OK : run_over_network(f, what, out, err);
}

schemata_status_t sma_client_fetch(schemata_client_t *cl, const struct sma_client_fetch *what,
                                   schemata_schema_t **out, schemata_error_t **err)
{
    struct fetcher f = {.client = cl, .deadline_ms = what->deadline_ms};
    return run(&f, what, out, err);
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
    sma_jw_member_string(&w, "schema", b->core->text);
    sma_jw_object_close(&w);
}
