#include "core/avro/tags.h"

#include "core/avro/avro.h"
#include "core/avro/model.h"
#include "core/schema/tag_editor.h"

/* ---- what carries tags --------------------------------------------------------------------------
 */

struct lister {
    struct sma_tagged_list *out;
    struct sma_arena *arena;
    bool *seen; /* by node index */
    struct sma_buf path;
    uint32_t depth_left;
    struct sma_error *err;
};

static enum sma_status list_entity(struct lister *l, enum sma_entity_kind kind,
                                   const struct sma_avro_property *properties, uint32_t count)
{
    struct sma_tag_set set;
    enum sma_status st = SMA_OK;
    sma_tag_set_init(&set);
    for (uint32_t i = 0; i < count; i++)
        if (sma_str_eq(properties[i].name, SMA_TAGS_MEMBER))
            sma_tag_set_add_json(&set, properties[i].value);
    if (sma_buf_failed(&l->path))
        st = sma_fail_nomem(l->err);
    if (!st)
        st = sma_tagged_add(l->out, l->arena, sma_buf_str(&l->path), kind, &set, l->err);
    sma_tag_set_fini(&set);
    return st;
}

static enum sma_status list_node(struct lister *l, const struct sma_avro_node *node);

static enum sma_status list_record(struct lister *l, const struct sma_avro_node *node)
{
    sma_buf_clear(&l->path);
    sma_buf_puts(&l->path, node->name.full);
    enum sma_status st =
        list_entity(l, SMA_ENTITY_RECORD, node->properties, node->property_count);
    for (uint32_t i = 0; !st && i < node->record.count; i++) {
        const struct sma_avro_field *field = &node->record.fields[i];
        sma_buf_clear(&l->path);
        sma_buf_puts(&l->path, node->name.full);
        sma_buf_putc(&l->path, '.');
        sma_buf_puts(&l->path, field->name);
        st = list_entity(l, SMA_ENTITY_FIELD, field->properties, field->property_count);
        if (!st)
            st = list_node(l, field->type);
    }
    return st;
}

static enum sma_status list_inside(struct lister *l, const struct sma_avro_node *node)
{
    enum sma_status st = SMA_OK;
    if (node->kind == SMA_AVRO_RECORD)
        return list_record(l, node);
    if (node->kind == SMA_AVRO_ARRAY || node->kind == SMA_AVRO_MAP)
        return list_node(l, node->items);
    if (node->kind == SMA_AVRO_UNION)
        for (uint32_t i = 0; !st && i < node->variants.count; i++)
            st = list_node(l, node->variants.members[i]);
    return st;
}

static enum sma_status list_node(struct lister *l, const struct sma_avro_node *node)
{
    if (l->seen[node->index])
        return SMA_OK;
    if (!l->depth_left)
        return sma_fail(l->err, SMA_ELIMIT, "the schema leads deeper than %d types",
                        SMA_AVRO_DEPTH_MAX);
    l->seen[node->index] = true;
    l->depth_left--;
    enum sma_status st = list_inside(l, node);
    l->depth_left++;
    return st;
}

enum sma_status sma_avro_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                const struct sma_schema *schema, struct sma_error *err)
{
    const struct sma_avro_schema *avro = sma_avro_schema_of(schema);
    struct lister l = {
        .out = out,
        .arena = arena,
        .seen = sma_arena_calloc(arena, (size_t)avro->node_count + 1, sizeof *l.seen),
        .depth_left = SMA_AVRO_DEPTH_MAX,
        .err = err,
    };
    if (!l.seen)
        return sma_fail_nomem(err);
    sma_buf_init(&l.path, 0);
    enum sma_status st = list_node(&l, avro->root);
    sma_buf_fini(&l.path);
    return st;
}

/* ---- edits of the text --------------------------------------------------------------------------
 */

/* A place where a type stands in the text. */
struct place {
    const struct sma_json *type;
    struct sma_str space; /* the namespace around it */
};

struct finder {
    struct sma_arena arena;
    struct place *places; /* breadth first: those still to be looked at follow `at` */
    size_t at, count, capacity;
    struct sma_map records; /* full names, and names without namespace → the object */
    struct sma_error *err;
};

static enum sma_status push(struct finder *f, const struct sma_json *type, struct sma_str space)
{
    if (!type)
        return SMA_OK;
    struct place *places = sma_arena_grow(&f->arena, f->places, f->count, &f->capacity,
                                          f->count + 1, sizeof *places);
    if (!places)
        return sma_fail_nomem(f->err);
    f->places = places;
    f->places[f->count++] = (struct place){type, space};
    return SMA_OK;
}

/* The first record of a name is the one that counts. */
static enum sma_status note_record(struct finder *f, const struct sma_json *record,
                                   struct sma_str name, struct sma_str space)
{
    struct sma_str full =
        space.len ? sma_arena_printf(&f->arena, "%.*s.%.*s", SMA_STR_ARG(space), SMA_STR_ARG(name))
                  : name;
    if (!full.ptr || sma_map_add(&f->records, full, (void *)record) < 0 ||
        sma_map_add(&f->records, name, (void *)record) < 0)
        return sma_fail_nomem(f->err);
    return SMA_OK;
}

static struct sma_str text_member(const struct sma_json *object, struct sma_str name,
                                  struct sma_str otherwise)
{
    const struct sma_json *value = sma_json_get(object, name);
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : otherwise;
}

static enum sma_status look_at_record(struct finder *f, const struct sma_json *record,
                                      struct sma_str space)
{
    const struct sma_json *fields = sma_json_getz(record, "fields");
    space = text_member(record, SMA_STR("namespace"), space);
    enum sma_status st =
        note_record(f, record, text_member(record, SMA_STR("name"), SMA_STR("")), space);
    if (!sma_json_is(fields, SMA_JSON_ARRAY))
        return st;
    for (uint32_t i = 0; !st && i < fields->count; i++)
        st = push(f, sma_json_getz(&fields->items[i], "type"), space);
    return st;
}

static enum sma_status look_at(struct finder *f, struct place place)
{
    const struct sma_json *type = place.type;
    enum sma_status st = SMA_OK;
    if (type->type == SMA_JSON_ARRAY) {
        for (uint32_t i = 0; !st && i < type->count; i++)
            st = push(f, &type->items[i], place.space);
        return st;
    }
    struct sma_str word = text_member(type, SMA_STR("type"), SMA_STR(""));
    if (sma_str_eqz(word, "record") || sma_str_eqz(word, "error"))
        return look_at_record(f, type, place.space);
    if (sma_str_eqz(word, "array"))
        return push(f, sma_json_getz(type, "items"), place.space);
    if (sma_str_eqz(word, "map"))
        return push(f, sma_json_getz(type, "values"), place.space);
    return SMA_OK;
}

static enum sma_status find_records(struct finder *f, const struct sma_json *root)
{
    enum sma_status st = push(f, root, SMA_STR(""));
    while (!st && f->at < f->count)
        st = look_at(f, f->places[f->at++]);
    return st;
}

static const struct sma_json *find_field(const struct sma_json *record, struct sma_str name)
{
    const struct sma_json *fields = sma_json_getz(record, "fields");
    if (!sma_json_is(fields, SMA_JSON_ARRAY))
        return NULL;
    for (uint32_t i = 0; i < fields->count; i++)
        if (sma_str_eq(text_member(&fields->items[i], SMA_STR("name"), SMA_STR("")), name))
            return &fields->items[i];
    return NULL;
}

static const struct sma_json *find_entity(const struct finder *f, const struct sma_tag_edit *edit)
{
    if (edit->kind == SMA_ENTITY_RECORD)
        return sma_map_get(&f->records, edit->path);
    ptrdiff_t dot = sma_str_rchr(edit->path, '.');
    if (dot < 0)
        return NULL;
    return find_field(sma_map_get(&f->records, sma_str_head(edit->path, (size_t)dot)),
                      sma_str_from(edit->path, (size_t)dot + 1));
}

static enum sma_status make_edits(struct sma_tag_editor *editor, const struct finder *f,
                                  const struct sma_tag_edit *edits, size_t count)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < count; i++) {
        const struct sma_json *entity = find_entity(f, &edits[i]);
        if (entity)
            st = sma_tag_editor_edit(editor, entity, &edits[i], f->err);
        else if (!edits[i].is_optional)
            st = sma_tag_path_missing(&edits[i], f->err);
    }
    return st;
}

enum sma_status sma_avro_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                   const struct sma_tag_edit *edits, size_t count,
                                   struct sma_error *err)
{
    struct finder f = {.err = err};
    struct sma_tag_editor editor;
    const struct sma_json *root;
    sma_arena_init(&f.arena, 0);
    sma_map_init(&f.records);
    sma_tag_editor_init(&editor, schema->canonical);
    enum sma_status st = sma_json_parse(&root, &f.arena, schema->canonical, NULL, NULL, err);
    if (!st)
        st = find_records(&f, root);
    if (!st)
        st = make_edits(&editor, &f, edits, count);
    if (!st)
        st = sma_tag_editor_print(out, &editor, err);
    sma_tag_editor_fini(&editor);
    sma_map_fini(&f.records);
    sma_arena_fini(&f.arena);
    return st;
}
