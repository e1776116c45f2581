/* Longest common subsequence over lines, by table: schemas are small. */
#include "cli/text_diff.h"

#include <stdint.h>
#include <stdlib.h>

#include "base/arena.h"

#define PAIRS_MAX 4000000u
#define CONTEXT 3

struct lines {
    struct sma_str *items;
    size_t count;
};

struct edit {
    char mark; /* ' ' '-' '+' */
    struct sma_str line;
    size_t old_line, new_line; /* from 1 */
};

struct edits {
    struct edit *items;
    size_t count;
};

static bool split(struct lines *out, struct sma_arena *arena, struct sma_str text)
{
    size_t count = 0, capacity = 1;
    for (size_t i = 0; i < text.len; i++)
        capacity += text.ptr[i] == '\n';
    out->items = sma_arena_calloc(arena, capacity, sizeof *out->items);
    while (out->items && text.len) {
        ptrdiff_t end = sma_str_chr(text, '\n');
        out->items[count++] = end < 0 ? text : sma_str_head(text, (size_t)end);
        text = end < 0 ? SMA_STR("") : sma_str_from(text, (size_t)end + 1);
    }
    out->count = count;
    return out->items != NULL;
}

/* table[i][j]: common lines of a[i..] and b[j..]. NULL when it would be too large. */
static uint32_t *common(struct sma_arena *arena, const struct lines *a, const struct lines *b)
{
    size_t width = b->count + 1;
    if ((a->count + 1) * width > PAIRS_MAX)
        return NULL;
    uint32_t *table = sma_arena_calloc(arena, (a->count + 1) * width, sizeof *table);
    for (size_t i = a->count; table && i-- > 0;)
        for (size_t j = b->count; j-- > 0;) {
            uint32_t down = table[(i + 1) * width + j], right = table[i * width + j + 1];
            table[i * width + j] = sma_str_eq(a->items[i], b->items[j])
                                       ? table[(i + 1) * width + j + 1] + 1
                                       : (down > right ? down : right);
        }
    return table;
}

static bool find(struct edits *out, struct sma_arena *arena, const struct lines *a,
                 const struct lines *b)
{
    const uint32_t *table = common(arena, a, b);
    size_t i = 0, j = 0, width = b->count + 1;
    out->items = sma_arena_calloc(arena, a->count + b->count + 1, sizeof *out->items);
    if (!out->items)
        return false;
    while (i < a->count || j < b->count) {
        struct edit e = {'-', {NULL, 0}, i + 1, j + 1};
        bool both = i < a->count && j < b->count;
        if (both && table && sma_str_eq(a->items[i], b->items[j]))
            e.mark = ' ';
        else if (i >= a->count ||
                 (both && table && table[i * width + j + 1] > table[(i + 1) * width + j]))
            e.mark = '+';
        e.line = e.mark == '+' ? b->items[j] : a->items[i];
        i += e.mark != '+';
        j += e.mark != '-';
        out->items[out->count++] = e;
    }
    return true;
}

static void put_hunk(struct sma_buf *out, const struct edits *edits, size_t from, size_t to)
{
    size_t old_count = 0, new_count = 0;
    for (size_t i = from; i < to; i++) {
        old_count += edits->items[i].mark != '+';
        new_count += edits->items[i].mark != '-';
    }
    sma_buf_printf(out, "@@ -%zu,%zu +%zu,%zu @@\n", edits->items[from].old_line - !old_count,
                   old_count, edits->items[from].new_line - !new_count, new_count);
    for (size_t i = from; i < to; i++)
        sma_buf_printf(out, "%c%.*s\n", edits->items[i].mark, SMA_STR_ARG(edits->items[i].line));
}

/* Groups changes that are no further apart than their contexts. */
static void put_hunks(struct sma_buf *out, const struct edits *edits)
{
    size_t i = 0;
    while (i < edits->count) {
        while (i < edits->count && edits->items[i].mark == ' ')
            i++;
        if (i == edits->count)
            return;
        size_t from = i > CONTEXT ? i - CONTEXT : 0, last = i;
        for (; i < edits->count && i <= last + 2 * CONTEXT + 1; i++)
            if (edits->items[i].mark != ' ')
                last = i;
        size_t to = last + 1 + CONTEXT < edits->count ? last + 1 + CONTEXT : edits->count;
        put_hunk(out, edits, from, to);
        i = to;
    }
}

enum sma_status sma_text_diff(struct sma_buf *out, struct sma_str old_name, struct sma_str old_text,
                              struct sma_str new_name, struct sma_str new_text,
                              struct sma_error *err)
{
    struct sma_arena arena;
    struct lines a, b;
    struct edits edits = {NULL, 0};
    sma_arena_init(&arena, 0);
    bool ok = sma_str_eq(old_text, new_text) ||
              (split(&a, &arena, old_text) && split(&b, &arena, new_text) &&
               find(&edits, &arena, &a, &b));
    if (ok && edits.count) {
        sma_buf_printf(out, "--- %.*s\n+++ %.*s\n", SMA_STR_ARG(old_name), SMA_STR_ARG(new_name));
        put_hunks(out, &edits);
    }
    sma_arena_fini(&arena);
    return ok && !sma_buf_failed(out) ? SMA_OK : sma_fail_nomem(err);
}
