#include "store/state/range.h"

#include "store/qualified.h"

/* Subjects of other contexts lie between these: ":." and the next character after the dot. */
#define CONTEXTS_FROM SMA_STR(":.")
#define CONTEXTS_TO SMA_STR(":/")

struct sma_str sma_range_end(struct sma_arena *arena, struct sma_str text)
{
    char *end = sma_arena_alloc(arena, text.len + 1);
    if (!end)
        return sma_str_make(NULL, 0);
    if (text.len)
        memcpy(end, text.ptr, text.len);
    end[text.len] = (char)0xff;
    return sma_str_make(end, text.len + 1);
}

static void add(struct sma_ranges *out, struct sma_str from, struct sma_str to)
{
    if (sma_str_cmp(from, to) < 0)
        out->list[out->count++] = (struct sma_range){from, to};
}

static struct sma_str least(struct sma_str a, struct sma_str b)
{
    return sma_str_cmp(a, b) < 0 ? a : b;
}

static struct sma_str most(struct sma_str a, struct sma_str b)
{
    return sma_str_cmp(a, b) < 0 ? b : a;
}

enum sma_status sma_ranges_of_context(struct sma_ranges *out, struct sma_arena *arena,
                                      struct sma_str context, struct sma_str prefix,
                                      struct sma_error *err)
{
    bool is_default = sma_str_eqz(context, ".");
    struct sma_str from = sma_qualified_make(arena, context, prefix);
    struct sma_str to = from.ptr ? sma_range_end(arena, from) : from;
    if (!to.ptr)
        return sma_fail_nomem(err);
    out->count = 0;
    if (is_default) { /* what lies before and behind the other contexts */
        add(out, from, least(to, CONTEXTS_FROM));
        add(out, most(from, CONTEXTS_TO), to);
    } else {
        add(out, from, to);
    }
    return SMA_OK;
}

void sma_ranges_begin_at(struct sma_ranges *ranges, struct sma_str from)
{
    size_t count = ranges->count;
    ranges->count = 0;
    for (size_t i = 0; i < count; i++)
        add(ranges, most(ranges->list[i].from, from), ranges->list[i].to);
}

struct sma_str sma_range_behind(struct sma_arena *arena, struct sma_str subject)
{
    struct sma_str copy = sma_arena_copy(arena, subject);
    return copy.ptr ? sma_str_make(copy.ptr, copy.len + 1) : copy;
}

void sma_ranges_of_all(struct sma_ranges *out)
{
    out->count = 0;
    add(out, SMA_STR(""), SMA_STR("\xff"));
}

enum sma_status sma_ranges_of_scope(struct sma_ranges *out, struct sma_arena *arena,
                                    struct sma_str scope, struct sma_error *err)
{
    struct sma_str name = sma_qualified_name(scope);
    if (sma_str_eqz(scope, ":.__GLOBAL:")) {
        sma_ranges_of_all(out);
        return SMA_OK;
    }
    if (!name.len)
        return sma_ranges_of_context(out, arena, sma_qualified_context(scope), SMA_STR(""), err);
    /* Exactly this subject: its smallest extension is the one with a NUL. */
    char *to = sma_arena_alloc(arena, scope.len + 1);
    if (!to)
        return sma_fail_nomem(err);
    memcpy(to, scope.ptr, scope.len);
    to[scope.len] = '\0';
    out->count = 0;
    add(out, scope, sma_str_make(to, scope.len + 1));
    return SMA_OK;
}
