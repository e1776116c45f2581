/* schemata list: the subjects of a registry. The standard API gives names; what other columns and
 * filters need is fetched several subjects at a time, and only when asked for. */
#include <pthread.h>

#include "base/num.h"
#include "cli/commands.h"
#include "cli/progress.h"
#include "cli/remote_session.h"
#include "cli/remote_settings.h"
#include "cli/source.h"

const struct sma_option sma_list_options[] = {
    {.name = "--type", .value = "avro|json|protobuf", .help = "only subjects of this type"},
    {.name = "--deleted", .help = "soft-deleted subjects too"},
    {.name = "--deleted-only", .help = "only soft-deleted subjects"},
    {.name = "--limit", .value = "N", .help = "at most so many rows"},
    {.name = "--columns",
     .value = "NAME,…",
     .standard = "subject",
     .help = "of subject, type, version, id, versions, level, mode"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

enum column { SUBJECT, TYPE, VERSION, ID, VERSIONS, LEVEL, MODE, COLUMN_COUNT };
static const char *const names[] = {"subject", "type", "version", "id", "versions", "level", "mode"};

struct row {
    struct sma_str type, level, mode;
    int32_t version, id;
    size_t versions;
    bool is_known; /* the latest version could be read */
};

struct listing {
    struct sma_remote_session *s;
    enum column columns[COLUMN_COUNT];
    size_t column_count;
    bool wants[COLUMN_COUNT];
    struct sma_str type; /* wanted; empty = all */
    enum sma_remote_deleted deleted;
    size_t limit;
    struct sma_strings subjects;
    struct row *rows;
    struct sma_chain level, mode; /* where a subject has none of its own */
    pthread_mutex_t mutex; /* of the session's arena */
    struct sma_progress progress;
};

/* ---- flags ---- */

static enum sma_status read_columns(struct listing *l)
{
    const char *text = sma_argument(l->s->arguments, "--columns");
    struct sma_str rest = sma_str_z(text ? text : "subject");
    while (rest.len) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        struct sma_str name = comma < 0 ? rest : sma_str_head(rest, (size_t)comma);
        int i = 0;
        while (i < COLUMN_COUNT && !sma_str_eqz(name, names[i]))
            i++;
        if (i == COLUMN_COUNT || l->wants[i])
            return sma_fail(&l->s->err, SMA_EINVAL,
                            "--columns: \"%.*s\" is no column, or named twice; there are subject, "
                            "type, version, id, versions, level, mode",
                            SMA_STR_ARG(name));
        l->wants[i] = true;
        l->columns[l->column_count++] = (enum column)i;
        rest = sma_str_from(rest, name.len + 1);
    }
    return SMA_OK;
}

static enum sma_status read_flags(struct listing *l)
{
    const struct sma_arguments *a = l->s->arguments;
    const char *type = sma_argument(a, "--type"), *limit = sma_argument(a, "--limit");
    int64_t number = 0;
    if (type)
        l->type = sma_str_z(sma_type_of_word(sma_str_z(type))->name);
    l->deleted = sma_argument_has(a, "--deleted-only") ? SMA_REMOTE_ONLY_DELETED
                 : sma_argument_has(a, "--deleted")    ? SMA_REMOTE_WITH_DELETED
                                                       : SMA_REMOTE_LIVE;
    if (limit && (!sma_parse_i64(sma_str_z(limit), &number) || number < 1))
        return sma_fail(&l->s->err, SMA_EINVAL, "--limit wants a number, not \"%s\"", limit);
    l->limit = number ? (size_t)number : SIZE_MAX;
    return read_columns(l);
}

/* ---- rows ---- */

static enum sma_status keep(struct listing *l, struct sma_str *out, struct sma_str text,
                            struct sma_error *err)
{
    pthread_mutex_lock(&l->mutex);
    *out = sma_arena_copy(&l->s->arena, text);
    pthread_mutex_unlock(&l->mutex);
    return out->ptr ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status fill_setting(struct listing *l, struct sma_str *out, const char *what,
                                    const char *member, const struct sma_chain *above,
                                    struct sma_str subject, struct sma_arena *arena,
                                    struct sma_error *err)
{
    struct sma_chain chain;
    enum sma_status st =
        sma_remote_chain(&chain, l->s->remote, arena, what, member, subject, above, err);
    struct sma_str value = SMA_STR("");
    if (!st && chain.in_force < chain.count)
        value = chain.links[chain.in_force].value;
    return st ? st : keep(l, out, value, err);
}

/* The newest version there is: for a subject that is soft-deleted, the last deleted one. */
static enum sma_status fill_latest(struct listing *l, struct row *row, struct sma_str subject,
                                   struct sma_arena *arena, struct sma_error *err)
{
    struct sma_remote_schema schema;
    struct sma_numbers all = {NULL, 0};
    bool with_deleted = l->deleted != SMA_REMOTE_LIVE;
    enum sma_status st =
        sma_remote_version(&schema, l->s->remote, arena, subject, 0, false, err);
    if (st == SMA_ENOTFOUND && with_deleted) {
        sma_error_clear(err);
        st = sma_remote_versions(&all, l->s->remote, arena, subject, SMA_REMOTE_WITH_DELETED, err);
        if (!st && all.count)
            st = sma_remote_version(&schema, l->s->remote, arena, subject,
                                    all.items[all.count - 1], true, err);
    }
    if (st == SMA_ENOTFOUND) { /* gone since the list was made */
        sma_error_clear(err);
        return SMA_OK;
    }
    if (st)
        return st;
    row->version = schema.version;
    row->id = schema.id;
    row->is_known = true;
    return keep(l, &row->type, schema.type, err);
}

static enum sma_status fill(void *ctx, size_t i, struct sma_error *err)
{
    struct listing *l = ctx;
    struct row *row = &l->rows[i];
    struct sma_str subject = l->subjects.items[i];
    struct sma_numbers versions = {NULL, 0};
    struct sma_arena arena;
    enum sma_status st = SMA_OK;
    sma_arena_init(&arena, 0);
    if (l->type.len || l->wants[TYPE] || l->wants[VERSION] || l->wants[ID])
        st = fill_latest(l, row, subject, &arena, err);
    if (!st && l->wants[VERSIONS]) {
        st = sma_remote_versions(&versions, l->s->remote, &arena, subject, SMA_REMOTE_LIVE, err);
        if (st == SMA_ENOTFOUND) {
            sma_error_clear(err);
            st = SMA_OK;
            versions.count = 0;
        }
        row->versions = versions.count;
    }
    if (!st && l->wants[LEVEL])
        st = fill_setting(l, &row->level, "config", "compatibilityLevel", &l->level, subject,
                          &arena, err);
    if (!st && l->wants[MODE])
        st = fill_setting(l, &row->mode, "mode", "mode", &l->mode, subject, &arena, err);
    sma_arena_fini(&arena);
    return st;
}

static void tell(void *ctx, size_t done, size_t count)
{
    struct listing *l = ctx;
    sma_progress_step(&l->progress, done, count);
}

/* ---- printing ---- */

static void put(struct sma_table *table, const struct listing *l, size_t i, enum column column)
{
    const struct row *row = &l->rows[i];
    bool needs_latest = column == TYPE || column == VERSION || column == ID;
    if (needs_latest && !row->is_known)
        sma_table_none(table);
    else if (column == SUBJECT)
        sma_table_text(table, l->subjects.items[i]);
    else if (column == TYPE)
        sma_table_text(table, row->type);
    else if (column == VERSION)
        sma_table_number(table, row->version);
    else if (column == ID)
        sma_table_number(table, row->id);
    else if (column == VERSIONS)
        sma_table_number(table, (int64_t)row->versions);
    else
        sma_table_text(table, column == LEVEL ? row->level : row->mode);
}

static enum sma_status print(struct listing *l)
{
    const char *columns[COLUMN_COUNT + 1] = {NULL};
    struct sma_table table;
    for (size_t c = 0; c < l->column_count; c++)
        columns[c] = names[l->columns[c]];
    sma_table_init(&table, &l->s->arena, columns);
    for (size_t i = 0; i < l->subjects.count && sma_table_rows(&table) < l->limit; i++) {
        if (l->type.len && !sma_str_eq(l->rows[i].type, l->type))
            continue;
        for (size_t c = 0; c < l->column_count; c++)
            put(&table, l, i, l->columns[c]);
    }
    return sma_table_print(&table, l->s->arguments, &l->s->err);
}

static enum sma_status list(struct listing *l)
{
    struct sma_remote_session *s = l->s;
    const char *pattern =
        s->arguments->positional_count ? s->arguments->positional[0] : "";
    bool is_names_only = true;
    enum sma_status st = read_flags(l);
    if (!st)
        st = sma_remote_subjects(&l->subjects, s->remote, &s->arena, sma_str_z(pattern),
                                 l->deleted, &s->err);
    if (st)
        return st;
    for (int c = TYPE; c < COLUMN_COUNT; c++)
        is_names_only &= !l->wants[c];
    is_names_only &= !l->type.len;
    if (!l->type.len && l->subjects.count > l->limit)
        l->subjects.count = l->limit;
    l->rows = sma_arena_calloc(&s->arena, l->subjects.count + 1, sizeof *l->rows);
    if (!l->rows)
        return sma_fail_nomem(&s->err);
    if (l->wants[LEVEL])
        st = sma_remote_chain(&l->level, s->remote, &s->arena, "config", "compatibilityLevel",
                              SMA_STR(""), NULL, &s->err);
    if (!st && l->wants[MODE])
        st = sma_remote_chain(&l->mode, s->remote, &s->arena, "mode", "mode", SMA_STR(""), NULL,
                              &s->err);
    sma_progress_start(&l->progress, s->arguments, "reading subjects");
    if (!st && !is_names_only)
        st = sma_remote_each(s->remote, l->subjects.count, fill, tell, l, &s->err);
    sma_progress_end(&l->progress);
    return st ? st : print(l);
}

int sma_list_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct listing l = {.s = &s};
    pthread_mutex_init(&l.mutex, NULL);
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = list(&l);
    pthread_mutex_destroy(&l.mutex);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}
