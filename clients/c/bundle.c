#include "clients/c/bundle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "core/hash/hash.h"

#define FILE_BYTES_MAX (256u << 20)
#define LINES_MAX 4000000

enum state { WAITING, DONE };

struct loader {
    struct sma_mock_store *store;
    const char *path;
    struct sma_buf text;
    struct sma_str *lines;
    unsigned char *states; /* of the lines */
    size_t count;
    struct sma_arena arena; /* of the list of lines */
    bool has_header, has_end;
};

/* ---- reading --------------------------------------------------------------------------------------
 */

static schemata_status_t read_file(struct loader *l, schemata_error_t **err)
{
    char block[65536];
    size_t got, total = 0;
    FILE *file = fopen(l->path, "re");
    if (!file)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: %s", l->path, strerrordesc_np(errno));
    while (!sma_buf_failed(&l->text) && (got = fread(block, 1, sizeof block, file)) > 0) {
        total += got;
        sma_buf_append(&l->text, block, got);
    }
    bool is_broken = ferror(file);
    fclose(file);
    if (is_broken)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: cannot be read", l->path);
    if (sma_buf_failed(&l->text) && total > FILE_BYTES_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: more than %u bytes", l->path,
                               FILE_BYTES_MAX);
    return sma_buf_failed(&l->text) ? sma_client_no_memory(err) : SCHEMATA_OK;
}

static schemata_status_t split_lines(struct loader *l, schemata_error_t **err)
{
    struct sma_str rest = sma_buf_str(&l->text);
    size_t capacity = 0;
    while (rest.len) {
        ptrdiff_t end = sma_str_chr(rest, '\n');
        struct sma_str line = end < 0 ? rest : sma_str_head(rest, (size_t)end);
        struct sma_str *grown = sma_arena_grow(&l->arena, l->lines, l->count, &capacity,
                                               l->count + 1, sizeof *grown);
        if (!grown)
            return sma_client_no_memory(err);
        if (l->count == LINES_MAX)
            return sma_client_fail(err, SCHEMATA_ERR_PARSE, "%s: more than %d lines", l->path,
                                   LINES_MAX);
        l->lines = grown;
        l->lines[l->count++] = sma_str_trim(line);
        rest = sma_str_from(rest, line.len + 1);
    }
    l->states = sma_arena_calloc(&l->arena, l->count + 1, 1);
    return l->states ? SCHEMATA_OK : sma_client_no_memory(err);
}

/* ---- lines ----------------------------------------------------------------------------------------
 */

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : sma_str_make("", 0);
}

static bool is_true(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_BOOL) && v->boolean;
}

/* The object with subject, version and schema in a line of either kind; NULL when it has none. */
static const struct sma_json *schema_of(const struct sma_json *row)
{
    const struct sma_json *key = sma_json_getz(row, "key");
    const struct sma_json *value = key ? sma_json_getz(row, "value") : row;
    if (key && !sma_str_eqz(text_of(key, "keytype"), "SCHEMA"))
        return NULL;
    return sma_json_is(sma_json_getz(value, "schema"), SMA_JSON_STRING) &&
                   text_of(value, "subject").len
               ? value
               : NULL;
}

static bool take_schema(struct loader *l, const struct sma_json *schema,
                        struct sma_mock_refusal *refusal)
{
    const struct sma_mock_posted posted = {.subject = text_of(schema, "subject"), .body = schema};
    struct sma_mock_place place = {.is_deleted = is_true(schema, "deleted")};
    struct sma_mock_version *made;
    (void)sma_json_i32(sma_json_getz(schema, "id"), &place.id);
    (void)sma_json_i32(sma_json_getz(schema, "version"), &place.version);
    place.has_guid = sma_uuid_parse(place.guid.b, text_of(schema, "guid"));
    return place.version > 0 && place.id > 0
               ? sma_mock_place(l->store, &posted, &place, refusal)
               : sma_mock_register(l->store, &posted, &made, refusal);
}

/* What has no schema: the first line, the last one, and deletions. */
static schemata_status_t take_other(struct loader *l, const struct sma_json *row,
                                    schemata_error_t **err)
{
    const struct sma_json *key = sma_json_getz(row, "key"), *value = sma_json_getz(row, "value");
    const struct sma_json *complete = sma_json_getz(row, "isComplete");
    struct sma_str kind = text_of(row, "kind"), subject = text_of(key, "subject");
    int32_t version = 0;
    l->has_header |= sma_str_eqz(kind, "bundle") || key != NULL;
    l->has_end |= sma_str_eqz(kind, "end") || is_true(row, "isComplete");
    if (complete && !is_true(row, "isComplete"))
        return sma_client_fail(err, SCHEMATA_ERR_PARSE,
                               "the export was cut into parts and this is not all of them");
    if (sma_str_eqz(text_of(key, "keytype"), "SCHEMA") &&
        sma_json_i32(sma_json_getz(key, "version"), &version))
        sma_mock_forget(l->store, subject, version, true);
    if (sma_str_eqz(text_of(key, "keytype"), "DELETE_SUBJECT") &&
        sma_json_i32(sma_json_getz(value, "version"), &version))
        for (; version > 0; version--)
            sma_mock_forget(l->store, subject, version, false);
    return SCHEMATA_OK;
}

static schemata_status_t refused(const struct sma_mock_refusal *refusal, struct sma_str subject,
                                 schemata_error_t **err)
{
    if (refusal->code == SMA_MOCK_NO_MEMORY)
        return sma_client_no_memory(err);
    return sma_client_fail(
        err, refusal->is_reference ? SCHEMATA_ERR_REFERENCE : SCHEMATA_ERR_PARSE, "%.*s: %.*s",
        SMA_STR_ARG(subject), SMA_STR_ARG(sma_buf_str(&refusal->message)));
}

/* One line, in a pass over schemas or, last, over what has none. A line whose references are not there
 * yet waits for the next pass. */
static schemata_status_t take_line(struct loader *l, size_t i, bool schemas, schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *row = NULL, *schema;
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_mock_refusal refusal = {.status = 0};
    schemata_status_t st = SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    sma_buf_init(&refusal.message, 0);
    bool is_done = true;
    if (sma_json_parse(&row, &arena, l->lines[i], NULL, NULL, &problem)) {
        st = sma_client_fail_core(err, SCHEMATA_ERR_PARSE, &problem);
    } else if ((schema = schema_of(row)) != NULL) {
        if (schemas && !take_schema(l, schema, &refusal)) {
            is_done = false;
            st = refused(&refusal, text_of(schema, "subject"), err);
        }
    } else if (schemas) {
        is_done = false;
    } else {
        st = take_other(l, row, err);
    }
    if (is_done)
        l->states[i] = DONE;
    sma_buf_fini(&refusal.message);
    sma_arena_fini(&arena);
    return st;
}

/* Over the lines that wait; *is_stuck says whether one waits for a reference, *err (NULL before) why the
 * first does. Anything else wrong ends it. */
static schemata_status_t pass(struct loader *l, bool schemas, size_t *done, bool *is_stuck,
                              schemata_error_t **err)
{
    *done = 0;
    *is_stuck = false;
    for (size_t i = 0; i < l->count; i++) {
        schemata_error_t *made = NULL;
        if (l->states[i] == DONE || !l->lines[i].len)
            continue;
        schemata_status_t st = take_line(l, i, schemas, &made);
        *done += l->states[i] == DONE;
        if (!st)
            continue;
        sma_client_error_prefix(&made, "%s:%zu: ", l->path, i + 1);
        if (st != SCHEMATA_ERR_REFERENCE) {
            schemata_error_free(*err);
            return sma_client_error_give(err, made);
        }
        if (*is_stuck)
            schemata_error_free(made);
        else
            *err = made;
        *is_stuck = true;
    }
    return SCHEMATA_OK;
}

/* Schemas until no reference is missing or nothing changes any more, then the rest. */
static schemata_status_t take_lines(struct loader *l, schemata_error_t **err)
{
    schemata_error_t *stuck = NULL;
    schemata_status_t st;
    bool is_stuck;
    size_t done;
    do {
        schemata_error_free(stuck);
        stuck = NULL;
        st = pass(l, true, &done, &is_stuck, &stuck);
    } while (!st && is_stuck && done);
    if (st || is_stuck)
        return sma_client_error_give(err, stuck);
    return pass(l, false, &done, &is_stuck, err);
}

schemata_status_t sma_client_bundle_load(struct sma_mock_store *store, const char *path,
                                         schemata_error_t **err)
{
    struct loader l = {.store = store, .path = path};
    schemata_error_t *made = NULL;
    sma_buf_init(&l.text, FILE_BYTES_MAX);
    sma_arena_init(&l.arena, 0);
    schemata_status_t st = read_file(&l, &made);
    if (!st)
        st = split_lines(&l, &made);
    if (!st)
        st = take_lines(&l, &made);
    if (!st && l.has_header && !l.has_end)
        st = sma_client_fail(&made, SCHEMATA_ERR_PARSE,
                             "%s: the last line is missing: the file was cut off", path);
    sma_arena_fini(&l.arena);
    sma_buf_fini(&l.text);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
}
