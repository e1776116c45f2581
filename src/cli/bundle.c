/* Schemas in a bundle: newline-delimited JSON, one schema version per line.
 *
 *     {"kind": "bundle", "version": 1, …}
 *     {"kind": "schema", "subject": "orders-value", "version": 3, "id": 812,
 *      "schemaType": "AVRO", "schema": "…", "references": [{"name", "subject", "version"}]}
 *     {"kind": "end", "schemas": 14, …}
 *
 * Other kinds of lines (contexts, levels, modes) are passed over. The server's own export
 * (GET /schemata/v1/export) is read too: one record a line, {"key": {"keytype": "SCHEMA", …},
 * "value": {…}}, later records over earlier ones, closed by {"isComplete": true, …}. What is
 * deleted is no base, but other schemas may still refer to it. */
#include "cli/source.h"
#include "core/formats/formats.h"
#include "core/json/json.h"

struct reader {
    struct sma_side *side;
    struct sma_str name;    /* of the file, for labels */
    struct sma_str subject; /* wanted; empty = all */
    int32_t version;        /* wanted; 0 = all */
    int64_t line, schemas;
    bool has_header, has_end;
    struct sma_error *err;
};

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

static enum sma_status broken(struct reader *r, const char *what)
{
    return sma_fail(r->err, SMA_EIO, "%.*s:%lld: broken bundle: %s", SMA_STR_ARG(r->name),
                    (long long)r->line, what);
}

static enum sma_status take_references(struct reader *r, struct sma_file *file,
                                       const struct sma_json *list)
{
    size_t count = sma_json_is(list, SMA_JSON_ARRAY) ? list->count : 0;
    struct sma_reference *references = sma_arena_calloc(r->side->arena, count, sizeof *references);
    if (!references)
        return sma_fail_nomem(r->err);
    if (count > SMA_REFERENCES_MAX)
        return broken(r, "too many references");
    for (size_t i = 0; i < count; i++) {
        references[i].name = text_of(&list->items[i], "name");
        references[i].subject = text_of(&list->items[i], "subject");
        if (!sma_json_i32(sma_json_getz(&list->items[i], "version"), &references[i].version))
            return broken(r, "a reference has no version");
    }
    file->references = references;
    file->reference_count = count;
    return SMA_OK;
}

static bool is_wanted(const struct reader *r, struct sma_str subject, int32_t version)
{
    return (!r->subject.len || sma_str_eq(subject, r->subject)) &&
           (!r->version || version == r->version);
}

/* The file for a version, the one there already when it comes again. */
static struct sma_file *file_for(struct reader *r, struct sma_str subject, int32_t version)
{
    struct sma_str label = sma_arena_printf(r->side->arena, "bundle:%.*s#%.*s@%d",
                                            SMA_STR_ARG(r->name), SMA_STR_ARG(subject), version);
    struct sma_file *file = label.ptr ? sma_side_at(r->side, label) : NULL;
    if (!file && label.ptr)
        file = sma_side_add(r->side, label);
    return file;
}

static enum sma_status take_schema(struct reader *r, const struct sma_json *row)
{
    struct sma_str subject = text_of(row, "subject");
    const struct sma_json *text = sma_json_getz(row, "schema");
    const struct sma_json *deleted = sma_json_getz(row, "deleted");
    int32_t version = 0, id = 0;
    if (!subject.len || !sma_json_is(text, SMA_JSON_STRING) ||
        !sma_json_i32(sma_json_getz(row, "version"), &version) || version <= 0)
        return broken(r, "a schema needs subject, version and schema");
    sma_json_i32(sma_json_getz(row, "id"), &id);
    struct sma_file *file = file_for(r, subject, version);
    if (!file)
        return sma_fail_nomem(r->err);
    file->subject = subject;
    file->version = version;
    file->id = id;
    file->text = text->text;
    file->is_loaded = true;
    file->is_selected = is_wanted(r, subject, version) &&
                        !(sma_json_is(deleted, SMA_JSON_BOOL) && deleted->boolean);
    file->format = sma_format_find(text_of(row, "schemaType"));
    r->schemas++;
    if (!file->format)
        return broken(r, "unknown schemaType");
    return take_references(r, file, sma_json_getz(row, "references"));
}

/* The version `only`, or when that is 0 all versions up to `last`, are no base any more. */
static void unselect(struct reader *r, struct sma_str subject, int32_t last, int32_t only)
{
    for (size_t i = 0; i < r->side->count; i++) {
        struct sma_file *file = r->side->files[i];
        bool is_meant = only ? file->version == only : file->version <= last;
        if (is_meant && sma_str_eq(file->subject, subject))
            file->is_selected = false;
    }
}

static enum sma_status take_record(struct reader *r, const struct sma_json *key,
                                   const struct sma_json *value)
{
    struct sma_str type = text_of(key, "keytype"), subject = text_of(key, "subject");
    int32_t version = 0;
    r->has_header = true;
    if (sma_str_eqz(type, "SCHEMA") && sma_json_is(value, SMA_JSON_OBJECT))
        return take_schema(r, value);
    if (sma_str_eqz(type, "SCHEMA") && sma_json_i32(sma_json_getz(key, "version"), &version))
        unselect(r, subject, 0, version);
    if (sma_str_eqz(type, "DELETE_SUBJECT") &&
        sma_json_i32(sma_json_getz(value, "version"), &version))
        unselect(r, subject, version, 0);
    return SMA_OK;
}

/* The last line of the server's export; it says whether more was to come. */
static enum sma_status take_end(struct reader *r, const struct sma_json *complete)
{
    r->has_end = sma_json_is(complete, SMA_JSON_BOOL) && complete->boolean;
    return r->has_end ? SMA_OK
                      : broken(r, "the export was cut into parts and this is not all of them");
}

static enum sma_status take_line(struct reader *r, struct sma_str line)
{
    const struct sma_json *row;
    struct sma_error why = SMA_ERROR_INIT;
    if (sma_json_parse(&row, r->side->arena, line, NULL, NULL, &why))
        return broken(r, why.message);
    struct sma_str kind = text_of(row, "kind");
    const struct sma_json *key = sma_json_getz(row, "key");
    int64_t schemas;
    if (sma_json_is(key, SMA_JSON_OBJECT))
        return take_record(r, key, sma_json_getz(row, "value"));
    if (sma_json_getz(row, "isComplete"))
        return take_end(r, sma_json_getz(row, "isComplete"));
    if (!r->has_header && !sma_str_eqz(kind, "bundle"))
        return broken(r, "the first line is no header of a bundle");
    r->has_header = true;
    if (sma_str_eqz(kind, "schema"))
        return take_schema(r, row);
    if (sma_str_eqz(kind, "end")) {
        r->has_end = true;
        if (sma_json_i64(sma_json_getz(row, "schemas"), &schemas) && schemas != r->schemas)
            return broken(r, "the number of schemas is not what the last line says");
    }
    return SMA_OK;
}

/* "file#SUBJECT@3": the part after the last '@' is a version only when it is a number. */
static void split(struct reader *r, struct sma_str name)
{
    ptrdiff_t hash = sma_str_chr(name, '#');
    r->name = hash < 0 ? name : sma_str_head(name, (size_t)hash);
    r->subject = hash < 0 ? SMA_STR("") : sma_str_from(name, (size_t)hash + 1);
    ptrdiff_t at = sma_str_rchr(r->subject, '@');
    struct sma_str digits = at < 0 ? SMA_STR("") : sma_str_from(r->subject, (size_t)at + 1);
    int32_t version = 0;
    for (size_t i = 0; i < digits.len && i < 9; i++) {
        if (digits.ptr[i] < '0' || digits.ptr[i] > '9')
            return;
        version = version * 10 + (digits.ptr[i] - '0');
    }
    if (!version)
        return;
    r->version = version;
    r->subject = sma_str_head(r->subject, (size_t)at);
}

static enum sma_status take_text(struct reader *r, struct sma_str text)
{
    enum sma_status st = SMA_OK;
    while (!st && text.len) {
        ptrdiff_t end = sma_str_chr(text, '\n');
        struct sma_str line = end < 0 ? text : sma_str_head(text, (size_t)end);
        text = end < 0 ? SMA_STR("") : sma_str_from(text, (size_t)end + 1);
        r->line++;
        if (sma_str_trim(line).len)
            st = take_line(r, line);
    }
    if (!st && !r->has_end)
        st = broken(r, "the last line is missing: the export was cut off");
    r->side->label = sma_arena_printf(r->side->arena, "bundle:%.*s", SMA_STR_ARG(r->name));
    r->side->is_tree_listed = true;
    return st;
}

enum sma_status sma_side_take_bundle(struct sma_side *side, struct sma_str name,
                                     struct sma_str text, struct sma_error *err)
{
    struct reader r = {.side = side, .err = err};
    split(&r, name);
    return take_text(&r, text);
}

enum sma_status sma_side_add_bundle(struct sma_side *side, const char *name, struct sma_error *err)
{
    struct reader r = {.side = side, .err = err};
    struct sma_str text, path;
    split(&r, sma_str_z(name));
    path = sma_arena_copy(side->arena, r.name);
    if (!path.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = sma_read_bytes(&text, side->arena, path.ptr, SMA_BUNDLE_BYTES_MAX, err);
    return st ? st : take_text(&r, text);
}
