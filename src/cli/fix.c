#include "cli/fix.h"

#include <stdlib.h>

#include "core/json/json.h"
#include "core/protobuf/parse.h"

/* The text that edits are looked for in, parsed once for all findings in it. */
struct scene {
    struct sma_session *session;
    struct sma_arena arena;
    struct sma_str text;
    const struct sma_json *root; /* NULL: no JSON */
};

static const struct sma_json_options options = {
    .comments = true, .allow_trailing = true, .max_depth = 512};

static void look_at(struct scene *scene, struct sma_str text)
{
    if (scene->text.ptr == text.ptr && scene->text.len == text.len)
        return;
    sma_arena_fini(&scene->arena);
    sma_arena_init(&scene->arena, 0);
    scene->text = text;
    if (sma_json_parse(&scene->root, &scene->arena, text, &options, NULL, NULL))
        scene->root = NULL;
}

static struct sma_str source_of(const struct scene *scene, const struct sma_json *v)
{
    return sma_str_make(scene->text.ptr + v->start, v->end - v->start);
}

/* The object whose "name" stands at `at`. The reader bounds the depth. */
static const struct sma_json *named_at(const struct sma_json *v, uint32_t at)
{
    const struct sma_json *found = NULL;
    if (!v || at < v->start || at >= v->end)
        return NULL;
    for (size_t i = 0; v->type == SMA_JSON_ARRAY && !found && i < v->count; i++)
        found = named_at(&v->items[i], at);
    for (size_t i = 0; v->type == SMA_JSON_OBJECT && !found && i < v->count; i++)
        found = named_at(&v->members[i].value, at);
    const struct sma_json *name = found ? NULL : sma_json_getz(v, "name");
    return name && name->start <= at && at < name->end ? v : found;
}

/* ---- edits ---- */

static bool is_null_type(const struct sma_json *v)
{
    return sma_json_is(v, SMA_JSON_STRING) && sma_str_eqz(v->text, "null");
}

static bool holds_null(const struct sma_json *type)
{
    for (size_t i = 0; type->type == SMA_JSON_ARRAY && i < type->count; i++)
        if (is_null_type(&type->items[i]))
            return true;
    return is_null_type(type);
}

/* A field that may be null, null first, has one default that says nothing new. A field that may not
 * could become one that may: its type changes, so that is for people to say. */
static enum sma_status null_default(struct scene *scene, struct sma_said *said)
{
    const struct sma_json *field = named_at(scene->root, said->place.span.start);
    const struct sma_json *type = sma_json_getz(field, "type");
    if (!type || sma_json_getz(field, "default") || said->direction == SMA_DIRECTION_FORWARD)
        return SMA_OK;
    bool is_first = type->type == SMA_JSON_ARRAY && type->count && is_null_type(&type->items[0]);
    struct sma_edit edit = {.start = type->end, .end = type->end};
    edit.text = SMA_STR(", \"default\": null");
    if (!is_first && !holds_null(type) && type->type != SMA_JSON_ARRAY) {
        edit.start = type->start;
        edit.text =
            sma_arena_printf(&scene->session->arena, "[\"null\", %.*s], \"default\": null",
                             SMA_STR_ARG(source_of(scene, type)));
    } else if (!is_first) {
        return SMA_OK; /* the order of branches would have to change */
    }
    if (!edit.text.ptr)
        return sma_fail_nomem(&scene->session->err);
    said->fix.edit = edit;
    said->fix.is_safe = is_first;
    return SMA_OK;
}

/* What a registry takes a schema without "$schema" for. */
static enum sma_status name_dialect(struct scene *scene, struct sma_said *said)
{
    const struct sma_json *root = scene->root;
    if (!sma_json_is(root, SMA_JSON_OBJECT) || sma_json_getz(root, "$schema"))
        return SMA_OK;
    uint32_t at = root->start + 1, end = root->count ? root->members[0].name_start : at;
    struct sma_str space = sma_str_make(scene->text.ptr + at, end - at);
    /* A comment in between would be repeated with the white space. */
    bool is_space = !sma_str_trim(space).len;
    said->fix.edit = (struct sma_edit){at, at, {NULL, 0}};
    said->fix.edit.text = sma_arena_printf(
        &scene->session->arena, "%.*s\"$schema\": \"http://json-schema.org/draft-07/schema#\"%s%s",
        is_space ? (int)space.len : 0, space.ptr, root->count ? "," : "",
        root->count && is_space && !space.len ? " " : "");
    said->fix.is_safe = true;
    return said->fix.edit.text.ptr ? SMA_OK : sma_fail_nomem(&scene->session->err);
}

/* What protoc takes a file without syntax for. */
static enum sma_status say_syntax(struct scene *scene, struct sma_said *said)
{
    (void)scene;
    said->fix.edit = (struct sma_edit){0, 0, SMA_STR("syntax = \"proto2\";\n")};
    said->fix.is_safe = true;
    return SMA_OK;
}

static const struct {
    const char *rule;
    enum sma_status (*propose)(struct scene *scene, struct sma_said *said);
} proposals[] = {
    {"avro/nullable-without-default", null_default},
    {"avro/reader-field-missing-default-value", null_default},
    {"json/missing-dialect", name_dialect},
    {"proto/missing-syntax", say_syntax},
};

enum sma_status sma_fix_propose(struct sma_session *session)
{
    struct scene scene = {.session = session};
    enum sma_status st = SMA_OK;
    sma_arena_init(&scene.arena, 0);
    for (size_t i = 0; !st && i < session->report.count; i++) {
        struct sma_said *said = &session->report.findings[i];
        if (!said->place.file.len || !said->place.text.len || said->fix.edit.text.ptr)
            continue;
        for (size_t p = 0; !st && p < sizeof proposals / sizeof proposals[0]; p++)
            if (sma_str_eqz(said->rule, proposals[p].rule)) {
                look_at(&scene, said->place.text);
                st = proposals[p].propose(&scene, said);
            }
    }
    sma_arena_fini(&scene.arena);
    return st;
}

/* ---- writing ---- */

static bool is_meant(const struct sma_said *said)
{
    return said->fix.is_safe && said->fix.edit.text.ptr && !said->accepted.ptr;
}

static int by_place(const void *a, const void *b)
{
    const struct sma_said *const *x = a, *const *y = b;
    int order = sma_str_cmp((*x)->place.file, (*y)->place.file);
    uint32_t i = (*x)->fix.edit.start, j = (*y)->fix.edit.start;
    return order ? order : (i > j) - (i < j);
}

static bool still_parses(struct sma_str text, const struct sma_said *said)
{
    struct sma_arena arena;
    const struct sma_json *root;
    const struct sma_proto_file *file;
    sma_arena_init(&arena, 0);
    bool is_proto = sma_str_starts(said->rule, SMA_STR("proto/"));
    bool ok = !(is_proto ? sma_proto_parse(&file, &arena, text, NULL)
                         : sma_json_parse(&root, &arena, text, &options, NULL, NULL));
    sma_arena_fini(&arena);
    return ok;
}

/* Edits of one file, in order; one that overlaps the one before, or repeats it, is left out. */
static enum sma_status rewrite(struct sma_session *s, struct sma_said **edits, size_t count,
                               size_t *written)
{
    struct sma_buf out;
    const struct sma_place *place = &edits[0]->place;
    uint32_t at = 0;
    size_t used = 0;
    sma_buf_init(&out, SMA_FILE_BYTES_MAX);
    if (place->byte_shift)
        sma_buf_putz(&out, "\xEF\xBB\xBF");
    size_t mark = out.len;
    for (size_t i = 0; i < count; i++) {
        const struct sma_edit *edit = &edits[i]->fix.edit;
        if (edit->start < at || (used && edit->start == edits[i - 1]->fix.edit.start))
            continue;
        sma_buf_append(&out, place->text.ptr + at, edit->start - at);
        sma_buf_puts(&out, edit->text);
        at = edit->end;
        used++;
    }
    sma_buf_append(&out, place->text.ptr + at, place->text.len - at);
    enum sma_status st = SMA_OK;
    if (sma_buf_failed(&out))
        st = sma_fail(&s->err, SMA_ELIMIT, "%.*s would have more than %u bytes",
                      SMA_STR_ARG(place->file), SMA_FILE_BYTES_MAX);
    else if (!still_parses(sma_str_from(sma_buf_str(&out), mark), edits[0]))
        st = sma_fail(&s->err, SMA_EINTERNAL, "%.*s: the edits would break it; nothing was written",
                      SMA_STR_ARG(place->file));
    if (!st)
        st = sma_replace_file(&s->arena, place->file, sma_buf_str(&out), &s->err);
    if (!st)
        fprintf(stderr, "%.*s: %zu fixed\n", SMA_STR_ARG(place->file), used);
    if (!st)
        *written += used;
    sma_buf_fini(&out);
    return st;
}

enum sma_status sma_fix_apply(struct sma_session *s, size_t *written)
{
    size_t count = 0;
    enum sma_status st = SMA_OK;
    *written = 0;
    struct sma_said **edits = sma_arena_calloc(&s->arena, s->report.count + 1, sizeof *edits);
    if (!edits)
        return sma_fail_nomem(&s->err);
    for (size_t i = 0; i < s->report.count; i++)
        if (is_meant(&s->report.findings[i]))
            edits[count++] = &s->report.findings[i];
    if (count && !s->scope.count && s->side.is_single)
        return sma_fail(&s->err, SMA_EINVAL, "--fix writes files; stdin is none");
    qsort(edits, count, sizeof *edits, by_place);
    for (size_t first = 0, end; !st && first < count; first = end) {
        end = first + 1;
        while (end < count && sma_str_eq(edits[end]->place.file, edits[first]->place.file))
            end++;
        st = rewrite(s, edits + first, end - first, written);
    }
    return st;
}
