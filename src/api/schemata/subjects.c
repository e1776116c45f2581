/* GET /subjects: rows for a list of subjects, in the order of their names, with a cursor. A page
 * costs what it shows and what its filters make it look at, never what lies before it; when the
 * filters reject very many subjects in a row, a page ends early, with a cursor to go on from. */
#include "api/schemata/cursor.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "core/formats/formats.h"
#include "registry/scope.h"

#define LIMIT_DEFAULT 50
#define ROW_WORK 10

struct listing {
    struct sma_own_call *call;
    struct sma_scan *scan;
    struct sma_str query, type;
    bool has_level;
    enum sma_level level;
    enum sma_deleted deleted;
    int64_t left, work;
    struct sma_buf *name; /* the last subject looked at */
    bool is_cut;          /* there may be more */
    enum sma_status st;
    struct sma_error *err;
};

static bool counts(const struct sma_subject_row *row, enum sma_deleted deleted)
{
    switch (deleted) {
    case SMA_LIVE:
        return row->live_versions > 0;
    case SMA_ONLY_DELETED:
        return row->live_versions == 0;
    default:
        return true;
    }
}

static void write_row(struct listing *l, const struct sma_subject *subject,
                      const struct sma_subject_row *row, const struct sma_version *latest,
                      const struct sma_config *config, enum sma_mode mode)
{
    struct sma_json_writer *w = &l->call->out;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", row->subject);
    sma_jw_member_string(w, "context", subject->context);
    sma_jw_member_string(w, "name", subject->name);
    sma_jw_member_string(w, "schemaType", latest->type);
    sma_jw_member_i64(w, "latestVersion", latest->version);
    sma_jw_member_i64(w, "latestId", latest->id);
    sma_jw_member_i64(w, "latestTs", latest->ts_ms);
    sma_jw_member_i64(w, "versions", row->live_versions);
    sma_jw_member_i64(w, "deletedVersions", row->all_versions - row->live_versions);
    sma_jw_member_string(w, SMA_LEVEL_MEMBER, sma_str_z(sma_level_name(config->level)));
    sma_jw_member_string(w, "mode", sma_str_z(sma_mode_name(mode)));
    sma_jw_member_bool(w, "deleted", row->live_versions == 0);
    sma_jw_object_close(w);
}

static enum sma_status show(struct listing *l, const struct sma_subject_row *row)
{
    struct sma_loader *loader = &l->scan->loader;
    struct sma_version latest;
    struct sma_subject subject;
    struct sma_config config;
    enum sma_mode mode;
    sma_scan_step(l->scan);
    l->work -= ROW_WORK;
    enum sma_status st =
        sma_view_latest_head(loader->view, loader->arena, row->subject,
                             row->live_versions ? SMA_LIVE : SMA_WITH_DELETED, &latest, l->err);
    if (st || (l->type.len && !sma_str_eq(latest.type, l->type)))
        return st;
    st = sma_subject_parse(&subject, loader->arena, row->subject, l->err);
    if (!st)
        st = sma_scope_config(&config, loader, &subject, l->err);
    if (st || (l->has_level && config.level != l->level))
        return st;
    st = sma_scope_mode(&mode, loader, &subject, l->err);
    if (!st) {
        write_row(l, &subject, row, &latest, &config, mode);
        l->left--;
    }
    return st;
}

static bool take(void *ctx, const struct sma_subject_row *row)
{
    struct listing *l = ctx;
    if (l->left == 0 || l->work <= 0) {
        l->is_cut = true;
        return false;
    }
    l->work--;
    if (counts(row, l->deleted) && sma_str_contains_nocase(row->subject, l->query))
        l->st = show(l, row);
    sma_buf_clear(l->name);
    sma_buf_puts(l->name, row->subject);
    if (!l->st && sma_buf_failed(l->name))
        l->st = sma_fail_nomem(l->err);
    return !l->st;
}

/* ---- parameters ---------------------------------------------------------------------------------
 */

static enum sma_status read_deleted(struct listing *l, struct sma_error *err)
{
    struct sma_str text = sma_own_param(l->call, "deleted");
    bool with_deleted;
    if (sma_str_eqz(text, "only")) {
        l->deleted = SMA_ONLY_DELETED;
        return SMA_OK;
    }
    enum sma_status st = sma_own_param_bool(&with_deleted, l->call, "deleted", err);
    if (!st)
        l->deleted = with_deleted ? SMA_WITH_DELETED : SMA_LIVE;
    return st;
}

static enum sma_status read_filters(struct listing *l, struct sma_error *err)
{
    struct sma_str level = sma_own_param(l->call, "level");
    struct sma_str sort = sma_own_param(l->call, "sort");
    l->query = sma_own_param(l->call, "q");
    l->type = sma_own_param(l->call, "type");
    l->has_level = level.len > 0;
    if (l->has_level && !sma_level_parse(level, &l->level))
        return sma_own_refuse(err, "level: give a compatibility level such as BACKWARD");
    if (l->type.len && !sma_format_find(l->type))
        return sma_own_refuse(err, "type: give AVRO, JSON or PROTOBUF");
    if (sort.len && !sma_str_eqz(sort, "name"))
        return sma_own_refuse(err, "sort: subjects come sorted by name; give name or nothing");
    return read_deleted(l, err);
}

/* Known without counting only when nothing is filtered. */
static enum sma_status write_total(struct listing *l, bool has_context, struct sma_error *err)
{
    struct sma_counts counts;
    if (has_context || l->query.len || l->type.len || l->has_level || l->deleted != SMA_LIVE) {
        sma_jw_member_raw(&l->call->out, "total", SMA_STR("null"));
        return SMA_OK;
    }
    enum sma_status st = sma_view_counts(l->call->loader->view, &counts, err);
    if (!st)
        sma_jw_member_i64(&l->call->out, "total", counts.subjects);
    return st;
}

static enum sma_status list(struct listing *l, struct sma_str context, struct sma_str after,
                            struct sma_error *err)
{
    struct sma_json_writer *w = &l->call->out;
    sma_jw_object_open(w);
    sma_jw_name(w, "subjects");
    sma_jw_array_open(w);
    enum sma_status st = sma_view_subject_rows(l->call->loader->view, context, after, take, l, err);
    sma_jw_array_close(w);
    if (!st)
        st = l->st;
    if (!st)
        st = write_total(l, context.ptr != NULL, err);
    if (!st)
        st = sma_own_cursor_write(w, l->is_cut, sma_buf_str(l->name), err);
    sma_jw_object_close(w);
    return st;
}

enum sma_status sma_own_subjects(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_scan scan;
    struct sma_buf name, cursor;
    struct listing l = {
        .call = call, .scan = &scan, .name = &name, .err = err, .work = SMA_OWN_SUBJECTS_WORK_MAX};
    struct sma_str context, after;
    sma_buf_init(&name, 0);
    sma_buf_init(&cursor, 0);
    sma_scan_init(&scan, call->loader);
    enum sma_status st = read_filters(&l, err);
    if (!st)
        st = sma_own_param_context(&context, call, err);
    if (!st)
        st = sma_own_param_number(&l.left, call, "limit", 1, SMA_OWN_SUBJECTS_MAX, LIMIT_DEFAULT,
                                  err);
    if (!st)
        st = sma_own_cursor_read(&after, &cursor, call, err);
    if (!st)
        st = list(&l, context, after, err);
    sma_scan_fini(&scan);
    sma_buf_fini(&name);
    sma_buf_fini(&cursor);
    return st;
}
