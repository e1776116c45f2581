/* schemata diff --registries: two registries, subject by subject and version by version: what one has
 * and the other not, and what is not the same. The check before and after a migration. */
#include "cli/diff_registries.h"

#include <pthread.h>
#include <stdlib.h>

#include "cli/progress.h"
#include "cli/remote_session.h"
#include "cli/remote_settings.h"

enum { A, B };

/* One difference. */
struct row {
    struct sma_str subject;
    int32_t version;   /* 0 = of the subject */
    const char *what;  /* "missing", "extra", "text" … */
    struct sma_str a, b;
};

struct comparison {
    struct sma_arena arena; /* of rows; under the mutex */
    const struct sma_arguments *arguments;
    struct sma_project project;
    struct sma_remote *remotes[2];
    struct sma_strings subjects; /* of both */
    struct row *rows;
    size_t count, capacity;
    pthread_mutex_t mutex;
    struct sma_progress progress;
    struct sma_error err;
};

/* ---- rows ---- */

static enum sma_status add(struct comparison *c, struct sma_str subject, int32_t version,
                           const char *what, struct sma_str a, struct sma_str b,
                           struct sma_error *err)
{
    pthread_mutex_lock(&c->mutex);
    struct row *grown =
        sma_arena_grow(&c->arena, c->rows, c->count, &c->capacity, c->count + 1, sizeof *grown);
    struct row row = {subject, version, what, sma_arena_copy(&c->arena, a),
                      sma_arena_copy(&c->arena, b)};
    bool ok = grown && row.a.ptr && row.b.ptr;
    if (ok) {
        c->rows = grown;
        grown[c->count++] = row;
    }
    pthread_mutex_unlock(&c->mutex);
    return ok ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status add_numbers(struct comparison *c, struct sma_str subject, int32_t version,
                                   const char *what, int32_t a, int32_t b, struct sma_error *err)
{
    char left[16], right[16];
    snprintf(left, sizeof left, "%d", a);
    snprintf(right, sizeof right, "%d", b);
    return add(c, subject, version, what, sma_str_z(left), sma_str_z(right), err);
}

/* ---- one version in both ---- */

static bool same_json(const struct sma_json *a, const struct sma_json *b)
{
    return a && b ? sma_json_equal(a, b) : a == b;
}

static bool same_references(const struct sma_remote_schema *a, const struct sma_remote_schema *b)
{
    bool same = a->reference_count == b->reference_count;
    for (size_t i = 0; same && i < a->reference_count; i++)
        same = sma_str_eq(a->references[i].name, b->references[i].name) &&
               sma_str_eq(a->references[i].subject, b->references[i].subject) &&
               a->references[i].version == b->references[i].version;
    return same;
}

static enum sma_status compare_schemas(struct comparison *c, struct sma_str subject,
                                       const struct sma_remote_schema *a,
                                       const struct sma_remote_schema *b, struct sma_error *err)
{
    static const struct sma_str none = SMA_STR_INIT("");
    enum sma_status st = SMA_OK;
    if (!sma_str_eq(a->type, b->type))
        st = add(c, subject, a->version, "type", a->type, b->type, err);
    if (!st && !sma_str_eq(a->text, b->text))
        st = add(c, subject, a->version, "text", none, none, err);
    if (!st && a->id != b->id)
        st = add_numbers(c, subject, a->version, "id", a->id, b->id, err);
    if (!st && !same_references(a, b))
        st = add(c, subject, a->version, "references", none, none, err);
    if (!st && !same_json(a->metadata, b->metadata))
        st = add(c, subject, a->version, "metadata", none, none, err);
    if (!st && !same_json(a->rule_set, b->rule_set))
        st = add(c, subject, a->version, "rules", none, none, err);
    return st;
}

/* ---- one subject ---- */

static enum sma_status versions_of(struct sma_numbers *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str subject,
                                   struct sma_error *err)
{
    enum sma_status st = sma_remote_versions(out, remote, arena, subject, SMA_REMOTE_LIVE, err);
    if (st != SMA_ENOTFOUND)
        return st;
    sma_error_clear(err);
    *out = (struct sma_numbers){NULL, 0};
    return SMA_OK;
}

static enum sma_status compare_versions(struct comparison *c, struct sma_arena *arena,
                                        struct sma_str subject, const struct sma_numbers v[2],
                                        struct sma_error *err)
{
    static const struct sma_str none = SMA_STR_INIT("");
    enum sma_status st = SMA_OK;
    size_t i = 0, k = 0;
    while (!st && (i < v[A].count || k < v[B].count)) {
        bool only_a = k == v[B].count || (i < v[A].count && v[A].items[i] < v[B].items[k]);
        bool only_b = i == v[A].count || (k < v[B].count && v[B].items[k] < v[A].items[i]);
        if (only_a) {
            st = add(c, subject, v[A].items[i++], "missing", none, none, err);
        } else if (only_b) {
            st = add(c, subject, v[B].items[k++], "extra", none, none, err);
        } else {
            struct sma_remote_schema a, b;
            st = sma_remote_version(&a, c->remotes[A], arena, subject, v[A].items[i++], false, err);
            if (!st)
                st = sma_remote_version(&b, c->remotes[B], arena, subject, v[B].items[k++], false,
                                        err);
            if (!st)
                st = compare_schemas(c, subject, &a, &b, err);
        }
    }
    return st;
}

/* What is set on the subject itself, or globally for the empty subject. */
static enum sma_status compare_setting(struct comparison *c, struct sma_arena *arena,
                                       struct sma_str subject, const char *what,
                                       const char *member, const char *word,
                                       struct sma_error *err)
{
    struct sma_chain chains[2];
    enum sma_status st = SMA_OK;
    for (int side = A; !st && side <= B; side++)
        st = sma_remote_chain(&chains[side], c->remotes[side], arena, what, member, subject, NULL,
                              err);
    if (st || sma_str_eq(chains[A].links[0].value, chains[B].links[0].value))
        return st;
    return add(c, subject, 0, word, chains[A].links[0].value, chains[B].links[0].value, err);
}

static enum sma_status compare_subject(void *ctx, size_t i, struct sma_error *err)
{
    struct comparison *c = ctx;
    struct sma_str subject = c->subjects.items[i];
    struct sma_numbers versions[2];
    struct sma_arena arena;
    enum sma_status st = SMA_OK;
    sma_arena_init(&arena, 0);
    for (int side = A; !st && side <= B; side++)
        st = versions_of(&versions[side], c->remotes[side], &arena, subject, err);
    if (!st && versions[A].count && !versions[B].count)
        st = add(c, subject, 0, "missing", SMA_STR(""), SMA_STR(""), err);
    else if (!st && versions[B].count && !versions[A].count)
        st = add(c, subject, 0, "extra", SMA_STR(""), SMA_STR(""), err);
    else if (!st)
        st = compare_versions(c, &arena, subject, versions, err);
    if (!st)
        st = compare_setting(c, &arena, subject, "config", "compatibilityLevel", "level", err);
    if (!st)
        st = compare_setting(c, &arena, subject, "mode", "mode", "mode", err);
    sma_arena_fini(&arena);
    return st;
}

/* ---- all of them ---- */

static enum sma_status list_subjects(struct comparison *c)
{
    const char *pattern = sma_argument(c->arguments, "--subject");
    struct sma_strings lists[2];
    enum sma_status st = SMA_OK;
    for (int side = A; !st && side <= B; side++)
        st = sma_remote_subjects(&lists[side], c->remotes[side], &c->arena,
                                 sma_str_z(pattern ? pattern : ""), SMA_REMOTE_LIVE, &c->err);
    size_t i = 0, k = 0;
    while (!st && (i < lists[A].count || k < lists[B].count)) {
        int order = i == lists[A].count   ? 1
                    : k == lists[B].count ? -1
                                          : sma_str_cmp(lists[A].items[i], lists[B].items[k]);
        st = sma_strings_add(&c->subjects, &c->arena,
                             order > 0 ? lists[B].items[k] : lists[A].items[i], &c->err);
        i += order <= 0;
        k += order >= 0;
    }
    return st;
}

static void tell(void *ctx, size_t done, size_t count)
{
    struct comparison *c = ctx;
    sma_progress_step(&c->progress, done, count);
}

static int by_place(const void *x, const void *y)
{
    const struct row *a = x, *b = y;
    int order = sma_str_cmp(a->subject, b->subject);
    if (!order && a->version != b->version)
        order = a->version < b->version ? -1 : 1;
    return order ? order : strcmp(a->what, b->what);
}

static enum sma_status compare_all(struct comparison *c)
{
    enum sma_status st = list_subjects(c);
    sma_progress_start(&c->progress, c->arguments, "comparing subjects");
    if (!st)
        st = sma_remote_each(c->remotes[A], c->subjects.count, compare_subject, tell, c, &c->err);
    sma_progress_end(&c->progress);
    if (!st)
        st = compare_setting(c, &c->arena, SMA_STR(""), "config", "compatibilityLevel", "level",
                             &c->err);
    if (!st)
        st = compare_setting(c, &c->arena, SMA_STR(""), "mode", "mode", "mode", &c->err);
    if (!st && c->count)
        qsort(c->rows, c->count, sizeof *c->rows, by_place);
    return st;
}

static void put_value(struct sma_table *table, struct sma_str value)
{
    if (value.len)
        sma_table_text(table, value);
    else
        sma_table_none(table);
}

static enum sma_status print(struct comparison *c)
{
    static const char *const columns[] = {"subject", "version", "difference", "a", "b", NULL};
    struct sma_table table;
    sma_table_init(&table, &c->arena, columns);
    for (size_t i = 0; i < c->count; i++) {
        const struct row *row = &c->rows[i];
        sma_table_text(&table, row->subject.len ? row->subject : SMA_STR("(global)"));
        if (row->version)
            sma_table_number(&table, row->version);
        else
            sma_table_none(&table);
        sma_table_text(&table, sma_str_z(row->what));
        put_value(&table, row->a);
        put_value(&table, row->b);
    }
    enum sma_status st = sma_table_print(&table, c->arguments, &c->err);
    if (!st && !sma_argument_has(c->arguments, "--quiet"))
        fprintf(stderr, "%zu difference%s in %zu subjects; a is %s, b is %s\n", c->count,
                c->count == 1 ? "" : "s", c->subjects.count, sma_remote_url(c->remotes[A]),
                sma_remote_url(c->remotes[B]));
    return st;
}

int sma_diff_registries(const struct sma_arguments *arguments)
{
    struct comparison c = {.arguments = arguments, .err = SMA_ERROR_INIT};
    sma_arena_init(&c.arena, 0);
    pthread_mutex_init(&c.mutex, NULL);
    enum sma_status st = sma_project_load(&c.project, &c.arena, sma_argument(arguments, "--config"),
                                          &c.err);
    for (int side = A; !st && side <= B; side++)
        st = sma_remote_open_url(&c.remotes[side], arguments, &c.project,
                                 arguments->positional[side], &c.err);
    if (!st)
        st = compare_all(&c);
    if (!st)
        st = print(&c);
    bool differs = c.count && sma_argument_has(arguments, "--exit-code");
    int code = st ? sma_cli_fail(st, &c.err) : differs ? SMA_EXIT_FINDINGS : SMA_EXIT_OK;
    sma_remote_close(c.remotes[A]);
    sma_remote_close(c.remotes[B]);
    pthread_mutex_destroy(&c.mutex);
    sma_arena_fini(&c.arena);
    return code;
}
