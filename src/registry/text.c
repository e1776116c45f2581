#include "registry/text.h"

#include "base/num.h"

struct sma_str sma_text_join(struct sma_arena *arena, const struct sma_str *parts, size_t count)
{
    size_t len = 0, at = 0;
    for (size_t i = 0; i < count; i++)
        if (!sma_add_size(&len, len, parts[i].len))
            return (struct sma_str){NULL, 0};
    char *joined = sma_arena_alloc(arena, len + 1);
    if (!joined)
        return (struct sma_str){NULL, 0};
    for (size_t i = 0; i < count; i++) {
        if (parts[i].len)
            memcpy(joined + at, parts[i].ptr, parts[i].len);
        at += parts[i].len;
    }
    joined[len] = '\0';
    return sma_str_make(joined, len);
}

struct sma_str sma_text_keep(struct sma_arena *arena, struct sma_buf *buf)
{
    struct sma_str kept = {NULL, 0};
    if (!sma_buf_failed(buf))
        kept = sma_arena_copy(arena, sma_buf_str(buf));
    sma_buf_fini(buf);
    return kept;
}
