/* The walk over two schemas at once.
 *
 * Every pair is checked once: a pair in progress counts as compatible (that ends recursion), a
 * finished one gives its result again. Only pairs with a named type in them can be met twice,
 * because every other node has one place in its schema; the rest skips the table, which keeps
 * records of plain fields free of any bookkeeping. A check inside a union starts a path of its own
 * and its result decides but is not reported; what it found about named pairs stays in the table,
 * as in the original. */
#include "core/avro/compat.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/avro/avro.h"
#include "core/avro/compat_result.h"
#include "core/avro/pairs.h"
#include "core/avro/print.h"
#include "core/avro/rules.h"

struct checker {
    struct sma_avro_pairs pairs; /* value: the result's first item, or a mark below */
    struct sma_avro_results results;
    struct sma_work *work;
    uint32_t depth_left;
    bool is_too_deep;
    /* The original's exception. */
    const struct sma_avro_field *ambiguous;
    const struct sma_avro_node *ambiguous_writer;
};

/* What a pair's slot points at when there is no finding to point at. */
static const struct sma_avro_item in_progress, compatible;

static enum sma_status check(struct checker *c, struct sma_avro_result *result,
                             const struct sma_avro_node *reader, const struct sma_avro_node *writer,
                             const struct sma_avro_step *step);

/* ---- findings ---- */

static bool is_readable(const struct sma_avro_node *reader, const struct sma_avro_node *writer)
{
    return sma_avro_readable_kinds(reader->kind) >> writer->kind & 1;
}

static enum sma_status find(struct checker *c, struct sma_avro_result *result,
                            const struct sma_rule *rule, const struct sma_avro_node *reader,
                            const struct sma_avro_node *writer, const struct sma_avro_step *step,
                            struct sma_str info)
{
    const struct sma_avro_leaf leaf = {
        .rule = rule, .info = info, .reader = reader->span, .writer = writer->span};
    return sma_avro_result_add(result, &c->results, &leaf, step, "");
}

static enum sma_status find_type_mismatch(struct checker *c, struct sma_avro_result *result,
                                          const struct sma_avro_node *reader,
                                          const struct sma_avro_node *writer,
                                          const struct sma_avro_step *step)
{
    char info[96];
    int n = snprintf(info, sizeof info, "reader type: %s not compatible with writer type: %s",
                     sma_avro_kind_upper(reader->kind).ptr, sma_avro_kind_upper(writer->kind).ptr);
    return find(c, result, &sma_avro_type_mismatch, reader, writer, step,
                sma_str_make(info, (size_t)n));
}

static enum sma_status find_missing_branch(struct checker *c, struct sma_avro_result *result,
                                           const struct sma_avro_node *reader,
                                           const struct sma_avro_node *writer,
                                           const struct sma_avro_step *step)
{
    char info[64];
    int n = snprintf(info, sizeof info, "reader union lacking writer type: %s",
                     sma_avro_kind_upper(writer->kind).ptr);
    return find(c, result, &sma_avro_missing_union_branch, reader, writer, step,
                sma_str_make(info, (size_t)n));
}

/* ---- named types: names, sizes, symbols ---- */

static enum sma_status find_name_mismatch(struct checker *c, struct sma_avro_result *result,
                                          const struct sma_avro_node *reader,
                                          const struct sma_avro_node *writer,
                                          const struct sma_avro_step *step)
{
    struct sma_str info =
        sma_arena_printf(&c->results.arena, "expected: %.*s", SMA_STR_ARG(writer->name.full));
    const struct sma_avro_leaf leaf = {.rule = &sma_avro_name_mismatch,
                                       .info = info,
                                       .reader = reader->name_span,
                                       .writer = writer->name_span};
    return info.ptr ? sma_avro_result_add(result, &c->results, &leaf, step, "/name") : SMA_ENOMEM;
}

static enum sma_status check_names(struct checker *c, struct sma_avro_result *result,
                                   const struct sma_avro_node *reader,
                                   const struct sma_avro_node *writer,
                                   const struct sma_avro_step *step)
{
    if (sma_str_eq(reader->name.name, writer->name.name))
        return SMA_OK;
    if (!sma_work_take(c->work, reader->alias_count))
        return SMA_ELIMIT;
    return sma_avro_names_match(reader, writer)
               ? SMA_OK
               : find_name_mismatch(c, result, reader, writer, step);
}

static enum sma_status check_size(struct checker *c, struct sma_avro_result *result,
                                  const struct sma_avro_node *reader,
                                  const struct sma_avro_node *writer,
                                  const struct sma_avro_step *step)
{
    char info[64];
    if (reader->fixed.size == writer->fixed.size)
        return SMA_OK;
    int n = snprintf(info, sizeof info, "expected: %u, found: %u", writer->fixed.size,
                     reader->fixed.size);
    const struct sma_avro_leaf leaf = {.rule = &sma_avro_fixed_size_mismatch,
                                       .info = sma_str_make(info, (size_t)n),
                                       .reader = reader->content_span,
                                       .writer = writer->content_span};
    return sma_avro_result_add(result, &c->results, &leaf, step, "/size");
}

/* Mostly the same symbols at the same places. */
static bool has_symbol(const struct sma_avro_node *reader, const struct sma_avro_node *writer,
                       uint32_t i)
{
    struct sma_str symbol = writer->enumeration.symbols[i];
    if (i < reader->enumeration.count && sma_str_eq(reader->enumeration.symbols[i], symbol))
        return true;
    return sma_avro_symbol_find(reader, symbol) >= 0;
}

static int compare_symbols(const void *a, const void *b)
{
    return sma_str_cmp_utf16(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

/* "[B, C]", sorted. */
static enum sma_status find_missing_symbols(struct checker *c, struct sma_avro_result *result,
                                            const struct sma_avro_node *reader,
                                            const struct sma_avro_node *writer,
                                            const struct sma_avro_step *step)
{
    struct sma_str *missing =
        sma_arena_calloc(&c->results.arena, writer->enumeration.count, sizeof *missing);
    struct sma_buf info;
    size_t count = 0;
    if (!missing)
        return SMA_ENOMEM;
    for (uint32_t i = 0; i < writer->enumeration.count; i++)
        if (!has_symbol(reader, writer, i))
            missing[count++] = writer->enumeration.symbols[i];
    qsort(missing, count, sizeof *missing, compare_symbols);
    sma_buf_init(&info, 0);
    sma_buf_putc(&info, '[');
    for (size_t i = 0; i < count; i++) {
        sma_buf_putz(&info, i ? ", " : "");
        sma_buf_puts(&info, missing[i]);
    }
    sma_buf_putc(&info, ']');
    const struct sma_avro_leaf leaf = {.rule = &sma_avro_missing_enum_symbols,
                                       .info = sma_buf_str(&info),
                                       .reader = reader->content_span,
                                       .writer = writer->content_span};
    enum sma_status st = sma_buf_failed(&info)
                             ? SMA_ENOMEM
                             : sma_avro_result_add(result, &c->results, &leaf, step, "/symbols");
    sma_buf_fini(&info);
    return st;
}

static enum sma_status check_symbols(struct checker *c, struct sma_avro_result *result,
                                     const struct sma_avro_node *reader,
                                     const struct sma_avro_node *writer,
                                     const struct sma_avro_step *step)
{
    if (reader->enumeration.default_position >= 0)
        return SMA_OK;
    if (!sma_work_take(c->work, writer->enumeration.count))
        return SMA_ELIMIT;
    for (uint32_t i = 0; i < writer->enumeration.count; i++)
        if (!has_symbol(reader, writer, i))
            return find_missing_symbols(c, result, reader, writer, step);
    return SMA_OK;
}

/* ---- records ---- */

/* The writer's field that the reader's one takes its data from: by name, or by one of the reader's
 * aliases. SMA_EINVAL when there are several. `hint` is where the last one was found, because
 * fields mostly come in the same order. */
static enum sma_status look_up(struct checker *c, const struct sma_avro_field **out,
                               const struct sma_avro_field *field,
                               const struct sma_avro_node *writer, uint32_t likely)
{
    const struct sma_avro_field *found;
    if (likely < writer->record.count &&
        sma_str_eq(writer->record.fields[likely].name, field->name))
        found = &writer->record.fields[likely];
    else
        found = sma_avro_field_find(writer, field->name);
    if (!sma_work_take(c->work, 1 + field->alias_count))
        return SMA_ELIMIT;
    for (uint32_t i = 0; i < field->alias_count; i++) {
        const struct sma_avro_field *other = sma_avro_field_find(writer, field->aliases[i]);
        if (found && other) {
            c->ambiguous = field;
            c->ambiguous_writer = writer;
            return SMA_EINVAL;
        }
        found = other ? other : found;
    }
    *out = found;
    return SMA_OK;
}

/* The reader has to make a value up. */
static enum sma_status check_missing(struct checker *c, struct sma_avro_result *result,
                                     const struct sma_avro_field *field,
                                     const struct sma_avro_node *writer,
                                     const struct sma_avro_step *up)
{
    const struct sma_avro_step at_type = {up, "/fields/", field->position, "/type"};
    const struct sma_avro_step at_field = {up, "/fields/", field->position, ""};
    if (field->default_value)
        return SMA_OK;
    /* As in the original, an enum's own default does not help but leads to this comparison. */
    if (field->type->kind == SMA_AVRO_ENUM && field->type->enumeration.default_position >= 0)
        return check(c, result, field->type, writer, &at_type);
    const struct sma_avro_leaf leaf = {.rule = &sma_avro_reader_field_missing_default,
                                       .info = field->name,
                                       .reader = field->span,
                                       .writer = writer->span};
    return sma_avro_result_add(result, &c->results, &leaf, &at_field, "");
}

static bool is_plainly_readable(const struct sma_avro_key *reader,
                                const struct sma_avro_key *writer)
{
    return reader->is_plain && writer->is_plain && reader->nesting == writer->nesting &&
           !(writer->writes & ~reader->reads);
}

/* How many fields, the reader's from `i` and the writer's from `k` on, stand side by side with the
 * same names and plain types that need no further look. Fields mostly come in the same order. */
static uint32_t plain_run(const struct sma_avro_node *reader, uint32_t i,
                          const struct sma_avro_node *writer, uint32_t k)
{
    const struct sma_avro_key *a = reader->record.keys + i, *b = writer->record.keys + k;
    uint32_t left = reader->record.count - i, other_left = writer->record.count - k, n = 0;
    left = other_left < left ? other_left : left;
    for (; n < left; n++, a++, b++) {
        if (a->has_aliases || !sma_avro_keys_match(a, b) || !is_plainly_readable(a, b))
            break;
        if (a->length > sizeof a->head + sizeof a->tail &&
            !sma_str_eq(reader->record.fields[i + n].name, writer->record.fields[k + n].name))
            break;
    }
    return n;
}

static enum sma_status check_field(struct checker *c, struct sma_avro_result *result,
                                   const struct sma_avro_node *reader, uint32_t i,
                                   const struct sma_avro_node *writer, uint32_t *next,
                                   const struct sma_avro_step *up)
{
    const struct sma_avro_field *field = &reader->record.fields[i], *source;
    const struct sma_avro_step step = {up, "/fields/", i, "/type"};
    enum sma_status st = look_up(c, &source, field, writer, *next);
    if (st)
        return st;
    if (!source)
        return check_missing(c, result, field, writer, up);
    *next = source->position + 1;
    if (is_plainly_readable(&reader->record.keys[i], &writer->record.keys[source->position]))
        return SMA_OK;
    return check(c, result, field->type, source->type, &step);
}

static enum sma_status check_fields(struct checker *c, struct sma_avro_result *result,
                                    const struct sma_avro_node *reader,
                                    const struct sma_avro_node *writer,
                                    const struct sma_avro_step *up)
{
    uint32_t next = 0; /* behind the writer's field found last */
    if (!sma_work_take(c->work, reader->record.count))
        return SMA_ELIMIT;
    for (uint32_t i = 0; i < reader->record.count; i++) {
        uint32_t run = plain_run(reader, i, writer, next);
        i += run;
        next += run;
        if (i == reader->record.count)
            break;
        enum sma_status st = check_field(c, result, reader, i, writer, &next, up);
        if (st)
            return st;
    }
    return SMA_OK;
}

/* ---- unions ---- */

/* Two unnamed types of different kinds, neither a union: nothing to look into, and no pair that
 * could be met again. */
static bool is_plain_mismatch(const struct sma_avro_node *reader,
                              const struct sma_avro_node *writer)
{
    return reader->kind != writer->kind && reader->kind < SMA_AVRO_UNION &&
           writer->kind < SMA_AVRO_UNION;
}

/* A check with a path of its own that only answers yes or no. */
static enum sma_status try_pair(struct checker *c, bool *is_compatible,
                                const struct sma_avro_node *reader,
                                const struct sma_avro_node *writer)
{
    struct sma_avro_result apart = {NULL, NULL};
    *is_compatible = is_readable(reader, writer);
    if (*is_compatible || is_plain_mismatch(reader, writer))
        return sma_work_take(c->work, 1) ? SMA_OK : SMA_ELIMIT;
    enum sma_status st = check(c, &apart, reader, writer, NULL);
    *is_compatible = !apart.first;
    return st;
}

/* Whether some member of the reader's union reads what the writer, no union, wrote. */
static enum sma_status try_members(struct checker *c, bool *is_compatible,
                                   const struct sma_avro_node *reader,
                                   const struct sma_avro_node *writer)
{
    *is_compatible = false;
    for (uint32_t i = 0; i < reader->variants.count && !*is_compatible; i++) {
        enum sma_status st = try_pair(c, is_compatible, reader->variants.members[i], writer);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status check_both_unions(struct checker *c, struct sma_avro_result *result,
                                         const struct sma_avro_node *reader,
                                         const struct sma_avro_node *writer,
                                         const struct sma_avro_step *up)
{
    for (uint32_t i = 0; i < writer->variants.count; i++) {
        const struct sma_avro_node *member = writer->variants.members[i];
        const struct sma_avro_step step = {up, "/", i, ""};
        bool is_compatible;
        enum sma_status st = sma_avro_is_named(member)
                                 ? try_pair(c, &is_compatible, reader, member)
                                 : try_members(c, &is_compatible, reader, member);
        if (!st && !is_compatible)
            st = find_missing_branch(c, result, reader, member, &step);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status check_writer_union(struct checker *c, struct sma_avro_result *result,
                                          const struct sma_avro_node *reader,
                                          const struct sma_avro_node *writer,
                                          const struct sma_avro_step *up)
{
    for (uint32_t i = 0; i < writer->variants.count; i++) {
        const struct sma_avro_step step = {up, "/", i, ""};
        enum sma_status st = check(c, result, reader, writer->variants.members[i], &step);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status check_reader_union(struct checker *c, struct sma_avro_result *result,
                                          const struct sma_avro_node *reader,
                                          const struct sma_avro_node *writer,
                                          const struct sma_avro_step *step)
{
    bool is_compatible;
    enum sma_status st = try_members(c, &is_compatible, reader, writer);
    return st || is_compatible ? st : find_missing_branch(c, result, reader, writer, step);
}

/* ---- one pair ---- */

static enum sma_status check_same_kind(struct checker *c, struct sma_avro_result *result,
                                       const struct sma_avro_node *reader,
                                       const struct sma_avro_node *writer,
                                       const struct sma_avro_step *step)
{
    const struct sma_avro_step inner = {step, reader->kind == SMA_AVRO_ARRAY ? "/items" : "/values",
                                        -1, ""};
    enum sma_status st;
    switch (reader->kind) {
    case SMA_AVRO_ARRAY:
    case SMA_AVRO_MAP:
        return check(c, result, reader->items, writer->items, &inner);
    case SMA_AVRO_UNION:
        return check_both_unions(c, result, reader, writer, step);
    case SMA_AVRO_FIXED:
        st = check_names(c, result, reader, writer, step);
        return st ? st : check_size(c, result, reader, writer, step);
    case SMA_AVRO_ENUM:
        st = check_names(c, result, reader, writer, step);
        return st ? st : check_symbols(c, result, reader, writer, step);
    default:
        st = check_names(c, result, reader, writer, step);
        return st ? st : check_fields(c, result, reader, writer, step);
    }
}

static enum sma_status check_content(struct checker *c, struct sma_avro_result *result,
                                     const struct sma_avro_node *reader,
                                     const struct sma_avro_node *writer,
                                     const struct sma_avro_step *step)
{
    if (is_readable(reader, writer))
        return SMA_OK;
    if (reader->kind == writer->kind)
        return check_same_kind(c, result, reader, writer, step);
    if (writer->kind == SMA_AVRO_UNION)
        return check_writer_union(c, result, reader, writer, step);
    if (reader->kind == SMA_AVRO_UNION)
        return check_reader_union(c, result, reader, writer, step);
    return find_type_mismatch(c, result, reader, writer, step);
}

/* With the table: the result is made apart, kept for the next visit, and included here. */
static enum sma_status check_once(struct checker *c, struct sma_avro_result *result,
                                  const struct sma_avro_node *reader,
                                  const struct sma_avro_node *writer,
                                  const struct sma_avro_step *step)
{
    struct sma_avro_result own = {NULL, NULL};
    struct sma_avro_pair *pair;
    bool is_new;
    enum sma_status st = sma_avro_pairs_at(&pair, &is_new, &c->pairs, reader, writer);
    if (st)
        return st;
    if (!is_new) {
        bool is_empty = pair->value == &in_progress || pair->value == &compatible;
        return sma_avro_result_include(result, &c->results, is_empty ? NULL : pair->value);
    }
    pair->value = &in_progress;
    st = check_content(c, &own, reader, writer, step);
    if (!st) /* the table may have grown */
        st = sma_avro_pairs_at(&pair, &is_new, &c->pairs, reader, writer);
    if (st)
        return st;
    pair->value = own.first ? own.first : &compatible;
    return sma_avro_result_include(result, &c->results, own.first);
}

static enum sma_status check(struct checker *c, struct sma_avro_result *result,
                             const struct sma_avro_node *reader, const struct sma_avro_node *writer,
                             const struct sma_avro_step *step)
{
    bool has_name = sma_avro_is_named(reader) || sma_avro_is_named(writer);
    c->is_too_deep |= !c->depth_left;
    if (c->is_too_deep || !sma_work_take(c->work, 1))
        return SMA_ELIMIT;
    c->depth_left--;
    enum sma_status st = has_name ? check_once(c, result, reader, writer, step)
                                  : check_content(c, result, reader, writer, step);
    c->depth_left++;
    return st;
}

/* ---- entry ---- */

/* "Reader record field b type:INT pos:0 matches multiple fields in writer record schema {…}" */
static enum sma_status add_ambiguous(struct checker *c, struct sma_findings *out)
{
    const struct sma_avro_print_options options = {.max_levels = SMA_AVRO_DEPTH_MAX};
    struct sma_buf info;
    sma_buf_init(&info, 0);
    sma_buf_printf(&info, "Reader record field %.*s type:%s pos:%u",
                   SMA_STR_ARG(c->ambiguous->name),
                   sma_avro_kind_upper(c->ambiguous->type->kind).ptr, c->ambiguous->position);
    sma_buf_putz(&info, " matches multiple fields in writer record schema ");
    enum sma_status st = sma_avro_put_schema(&info, c->ambiguous_writer, &options, NULL);
    if (!st) {
        struct sma_finding *finding = sma_findings_add(out, &sma_avro_ambiguous_field, false,
                                                       SMA_STR("/"), sma_buf_str(&info));
        if (finding) {
            finding->reader_span = c->ambiguous->span;
            finding->writer_span = c->ambiguous_writer->span;
        }
        st = out->failed ? SMA_ENOMEM : SMA_OK;
    }
    sma_buf_fini(&info);
    return st;
}

static enum sma_status fail(const struct checker *c, enum sma_status st, struct sma_error *err)
{
    if (st != SMA_ELIMIT)
        return sma_fail_nomem(err);
    if (c->is_too_deep)
        return sma_fail(err, st,
                        "the compatibility check exceeds the limit of %d levels of nesting",
                        SMA_AVRO_DEPTH_MAX);
    return sma_fail(err, st, "the compatibility check exceeds its limit of steps");
}

enum sma_status sma_avro_compat(struct sma_findings *out, const struct sma_schema *reader,
                                const struct sma_schema *writer, enum sma_policy policy,
                                struct sma_work *work, struct sma_error *err)
{
    struct sma_avro_result result = {NULL, NULL};
    struct checker c;
    (void)policy; /* decides nothing for Avro */
    c.work = work;
    c.results.work = work;
    c.depth_left = SMA_AVRO_DEPTH_MAX;
    c.is_too_deep = false;
    c.ambiguous = NULL;
    sma_arena_init(&c.results.arena, 0);
    sma_avro_pairs_init(&c.pairs, work);
    enum sma_status st = check(&c, &result, sma_avro_schema_of(reader)->root,
                               sma_avro_schema_of(writer)->root, NULL);
    if (st == SMA_EINVAL)
        st = add_ambiguous(&c, out);
    else if (!st)
        st = sma_avro_result_write(out, result.first, &c.results);
    sma_avro_pairs_fini(&c.pairs);
    sma_arena_fini(&c.results.arena);
    return st ? fail(&c, st, err) : SMA_OK;
}
