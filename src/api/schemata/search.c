/* GET /search?q=…&in=field,type,doc: where a word stands in the schemas, in the order of subjects and
 * versions, with a cursor.
 *
 * There is no index: writing pays nothing for it, and `apply` need not parse. A request walks the
 * versions from its cursor on; a text is parsed only when the word stands in it at all, which costs
 * about what reading it costs. What one request may do is bounded (SMA_OWN_SEARCH_WORK_MAX); a page
 * then ends early, with a cursor to go on from. The whole of 100 000 subjects takes some tens of such
 * requests; each costs the same however many there are. */
#include "api/schemata/cursor.h"
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "base/num.h"
#include "base/utf8.h"
#include "core/formats/formats.h"
#include "core/formats/parts.h"
#include "core/json/json.h"

#define LIMIT_DEFAULT 50
#define QUERY_BYTES_MAX 256
#define DOC_BYTES_MAX 400 /* of a hit's text */
#define ROW_WORK 512      /* a version looked at, as bytes of text */
#define PARSE_WORK 24     /* a byte parsed */

static const char *const kinds[] = {"field", "type", "doc"};

struct searching {
    struct sma_own_call *call;
    struct sma_schema_filter filter;
    struct sma_str query;
    struct sma_str plain, escaped; /* what must stand in the text: Protobuf, JSON */
    struct sma_str type;
    bool in[3]; /* by enum sma_part_kind */
    int64_t left, work;
    int64_t place_work; /* bytes counted for lines and columns; every page shows one hit at least */
    int64_t looked_at; /* versions */

    struct sma_arena arena;          /* of one row */
    const struct sma_version *row;   /* at hand */
    uint64_t hits, skip;             /* in the row: seen, and shown by the page before */
    struct sma_buf last;             /* subject of the last row looked at, or half looked at */
    int32_t last_version;
    bool is_cut;
    enum sma_status st;
    struct sma_error *err;
};

/* ---- hits ---------------------------------------------------------------------------------------
 */

static void write_hit(struct searching *s, const struct sma_part *part)
{
    struct sma_json_writer *w = &s->call->out;
    const struct sma_version *row = s->row;
    uint32_t line, column;
    sma_json_position(row->content.text, part->start, &line, &column);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", row->subject);
    sma_jw_member_i64(w, "version", row->version);
    sma_jw_member_i64(w, "id", row->id);
    sma_jw_member_string(w, "schemaType", row->type);
    sma_jw_member_bool(w, "deleted", row->is_deleted);
    sma_jw_member_string(w, "in", sma_str_z(kinds[part->kind]));
    sma_jw_member_string(w, "text", sma_utf8_head(part->text, DOC_BYTES_MAX));
    sma_jw_member_string(w, "path", part->path);
    sma_jw_member_i64(w, "line", line);
    sma_jw_member_i64(w, "column", column);
    sma_jw_member_i64(w, "start", (int64_t)part->start);
    sma_jw_member_i64(w, "end", (int64_t)part->end);
    sma_jw_object_close(w);
}

static bool take_part(void *ctx, const struct sma_part *part)
{
    struct searching *s = ctx;
    if (!s->in[part->kind] || !sma_str_contains_nocase(part->text, s->query))
        return true;
    if (s->hits < s->skip) {
        s->hits++;
        return true;
    }
    if (!s->left || s->place_work <= 0) {
        s->is_cut = true;
        return false;
    }
    write_hit(s, part);
    s->place_work -= (int64_t)part->start;
    s->hits++;
    s->left--;
    return true;
}

/* A stored text that cannot be read has no parts: an import brings what it brings. */
static enum sma_status visit(struct searching *s, struct sma_str text)
{
    struct sma_error why = SMA_ERROR_INIT;
    s->work -= (int64_t)text.len * PARSE_WORK;
    enum sma_status st = sma_parts_visit(s->row->type, text, &s->arena, take_part, s, &why);
    return st == SMA_ENOMEM ? sma_fail_nomem(s->err) : SMA_OK;
}

static bool may_hold(const struct searching *s, struct sma_str text)
{
    bool is_json = !sma_str_eqz(s->row->type, "PROTOBUF");
    return sma_str_contains_nocase(text, is_json ? s->escaped : s->plain);
}

static void remember(struct searching *s, const struct sma_version *row)
{
    sma_buf_clear(&s->last);
    sma_buf_puts(&s->last, row->subject);
    s->last_version = row->version;
}

static bool is_last(const struct searching *s, const struct sma_version *row)
{
    return row->version == s->last_version && sma_str_eq(row->subject, sma_buf_str(&s->last));
}

static bool take_row(void *ctx, const struct sma_version *row)
{
    struct searching *s = ctx;
    struct sma_str text = row->content.text;
    if (s->work <= 0) {
        s->is_cut = true;
        return false; /* the cursor stands behind the row before */
    }
    if (!is_last(s, row)) /* the one that the cursor names is gone, and its hits with it */
        s->skip = 0;
    s->row = row;
    s->hits = 0;
    s->looked_at++;
    s->work -= ROW_WORK + (int64_t)text.len;
    sma_arena_reset(&s->arena);
    if ((!s->type.len || sma_str_eq(row->type, s->type)) && may_hold(s, text))
        s->st = visit(s, text);
    if (!s->is_cut || s->hits)
        remember(s, row);
    if (!s->is_cut)
        s->hits = 0;
    s->skip = 0;
    return !s->st && !s->is_cut;
}

/* ---- the cursor: hits shown, version and subject of the last row; without hits it is done --------
 */

static enum sma_status read_cursor(struct searching *s, struct sma_buf *buf, struct sma_error *err)
{
    struct sma_str cursor;
    int64_t version = -1, skip = -1;
    enum sma_status st = sma_own_cursor_read(&cursor, buf, s->call, err);
    if (st || !cursor.ptr)
        return st;
    ptrdiff_t first = sma_str_chr(cursor, '/');
    struct sma_str rest = first < 0 ? SMA_STR("") : sma_str_from(cursor, (size_t)first + 1);
    ptrdiff_t second = sma_str_chr(rest, '/');
    if (second < 0 || !sma_parse_i64(sma_str_head(cursor, (size_t)first), &skip) ||
        !sma_parse_i64(sma_str_head(rest, (size_t)second), &version) || skip < 0 || version < 0 ||
        version > INT32_MAX)
        return sma_own_refuse(err, "cursor: give nextCursor of the page before as it came");
    if (!version) /* before the first row */
        return SMA_OK;
    s->skip = (uint64_t)skip;
    s->filter.begins_there = skip > 0;
    sma_buf_puts(&s->last, sma_str_from(rest, (size_t)second + 1));
    s->last_version = (int32_t)version;
    s->filter.after_version = (int32_t)version;
    s->filter.after = sma_arena_copy(s->call->arena, sma_buf_str(&s->last));
    return s->filter.after.ptr ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status write_cursor(struct searching *s, struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_buf_printf(&text, "%llu/%d/", (unsigned long long)s->hits, (int)s->last_version);
    sma_buf_puts(&text, sma_buf_str(&s->last));
    enum sma_status st = sma_buf_failed(&text) || sma_buf_failed(&s->last) ? sma_fail_nomem(err)
                                                                           : SMA_OK;
    if (!st)
        st = sma_own_cursor_write(&s->call->out, s->is_cut, sma_buf_str(&text), err);
    sma_buf_fini(&text);
    return st;
}

/* ---- parameters ---------------------------------------------------------------------------------
 */

static enum sma_status read_in(struct searching *s, struct sma_error *err)
{
    struct sma_str rest = sma_own_param(s->call, "in");
    bool is_any = !rest.len;
    while (rest.len) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        struct sma_str word = comma < 0 ? rest : sma_str_head(rest, (size_t)comma);
        size_t i = 0;
        rest = comma < 0 ? SMA_STR("") : sma_str_from(rest, (size_t)comma + 1);
        while (i < 3 && !sma_str_eqz(word, kinds[i]))
            i++;
        if (i == 3)
            return sma_own_refuse(err, "in: give some of field, type, doc");
        s->in[i] = true;
    }
    for (size_t i = 0; i < 3; i++)
        s->in[i] = s->in[i] || is_any;
    return SMA_OK;
}

/* What must stand in a text that holds a hit. A full name may be written in parts there. */
static enum sma_status make_needles(struct searching *s, struct sma_error *err)
{
    struct sma_buf escaped;
    ptrdiff_t dot = s->in[SMA_PART_TYPE] ? sma_str_rchr(s->query, '.') : -1;
    s->plain = sma_str_from(s->query, (size_t)(dot + 1));
    sma_buf_init(&escaped, 0);
    sma_json_put_escaped(&escaped, s->plain);
    s->escaped = sma_arena_copy(s->call->arena, sma_buf_str(&escaped));
    bool is_bad = sma_buf_failed(&escaped) || !s->escaped.ptr;
    sma_buf_fini(&escaped);
    return is_bad ? sma_fail_nomem(err) : SMA_OK;
}

static enum sma_status read_versions(struct searching *s, struct sma_error *err)
{
    struct sma_str versions = sma_own_param(s->call, "versions");
    bool with_deleted;
    if (versions.len && !sma_str_eqz(versions, "latest") && !sma_str_eqz(versions, "all"))
        return sma_own_refuse(err, "versions: give latest or all");
    s->filter.is_latest_only = !sma_str_eqz(versions, "all");
    enum sma_status st = sma_own_param_bool(&with_deleted, s->call, "deleted", err);
    if (!st)
        s->filter.deleted = with_deleted ? SMA_WITH_DELETED : SMA_LIVE;
    return st;
}

static enum sma_status read_params(struct searching *s, struct sma_buf *cursor,
                                   struct sma_error *err)
{
    s->query = sma_own_param(s->call, "q");
    s->type = sma_own_param(s->call, "type");
    if (!s->query.len || s->query.len > QUERY_BYTES_MAX)
        return sma_own_refuse(err, "q: give from 1 to %d bytes to look for", QUERY_BYTES_MAX);
    if (s->type.len && !sma_format_find(s->type))
        return sma_own_refuse(err, "type: give AVRO, JSON or PROTOBUF");
    enum sma_status st = read_in(s, err);
    if (!st)
        st = make_needles(s, err);
    if (!st)
        st = read_versions(s, err);
    if (!st)
        st = sma_own_param_context(&s->filter.context, s->call, err);
    if (!st)
        st = sma_own_param_number(&s->left, s->call, "limit", 1, SMA_OWN_SEARCH_HITS_MAX,
                                  LIMIT_DEFAULT, err);
    return st ? st : read_cursor(s, cursor, err);
}

/* ---- the answer ---------------------------------------------------------------------------------
 */

static enum sma_status search(struct searching *s, struct sma_error *err)
{
    struct sma_json_writer *w = &s->call->out;
    sma_jw_object_open(w);
    sma_jw_name(w, "hits");
    sma_jw_array_open(w);
    enum sma_status st = sma_view_schemas(s->call->loader->view, &s->filter, take_row, s, err);
    sma_jw_array_close(w);
    if (!st)
        st = s->st;
    sma_jw_member_i64(w, "lookedAt", s->looked_at);
    if (!st)
        st = write_cursor(s, err);
    sma_jw_object_close(w);
    return st;
}

enum sma_status sma_own_search(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_buf cursor;
    struct searching s = {.call = call, .work = SMA_OWN_SEARCH_WORK_MAX,
                          .place_work = SMA_OWN_SEARCH_WORK_MAX,
                          .err = err};
    sma_buf_init(&cursor, 0);
    sma_buf_init(&s.last, 0);
    sma_arena_init(&s.arena, 0);
    enum sma_status st = read_params(&s, &cursor, err);
    if (!st)
        st = search(&s, err);
    sma_arena_fini(&s.arena);
    sma_buf_fini(&s.last);
    sma_buf_fini(&cursor);
    return st;
}
