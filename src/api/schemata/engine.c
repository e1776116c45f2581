#include "api/schemata/engine.h"

#include <stdlib.h>

#include "core/hash/hash.h"
#include "core/protobuf/schema.h"
#include "registry/references.h"
#include "registry/text.h"

/* ---- life ---------------------------------------------------------------------------------------
 */

void sma_own_engine_unref(struct sma_own_engine *engine)
{
    if (!engine || atomic_fetch_sub(&engine->ref_count, 1) != 1)
        return;
    sma_validator_unref(engine->validator);
    sma_proto_codec_free(engine->codec);
    sma_avro_plan_free(engine->plan);
    sma_schema_unref(engine->schema);
    free(engine);
}

static void ref_value(void *value)
{
    struct sma_own_engine *engine = value;
    atomic_fetch_add(&engine->ref_count, 1);
}

static void unref_value(void *value)
{
    sma_own_engine_unref(value);
}

const struct sma_cache_value_ops sma_own_engine_ops = {ref_value, unref_value};

/* ---- the key: a digest of everything the engine is made from ------------------------------------
 */

static void put_sized(struct sma_buf *key, struct sma_str s)
{
    sma_buf_append(key, &s.len, sizeof s.len);
    sma_buf_puts(key, s);
}

static enum sma_status make_key(uint8_t digest[SMA_SHA256_LEN], const struct sma_own_source *source,
                                const struct sma_closure *closure, bool assert_format,
                                struct sma_error *err)
{
    struct sma_buf all;
    sma_buf_init(&all, 0);
    sma_buf_putc(&all, (char)((assert_format ? 1 : 0) | (source->is_stored ? 2 : 0)));
    put_sized(&all, source->parse.type);
    put_sized(&all, source->parse.text);
    for (size_t i = 0; i < closure->resolved_count; i++) {
        put_sized(&all, closure->resolved[i].reference.name);
        put_sized(&all, closure->resolved[i].text);
    }
    enum sma_status st =
        sma_buf_failed(&all) ? sma_fail_nomem(err) : sma_sha256(digest, sma_buf_str(&all), err);
    sma_buf_fini(&all);
    return st;
}

/* ---- making -------------------------------------------------------------------------------------
 */

static enum sma_status compile_json(struct sma_own_engine *engine, struct sma_arena *arena,
                                    const struct sma_own_source *source,
                                    const struct sma_closure *closure, bool assert_format,
                                    struct sma_error *err)
{
    const struct sma_validator_options options = {.assert_format = assert_format,
                                                  .lenient_patterns = true,
                                                  .max_steps = SMA_OWN_VALIDATE_STEPS_MAX};
    struct sma_validator_text *documents =
        sma_arena_calloc(arena, closure->resolved_count + 1, sizeof *documents);
    if (!documents)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < closure->resolved_count; i++)
        documents[i] = (struct sma_validator_text){closure->resolved[i].reference.name,
                                                   closure->resolved[i].text};
    return sma_validator_compile_text(&engine->validator, source->parse.text, documents,
                                      closure->resolved_count, &options, err);
}

static enum sma_status compile(struct sma_own_engine *engine, struct sma_arena *arena,
                               const struct sma_own_source *source,
                               const struct sma_closure *closure, bool assert_format,
                               struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    enum sma_status st;
    if (sma_str_eqz(source->parse.type, "JSON"))
        st = compile_json(engine, arena, source, closure, assert_format, &cause);
    else if (sma_str_eqz(source->parse.type, "PROTOBUF"))
        st = sma_proto_codec_new(&engine->codec, engine->schema, &cause);
    else
        st = sma_avro_plan_new(&engine->plan, engine->schema, NULL, &cause);
    if (st == SMA_EINVAL || st == SMA_EUNSUPPORTED)
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "the schema cannot judge values: %s",
                          cause.message);
    return st ? sma_fail(err, st, "%s", cause.message) : SMA_OK;
}

static size_t cost_of(const struct sma_own_engine *engine)
{
    size_t schema = sizeof *engine + engine->schema->arena.bytes;
    /* A codec or plan is about as large as the schema that it links. */
    return engine->validator ? schema + sma_validator_bytes(engine->validator) : 3 * schema;
}

static enum sma_status make(struct sma_own_engine **out, struct sma_own_call *call,
                            const struct sma_own_source *source, const struct sma_closure *closure,
                            bool assert_format, struct sma_error *err)
{
    struct sma_own_engine *engine = calloc(1, sizeof *engine);
    if (!engine)
        return sma_fail_nomem(err);
    atomic_init(&engine->ref_count, 1);
    enum sma_status st = sma_own_source_parse(&engine->schema, call, source, err);
    if (!st)
        st = compile(engine, call->arena, source, closure, assert_format, err);
    if (st)
        sma_own_engine_unref(engine);
    else
        *out = engine;
    return st;
}

enum sma_status sma_own_engine_get(struct sma_own_engine **out, struct sma_own_call *call,
                                   const struct sma_own_source *source, bool assert_format,
                                   struct sma_error *err)
{
    uint8_t digest[SMA_SHA256_LEN];
    struct sma_closure closure;
    struct sma_own_engine *engine = NULL;
    struct sma_str key = {(const char *)digest, sizeof digest};
    enum sma_status st =
        sma_closure_load(&closure, call->loader, source->parse.context, source->parse.references,
                         source->parse.reference_count, err);
    if (!st)
        st = make_key(digest, source, &closure, assert_format, err);
    if (st)
        return st;
    if (call->own->engines)
        engine = sma_cache_get(call->own->engines, key);
    if (!engine) {
        st = make(&engine, call, source, &closure, assert_format, err);
        if (!st)
            sma_cache_put(call->own->engines, 0, key, engine, cost_of(engine), NULL, 0);
    }
    if (!st)
        *out = engine;
    return st;
}

/* ---- Protobuf messages --------------------------------------------------------------------------
 */

enum sma_status sma_own_message_name(struct sma_str *out, struct sma_arena *arena,
                                     const struct sma_schema *schema, const int32_t *path,
                                     size_t count, struct sma_error *err)
{
    static const int32_t first[] = {0};
    const struct sma_proto_file *file = sma_proto_of(schema)->file;
    const struct sma_proto_messages *level = &file->messages;
    struct sma_str name = file->package.ptr ? file->package : SMA_STR("");
    if (!count) {
        path = first;
        count = 1;
    }
    for (size_t i = 0; i < count; i++) {
        if (path[i] < 0 || (size_t)path[i] >= level->count)
            return sma_fail(err, SMA_ENOTFOUND,
                            "message index %d at level %zu: the schema has %zu messages there",
                            path[i], i, level->count);
        const struct sma_proto_message *message = &level->items[path[i]];
        name = name.len ? SMA_JOIN(arena, name, SMA_STR("."), message->name) : message->name;
        if (!name.ptr)
            return sma_fail_nomem(err);
        level = &message->messages;
    }
    *out = name;
    return SMA_OK;
}
