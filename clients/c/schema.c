#include "clients/c/schema.h"

#include <string.h>

#include "base/buf.h"
#include "base/map.h"
#include "clients/c/memory.h"
#include "core/avro/model.h"
#include "core/formats/formats.h"
#include "core/hash/hash.h"
#include "core/jsonschema/jsonschema.h"
#include "core/protobuf/protobuf.h"

/* ---- types ----------------------------------------------------------------------------------------
 */

const char *sma_client_type_name(schemata_type_t type)
{
    return type == SCHEMATA_AVRO       ? "AVRO"
           : type == SCHEMATA_PROTOBUF ? "PROTOBUF"
           : type == SCHEMATA_JSON     ? "JSON"
                                       : "";
}

schemata_type_t sma_client_type_find(struct sma_str name)
{
    if (!name.len || sma_str_eqz(name, "AVRO"))
        return SCHEMATA_AVRO;
    return sma_str_eqz(name, "PROTOBUF") ? SCHEMATA_PROTOBUF
           : sma_str_eqz(name, "JSON")   ? SCHEMATA_JSON
                                         : (schemata_type_t)0;
}

/* ---- references -----------------------------------------------------------------------------------
 */

struct closure {
    struct sma_arena *arena;
    struct sma_map names;
    struct sma_resolved_reference *items;
    size_t count, capacity, bytes;
};

static schemata_status_t add(struct closure *c, const struct sma_resolved_reference *one,
                             schemata_error_t **err)
{
    int added = sma_map_add(&c->names, one->reference.name, NULL);
    struct sma_resolved_reference *grown;
    if (!added)
        return SCHEMATA_OK;
    grown = added < 0 ? NULL
                      : sma_arena_grow(c->arena, c->items, c->count, &c->capacity, c->count + 1,
                                       sizeof *grown);
    if (!grown)
        return sma_client_no_memory(err);
    c->items = grown;
    c->items[c->count++] = *one;
    c->bytes += one->text.len;
    if (c->count > SMA_REFERENCES_TRANSITIVE_MAX || c->bytes > SMA_RESOLVED_BYTES_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_REFERENCE,
                               "the schema leads to more than %d references or %u bytes",
                               SMA_REFERENCES_TRANSITIVE_MAX, SMA_RESOLVED_BYTES_MAX);
    return SCHEMATA_OK;
}

/* The closures of the direct references one after the other, each followed by the reference itself:
 * dependencies come first because every part is in that order already. */
static schemata_status_t close_over(struct closure *c, const struct sma_client_reference *refs,
                                    size_t count, schemata_error_t **err)
{
    schemata_status_t st = SCHEMATA_OK;
    for (size_t i = 0; !st && i < count; i++) {
        const struct sma_client_body *body = refs[i].schema->body;
        for (size_t k = 0; !st && k < body->closure_count; k++) {
            struct sma_resolved_reference inner = body->closure[k];
            inner.is_direct = false;
            st = add(c, &inner, err);
        }
        const struct sma_resolved_reference self = {
            .reference = {refs[i].name, refs[i].subject, refs[i].version},
            .text = body->core->canonical,
            .is_direct = true,
        };
        if (!st)
            st = add(c, &self, err);
        struct sma_map_entry *entry = st ? NULL : sma_map_find(&c->names, refs[i].name);
        for (size_t k = 0; entry && k < c->count; k++)
            if (sma_str_eq(c->items[k].reference.name, refs[i].name))
                c->items[k].is_direct = true;
    }
    return st;
}

static schemata_status_t copy_references(struct sma_client_body *body,
                                         const struct sma_client_reference *refs, size_t count,
                                         schemata_error_t **err)
{
    struct sma_client_reference *copy = sma_arena_calloc(&body->arena, count + 1, sizeof *copy);
    if (count > SMA_REFERENCES_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_REFERENCE, "more than %d references",
                               SMA_REFERENCES_MAX);
    if (!copy)
        return sma_client_no_memory(err);
    body->references = copy;
    for (size_t i = 0; i < count; i++) {
        if (!refs[i].schema)
            return sma_client_fail(err, SCHEMATA_ERR_REFERENCE,
                                   "reference \"%.*s\" comes without its schema",
                                   SMA_STR_ARG(refs[i].name));
        copy[i].name = sma_arena_copy(&body->arena, refs[i].name);
        copy[i].subject = sma_arena_copy(&body->arena, refs[i].subject);
        copy[i].version = refs[i].version;
        if (!copy[i].name.ptr || !copy[i].subject.ptr)
            return sma_client_no_memory(err);
        copy[i].schema = schemata_schema_ref(refs[i].schema);
        body->reference_count++;
    }
    return SCHEMATA_OK;
}

static schemata_status_t make_closure(struct sma_client_body *body, schemata_error_t **err)
{
    struct closure c = {.arena = &body->arena};
    sma_map_init(&c.names);
    schemata_status_t st = close_over(&c, body->references, body->reference_count, err);
    sma_map_fini(&c.names);
    body->closure = c.items;
    body->closure_count = c.count;
    body->bytes += c.bytes;
    return st;
}

/* ---- parsing --------------------------------------------------------------------------------------
 */

/* Empty when the schema has none. False when out of memory. */
static bool name_of(const struct sma_schema *core, schemata_type_t type, struct sma_str *name)
{
    *name = sma_str_make(NULL, 0);
    if (type == SCHEMATA_JSON)
        *name = sma_jsonschema_name(core);
    if (type == SCHEMATA_PROTOBUF)
        return sma_proto_default_name(name, core, NULL) != SMA_ENOMEM;
    const struct sma_avro_node *root =
        type == SCHEMATA_AVRO ? sma_avro_schema_of(core)->root : NULL;
    if (root && sma_avro_is_named(root))
        *name = root->name.full;
    return true;
}

static schemata_status_t parse(struct sma_client_body *body, struct sma_str text,
                               schemata_error_t **err)
{
    static const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    struct sma_error problem = SMA_ERROR_INIT;
    const struct sma_format *format = sma_format_find(sma_str_z(sma_client_type_name(body->type)));
    struct sma_reference *refs =
        sma_arena_calloc(&body->arena, body->reference_count + 1, sizeof *refs);
    if (!refs)
        return sma_client_no_memory(err);
    for (size_t i = 0; i < body->reference_count; i++)
        refs[i] = (struct sma_reference){body->references[i].name, body->references[i].subject,
                                         body->references[i].version};
    const struct sma_source source = {.text = text,
                                      .references = refs,
                                      .reference_count = body->reference_count,
                                      .resolved = body->closure,
                                      .resolved_count = body->closure_count};
    if (format->parse(&body->core, &source, &options, &problem)) {
        schemata_status_t st = sma_client_fail_core(err, SCHEMATA_ERR_PARSE, &problem);
        if (body->file_name.len)
            sma_client_error_prefix(err, "%.*s: ", SMA_STR_ARG(body->file_name));
        return st;
    }
    struct sma_str name;
    if (!name_of(body->core, body->type, &name))
        return sma_client_no_memory(err);
    if (name.len)
        body->record_name = sma_arena_copy(&body->arena, name).ptr;
    body->bytes += body->core->arena.bytes + body->arena.bytes + sizeof *body;
    return name.len && !body->record_name ? sma_client_no_memory(err) : SCHEMATA_OK;
}

static void put_part(struct sma_buf *out, struct sma_str text)
{
    sma_buf_put_u64(out, text.len);
    sma_buf_putc(out, ':');
    sma_buf_puts(out, text);
}

/* What makes two schemas the same to the cache of look-ups and registrations. */
static schemata_status_t make_digest(struct sma_client_body *body, schemata_error_t **err)
{
    struct sma_buf content;
    struct sma_error problem = SMA_ERROR_INIT;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&content, 0);
    put_part(&content, sma_str_z(sma_client_type_name(body->type)));
    put_part(&content, body->core->text);
    for (size_t i = 0; i < body->reference_count; i++) {
        put_part(&content, body->references[i].name);
        put_part(&content, body->references[i].subject);
        sma_buf_printf(&content, "%d", body->references[i].version);
    }
    if (sma_buf_failed(&content))
        st = sma_client_no_memory(err);
    else if (sma_sha256(body->digest, sma_buf_str(&content), &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_INTERNAL, &problem);
    sma_buf_fini(&content);
    return st;
}

schemata_status_t sma_client_body_new(struct sma_client_body **out, schemata_type_t type,
                                      struct sma_str text, const char *file_name,
                                      const struct sma_client_reference *references, size_t count,
                                      schemata_error_t **err)
{
    struct sma_client_body *body = sma_client_alloc(sizeof *body);
    if (!body)
        return sma_client_no_memory(err);
    atomic_init(&body->ref_count, 1);
    sma_arena_init(&body->arena, 0);
    body->type = type;
    body->file_name = sma_arena_copy(&body->arena, sma_str_z(file_name));
    schemata_status_t st = body->file_name.ptr ? copy_references(body, references, count, err)
                                               : sma_client_no_memory(err);
    if (!st)
        st = make_closure(body, err);
    if (!st)
        st = parse(body, text, err);
    if (!st)
        st = make_digest(body, err);
    if (st)
        sma_client_body_unref(body);
    else
        *out = body;
    return st;
}

struct sma_client_body *sma_client_body_ref(struct sma_client_body *body)
{
    if (body)
        atomic_fetch_add_explicit(&body->ref_count, 1, memory_order_relaxed);
    return body;
}

void sma_client_body_unref(struct sma_client_body *body)
{
    if (!body || atomic_fetch_sub_explicit(&body->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < SMA_CLIENT_ATTACHMENTS_MAX; i++) {
        struct sma_client_attachment *one = atomic_load(&body->attachments[i]);
        if (one)
            one->release(one);
    }
    for (size_t i = 0; i < body->reference_count; i++)
        schemata_schema_unref(body->references[i].schema);
    sma_schema_unref(body->core);
    sma_arena_fini(&body->arena);
    sma_client_free(body);
}

struct sma_client_attachment *
sma_client_body_attach(struct sma_client_body *body, const void *owner,
                       struct sma_client_attachment *(*make)(struct sma_client_body *body,
                                                             schemata_error_t **err),
                       schemata_error_t **err)
{
    struct sma_client_attachment *made = NULL, *there;
    for (size_t i = 0; i < SMA_CLIENT_ATTACHMENTS_MAX; i++) {
        there = atomic_load_explicit(&body->attachments[i], memory_order_acquire);
        if (!there) {
            if (!made && !(made = make(body, err)))
                return NULL;
            made->owner = owner;
            if (atomic_compare_exchange_strong(&body->attachments[i], &there, made))
                return made;
        }
        if (there->owner == owner) {
            if (made)
                made->release(made);
            return there;
        }
    }
    if (made)
        made->release(made);
    sma_client_fail(err, SCHEMATA_ERR_INTERNAL, "too many adapters on one schema");
    return NULL;
}

/* ---- schemas --------------------------------------------------------------------------------------
 */

static bool copy_text(char **out, struct sma_str text)
{
    *out = text.len ? sma_client_copy_str(text) : NULL;
    return !text.len || *out;
}

schemata_schema_t *sma_client_schema_new(struct sma_client_body *body,
                                         const struct sma_client_found *found)
{
    schemata_schema_t *schema = sma_client_alloc(sizeof *schema);
    if (!schema)
        return NULL;
    atomic_init(&schema->ref_count, 1);
    schema->id = found->id;
    schema->version = found->version;
    schema->has_guid = found->has_guid;
    schema->guid = found->guid;
    schema->body = sma_client_body_ref(body);
    if (copy_text(&schema->subject, found->subject) &&
        copy_text(&schema->metadata, found->metadata) &&
        copy_text(&schema->rule_set, found->rule_set))
        return schema;
    schemata_schema_unref(schema);
    return NULL;
}

schemata_schema_t *schemata_schema_ref(schemata_schema_t *s)
{
    if (s)
        atomic_fetch_add_explicit(&s->ref_count, 1, memory_order_relaxed);
    return s;
}

void schemata_schema_unref(schemata_schema_t *s)
{
    if (!s || atomic_fetch_sub_explicit(&s->ref_count, 1, memory_order_acq_rel) != 1)
        return;
    sma_client_body_unref(s->body);
    sma_client_free(s->subject);
    sma_client_free(s->metadata);
    sma_client_free(s->rule_set);
    sma_client_free(s);
}

schemata_type_t schemata_schema_type(const schemata_schema_t *s)
{
    return s->body->type;
}

int32_t schemata_schema_id(const schemata_schema_t *s)
{
    return s->id;
}

int32_t schemata_schema_version(const schemata_schema_t *s)
{
    return s->version;
}

bool schemata_schema_guid(const schemata_schema_t *s, schemata_guid_t *g)
{
    if (s->has_guid)
        *g = s->guid;
    return s->has_guid;
}

const char *schemata_schema_subject(const schemata_schema_t *s)
{
    return s->subject;
}

const char *schemata_schema_text(const schemata_schema_t *s, size_t *len)
{
    if (len)
        *len = s->body->core->text.len;
    return s->body->core->text.ptr;
}

/* The canonical text is a copy in the arena, with a NUL behind it. */
const char *schemata_schema_canonical(const schemata_schema_t *s, size_t *len)
{
    if (len)
        *len = s->body->core->canonical.len;
    return s->body->core->canonical.ptr;
}

const char *schemata_schema_record_name(const schemata_schema_t *s)
{
    return s->body->record_name;
}
