#include "registry/parse.h"

#include "core/formats/formats.h"
#include "core/hash/hash.h"
#include "registry/codes.h"
#include "registry/internal.h"

static void ref_schema(void *value)
{
    sma_schema_ref(value);
}

static void unref_schema(void *value)
{
    sma_schema_unref(value);
}

const struct sma_cache_value_ops sma_parsed_ops = {ref_schema, unref_schema};

/* ---- the key: everything the result depends on --------------------------------------------------
 */

static void put_sized(struct sma_buf *key, struct sma_str s)
{
    sma_buf_append(key, &s.len, sizeof s.len);
    sma_buf_puts(key, s);
}

/* The texts behind the references count by their digest: there may be megabytes of them. */
static enum sma_status put_closure(struct sma_buf *key, const struct sma_closure *closure,
                                   struct sma_error *err)
{
    uint8_t digest[SMA_SHA256_LEN];
    struct sma_buf texts;
    sma_buf_init(&texts, 0);
    for (size_t i = 0; i < closure->resolved_count; i++) {
        put_sized(&texts, closure->resolved[i].reference.name);
        put_sized(&texts, closure->resolved[i].text);
    }
    enum sma_status st =
        sma_buf_failed(&texts) ? sma_fail_nomem(err) : sma_sha256(digest, sma_buf_str(&texts), err);
    sma_buf_fini(&texts);
    for (size_t i = 0; !st && i < closure->direct_count; i++) {
        put_sized(key, closure->direct[i].name);
        put_sized(key, closure->direct[i].subject);
        sma_buf_append(key, &closure->direct[i].version, sizeof closure->direct[i].version);
    }
    if (!st)
        sma_buf_append(key, digest, sizeof digest);
    return st;
}

static enum sma_status make_key(struct sma_buf *key, const struct sma_format *format,
                                struct sma_str text, const struct sma_closure *closure,
                                const struct sma_parse_how *how, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    sma_buf_putc(key, (char)((how->is_new ? 1 : 0) | (how->is_unchecked ? 2 : 0) |
                             (how->validate_fields ? 4 : 0) | (how->normalize ? 8 : 0)));
    put_sized(key, sma_str_z(format->name));
    put_sized(key, text);
    if (closure->direct_count)
        st = put_closure(key, closure, err);
    return !st && sma_buf_failed(key) ? sma_fail_nomem(err) : st;
}

/* ---- parsing ------------------------------------------------------------------------------------
 */

/* The format's complaint in the registry's words. */
static enum sma_status refuse_schema(const struct sma_format *format, enum sma_status st,
                                     const struct sma_error *cause, struct sma_error *err)
{
    if (st != SMA_EINVAL && st != SMA_ELIMIT && st != SMA_EUNSUPPORTED)
        return sma_fail(err, st, "%s", cause->message);
    return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "Invalid schema of type %s, details: %s",
                      format->name, cause->message);
}

static enum sma_status parse_now(struct sma_schema **out, const struct sma_format *format,
                                 struct sma_str text, const struct sma_closure *closure,
                                 const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    struct sma_schema *schema = NULL, *normalized = NULL;
    struct sma_source source = {
        .text = text,
        .references = closure->direct,
        .reference_count = closure->direct_count,
        .resolved = closure->resolved,
        .resolved_count = closure->resolved_count,
    };
    struct sma_parse_options options = {
        .mode = how->is_new ? SMA_PARSE_STRICT : SMA_PARSE_LAX,
        .validate = !how->is_unchecked,
        .validate_fields = how->validate_fields && !how->is_unchecked,
    };
    enum sma_status st = format->parse(&schema, &source, &options, &cause);
    if (!st && how->normalize && !how->is_unchecked) {
        st = format->normalize(&normalized, schema, &source, &options, &cause);
        sma_schema_unref(schema);
        schema = normalized;
    }
    if (st)
        return refuse_schema(format, st, &cause, err);
    *out = schema;
    return SMA_OK;
}

static enum sma_status parse_cached(struct sma_schema **out, struct sma_cache *cache,
                                    const struct sma_format *format, struct sma_str text,
                                    const struct sma_closure *closure,
                                    const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_buf key;
    struct sma_schema *schema;
    if (!cache)
        return parse_now(out, format, text, closure, how, err);
    sma_buf_init(&key, 0);
    enum sma_status st = make_key(&key, format, text, closure, how, err);
    if (!st) {
        schema = sma_cache_get(cache, sma_buf_str(&key));
        if (!schema) {
            st = parse_now(&schema, format, text, closure, how, err);
            if (!st)
                sma_cache_put(cache, 0, sma_buf_str(&key), schema,
                              schema->arena.bytes + sizeof *schema, NULL, 0);
        }
        if (!st)
            *out = schema;
    }
    sma_buf_fini(&key);
    return st;
}

enum sma_status sma_parse_schema(struct sma_schema **out, struct sma_closure *closure,
                                 struct sma_loader *loader, const struct sma_parse_source *source,
                                 const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_closure own;
    const struct sma_format *format = sma_format_find(source->type);
    if (!format)
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "Invalid schema type %.*s",
                          SMA_STR_ARG(source->type));
    enum sma_status st = sma_closure_load(&own, loader, source->context, source->references,
                                          source->reference_count, err);
    if (!st && how->is_new)
        st = sma_closure_must_be_live(&own, err);
    if (!st)
        st = parse_cached(out, loader->registry->schemas, format, source->text, &own, how, err);
    if (!st && closure)
        *closure = own;
    return st;
}

enum sma_status sma_parse_row(struct sma_schema **out, struct sma_loader *loader,
                              const struct sma_version *row, struct sma_error *err)
{
    struct sma_subject subject;
    enum sma_status st = sma_subject_parse(&subject, loader->arena, row->subject, err);
    if (st)
        return st;
    return sma_parse_schema(out, NULL, loader,
                            &(struct sma_parse_source){
                                .type = row->type,
                                .text = row->content.text,
                                .context = subject.context,
                                .references = row->content.references,
                                .reference_count = row->content.reference_count,
                            },
                            &(struct sma_parse_how){.is_unchecked = true}, err);
}
