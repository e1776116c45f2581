#include "clients/c/references.h"

#include <string.h>

#include "base/buf.h"
#include "clients/c/memory.h"

/* References within references; the parser bounds them far lower. */
#define DEPTH_MAX 64

struct settler {
    schemata_client_t *client;
    const struct sma_client_reference_rules *rules;
    const schemata_call_t *call;
    bool registers;
    unsigned depth;
};

static schemata_status_t settle(struct settler *s, const schemata_schema_t *schema,
                                schemata_schema_t **out, schemata_error_t **err);

void sma_client_reference_rules_init(struct sma_client_reference_rules *rules,
                                     const schemata_conf_t *c)
{
    rules->is_qualified =
        !strcmp(sma_client_conf_text(c, SMA_P_REFERENCE_STRATEGY), "QUALIFIED");
    rules->skips_known = sma_client_conf_bool(c, SMA_P_SKIP_KNOWN_TYPES);
    rules->only_looks_up = sma_client_conf_bool(c, SMA_P_REFERENCE_LOOKUP_ONLY);
}

static bool is_known(const struct settler *s, const struct sma_client_body *body,
                     const struct sma_client_reference *ref)
{
    return s->rules->skips_known && body->type == SCHEMATA_PROTOBUF && ref->version <= 0 &&
           (sma_str_starts(ref->name, SMA_STR("google/protobuf/")) ||
            sma_str_starts(ref->name, SMA_STR("google/type/")) ||
            sma_str_starts(ref->name, SMA_STR("confluent/")));
}

/* The subject of an import that was given none: its name, or with dots. */
static void put_subject(struct sma_buf *out, const struct settler *s,
                        const struct sma_client_body *body, const struct sma_client_reference *ref)
{
    struct sma_str subject = ref->subject;
    bool is_own = body->type == SCHEMATA_PROTOBUF && s->rules->is_qualified &&
                  sma_str_eq(subject, ref->name);
    if (is_own && sma_str_ends(subject, SMA_STR(".proto")))
        subject.len -= strlen(".proto");
    for (size_t i = 0; i < subject.len; i++)
        sma_buf_putc(out, is_own && subject.ptr[i] == '/' ? '.' : subject.ptr[i]);
}

/* An older registry answers a registration without the version: then it is looked up. */
static schemata_schema_t *post(struct settler *s, const char *subject, const schemata_schema_t *one,
                               schemata_error_t **err)
{
    schemata_schema_t *found;
    if (!s->registers)
        return schemata_lookup(s->client, subject, one, s->call, err);
    found = schemata_register(s->client, subject, one, s->call, err);
    if (!found || found->version > 0)
        return found;
    schemata_schema_unref(found);
    return schemata_lookup(s->client, subject, one, s->call, err);
}

static schemata_status_t settle_one(struct settler *s, const struct sma_client_body *body,
                                    const struct sma_client_reference *ref,
                                    struct sma_client_reference *out, struct sma_arena *arena,
                                    schemata_error_t **err)
{
    schemata_schema_t *inner = NULL, *found = NULL;
    struct sma_buf subject;
    sma_buf_init(&subject, 0);
    put_subject(&subject, s, body, ref);
    schemata_status_t st = settle(s, ref->schema, &inner, err);
    if (!st && sma_buf_failed(&subject))
        st = sma_client_no_memory(err);
    schemata_error_t *made = NULL;
    if (!st && !(found = post(s, subject.ptr ? subject.ptr : "", inner, &made))) {
        sma_client_error_prefix(&made, "reference \"%.*s\": ", SMA_STR_ARG(ref->name));
        st = sma_client_error_give(err, made);
    }
    if (!st) {
        *out = *ref;
        out->subject = sma_arena_copy(arena, sma_buf_str(&subject));
        out->version = found->version;
        out->schema = found;
        if (!out->subject.ptr)
            st = sma_client_no_memory(err);
    }
    schemata_schema_unref(inner);
    sma_buf_fini(&subject);
    return st;
}

/* A schema with the same text and the settled references. */
static schemata_status_t rebuild(struct settler *s, const schemata_schema_t *schema,
                                 schemata_schema_t **out, schemata_error_t **err)
{
    const struct sma_client_body *body = schema->body;
    struct sma_client_body *settled = NULL;
    struct sma_arena arena;
    size_t count = 0;
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    struct sma_client_reference *refs =
        sma_arena_calloc(&arena, body->reference_count + 1, sizeof *refs);
    for (size_t i = 0; refs && !st && i < body->reference_count; i++) {
        const struct sma_client_reference *ref = &body->references[i];
        if (is_known(s, body, ref))
            continue;
        if (ref->version > 0) {
            refs[count] = *ref;
            schemata_schema_ref(ref->schema);
        } else {
            st = settle_one(s, body, ref, &refs[count], &arena, err);
        }
        count += refs[count].schema != NULL;
    }
    if (!refs)
        st = sma_client_no_memory(err);
    if (!st)
        st = sma_client_body_new(&settled, body->type, body->core->canonical, body->file_name.ptr,
                                 refs, count, err);
    const struct sma_client_found found = {.id = -1,
                                           .version = -1,
                                           .metadata = sma_str_z(schema->metadata),
                                           .rule_set = sma_str_z(schema->rule_set)};
    if (!st && !(*out = sma_client_schema_new(settled, &found)))
        st = sma_client_no_memory(err);
    sma_client_body_unref(settled);
    for (size_t i = 0; i < count; i++)
        schemata_schema_unref(refs[i].schema);
    sma_arena_fini(&arena);
    return st;
}

static bool is_settled(const struct sma_client_body *body)
{
    for (size_t i = 0; i < body->reference_count; i++)
        if (body->references[i].version <= 0)
            return false;
    return true;
}

static schemata_status_t settle(struct settler *s, const schemata_schema_t *schema,
                                schemata_schema_t **out, schemata_error_t **err)
{
    schemata_status_t st;
    if (is_settled(schema->body)) {
        *out = schemata_schema_ref((schemata_schema_t *)schema); /* only counted */
        return SCHEMATA_OK;
    }
    if (s->depth == DEPTH_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_REFERENCE, "references nested deeper than %d",
                               DEPTH_MAX);
    s->depth++;
    st = rebuild(s, schema, out, err);
    s->depth--;
    return st;
}

schemata_status_t sma_client_settle_references(schemata_client_t *client,
                                               const struct sma_client_reference_rules *rules,
                                               const schemata_schema_t *schema, bool registers,
                                               const schemata_call_t *call, schemata_schema_t **out,
                                               schemata_error_t **err)
{
    struct settler s = {client, rules, call, registers && !rules->only_looks_up, 0};
    return settle(&s, schema, out, err);
}
