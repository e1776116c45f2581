#include "cli/remote_read.h"

#include <stdlib.h>

#include "base/num.h"
#include "cli/source.h"
#include "core/hash/hash.h"

/* ---- names of schemas ---- */

static bool take_version(struct sma_sr_ref *out, struct sma_str word)
{
    int32_t number;
    out->is_explicit = true;
    if (sma_str_eqz(word, "latest") || sma_str_eqz(word, "-1")) {
        out->versions = SMA_SR_LATEST;
    } else if (sma_str_eqz(word, "all")) {
        out->versions = SMA_SR_EVERY;
    } else if (sma_parse_i32(word, &number) && number > 0) {
        out->versions = SMA_SR_ONE;
        out->version = number;
    } else {
        out->is_explicit = false;
    }
    return out->is_explicit;
}

enum sma_status sma_sr_parse(struct sma_sr_ref *out, struct sma_str text, struct sma_error *err)
{
    uint8_t bytes[16];
    *out = (struct sma_sr_ref){.kind = SMA_SR_SUBJECT};
    if (sma_str_starts(text, SMA_STR("sr:")))
        text = sma_str_from(text, 3);
    if (sma_str_starts(text, SMA_STR("id/"))) {
        out->kind = SMA_SR_ID;
        if (sma_parse_i32(sma_str_from(text, 3), &out->id) && out->id > 0)
            return SMA_OK;
        return sma_fail(err, SMA_EINVAL, "\"%.*s\" is no id", SMA_STR_ARG(sma_str_from(text, 3)));
    }
    if (sma_str_starts(text, SMA_STR("guid/"))) {
        out->kind = SMA_SR_GUID;
        out->guid = sma_str_from(text, 5);
        if (sma_uuid_parse(bytes, out->guid))
            return SMA_OK;
        return sma_fail(err, SMA_EINVAL, "\"%.*s\" is no GUID", SMA_STR_ARG(out->guid));
    }
    ptrdiff_t at = sma_str_rchr(text, '@');
    if (at >= 0 && take_version(out, sma_str_from(text, (size_t)at + 1)))
        text = sma_str_head(text, (size_t)at);
    out->subject = text;
    if (!text.len)
        out->kind = SMA_SR_ALL;
    return SMA_OK;
}

bool sma_subject_is_pattern(struct sma_str text)
{
    return sma_str_chr(text, '*') >= 0 || sma_str_chr(text, '?') >= 0;
}

/* Going back to the last star only: what an earlier star swallows need not change. */
bool sma_subject_match(struct sma_str pattern, struct sma_str name)
{
    size_t p = 0, n = 0, star = SIZE_MAX, resume = 0;
    while (n < name.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            resume = n;
        } else if (p < pattern.len && (pattern.ptr[p] == '?' || pattern.ptr[p] == name.ptr[n])) {
            p++;
            n++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            n = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

struct sma_str sma_remote_short(const struct sma_remote *remote, struct sma_str subject)
{
    struct sma_str context = sma_str_z(sma_remote_context(remote));
    if (!context.len || subject.len < context.len + 2 || subject.ptr[0] != ':' ||
        !sma_str_starts(sma_str_from(subject, 1), context) || subject.ptr[context.len + 1] != ':')
        return subject;
    return sma_str_from(subject, context.len + 2);
}

/* ---- schemas ---- */

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : SMA_STR("");
}

static int32_t number_of(const struct sma_json *object, const char *name)
{
    int32_t number = 0;
    return sma_json_i32(sma_json_get(object, sma_str_z(name)), &number) ? number : 0;
}

static const struct sma_json *object_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_OBJECT) && value->count ? value : NULL;
}

static enum sma_status take_references(struct sma_remote_schema *out, struct sma_arena *arena,
                                       const struct sma_json *list, struct sma_error *err)
{
    struct sma_reference *made;
    if (!sma_json_is(list, SMA_JSON_ARRAY) || !list->count)
        return SMA_OK;
    made = sma_arena_calloc(arena, list->count, sizeof *made);
    if (!made)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; i < list->count; i++)
        made[i] = (struct sma_reference){.name = text_of(&list->items[i], "name"),
                                         .subject = text_of(&list->items[i], "subject"),
                                         .version = number_of(&list->items[i], "version")};
    out->references = made;
    out->reference_count = list->count;
    return SMA_OK;
}

static enum sma_status take_schema(struct sma_remote_schema *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str path,
                                   struct sma_error *err)
{
    struct sma_remote_answer answer;
    enum sma_status st = sma_remote_ask(remote, arena, "GET", path, SMA_STR(""), &answer, err);
    if (st)
        return st;
    const struct sma_json *deleted = sma_json_getz(answer.body, "deleted");
    if (!sma_json_is(sma_json_getz(answer.body, "schema"), SMA_JSON_STRING))
        return sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                               "%s answered %.*s without a schema", sma_remote_url(remote),
                               SMA_STR_ARG(path));
    *out = (struct sma_remote_schema){
        .subject = sma_remote_short(remote, text_of(answer.body, "subject")),
        .version = number_of(answer.body, "version"),
        .id = number_of(answer.body, "id"),
        .guid = text_of(answer.body, "guid"),
        .type = text_of(answer.body, "schemaType"),
        .text = text_of(answer.body, "schema"),
        .metadata = object_of(answer.body, "metadata"),
        .rule_set = object_of(answer.body, "ruleSet"),
        .is_deleted = sma_json_is(deleted, SMA_JSON_BOOL) && deleted->boolean,
        .raw = answer.text,
    };
    if (!out->type.len)
        out->type = SMA_STR("AVRO");
    return take_references(out, arena, sma_json_getz(answer.body, "references"), err);
}

enum sma_status sma_remote_version(struct sma_remote_schema *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str subject,
                                   int32_t version, bool deleted, struct sma_error *err)
{
    const char *query = deleted ? "?deleted=true" : "";
    struct sma_str path =
        version ? sma_remote_path(arena, "/subjects/%s/versions/%d%z", subject, version, query)
                : sma_remote_path(arena, "/subjects/%s/versions/latest%z", subject, query);
    return take_schema(out, remote, arena, path, err);
}

enum sma_status sma_remote_by_id(struct sma_remote_schema *out, struct sma_remote *remote,
                                 struct sma_arena *arena, int32_t id, struct sma_error *err)
{
    enum sma_status st =
        take_schema(out, remote, arena, sma_remote_path(arena, "/schemas/ids/%d", id), err);
    if (!st)
        out->id = id;
    return st;
}

enum sma_status sma_remote_by_guid(struct sma_remote_schema *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str guid,
                                   struct sma_error *err)
{
    enum sma_status st =
        take_schema(out, remote, arena, sma_remote_path(arena, "/schemas/guids/%s", guid), err);
    if (!st && !out->guid.len)
        out->guid = guid;
    return st;
}

/* ---- lists ---- */

static enum sma_status no_list(const struct sma_remote *remote, struct sma_str path,
                               struct sma_error *err)
{
    return sma_remote_fail(err, SMA_EIO, SMA_EXIT_UNREACHABLE,
                           "%s answered %.*s with something else than the list wanted",
                           sma_remote_url(remote), SMA_STR_ARG(path));
}

static enum sma_status get_list(const struct sma_json **out, struct sma_remote *remote,
                                struct sma_arena *arena, struct sma_str path,
                                struct sma_error *err)
{
    enum sma_status st = sma_remote_get(remote, arena, path, out, err);
    return st || sma_json_is(*out, SMA_JSON_ARRAY) ? st : no_list(remote, path, err);
}

static int by_number(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

static const char *deleted_query(enum sma_remote_deleted deleted)
{
    return deleted == SMA_REMOTE_LIVE           ? ""
           : deleted == SMA_REMOTE_WITH_DELETED ? "?deleted=true"
                                                : "?deletedOnly=true";
}

enum sma_status sma_remote_versions(struct sma_numbers *out, struct sma_remote *remote,
                                    struct sma_arena *arena, struct sma_str subject,
                                    enum sma_remote_deleted deleted, struct sma_error *err)
{
    const struct sma_json *list;
    struct sma_str path =
        sma_remote_path(arena, "/subjects/%s/versions%z", subject, deleted_query(deleted));
    enum sma_status st = get_list(&list, remote, arena, path, err);
    if (st)
        return st;
    out->items = sma_arena_calloc(arena, (size_t)list->count + 1, sizeof *out->items);
    out->count = list->count;
    if (!out->items)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; i < list->count; i++)
        if (!sma_json_i32(&list->items[i], &out->items[i]))
            return no_list(remote, path, err);
    qsort(out->items, out->count, sizeof *out->items, by_number);
    return SMA_OK;
}

static int by_bytes(const void *a, const void *b)
{
    return sma_str_cmp(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

void sma_strings_sort(struct sma_strings *names)
{
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, by_bytes);
}

enum sma_status sma_strings_add(struct sma_strings *names, struct sma_arena *arena,
                                struct sma_str name, struct sma_error *err)
{
    struct sma_str *grown = sma_arena_grow(arena, names->items, names->count, &names->capacity,
                                           names->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(err);
    names->items = grown;
    grown[names->count++] = name;
    return SMA_OK;
}

/* Older and foreign registries do not know deletedOnly: what is deleted only is what is in the one
 * list and not in the other. */
static enum sma_status drop_live(struct sma_strings *names, struct sma_remote *remote,
                                 struct sma_arena *arena, struct sma_error *err)
{
    struct sma_strings live = {NULL, 0, 0};
    size_t kept = 0, at = 0;
    enum sma_status st =
        sma_remote_subjects(&live, remote, arena, SMA_STR(""), SMA_REMOTE_LIVE, err);
    for (size_t i = 0; !st && i < names->count; i++) {
        while (at < live.count && sma_str_cmp(live.items[at], names->items[i]) < 0)
            at++;
        if (at == live.count || !sma_str_eq(live.items[at], names->items[i]))
            names->items[kept++] = names->items[i];
    }
    names->count = st ? names->count : kept;
    return st;
}

enum sma_status sma_remote_subjects(struct sma_strings *out, struct sma_remote *remote,
                                    struct sma_arena *arena, struct sma_str pattern,
                                    enum sma_remote_deleted deleted, struct sma_error *err)
{
    const struct sma_json *list;
    struct sma_str path = sma_remote_path(arena, "/subjects%z",
                                          deleted == SMA_REMOTE_LIVE ? "" : "?deleted=true");
    enum sma_status st = get_list(&list, remote, arena, path, err);
    *out = (struct sma_strings){NULL, 0, 0};
    for (uint32_t i = 0; !st && i < list->count; i++) {
        if (list->items[i].type != SMA_JSON_STRING)
            return no_list(remote, path, err);
        struct sma_str name = sma_remote_short(remote, list->items[i].text);
        /* Registries list the subjects of other contexts too, by their full names. */
        bool is_elsewhere = sma_str_starts(name, SMA_STR(":."));
        if (is_elsewhere && !sma_str_starts(pattern, SMA_STR(":")))
            continue;
        if (!pattern.len || sma_str_eq(pattern, name) || sma_subject_match(pattern, name))
            st = sma_strings_add(out, arena, name, err);
    }
    if (st)
        return st;
    sma_strings_sort(out);
    return deleted == SMA_REMOTE_ONLY_DELETED ? drop_live(out, remote, arena, err) : SMA_OK;
}

enum sma_status sma_remote_uses(struct sma_subject_versions *out, struct sma_remote *remote,
                                struct sma_arena *arena, int32_t id, bool deleted,
                                struct sma_error *err)
{
    const struct sma_json *list;
    struct sma_str path =
        sma_remote_path(arena, "/schemas/ids/%d/versions%z", id, deleted ? "?deleted=true" : "");
    enum sma_status st = get_list(&list, remote, arena, path, err);
    if (st)
        return st;
    out->items = sma_arena_calloc(arena, (size_t)list->count + 1, sizeof *out->items);
    out->count = list->count;
    if (!out->items)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; i < list->count; i++)
        out->items[i] = (struct sma_subject_version){
            sma_remote_short(remote, text_of(&list->items[i], "subject")),
            number_of(&list->items[i], "version")};
    return SMA_OK;
}
