/* Regular expressions: picks the engine for a pattern and hides which one it was. */
#include "core/jsonschema/regex.h"

#include <stdlib.h>

#include "base/arena.h"
#include "core/jsonschema/regex_fixed.h"
#include "core/jsonschema/regex_pcre.h"
#include "core/jsonschema/regex_syntax.h"
#include "core/jsonschema/regex_table.h"

/* Memory for the syntax tree of one pattern. */
#define TREE_BYTES_MAX (32u << 20)

/* One of the three. */
struct sma_regex {
    struct sma_regex_fixed *fixed;
    struct sma_regex_table *table;
    struct sma_regex_pcre *pcre;
};

static enum sma_status compile_fixed(struct sma_regex *re, const struct sma_regex_tree *tree,
                                     struct sma_error *err)
{
    struct sma_regex_fixed fixed;
    if (!sma_regex_fixed_make(&fixed, tree))
        return SMA_OK;
    re->fixed = malloc(sizeof fixed);
    if (!re->fixed)
        return sma_fail_nomem(err);
    *re->fixed = fixed;
    return SMA_OK;
}

static enum sma_status compile_tree(struct sma_regex *re, struct sma_str pattern,
                                    struct sma_error *err)
{
    struct sma_arena arena;
    struct sma_regex_tree tree;
    sma_arena_init(&arena, TREE_BYTES_MAX);
    enum sma_status st = sma_regex_parse(&tree, &arena, pattern, err);
    if (!st)
        st = compile_fixed(re, &tree, err);
    if (!st && !re->fixed && tree.is_regular)
        st = sma_regex_table_new(&re->table, &tree, err);
    if (!st && !re->fixed && !re->table)
        st = sma_regex_pcre_new(&re->pcre, &tree, pattern, err);
    sma_arena_fini(&arena);
    return st;
}

enum sma_status sma_regex_compile(struct sma_regex **out, struct sma_str pattern,
                                  struct sma_error *err)
{
    struct sma_regex *re = calloc(1, sizeof *re);
    if (!re)
        return sma_fail_nomem(err);
    enum sma_status st = compile_tree(re, pattern, err);
    if (st)
        sma_regex_free(re);
    else
        *out = re;
    return st;
}

enum sma_status sma_regex_compile_lenient(struct sma_regex **out, struct sma_str pattern,
                                          struct sma_error *err)
{
    struct sma_error first = SMA_ERROR_INIT;
    enum sma_status st = sma_regex_compile(out, pattern, &first);
    if (st == SMA_OK)
        return SMA_OK;
    if (st == SMA_EINVAL) {
        struct sma_regex *re = calloc(1, sizeof *re);
        if (!re)
            return sma_fail_nomem(err);
        if (sma_regex_pcre_new_native(&re->pcre, pattern, NULL) == SMA_OK) {
            *out = re;
            return SMA_OK;
        }
        free(re);
    }
    return sma_fail_at(err, st, first.offset, "%s", first.message);
}

size_t sma_regex_bytes(const struct sma_regex *re)
{
    return sizeof *re + (re->fixed   ? sizeof *re->fixed
                         : re->table ? sma_regex_table_bytes(re->table)
                                     : sma_regex_pcre_bytes(re->pcre));
}

bool sma_regex_is_valid(struct sma_str pattern)
{
    struct sma_arena arena;
    struct sma_regex_tree tree;
    sma_arena_init(&arena, TREE_BYTES_MAX);
    bool ok = sma_regex_parse(&tree, &arena, pattern, NULL) == SMA_OK;
    sma_arena_fini(&arena);
    return ok;
}

enum sma_status sma_regex_search_with(const struct sma_regex *re, struct sma_str subject,
                                      struct sma_regex_scratch **scratch, bool *matched,
                                      struct sma_error *err)
{
    if (re->pcre)
        return sma_regex_pcre_search(re->pcre, subject, scratch, matched, err);
    *matched = re->fixed ? sma_regex_fixed_matches(re->fixed, subject)
                         : sma_regex_table_search(re->table, subject);
    return SMA_OK;
}

enum sma_status sma_regex_search(const struct sma_regex *re, struct sma_str subject, bool *matched,
                                 struct sma_error *err)
{
    struct sma_regex_scratch *scratch = NULL;
    enum sma_status st = sma_regex_search_with(re, subject, &scratch, matched, err);
    sma_regex_scratch_free(scratch);
    return st;
}

void sma_regex_free(struct sma_regex *re)
{
    if (!re)
        return;
    free(re->fixed);
    sma_regex_table_free(re->table);
    sma_regex_pcre_free(re->pcre);
    free(re);
}
