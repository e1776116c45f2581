#include "cli/diff.h"

#include "cli/layout.h"
#include "cli/text_diff.h"
#include "core/compat/compat.h"

/* ---- finding ---- */

static enum sma_status compare(struct sma_diff *d, struct sma_findings *out,
                               const struct sma_schema *reader, const struct sma_schema *writer)
{
    struct sma_work work = {SMA_COMPAT_STEPS_MAX};
    sma_findings_init(out, &d->session->arena, 0);
    enum sma_status st =
        reader->format->compat(out, reader, writer, SMA_POLICY_STRICT, &work, &d->session->err);
    return st ? st : sma_findings_status(out, &d->session->err);
}

enum sma_status sma_diff_find(struct sma_diff *d)
{
    const struct sma_schema *old = d->files[0]->schema, *new = d->files[1]->schema;
    if (old->format != new->format)
        return sma_fail(&d->session->err, SMA_EINVAL, "%.*s is %s and %.*s is %s",
                        SMA_STR_ARG(d->files[0]->label), old->format->name,
                        SMA_STR_ARG(d->files[1]->label), new->format->name);
    d->differs = !old->format->equal(old, new);
    enum sma_status st = compare(d, &d->backward, new, old);
    if (!st)
        st = compare(d, &d->forward, old, new);
    if (!st && new->format->differences) {
        struct sma_work work = {SMA_COMPAT_STEPS_MAX};
        st = new->format->differences(&d->backward, &d->forward, new, old, &work,
                                      &d->session->err);
    }
    return st ? st : sma_findings_status(&d->backward, &d->session->err);
}

/* ---- for people ---- */

void sma_diff_describe(struct sma_buf *out, const struct sma_finding *f, bool is_backward)
{
    if (!*f->rule->description)
        sma_buf_putz(out, f->rule->id);
    sma_finding_description(out, f, is_backward ? "new" : "old", is_backward ? "old" : "new");
}

/* What kind of change a rule is about, by the words of its id. */
enum group { ADDED, REMOVED, CHANGED, RENAMED, GROUP_COUNT };

static enum group group_of(const struct sma_rule *rule)
{
    if (strstr(rule->id, "RENAMED"))
        return RENAMED;
    if (strstr(rule->id, "ADDED"))
        return ADDED;
    return strstr(rule->id, "REMOVED") ? REMOVED : CHANGED;
}

static void put_item(struct sma_buf *out, const struct sma_finding *finding, bool is_backward,
                     const char *heading, const char *mark)
{
    sma_buf_printf(out, "%s%s  %s ", heading, *heading ? "\n" : "", mark);
    sma_diff_describe(out, finding, is_backward);
    sma_buf_putc(out, '\n');
}

static void put_breaking(struct sma_buf *out, const struct sma_findings *findings, bool is_backward,
                         const char *heading)
{
    for (size_t i = 0; i < findings->count; i++)
        if (!findings->items[i].is_compatible) {
            put_item(out, &findings->items[i], is_backward, heading, "!");
            heading = "";
        }
}

/* What breaks nobody, by kind. */
static void put_groups(struct sma_buf *out, const struct sma_findings *findings)
{
    static const char *const headings[] = {"added", "removed", "changed", "renamed"};
    static const char *const marks[] = {"+", "-", "~", ">"};
    for (int group = 0; group < GROUP_COUNT; group++) {
        const char *heading = headings[group];
        for (size_t i = 0; i < findings->count; i++) {
            const struct sma_finding *f = &findings->items[i];
            if (!f->is_compatible || (int)group_of(f->rule) != group)
                continue;
            put_item(out, f, true, heading, marks[group]);
            heading = "";
        }
    }
}

static void put_verdict(struct sma_buf *out, const struct sma_diff *d)
{
    bool backward = !d->backward.incompatible_count, forward = !d->forward.incompatible_count;
    sma_buf_printf(out, "BACKWARD %s   FORWARD %s   FULL %s\n", backward ? "ok" : "FAIL",
                   forward ? "ok" : "FAIL", backward && forward ? "ok" : "FAIL");
}

static void put_stat(struct sma_buf *out, const struct sma_diff *d)
{
    size_t allowed = d->backward.count - d->backward.incompatible_count;
    sma_buf_printf(out,
                   "%zu break readers on the new schema, %zu break readers on the old one, "
                   "%zu allowed\n",
                   d->backward.incompatible_count, d->forward.incompatible_count, allowed);
}

enum sma_status sma_diff_put_text(struct sma_buf *out, const struct sma_diff *d)
{
    struct sma_buf forms[2];
    enum sma_status st = SMA_OK;
    for (int i = 0; i < 2; i++) {
        sma_buf_init(&forms[i], 4 * SMA_FILE_BYTES_MAX);
        if (!st)
            st = sma_layout(&forms[i], d->files[i]->format, d->files[i]->text, &d->session->err);
    }
    if (!st)
        st = sma_text_diff(out, d->files[0]->label, sma_buf_str(&forms[0]), d->files[1]->label,
                           sma_buf_str(&forms[1]), &d->session->err);
    sma_buf_fini(&forms[0]);
    sma_buf_fini(&forms[1]);
    return st;
}

void sma_diff_put(struct sma_buf *out, const struct sma_diff *d, bool only_counts)
{
    if (!d->differs && !d->backward.count && !d->forward.count) {
        sma_buf_putz(out, "no difference\n");
        return;
    }
    if (only_counts) {
        put_stat(out, d);
    } else {
        put_breaking(out, &d->backward, true, "breaks readers on the new schema");
        put_breaking(out, &d->forward, false, "breaks readers on the old schema");
        put_groups(out, &d->backward);
        if (!d->backward.count && !d->forward.count)
            sma_buf_putz(out, "only what no reader minds: docs, options, order\n");
    }
    put_verdict(out, d);
}
