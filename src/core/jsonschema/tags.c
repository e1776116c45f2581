#include "core/jsonschema/tags.h"

#include "core/jsonschema/jsonschema.h"
#include "core/jsonschema/refs.h"
#include "core/jsonschema/tag_paths.h"
#include "core/schema/tag_editor.h"

/* ---- what carries tags --------------------------------------------------------------------------
 */

struct lister {
    struct sma_tagged_list *out;
    struct sma_arena *arena;
    struct sma_js_steps steps;
    struct sma_buf path;
    struct sma_error *err;
};

static enum sma_status list_entity(struct lister *l, enum sma_entity_kind kind,
                                   const struct sma_json *entity)
{
    const struct sma_json *tags = sma_json_get(entity, SMA_TAGS_MEMBER);
    struct sma_tag_set set;
    if (!tags)
        return SMA_OK;
    sma_tag_set_init(&set);
    sma_tag_set_add_json(&set, tags);
    enum sma_status st = sma_buf_failed(&l->path)
                             ? sma_fail_nomem(l->err)
                             : sma_tagged_add(l->out, l->arena, sma_buf_str(&l->path), kind, &set,
                                              l->err);
    sma_tag_set_fini(&set);
    return st;
}

static void leave(struct lister *l, size_t mark)
{
    if (!sma_buf_failed(&l->path))
        l->path.len = mark;
}

static enum sma_status list_schema(struct lister *l, const struct sma_json *schema);

static enum sma_status list_step(struct lister *l, const struct sma_js_step *step)
{
    size_t mark = l->path.len;
    enum sma_status st = SMA_OK;
    sma_buf_puts(&l->path, step->word);
    sma_buf_puts(&l->path, step->name);
    if (step->is_property)
        st = list_entity(l, SMA_ENTITY_FIELD, step->schema);
    sma_buf_putc(&l->path, '.');
    if (!st)
        st = list_schema(l, step->schema);
    leave(l, mark);
    return st;
}

/* As deep as the text nests, which the reader has bounded. */
static enum sma_status list_schema(struct lister *l, const struct sma_json *schema)
{
    const struct sma_js_step_list *list;
    size_t mark = l->path.len;
    enum sma_status st = SMA_OK;
    if (sma_js_describes_objects(schema)) {
        sma_buf_putz(&l->path, "object");
        st = list_entity(l, SMA_ENTITY_RECORD, schema);
        leave(l, mark);
    }
    if (!st)
        st = sma_js_steps_of(&list, &l->steps, schema, l->err);
    for (size_t i = 0; !st && i < list->count; i++)
        st = list_step(l, &list->items[i]);
    return st;
}

enum sma_status sma_jsonschema_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                      const struct sma_schema *schema, struct sma_error *err)
{
    const struct sma_jsonschema *json = sma_jsonschema_of(schema);
    struct lister l = {.out = out, .arena = arena, .err = err};
    struct sma_arena scratch;
    sma_arena_init(&scratch, 0);
    sma_js_steps_init(&l.steps, &scratch, json->draft);
    sma_buf_init(&l.path, 0);
    enum sma_status st = list_schema(&l, json->root);
    if (!st && sma_buf_failed(&l.path))
        st = sma_fail_nomem(err);
    sma_buf_fini(&l.path);
    sma_js_steps_fini(&l.steps);
    sma_arena_fini(&scratch);
    return st;
}

/* ---- edits of the text --------------------------------------------------------------------------
 */

struct finder {
    struct sma_js_steps steps;
    struct sma_tag_editor editor;
    enum sma_entity_kind kind; /* of what is looked for */
    struct sma_error *err;
};

/* What is behind a step at the beginning of the path; ptr NULL when the path begins otherwise. */
static struct sma_str behind(struct sma_str path, const struct sma_js_step *step)
{
    struct sma_str rest = sma_str_from(path, step->word.len);
    if (!sma_str_starts(path, step->word) || !sma_str_starts(rest, step->name))
        return (struct sma_str){NULL, 0};
    return sma_str_from(rest, step->name.len);
}

/* *out stays NULL when there is no such entity. Names with dots make several ways possible; each
 * schema is still looked at once only, for the way to it is the path's beginning. */
static enum sma_status find(const struct sma_json **out, struct finder *f,
                            const struct sma_json *schema, struct sma_str path)
{
    const struct sma_js_step_list *list;
    if (f->kind == SMA_ENTITY_RECORD && sma_str_eqz(path, "object") &&
        sma_js_describes_objects(schema)) {
        *out = schema;
        return SMA_OK;
    }
    enum sma_status st = sma_js_steps_of(&list, &f->steps, schema, f->err);
    for (size_t i = 0; !st && !*out && i < list->count; i++) {
        const struct sma_js_step *step = &list->items[i];
        struct sma_str rest = behind(path, step);
        if (!rest.ptr)
            continue;
        if (!rest.len && step->is_property && f->kind == SMA_ENTITY_FIELD)
            *out = step->schema;
        else if (rest.len && rest.ptr[0] == '.')
            st = find(out, f, step->schema, sma_str_from(rest, 1));
    }
    return st;
}

static enum sma_status make_edit(struct finder *f, const struct sma_json *root,
                                 const struct sma_tag_edit *edit)
{
    const struct sma_json *entity = NULL;
    f->kind = edit->kind;
    enum sma_status st = find(&entity, f, root, edit->path);
    if (st)
        return st;
    if (entity)
        return sma_tag_editor_edit(&f->editor, entity, edit, f->err);
    return edit->is_optional ? SMA_OK : sma_tag_path_missing(edit, f->err);
}

enum sma_status sma_jsonschema_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                         const struct sma_tag_edit *edits, size_t count,
                                         struct sma_error *err)
{
    static const struct sma_json_options options = {.max_depth = SMA_JS_DEPTH_MAX};
    struct finder f = {.err = err};
    struct sma_arena arena;
    const struct sma_json *root;
    sma_arena_init(&arena, 0);
    sma_js_steps_init(&f.steps, &arena, sma_jsonschema_of(schema)->draft);
    sma_tag_editor_init(&f.editor, schema->canonical);
    enum sma_status st = sma_json_parse(&root, &arena, schema->canonical, &options, NULL, err);
    for (size_t i = 0; !st && i < count; i++)
        st = make_edit(&f, root, &edits[i]);
    if (!st)
        st = sma_tag_editor_print(out, &f.editor, err);
    sma_tag_editor_fini(&f.editor);
    sma_js_steps_fini(&f.steps);
    sma_arena_fini(&arena);
    return st;
}
