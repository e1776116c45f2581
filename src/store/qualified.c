#include "store/qualified.h"

#define DEFAULT_CONTEXT SMA_STR(".")

static bool is_qualified(struct sma_str text)
{
    return sma_str_starts(text, SMA_STR(":."));
}

struct sma_str sma_qualified_context(struct sma_str subject)
{
    if (!is_qualified(subject))
        return DEFAULT_CONTEXT;
    struct sma_str rest = sma_str_from(subject, 1);
    ptrdiff_t colon = sma_str_chr(rest, ':');
    return colon < 0 ? rest : sma_str_head(rest, (size_t)colon);
}

struct sma_str sma_qualified_name(struct sma_str subject)
{
    if (!is_qualified(subject))
        return subject;
    struct sma_str rest = sma_str_from(subject, 1);
    ptrdiff_t colon = sma_str_chr(rest, ':');
    return colon < 0 ? SMA_STR("") : sma_str_from(rest, (size_t)colon + 1);
}

struct sma_str sma_qualified_make(struct sma_arena *arena, struct sma_str context,
                                  struct sma_str name)
{
    if (sma_str_eq(context, DEFAULT_CONTEXT))
        return sma_arena_copy(arena, name);
    char *text = sma_arena_alloc(arena, context.len + name.len + 3);
    if (!text)
        return sma_str_make(NULL, 0);
    text[0] = ':';
    memcpy(text + 1, context.ptr, context.len);
    text[1 + context.len] = ':';
    if (name.len)
        memcpy(text + 2 + context.len, name.ptr, name.len);
    text[2 + context.len + name.len] = '\0';
    return sma_str_make(text, context.len + name.len + 2);
}

struct sma_str sma_qualified_resolve(struct sma_arena *arena, struct sma_str context,
                                     struct sma_str text)
{
    if (!is_qualified(text))
        return sma_qualified_make(arena, context, text);
    return sma_qualified_make(arena, sma_qualified_context(text), sma_qualified_name(text));
}
