/* Reading archives, in three forms. */
#include <stdio.h>

#include "cli/archive.h"
#include "core/hash/hash.h"

struct reader {
    struct sma_archive *archive;
    struct sma_str name, text; /* of the file */
    int64_t line, schemas;
    bool has_header, has_end;
    struct sma_error *err;
};

static const struct sma_json_options options = {.max_depth = 512, .max_bytes = 64u << 20};

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

static bool is_true(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_BOOL) && v->boolean;
}

static const struct sma_json *object_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_OBJECT) && v->count ? v : NULL;
}

static enum sma_status broken(struct reader *r, const char *what)
{
    return sma_fail(r->err, SMA_EIO, "%.*s:%lld: broken bundle: %s", SMA_STR_ARG(r->name),
                    (long long)r->line, what);
}

/* ---- what lines hold ---- */

static enum sma_status take_references(struct reader *r, struct sma_archive_schema *schema,
                                       const struct sma_json *list)
{
    size_t count = sma_json_is(list, SMA_JSON_ARRAY) ? list->count : 0;
    struct sma_reference *made = sma_arena_calloc(r->archive->arena, count + 1, sizeof *made);
    if (!made)
        return sma_fail_nomem(r->err);
    if (count > SMA_REFERENCES_MAX)
        return broken(r, "too many references");
    for (size_t i = 0; i < count; i++) {
        made[i].name = text_of(&list->items[i], "name");
        made[i].subject = text_of(&list->items[i], "subject");
        if (!made[i].name.len || !made[i].subject.len ||
            !sma_json_i32(sma_json_getz(&list->items[i], "version"), &made[i].version))
            return broken(r, "a reference needs name, subject and version");
    }
    schema->references = made;
    schema->reference_count = count;
    return SMA_OK;
}

static enum sma_status take_schema(struct reader *r, const struct sma_json *row)
{
    const struct sma_json *text = sma_json_getz(row, "schema");
    struct sma_archive_schema schema = {
        .subject = text_of(row, "subject"),
        .type = text_of(row, "schemaType"),
        .guid = text_of(row, "guid"),
        .metadata = object_of(row, "metadata"),
        .rule_set = object_of(row, "ruleSet"),
        .is_deleted = is_true(row, "deleted"),
    };
    if (!schema.subject.len || !sma_json_is(text, SMA_JSON_STRING) ||
        !sma_json_i32(sma_json_getz(row, "version"), &schema.version) || schema.version <= 0)
        return broken(r, "a schema needs subject, version and schema");
    schema.text = text->text;
    sma_json_i32(sma_json_getz(row, "id"), &schema.id);
    enum sma_status st = take_references(r, &schema, sma_json_getz(row, "references"));
    r->schemas++;
    return st ? st : sma_archive_put(r->archive, &schema, r->err);
}

/* ---- records, as the topic has them ---- */

/* All versions of a subject up to `last`. */
static void mark_deleted(struct reader *r, struct sma_str subject, int32_t last)
{
    for (size_t i = 0; i < r->archive->schema_count; i++) {
        struct sma_archive_schema *schema = &r->archive->schemas[i];
        schema->is_deleted |= schema->version <= last && sma_str_eq(schema->subject, subject);
    }
}

static enum sma_status take_record(struct reader *r, const struct sma_json *key,
                                   const struct sma_json *value)
{
    struct sma_str type = text_of(key, "keytype"), subject = text_of(key, "subject");
    bool has_value = sma_json_is(value, SMA_JSON_OBJECT);
    int32_t version = 0;
    r->has_header = true;
    if (sma_str_eqz(type, "SCHEMA") && has_value)
        return take_schema(r, value);
    if (sma_str_eqz(type, "SCHEMA") && sma_json_i32(sma_json_getz(key, "version"), &version)) {
        struct sma_archive_schema *schema = sma_archive_find(r->archive, subject, version);
        if (schema)
            schema->is_gone = true;
    }
    if (sma_str_eqz(type, "DELETE_SUBJECT") &&
        sma_json_i32(sma_json_getz(value, "version"), &version))
        mark_deleted(r, subject, version);
    struct sma_archive_setting setting = {.subject = subject};
    if (sma_str_eqz(type, "CONFIG")) {
        setting.config = has_value ? value : NULL;
        return sma_archive_set(r->archive, &setting, false, r->err);
    }
    if (sma_str_eqz(type, "MODE")) {
        setting.mode = has_value ? text_of(value, "mode") : SMA_STR("");
        return sma_archive_set(r->archive, &setting, true, r->err);
    }
    return SMA_OK;
}

/* ---- lines ---- */

static bool is_digest(struct sma_str wanted, struct sma_str bytes)
{
    uint8_t digest[SMA_SHA256_LEN];
    char hex[2 * SMA_SHA256_LEN + 1];
    if (sma_sha256(digest, bytes, NULL))
        return false;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    return sma_str_eqz(wanted, hex);
}

static enum sma_status take_end(struct reader *r, const struct sma_json *row, struct sma_str line)
{
    int64_t schemas;
    struct sma_str digest = text_of(row, "sha256");
    struct sma_str before = sma_str_make(r->text.ptr, (size_t)(line.ptr - r->text.ptr));
    r->has_end = true;
    if (sma_json_i64(sma_json_getz(row, "schemas"), &schemas) && schemas != r->schemas)
        return broken(r, "the number of schemas is not what the last line says");
    if (digest.len && !is_digest(digest, before))
        return broken(r, "the text is not the one that was exported (its digest differs)");
    return SMA_OK;
}

static enum sma_status take_kind(struct reader *r, const struct sma_json *row, struct sma_str line)
{
    struct sma_str kind = text_of(row, "kind");
    struct sma_archive_setting setting = {.subject = text_of(row, "subject")};
    if (!r->has_header && !sma_str_eqz(kind, "bundle"))
        return broken(r, "the first line is no header of a bundle");
    r->has_header = true;
    if (sma_str_eqz(kind, "bundle"))
        r->archive->source = text_of(row, "source");
    if (sma_str_eqz(kind, "schema"))
        return take_schema(r, row);
    if (sma_str_eqz(kind, "context"))
        return sma_archive_add_context(r->archive, text_of(row, "context"), r->err);
    if (sma_str_eqz(kind, "config")) {
        setting.config = object_of(row, "config");
        return sma_archive_set(r->archive, &setting, false, r->err);
    }
    if (sma_str_eqz(kind, "mode")) {
        setting.mode = text_of(row, "mode");
        return sma_archive_set(r->archive, &setting, true, r->err);
    }
    return sma_str_eqz(kind, "end") ? take_end(r, row, line) : SMA_OK;
}

static enum sma_status take_line(struct reader *r, struct sma_str line)
{
    const struct sma_json *row;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_json_parse(&row, r->archive->arena, line, &options, NULL, &why);
    if (st)
        return st == SMA_ENOMEM ? sma_fail_nomem(r->err) : broken(r, why.message);
    if (r->has_end)
        return broken(r, "something stands behind the last line");
    if (sma_json_is(sma_json_getz(row, "key"), SMA_JSON_OBJECT))
        return take_record(r, sma_json_getz(row, "key"), sma_json_getz(row, "value"));
    if (!sma_json_getz(row, "isComplete"))
        return take_kind(r, row, line);
    r->has_end = is_true(row, "isComplete");
    return r->has_end ? SMA_OK
                      : broken(r, "the export was cut into parts and this is not all of them");
}

/* Key, tab, value; the value may be the word null. */
static enum sma_status take_topic_line(struct reader *r, struct sma_str line)
{
    const struct sma_json *key, *value;
    struct sma_json_options first = options;
    struct sma_error why = SMA_ERROR_INIT;
    size_t end = 0;
    first.allow_trailing = true;
    enum sma_status st = sma_json_parse(&key, r->archive->arena, line, &first, &end, &why);
    if (!st && !sma_json_is(key, SMA_JSON_OBJECT))
        return broken(r, "a line wants key, tab and value: the consumer must print keys");
    if (!st)
        st = sma_json_parse(&value, r->archive->arena, sma_str_trim(sma_str_from(line, end)),
                            &options, NULL, &why);
    if (st)
        return st == SMA_ENOMEM ? sma_fail_nomem(r->err) : broken(r, why.message);
    return take_record(r, key, value);
}

static enum sma_status read_lines(struct reader *r, bool is_topic)
{
    struct sma_str rest = r->text;
    enum sma_status st = SMA_OK;
    while (!st && rest.len) {
        ptrdiff_t end = sma_str_chr(rest, '\n');
        struct sma_str line = end < 0 ? rest : sma_str_head(rest, (size_t)end);
        rest = end < 0 ? SMA_STR("") : sma_str_from(rest, (size_t)end + 1);
        r->line++;
        if (sma_str_trim(line).len)
            st = is_topic ? take_topic_line(r, line) : take_line(r, line);
    }
    return st;
}

enum sma_status sma_archive_read(struct sma_archive *archive, struct sma_str name,
                                 struct sma_str text, struct sma_error *err)
{
    struct reader r = {.archive = archive, .name = name, .text = text, .err = err};
    enum sma_status st = read_lines(&r, false);
    if (!st && !r.has_end)
        st = broken(&r, "the last line is missing: the export was cut off");
    return st;
}

enum sma_status sma_archive_read_topic(struct sma_archive *archive, struct sma_str name,
                                       struct sma_str text, struct sma_error *err)
{
    struct reader r = {.archive = archive, .name = name, .text = text, .err = err};
    enum sma_status st = read_lines(&r, true);
    if (!st && !r.line)
        st = broken(&r, "it is empty");
    return st;
}
