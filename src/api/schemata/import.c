/* POST /import: what GET /export answers, line by line, of any length.
 *
 *   piece of the body   complete lines are read (worker), taken as one write (writer), answered for
 *                       only at the end; then the next piece is read from the connection
 *   last piece          the rest, and the answer
 *
 * What was taken stays taken, whatever comes later: the journal (GET /imports) says how far that is,
 * and the same export sent again goes on behind it. */
#include <stdatomic.h>
#include <stdlib.h>

#include "registry/import.h"

#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "core/hash/hash.h"
#include "store/record.h"

#define LINE_BYTES_MAX (SMA_RECORD_BYTES_MAX + 1024u)
#define TS_MS_MAX 253402300799999 /* the year 9999 */

struct importing {
    struct sma_own *own;
    struct sma_buf text;   /* what was not taken yet, from a line's start */
    size_t read;           /* bytes of it that are in `part` */
    int64_t line;          /* number of the last line read */
    struct sma_arena arena; /* of the part at hand */
    struct sma_import_part part;
    struct sma_change *changes;
    size_t capacity;
    bool has_header, has_trailer, is_end;
    int64_t trailer; /* the position that the last line names */
    size_t taken, skipped;
    int64_t position;
    struct sma_error why;     /* why it does not go on */
    struct sma_own_call call; /* the one that waits for a part */
};

static void free_importing(void *state)
{
    struct importing *in = state;
    atomic_fetch_sub(&in->own->imports, 1);
    sma_arena_fini(&in->arena);
    sma_buf_fini(&in->text);
    free(in);
}

/* The state of this request's import; NULL when there are too many, or no memory. */
static struct importing *importing_of(const struct sma_own_call *call, struct sma_error *err)
{
    struct importing *in = sma_http_state(call->exchange);
    if (in)
        return in;
    if (atomic_fetch_add(&call->own->imports, 1) >= SMA_OWN_IMPORTS_MAX) {
        atomic_fetch_sub(&call->own->imports, 1);
        sma_fail(err, SMA_EBUSY, "%d imports are under way already", SMA_OWN_IMPORTS_MAX);
        return NULL;
    }
    in = calloc(1, sizeof *in);
    if (!in) {
        atomic_fetch_sub(&call->own->imports, 1);
        sma_fail_nomem(err);
        return NULL;
    }
    in->own = call->own;
    in->why = (struct sma_error)SMA_ERROR_INIT;
    sma_buf_init(&in->text, LINE_BYTES_MAX + 2 * SMA_HTTP_PIECE_BYTES);
    sma_arena_init(&in->arena, 0);
    sma_http_set_state(call->exchange, in, free_importing);
    return in;
}

/* ---- lines --------------------------------------------------------------------------------------
 */

static bool get_uuid(uint8_t out[16], const struct sma_json *row, const char *name)
{
    const struct sma_json *v = sma_json_get(row, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) && sma_uuid_parse(out, v->text);
}

static bool get_number(int64_t *out, const struct sma_json *row, const char *name, int64_t min,
                       int64_t max)
{
    const struct sma_json *v = sma_json_get(row, sma_str_z(name));
    return v && sma_json_i64(v, out) && *out >= min && *out <= max;
}

static enum sma_status read_header(struct importing *in, const struct sma_json *row,
                                   struct sma_error *err)
{
    int64_t version, after;
    const struct sma_json *kind = sma_json_getz(row, "kind"), *form = sma_json_getz(row, "form");
    if (!sma_json_is(kind, SMA_JSON_STRING) || !sma_str_eqz(kind->text, "bundle") ||
        !sma_json_is(form, SMA_JSON_STRING) || !sma_str_eqz(form->text, "history"))
        return sma_own_refuse(err, "the first line is not that of GET /schemata/v1/export");
    if (!get_number(&version, row, "version", 1, 1))
        return sma_own_refuse(err, "version: this build reads version 1");
    if (!get_number(&after, row, "after", 0, INT64_MAX) ||
        !get_number(&in->part.goal, row, "position", 0, INT64_MAX))
        return sma_own_refuse(err, "after, position: give whole numbers");
    if (!get_uuid(in->part.feed, row, "feed") && in->part.goal)
        return sma_own_refuse(err, "feed: give the uuid of the history's first record");
    in->has_header = true;
    return SMA_OK;
}

static enum sma_status read_trailer(struct importing *in, const struct sma_json *row,
                                    struct sma_error *err)
{
    const struct sma_json *complete = sma_json_getz(row, "isComplete");
    if (!sma_json_is(complete, SMA_JSON_BOOL) ||
        !get_number(&in->trailer, row, "next", 0, INT64_MAX))
        return sma_own_refuse(err, "neither a record nor a last line");
    if (!complete->boolean)
        return sma_own_refuse(err, "the export was cut and this is not all of it");
    in->has_trailer = true;
    return SMA_OK;
}

static struct sma_str span(struct sma_str line, const struct sma_json *v)
{
    return sma_str_make(line.ptr + v->start, v->end - v->start);
}

static enum sma_status read_record(struct importing *in, struct sma_str line,
                                   const struct sma_json *row, struct sma_error *err)
{
    const struct sma_json *key = sma_json_getz(row, "key"), *value = sma_json_getz(row, "value");
    struct sma_change change = {0};
    if (!get_number(&change.position, row, "position", 1, INT64_MAX) ||
        !get_number(&change.ts_ms, row, "ts", 0, TS_MS_MAX))
        return sma_own_refuse(err, "position, ts: give whole numbers");
    if (!get_uuid(change.uuid, row, "uuid"))
        return sma_own_refuse(err, "uuid: give the record's uuid");
    if (!sma_json_is(key, SMA_JSON_OBJECT) ||
        !(sma_json_is(value, SMA_JSON_OBJECT) || sma_json_is(value, SMA_JSON_NULL)))
        return sma_own_refuse(err, "key, value: give an object each; null for a removal");
    if (change.position == 1 && memcmp(change.uuid, in->part.feed, sizeof change.uuid))
        return sma_own_refuse(err, "position 1 has another uuid than the first line's feed");
    change.record.key = span(line, key);
    if (value->type == SMA_JSON_OBJECT)
        change.record.value = span(line, value);
    in->changes = sma_arena_grow(&in->arena, in->changes, in->part.count, &in->capacity,
                                 in->part.count + 1, sizeof *in->changes);
    if (!in->changes)
        return sma_fail_nomem(err);
    in->changes[in->part.count++] = change;
    return SMA_OK;
}

static enum sma_status read_line(struct importing *in, struct sma_str line, struct sma_error *err)
{
    static const struct sma_json_options options = {.max_bytes = LINE_BYTES_MAX};
    const struct sma_json *row;
    if (!sma_str_trim(line).len)
        return SMA_OK;
    if (in->has_trailer)
        return sma_own_refuse(err, "nothing may follow the last line");
    enum sma_status st = sma_json_parse(&row, &in->arena, line, &options, NULL, err);
    if (st)
        return st;
    if (!in->has_header)
        return read_header(in, row, err);
    return sma_json_getz(row, "key") ? read_record(in, line, row, err)
                                     : read_trailer(in, row, err);
}

/* Every complete line of the text, at the end the last one too. Lines before a bad one count. */
static void read_lines(struct importing *in)
{
    struct sma_str rest = sma_str_from(sma_buf_str(&in->text), in->read);
    while (!in->why.status && rest.len) {
        ptrdiff_t end = sma_str_chr(rest, '\n');
        if (end < 0 && !in->is_end)
            break;
        struct sma_str line = end < 0 ? rest : sma_str_head(rest, (size_t)end);
        in->line++;
        if (read_line(in, line, &in->why))
            sma_error_prefix(&in->why, "line %lld: ", (long long)in->line);
        rest = sma_str_from(rest, line.len + (end >= 0));
    }
    in->read = in->text.len - rest.len;
    if (!in->why.status && rest.len > LINE_BYTES_MAX)
        sma_fail(&in->why, SMA_ELIMIT, "line %lld exceeds the limit of %u bytes",
                 (long long)in->line + 1, LINE_BYTES_MAX);
}

/* Forgets what was taken. */
static void shift(struct importing *in)
{
    struct sma_buf *text = &in->text;
    if (in->read)
        memmove(text->ptr, text->ptr + in->read, text->len - in->read);
    text->len -= in->read;
    in->read = 0;
    in->part.count = 0;
    in->changes = NULL;
    in->capacity = 0;
    sma_arena_reset(&in->arena);
}

/* ---- answers ------------------------------------------------------------------------------------
 */

static void answer_failure(const struct sma_own_call *call, const struct importing *in)
{
    struct sma_error err = SMA_ERROR_INIT;
    if (!in->part.goal) {
        sma_own_failure(call->exchange, in->why.status, in->why.code,
                        sma_str_z(in->why.message));
        return;
    }
    sma_error_set(&err, in->why.status, SMA_NO_OFFSET,
                  "%s (records taken from this stream: %zu, passed over: %zu; the import has "
                  "come to position %lld of %lld)",
                  in->why.message, in->taken, in->skipped, (long long)in->position,
                  (long long)in->part.goal);
    sma_own_failure(call->exchange, in->why.status, in->why.code, sma_str_z(err.message));
}

static void answer(struct sma_own_call *call, struct importing *in)
{
    if (!in->why.status && !in->has_trailer)
        sma_own_refuse(&in->why, "the stream ended at line %lld, before its last line: send the "
                                 "export again, it goes on where this one ended",
                       (long long)in->line);
    if (!in->why.status && in->trailer > in->position)
        sma_own_refuse(&in->why, "the last line says that the records go up to position %lld",
                       (long long)in->trailer);
    if (in->why.status) {
        answer_failure(call, in);
        return;
    }
    char feed[37] = "";
    struct sma_json_writer *w = &call->out;
    sma_uuid_text(feed, in->part.feed);
    sma_jw_object_open(w);
    if (in->part.goal)
        sma_jw_member_string(w, "feed", sma_str_z(feed));
    sma_jw_member_i64(w, "taken", (int64_t)in->taken);
    sma_jw_member_i64(w, "skipped", (int64_t)in->skipped);
    sma_jw_member_i64(w, "position", in->position);
    sma_jw_member_bool(w, "isComplete", true);
    sma_jw_object_close(w);
}

/* What is known after a part; the end of the request when there is nothing more to take. */
static void settle(struct sma_own_call *call, struct importing *in)
{
    if (in->is_end) {
        answer(call, in);
    } else if (in->why.status) {
        answer_failure(call, in);
        sma_http_refuse_rest(call->exchange);
    }
}

/* On the writer's thread, or a helper's. */
static void part_done(void *ctx, const struct sma_import_result *result,
                      const struct sma_failure *failure)
{
    struct sma_own_call *call = ctx;
    struct importing *in = sma_http_state(call->exchange);
    in->taken += result->taken;
    in->skipped += result->skipped;
    if (result->position > in->position)
        in->position = result->position;
    if (failure) { /* comes before whatever is wrong with a later line */
        in->why = *failure->err;
    }
    shift(in);
    settle(call, in);
    sma_http_complete(call->exchange);
}

/* ---- pieces -------------------------------------------------------------------------------------
 */

static enum sma_http_outcome refuse(struct sma_own_call *call, bool is_end, enum sma_status st,
                                    const struct sma_error *err)
{
    sma_own_failure(call->exchange, st, err->code, sma_str_z(err->message));
    if (!is_end)
        sma_http_refuse_rest(call->exchange);
    return SMA_HTTP_DONE;
}

static enum sma_http_outcome take_in(struct sma_own_call *made, bool is_end)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct importing *in = importing_of(made, &err);
    if (!in)
        return refuse(made, is_end, err.status, &err);
    sma_buf_puts(&in->text, made->request->body);
    if (sma_buf_failed(&in->text))
        sma_fail_nomem(&in->why);
    in->is_end = is_end;
    if (!in->why.status)
        read_lines(in);
    if (!in->part.count && !(is_end && in->has_header)) {
        shift(in);
        settle(made, in);
        return SMA_HTTP_DONE;
    }
    in->call = *made;
    in->part.changes = in->changes;
    sma_import(made->registry, &in->part, part_done, &in->call);
    return SMA_HTTP_LATER;
}

enum sma_http_outcome sma_own_import_piece(struct sma_own_call *call)
{
    return take_in(call, false);
}

enum sma_http_outcome sma_own_import(struct sma_own_call *call)
{
    return take_in(call, true);
}

/* ---- GET /imports -------------------------------------------------------------------------------
 */

static bool write_import(void *ctx, const struct sma_import *import)
{
    struct sma_json_writer *w = ctx;
    char feed[37];
    sma_uuid_text(feed, import->feed);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "feed", sma_str_z(feed));
    sma_jw_member_i64(w, "position", import->position);
    sma_jw_member_i64(w, "goal", import->goal);
    sma_jw_member_bool(w, "isComplete", import->position >= import->goal);
    sma_jw_member_i64(w, "beginTs", import->begun_ms);
    sma_jw_member_i64(w, "ts", import->updated_ms);
    sma_jw_object_close(w);
    return true;
}

enum sma_status sma_own_imports(struct sma_own_call *call, struct sma_error *err)
{
    struct sma_json_writer *w = &call->out;
    sma_jw_object_open(w);
    sma_jw_name(w, "imports");
    sma_jw_array_open(w);
    enum sma_status st = sma_view_imports(call->loader->view, write_import, w, err);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
    return st;
}
