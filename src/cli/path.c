/* Paths, patterns and what a file's name says about its schema. No file is opened here. */
#include "cli/source.h"
#include "core/formats/formats.h"
#include "core/json/json.h"

/* ---- paths ---- */

static bool next_name(struct sma_str *name, struct sma_str *rest)
{
    while (rest->len && rest->ptr[0] == '/')
        *rest = sma_str_from(*rest, 1);
    if (!rest->len)
        return false;
    ptrdiff_t slash = sma_str_chr(*rest, '/');
    *name = slash < 0 ? *rest : sma_str_head(*rest, (size_t)slash);
    *rest = sma_str_from(*rest, name->len);
    return true;
}

static bool ends_with_climb(const char *text, size_t len)
{
    return len >= 2 && text[len - 1] == '.' && text[len - 2] == '.' &&
           (len == 2 || text[len - 3] == '/');
}

struct sma_str sma_path_clean(struct sma_arena *arena, struct sma_str path)
{
    char *out = sma_arena_alloc(arena, path.len + 2);
    struct sma_str name, rest = path;
    size_t len = 0, root = path.len && path.ptr[0] == '/';
    if (!out)
        return sma_str_make(NULL, 0);
    if (root)
        out[len++] = '/';
    while (next_name(&name, &rest)) {
        if (sma_str_eqz(name, "."))
            continue;
        if (sma_str_eqz(name, "..") && root && len == root)
            continue; /* nothing is above the root */
        if (sma_str_eqz(name, "..") && len > root && !ends_with_climb(out, len)) {
            while (len > root && out[len - 1] != '/')
                len--;
            len -= len > root;
            continue;
        }
        if (len > root)
            out[len++] = '/';
        memcpy(out + len, name.ptr, name.len);
        len += name.len;
    }
    if (!len)
        out[len++] = '.';
    out[len] = 0;
    return sma_str_make(out, len);
}

struct sma_str sma_path_folder(struct sma_str path)
{
    ptrdiff_t slash = sma_str_rchr(path, '/');
    return slash < 0 ? SMA_STR(".") : sma_str_head(path, slash ? (size_t)slash : 1);
}

struct sma_str sma_path_join(struct sma_arena *arena, struct sma_str folder, struct sma_str name)
{
    if (name.len && name.ptr[0] == '/')
        return sma_path_clean(arena, name);
    struct sma_str both =
        sma_arena_printf(arena, "%.*s/%.*s", SMA_STR_ARG(folder), SMA_STR_ARG(name));
    return both.ptr ? sma_path_clean(arena, both) : both;
}

/* ---- patterns ---- */

#define GLOB_STEPS_MAX 100000u

bool sma_glob_is(struct sma_str path)
{
    for (size_t i = 0; i < path.len; i++)
        if (strchr("*?[", path.ptr[i]))
            return true;
    return false;
}

/* One "[a-z]" at the start of `pattern`; its length, or 0 when it is not closed. */
static size_t match_set(struct sma_str pattern, char c, bool *matches)
{
    size_t i = 1;
    bool negated = i < pattern.len && (pattern.ptr[i] == '!' || pattern.ptr[i] == '^'), hit = false;
    i += negated;
    for (size_t first = i; i < pattern.len && (pattern.ptr[i] != ']' || i == first); i++) {
        char low = pattern.ptr[i], high = low;
        if (i + 2 < pattern.len && pattern.ptr[i + 1] == '-' && pattern.ptr[i + 2] != ']') {
            high = pattern.ptr[i + 2];
            i += 2;
        }
        hit |= low <= c && c <= high;
    }
    *matches = hit != negated && c != '/';
    return i < pattern.len ? i + 1 : 0;
}

static bool glob(struct sma_str pattern, struct sma_str path, unsigned *steps)
{
    while (pattern.len) {
        if (!(*steps)--) {
            *steps = 0;
            return false;
        }
        if (sma_str_starts(pattern, SMA_STR("**/"))) {
            struct sma_str after = sma_str_from(pattern, 3);
            for (size_t i = 0; i <= path.len; i++)
                if ((i == 0 || path.ptr[i - 1] == '/') && glob(after, sma_str_from(path, i), steps))
                    return true;
            return false;
        }
        if (pattern.ptr[0] == '*') {
            bool deep = sma_str_starts(pattern, SMA_STR("**"));
            struct sma_str after = sma_str_from(pattern, deep ? 2 : 1);
            for (size_t i = 0; i <= path.len; i++) {
                if (glob(after, sma_str_from(path, i), steps))
                    return true;
                if (i < path.len && path.ptr[i] == '/' && !deep)
                    return false;
            }
            return false;
        }
        size_t taken = 1;
        bool matches = path.len && (pattern.ptr[0] == path.ptr[0] ||
                                    (pattern.ptr[0] == '?' && path.ptr[0] != '/'));
        if (pattern.ptr[0] == '[' && path.len) {
            size_t set = match_set(pattern, path.ptr[0], &matches);
            taken = set ? set : 1;
            if (!set)
                matches = path.ptr[0] == '['; /* not closed: it stands for itself */
        }
        if (!matches)
            return false;
        pattern = sma_str_from(pattern, taken);
        path = sma_str_from(path, 1);
    }
    return !path.len;
}

bool sma_glob_match(struct sma_str pattern, struct sma_str path)
{
    unsigned steps = GLOB_STEPS_MAX;
    return glob(pattern, path, &steps);
}

static bool is_below(struct sma_str path, struct sma_str folder)
{
    if (sma_str_eqz(folder, "."))
        return !sma_str_starts(path, SMA_STR("../")) && !(path.len && path.ptr[0] == '/');
    return sma_str_starts(path, folder) && path.len > folder.len && path.ptr[folder.len] == '/';
}

bool sma_scope_has(const struct sma_scope *scope, struct sma_str path)
{
    for (size_t i = 0; i < scope->count; i++) {
        struct sma_str item = scope->items[i].path;
        switch (scope->items[i].kind) {
        case SMA_SCOPE_FILE:
            if (sma_str_eq(path, item))
                return true;
            break;
        case SMA_SCOPE_FOLDER:
            if (is_below(path, item))
                return true;
            break;
        case SMA_SCOPE_GLOB:
            if (sma_glob_match(item, path))
                return true;
            break;
        }
    }
    return false;
}

/* ---- types ---- */

static const struct {
    struct sma_str extension;
    struct sma_str format; /* empty: look inside */
} extensions[] = {
    {SMA_STR_INIT(".avsc"), SMA_STR_INIT("AVRO")},
    {SMA_STR_INIT(".avro.json"), SMA_STR_INIT("AVRO")},
    {SMA_STR_INIT(".proto"), SMA_STR_INIT("PROTOBUF")},
    {SMA_STR_INIT(".schema.json"), SMA_STR_INIT("JSON")},
    {SMA_STR_INIT(".jsonschema"), SMA_STR_INIT("JSON")},
    {SMA_STR_INIT(".json"), SMA_STR_INIT("")},
};

const struct sma_format *sma_type_of_name(struct sma_str path, bool *is_maybe)
{
    *is_maybe = false;
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (sma_str_ends(path, extensions[i].extension)) {
            *is_maybe = !extensions[i].format.len;
            return *is_maybe ? NULL : sma_format_find(extensions[i].format);
        }
    return NULL;
}

static bool is_avro_word(struct sma_str word)
{
    static const char *const words[] = {"record", "error", "enum",  "fixed",  "null",   "boolean",
                                        "int",    "long",  "float", "double", "string", "bytes"};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (sma_str_eqz(word, words[i]))
            return true;
    return false;
}

const struct sma_format *sma_type_of_text(struct sma_str text)
{
    const struct sma_format *format = NULL;
    const struct sma_json *root;
    struct sma_arena arena;
    struct sma_json_options options = {.max_depth = 512};
    sma_arena_init(&arena, 0);
    if (!sma_json_parse(&root, &arena, text, &options, NULL, NULL)) {
        const struct sma_json *type = sma_json_getz(root, "type");
        bool is_json_schema = sma_json_getz(root, "$schema") || sma_json_getz(root, "properties");
        if (sma_json_is(root, SMA_JSON_STRING) && is_avro_word(root->text))
            format = sma_format_find(SMA_STR("AVRO"));
        else if (is_json_schema)
            format = sma_format_find(SMA_STR("JSON"));
        else if (sma_json_is(type, SMA_JSON_STRING) && is_avro_word(type->text))
            format = sma_format_find(SMA_STR("AVRO"));
    }
    sma_arena_fini(&arena);
    return format;
}

const struct sma_format *sma_type_of_word(struct sma_str word)
{
    for (size_t i = 0; sma_format_at(i); i++)
        if (sma_str_eq_nocase(word, sma_str_z(sma_format_at(i)->name)))
            return sma_format_at(i);
    return NULL;
}

/* ---- subjects ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct sma_str sma_path_stem(struct sma_arena *arena, struct sma_str path)
{
    ptrdiff_t slash = sma_str_rchr(path, '/');
    struct sma_str name = slash < 0 ? path : sma_str_from(path, (size_t)slash + 1);
    for (size_t i = 0; i < sizeof extensions / sizeof extensions[0]; i++)
        if (sma_str_ends(name, extensions[i].extension)) {
            name = sma_str_head(name, name.len - extensions[i].extension.len);
            break;
        }
    char *out = sma_arena_alloc(arena, name.len + 1);
    size_t len = 0;
    if (!out)
        return sma_str_make(NULL, 0);
    for (size_t i = 0; i < name.len; i++) {
        bool is_code = name.ptr[i] == '%' && i + 2 < name.len && hex(name.ptr[i + 1]) >= 0 &&
                       hex(name.ptr[i + 2]) >= 0;
        out[len++] =
            is_code ? (char)(hex(name.ptr[i + 1]) * 16 + hex(name.ptr[i + 2])) : name.ptr[i];
        i += is_code ? 2 : 0;
    }
    out[len] = 0;
    return sma_str_make(out, len);
}
