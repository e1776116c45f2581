/* schemata pull: the newest schemas of a registry as a tree of files that can be checked and applied
 * again. A file is named after its subject; one that others refer to by a path lies at that path, and
 * schemata.yaml says what its subject is. */
#include <errno.h>
#include <unistd.h>

#include "base/map.h"
#include "cli/commands.h"
#include "cli/remote_session.h"
#include "cli/schema_files.h"
#include "cli/source.h"
#include "core/formats/formats.h"

const struct sma_option sma_pull_options[] = {
    {.name = "--force", .help = "into a folder that is not empty: files of these names are replaced"},
    {.name = "--raw", .help = "texts as the registry has them, not in the pretty form"},
    {.name = NULL},
};

struct pull {
    struct sma_remote_session *s;
    const char *folder;
    struct sma_fetch *items;
    size_t count, capacity;
    struct sma_map by_subject; /* to item index + 1 */
    struct sma_map by_path;    /* paths taken */
    struct sma_str *paths;
    bool *is_named; /* the path says nothing about the subject */
};

/* ---- what is fetched ---- */

static enum sma_status index_items(struct pull *p)
{
    for (size_t i = 0; i < p->count; i++)
        if (!sma_map_put(&p->by_subject, p->items[i].subject, (void *)(uintptr_t)(i + 1)))
            return sma_fail_nomem(&p->s->err);
    return SMA_OK;
}

/* Subjects outside of the pattern that the chosen ones refer to. */
static enum sma_status fetch_referred(struct pull *p)
{
    struct sma_remote_session *s = p->s;
    enum sma_status st = index_items(p);
    p->capacity = p->count;
    for (size_t i = 0; !st && i < p->count; i++)
        for (size_t r = 0; !st && r < p->items[i].schema.reference_count; r++) {
            struct sma_reference reference = p->items[i].schema.references[r];
            struct sma_remote_schema schema;
            if (sma_map_get(&p->by_subject, reference.subject))
                continue;
            st = sma_remote_version(&schema, s->remote, &s->arena, reference.subject, 0, false,
                                    &s->err);
            if (st == SMA_ENOTFOUND) { /* soft-deleted, but still referred to */
                sma_error_clear(&s->err);
                st = sma_remote_version(&schema, s->remote, &s->arena, reference.subject,
                                        reference.version, true, &s->err);
            }
            struct sma_fetch *grown =
                st ? NULL : sma_arena_grow(&s->arena, p->items, p->count, &p->capacity,
                                           p->count + 1, sizeof *grown);
            if (!st && !grown)
                st = sma_fail_nomem(&s->err);
            if (st)
                break;
            p->items = grown;
            grown[p->count++] = (struct sma_fetch){.subject = reference.subject, .schema = schema};
            if (!sma_map_put(&p->by_subject, reference.subject, (void *)(uintptr_t)p->count))
                st = sma_fail_nomem(&s->err);
        }
    return st;
}

/* ---- where it goes ---- */

/* A relative path that stays below, with the extension of its type. */
static bool is_safe_path(struct sma_arena *arena, struct sma_str name, struct sma_str type)
{
    struct sma_str clean = sma_path_clean(arena, name);
    bool is_maybe;
    const struct sma_format *format = sma_type_of_name(name, &is_maybe);
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] < ' ' || name.ptr[i] == '\\' || name.ptr[i] == ':')
            return false;
    return clean.ptr && sma_str_eq(clean, name) && name.len < 200 && name.ptr[0] != '/' &&
           name.ptr[0] != '.' && !sma_str_starts(name, SMA_STR("../")) &&
           (is_maybe || (format && sma_str_eqz(type, format->name)));
}

/* Files that are imported by path lie at that path, when it can be had. */
static enum sma_status place_imported(struct pull *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t r = 0; r < p->items[i].schema.reference_count; r++) {
            const struct sma_reference *reference = &p->items[i].schema.references[r];
            size_t at = (size_t)(uintptr_t)sma_map_get(&p->by_subject, reference->subject);
            if (!at || p->paths[at - 1].ptr ||
                sma_str_eqz(p->items[at - 1].schema.type, "AVRO") ||
                !is_safe_path(&p->s->arena, reference->name, p->items[at - 1].schema.type) ||
                sma_map_get(&p->by_path, reference->name))
                continue;
            p->paths[at - 1] = reference->name;
            p->is_named[at - 1] = true;
            if (!sma_map_put(&p->by_path, reference->name, p))
                return sma_fail_nomem(&p->s->err);
        }
    return SMA_OK;
}

static enum sma_status place(struct pull *p)
{
    struct sma_remote_session *s = p->s;
    p->paths = sma_arena_calloc(&s->arena, p->count + 1, sizeof *p->paths);
    p->is_named = sma_arena_calloc(&s->arena, p->count + 1, sizeof *p->is_named);
    if (!p->paths || !p->is_named)
        return sma_fail_nomem(&s->err);
    enum sma_status st = place_imported(p);
    for (size_t i = 0; !st && i < p->count; i++) {
        struct sma_remote_schema named = p->items[i].schema;
        if (p->paths[i].ptr)
            continue;
        named.subject = p->items[i].subject;
        p->paths[i] = sma_schema_file_name(&s->arena, &named, false);
        if (!p->paths[i].ptr || !sma_map_put(&p->by_path, p->paths[i], p))
            st = sma_fail_nomem(&s->err);
    }
    return st;
}

/* A referrer of an older version than the one pulled would get a new reference when it is applied. */
static void warn_of_old_references(const struct pull *p)
{
    for (size_t i = 0; i < p->count; i++)
        for (size_t r = 0; r < p->items[i].schema.reference_count; r++) {
            const struct sma_reference *reference = &p->items[i].schema.references[r];
            size_t at = (size_t)(uintptr_t)sma_map_get(&p->by_subject, reference->subject);
            if (at && p->items[at - 1].schema.version > reference->version)
                fprintf(stderr,
                        "schemata: %.*s refers to version %d of %.*s, the newest is %d: apply would "
                        "register a new version of it\n",
                        SMA_STR_ARG(p->items[i].subject), reference->version,
                        SMA_STR_ARG(reference->subject), p->items[at - 1].schema.version);
        }
}

/* ---- writing ---- */

/* A text of JSON is one of YAML too. Each file on its own, where the name does not say the subject; patterns for the rest. A character
 * that patterns know stands in a set of its own. */
static void put_pattern(struct sma_buf *out, struct sma_str path)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    for (size_t i = 0; i < path.len; i++) {
        if (strchr("*?[", path.ptr[i]))
            sma_buf_printf(&text, "[%c]", path.ptr[i]);
        else
            sma_buf_putc(&text, path.ptr[i]);
    }
    sma_json_put_string(out, sma_buf_str(&text));
    sma_buf_fini(&text);
}

static enum sma_status write_project(struct pull *p)
{
    struct sma_remote_session *s = p->s;
    struct sma_buf out;
    enum sma_status st = SMA_OK;
    sma_buf_init(&out, 0);
    sma_buf_printf(&out, "# Made by schemata pull from %s\nversion: 1\n\nregistry:\n  url: ",
                   sma_remote_url(s->remote));
    sma_json_put_string(&out, sma_str_z(sma_remote_url(s->remote)));
    sma_buf_putz(&out, "\n\nsources:\n");
    for (size_t i = 0; i < p->count; i++) {
        if (!p->is_named[i])
            continue;
        sma_buf_putz(&out, "  - files: [");
        put_pattern(&out, p->paths[i]);
        sma_buf_putz(&out, "]\n    include: [\".\"]\n    subject: ");
        sma_json_put_string(&out, p->items[i].subject);
        sma_buf_putz(&out, "\n");
    }
    sma_buf_putz(&out, "  - files: [\"*.avsc\", \"*.proto\", \"*.schema.json\"]\n"
                       "    include: [\".\"]\n    subject: \"{stem}\"\n");
    if (sma_buf_failed(&out))
        st = sma_fail_nomem(&s->err);
    else
        st = sma_write_below(&s->arena, p->folder, SMA_STR("schemata.yaml"), sma_buf_str(&out),
                             &s->err);
    sma_buf_fini(&out);
    return st;
}

static enum sma_status write_files(struct pull *p)
{
    struct sma_remote_session *s = p->s;
    bool is_raw = sma_argument_has(s->arguments, "--raw");
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < p->count; i++) {
        struct sma_str text = p->items[i].schema.text;
        if (!is_raw)
            st = sma_schema_pretty(&text, &s->arena, &p->items[i].schema, &s->err);
        if (!st)
            st = sma_write_below(&s->arena, p->folder, p->paths[i], text, &s->err);
    }
    return st ? st : write_project(p);
}

/* What is in the way is not written over unasked: rmdir only succeeds on an empty folder. */
static enum sma_status folder_is_free(struct pull *p)
{
    if (sma_argument_has(p->s->arguments, "--force") || access(p->folder, F_OK) ||
        !rmdir(p->folder))
        return SMA_OK;
    return sma_remote_fail(&p->s->err, SMA_ECONFLICT, SMA_EXIT_REFUSED,
                           "%s is not empty; --force replaces files of the same names", p->folder);
}

static enum sma_status pull(struct pull *p)
{
    struct sma_remote_session *s = p->s;
    const struct sma_arguments *a = s->arguments;
    struct sma_str pattern =
        a->positional_count > 1 ? sma_str_z(a->positional[0]) : SMA_STR("");
    p->folder = a->positional[a->positional_count - 1];
    enum sma_status st = folder_is_free(p);
    if (!st)
        st = sma_remote_fetch_latest(&p->items, &p->count, s->remote, &s->arena, a, pattern,
                                     &s->err);
    if (!st && !p->count)
        return sma_remote_fail(&s->err, SMA_ENOTFOUND, SMA_EXIT_NOT_FOUND,
                               "%s has no subject%s%.*s", sma_remote_url(s->remote),
                               pattern.len ? " that matches " : "", SMA_STR_ARG(pattern));
    if (!st)
        st = fetch_referred(p);
    if (!st)
        st = place(p);
    if (!st)
        st = write_files(p);
    if (st)
        return st;
    warn_of_old_references(p);
    if (!sma_argument_has(a, "--quiet"))
        fprintf(stderr, "%zu schema%s in %s\n", p->count, p->count == 1 ? "" : "s", p->folder);
    return SMA_OK;
}

int sma_pull_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct pull p = {.s = &s};
    sma_map_init(&p.by_subject);
    sma_map_init(&p.by_path);
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = pull(&p);
    sma_map_fini(&p.by_subject);
    sma_map_fini(&p.by_path);
    return sma_remote_session_finish(&s, st, SMA_EXIT_OK);
}
