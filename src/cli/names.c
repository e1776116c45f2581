/* Which names a schema text defines and which it needs from elsewhere, without resolving anything.
 * What does not parse defines and needs nothing: the parser will say why. */
#include "cli/source.h"
#include "core/json/json.h"
#include "core/protobuf/builtin.h"
#include "core/protobuf/parse.h"

#define NAMES_MAX 50000u
#define SCAN_DEPTH_MAX 512u

struct scan {
    struct sma_arena *arena;
    struct sma_names_scan *out;
    bool failed;
};

static void define(struct scan *scan, struct sma_str name)
{
    struct sma_names_scan *out = scan->out;
    struct sma_str *grown =
        out->define_count < NAMES_MAX
            ? sma_arena_grow(scan->arena, out->defines, out->define_count, &out->define_capacity,
                             out->define_count + 1, sizeof *grown)
            : NULL;
    if (!grown || !name.ptr) {
        scan->failed = true;
        return;
    }
    out->defines = grown;
    grown[out->define_count++] = name;
}

static void need(struct scan *scan, struct sma_str name, uint32_t start)
{
    struct sma_names_scan *out = scan->out;
    for (size_t i = 0; i < out->need_count; i++)
        if (sma_str_eq(out->needs[i], name))
            return;
    size_t count = out->need_count;
    struct sma_str *grown = sma_arena_grow(scan->arena, out->needs, count, &out->need_capacity,
                                           count + 1, sizeof *grown);
    uint32_t *starts = sma_arena_grow(scan->arena, out->need_starts, count, &out->start_capacity,
                                      count + 1, sizeof *starts);
    if (!grown || !starts || !name.ptr || count >= SMA_REFERENCES_TRANSITIVE_MAX) {
        scan->failed = true;
        return;
    }
    out->needs = grown;
    out->need_starts = starts;
    grown[count] = name;
    starts[count] = start;
    out->need_count++;
}

/* ---- Avro ---- */

static bool is_avro_primitive(struct sma_str word)
{
    static const char *const words[] = {"null",   "boolean", "int",    "long",   "float",
                                        "double", "bytes",   "string", "record", "error",
                                        "enum",   "fixed",   "array",  "map"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sma_str_eqz(word, words[i]))
            return true;
    return false;
}

static struct sma_str full_name(struct scan *scan, struct sma_str name, struct sma_str space)
{
    if (!space.len || sma_str_chr(name, '.') >= 0)
        return name;
    return sma_arena_printf(scan->arena, "%.*s.%.*s", SMA_STR_ARG(space), SMA_STR_ARG(name));
}

static struct sma_str text_member(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

static void avro_type(struct scan *scan, const struct sma_json *v, struct sma_str space,
                      unsigned depth);

static void avro_named(struct scan *scan, const struct sma_json *v, struct sma_str name,
                       struct sma_str space, unsigned depth)
{
    const struct sma_json *own = sma_json_getz(v, "namespace");
    if (sma_json_is(own, SMA_JSON_STRING))
        space = own->text;
    struct sma_str full = full_name(scan, name, space);
    ptrdiff_t dot = sma_str_rchr(full, '.');
    define(scan, full);
    space = dot < 0 ? SMA_STR("") : sma_str_head(full, (size_t)dot);
    const struct sma_json *fields = sma_json_getz(v, "fields");
    for (size_t i = 0; sma_json_is(fields, SMA_JSON_ARRAY) && i < fields->count; i++)
        avro_type(scan, sma_json_getz(&fields->items[i], "type"), space, depth + 1);
}

static void avro_type(struct scan *scan, const struct sma_json *v, struct sma_str space,
                      unsigned depth)
{
    if (!v || depth > SCAN_DEPTH_MAX)
        return;
    if (v->type == SMA_JSON_STRING) {
        if (!is_avro_primitive(v->text))
            need(scan, full_name(scan, v->text, space), v->start);
        return;
    }
    for (size_t i = 0; v->type == SMA_JSON_ARRAY && i < v->count; i++)
        avro_type(scan, &v->items[i], space, depth + 1);
    if (v->type != SMA_JSON_OBJECT)
        return;
    struct sma_str name = text_member(v, "name");
    if (name.len)
        avro_named(scan, v, name, space, depth);
    else
        avro_type(scan, sma_json_getz(v, "type"), space, depth + 1);
    avro_type(scan, sma_json_getz(v, "items"), space, depth + 1);
    avro_type(scan, sma_json_getz(v, "values"), space, depth + 1);
}

/* Names defined in the text itself are no needs. */
static void drop_own(struct sma_names_scan *names)
{
    size_t kept = 0;
    for (size_t i = 0; i < names->need_count; i++) {
        bool is_own = false;
        for (size_t j = 0; !is_own && j < names->define_count; j++)
            is_own = sma_str_eq(names->needs[i], names->defines[j]);
        if (is_own)
            continue;
        names->needs[kept] = names->needs[i];
        names->need_starts[kept++] = names->need_starts[i];
    }
    names->need_count = kept;
}

static void scan_avro(struct scan *scan, struct sma_str text)
{
    static const struct sma_json_options options = {.comments = true, .allow_trailing = true};
    const struct sma_json *root;
    if (sma_json_parse(&root, scan->arena, text, &options, NULL, NULL))
        return;
    avro_type(scan, root, SMA_STR(""), 0);
    drop_own(scan->out);
}

/* ---- JSON Schema ---- */

static void json_ref(struct scan *scan, const struct sma_json *ref)
{
    ptrdiff_t hash = sma_str_chr(ref->text, '#');
    struct sma_str uri = hash < 0 ? ref->text : sma_str_head(ref->text, (size_t)hash);
    bool is_meta = sma_str_starts(uri, SMA_STR("http://json-schema.org/")) ||
                   sma_str_starts(uri, SMA_STR("https://json-schema.org/"));
    if (uri.len && !is_meta)
        need(scan, uri, ref->start);
}

/* Every "$ref" with a text, wherever it stands; identifiers inside the text are its own. */
static void json_value(struct scan *scan, const struct sma_json *v, unsigned depth)
{
    if (depth > SCAN_DEPTH_MAX)
        return;
    for (size_t i = 0; v->type == SMA_JSON_ARRAY && i < v->count; i++)
        json_value(scan, &v->items[i], depth + 1);
    for (size_t i = 0; v->type == SMA_JSON_OBJECT && i < v->count; i++) {
        const struct sma_json_member *m = &v->members[i];
        bool is_data = sma_str_eqz(m->name, "enum") || sma_str_eqz(m->name, "const") ||
                       sma_str_eqz(m->name, "default") || sma_str_eqz(m->name, "examples");
        if (m->value.type == SMA_JSON_STRING && sma_str_eqz(m->name, "$ref"))
            json_ref(scan, &m->value);
        if (m->value.type == SMA_JSON_STRING && sma_str_eqz(m->name, "$id"))
            define(scan, m->value.text);
        if (!is_data)
            json_value(scan, &m->value, depth + 1);
    }
}

static void scan_json(struct scan *scan, struct sma_str text)
{
    const struct sma_json_options options = {.max_depth = SCAN_DEPTH_MAX};
    const struct sma_json *root;
    if (sma_json_parse(&root, scan->arena, text, &options, NULL, NULL))
        return;
    json_value(scan, root, 0);
    drop_own(scan->out);
}

/* ---- Protobuf ---- */

static void scan_proto(struct scan *scan, struct sma_str text)
{
    const struct sma_proto_file *file;
    if (sma_proto_parse(&file, scan->arena, text, NULL))
        return;
    for (size_t i = 0; i < file->import_count; i++)
        if (sma_proto_builtin_find(file->imports[i].path) < 0)
            need(scan, file->imports[i].path, file->imports[i].span.start);
}

enum sma_status sma_file_scan(struct sma_side *side, struct sma_file *file)
{
    struct scan scan = {side->arena, &file->names, false};
    if (file->is_scanned || !file->format)
        return SMA_OK;
    file->is_scanned = true;
    if (!strcmp(file->format->name, "AVRO"))
        scan_avro(&scan, file->text);
    else if (!strcmp(file->format->name, "JSON"))
        scan_json(&scan, file->text);
    else
        scan_proto(&scan, file->text);
    return scan.failed ? SMA_ENOMEM : SMA_OK;
}
