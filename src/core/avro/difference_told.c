/* Which differences the findings of compatibility tell already. */
#include "core/avro/difference.h"
#include "core/avro/rules.h"

static const struct pair {
    enum sma_avro_difference difference;
    const struct sma_rule *rule;
    bool is_backward; /* the direction in which the rule means this difference */
} pairs[] = {
    {SMA_AVRO_FIELD_ADDED, &sma_avro_reader_field_missing_default, true},
    {SMA_AVRO_FIELD_REMOVED, &sma_avro_reader_field_missing_default, false},
    {SMA_AVRO_TYPE_CHANGED, &sma_avro_type_mismatch, true},
    {SMA_AVRO_TYPE_CHANGED, &sma_avro_type_mismatch, false},
    {SMA_AVRO_TYPE_CHANGED, &sma_avro_missing_union_branch, true},
    {SMA_AVRO_TYPE_CHANGED, &sma_avro_missing_union_branch, false},
    {SMA_AVRO_NAME_CHANGED, &sma_avro_name_mismatch, true},
    {SMA_AVRO_NAME_CHANGED, &sma_avro_name_mismatch, false},
    {SMA_AVRO_SIZE_CHANGED, &sma_avro_fixed_size_mismatch, true},
    {SMA_AVRO_SIZE_CHANGED, &sma_avro_fixed_size_mismatch, false},
    {SMA_AVRO_SYMBOL_ADDED, &sma_avro_missing_enum_symbols, false},
    {SMA_AVRO_SYMBOL_REMOVED, &sma_avro_missing_enum_symbols, true},
    {SMA_AVRO_BRANCH_ADDED, &sma_avro_missing_union_branch, false},
    {SMA_AVRO_BRANCH_REMOVED, &sma_avro_missing_union_branch, true},
};

static bool is_same_place(struct sma_span a, struct sma_span b)
{
    return a.end > a.start && a.start == b.start && a.end == b.end;
}

/* Whether what breaks already tells it: the same place in one of the texts, by the fitting rule. */
static bool is_told(const struct sma_findings *findings, const struct sma_finding *difference,
                    const struct pair *pair)
{
    for (size_t i = 0; i < findings->count; i++) {
        const struct sma_finding *f = &findings->items[i];
        struct sma_span newer = pair->is_backward ? f->reader_span : f->writer_span;
        struct sma_span older = pair->is_backward ? f->writer_span : f->reader_span;
        if (f->rule == pair->rule && (is_same_place(newer, difference->reader_span) ||
                                      is_same_place(older, difference->writer_span)))
            return true;
    }
    return false;
}

static bool is_told_by_any(const struct sma_findings *backward, const struct sma_findings *forward,
                           const struct sma_finding *difference)
{
    for (size_t i = 0; i < sizeof pairs / sizeof pairs[0]; i++)
        if (difference->rule == sma_avro_difference_rule(pairs[i].difference) &&
            is_told(pairs[i].is_backward ? backward : forward, difference, &pairs[i]))
            return true;
    return false;
}

enum sma_status sma_avro_add_differences(struct sma_findings *backward,
                                         const struct sma_findings *forward,
                                         const struct sma_schema *newer,
                                         const struct sma_schema *older, struct sma_work *work,
                                         struct sma_error *err)
{
    struct sma_findings all;
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    sma_findings_init(&all, &arena, 0);
    enum sma_status st = sma_avro_differences(&all, newer, older, work, err);
    for (size_t i = 0; !st && i < all.count; i++) {
        const struct sma_finding *f = &all.items[i];
        if (is_told_by_any(backward, forward, f))
            continue;
        if (!sma_work_take(work, backward->count + forward->count))
            st = sma_fail(err, SMA_ELIMIT, "the schemas are too large to list their differences");
        struct sma_finding *kept =
            st ? NULL : sma_findings_add(backward, f->rule, true, f->path, f->info);
        if (kept) {
            kept->reader_span = f->reader_span;
            kept->writer_span = f->writer_span;
        }
    }
    sma_arena_fini(&arena);
    return st ? st : sma_findings_status(backward, err);
}
