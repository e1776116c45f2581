#include "core/formats/parts_walk.h"

void sma_parts_give(struct sma_parts *parts, enum sma_part_kind kind, struct sma_str text,
                    struct sma_str path, size_t start, size_t end)
{
    const struct sma_part part = {kind, text, path, start, end};
    if (!parts->is_over)
        parts->is_over = !parts->fn(parts->ctx, &part);
}

struct sma_str sma_parts_join(struct sma_parts *parts, struct sma_str a, struct sma_str b)
{
    if (!a.len)
        return b;
    char *text = sma_arena_alloc(parts->arena, a.len + 1 + b.len);
    if (!text)
        return sma_str_make(NULL, 0);
    memcpy(text, a.ptr, a.len);
    text[a.len] = '.';
    if (b.len)
        memcpy(text + a.len + 1, b.ptr, b.len);
    return sma_str_make(text, a.len + 1 + b.len);
}

enum sma_status sma_parts_visit(struct sma_str type, struct sma_str text, struct sma_arena *arena,
                                sma_part_fn *fn, void *ctx, struct sma_error *err)
{
    static const struct {
        const char *type;
        enum sma_status (*walk)(struct sma_parts *parts, struct sma_error *err);
    } walks[] = {{"AVRO", sma_parts_avro}, {"JSON", sma_parts_json}, {"PROTOBUF", sma_parts_proto}};
    struct sma_parts parts = {.text = text, .arena = arena, .fn = fn, .ctx = ctx};
    for (size_t i = 0; i < sizeof walks / sizeof walks[0]; i++) {
        if (!sma_str_eqz(type, walks[i].type))
            continue;
        sma_buf_init(&parts.path, 0);
        enum sma_status st = walks[i].walk(&parts, err);
        if (!st && sma_buf_failed(&parts.path))
            st = sma_fail_nomem(err);
        sma_buf_fini(&parts.path);
        return st;
    }
    return sma_fail(err, SMA_EUNSUPPORTED, "no schema type \"%.*s\"", SMA_STR_ARG(type));
}
