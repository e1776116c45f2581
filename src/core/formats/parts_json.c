/* JSON Schema: properties, definitions, titles, descriptions, wherever they stand. */
#include <stdio.h>

#include "core/formats/parts_walk.h"

/* Schema documents may nest this deep (CONTRIBUTING: deeper than other JSON). */
#define DEPTH_MAX 512

static size_t enter(struct sma_parts *parts, struct sma_str name)
{
    size_t mark = parts->path.len;
    sma_buf_putc(&parts->path, '/');
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] == '~')
            sma_buf_putz(&parts->path, "~0");
        else if (name.ptr[i] == '/')
            sma_buf_putz(&parts->path, "~1");
        else
            sma_buf_putc(&parts->path, name.ptr[i]);
    }
    return mark;
}

static void leave(struct sma_parts *parts, size_t mark)
{
    if (!sma_buf_failed(&parts->path))
        parts->path.len = mark;
}

static void walk(struct sma_parts *parts, const struct sma_json *schema);

enum names { NO_NAMES, FIELD_NAMES, TYPE_NAMES };

/* A map from names to schemas. */
static void walk_map(struct sma_parts *parts, const struct sma_json *map, enum names names)
{
    for (size_t i = 0; !parts->is_over && i < map->count; i++) {
        const struct sma_json_member *m = &map->members[i];
        size_t mark = enter(parts, m->name);
        if (names != NO_NAMES)
            sma_parts_give(parts, names == FIELD_NAMES ? SMA_PART_FIELD : SMA_PART_TYPE, m->name,
                           sma_buf_str(&parts->path), m->name_start, m->name_end);
        walk(parts, &m->value);
        leave(parts, mark);
    }
}

static void give_text(struct sma_parts *parts, enum sma_part_kind kind, const struct sma_json *v)
{
    sma_parts_give(parts, kind, v->text, sma_buf_str(&parts->path), v->start, v->end);
}

/* Values, where words that look like keywords are none. */
static bool is_data(struct sma_str keyword)
{
    return sma_str_eqz(keyword, "enum") || sma_str_eqz(keyword, "const") ||
           sma_str_eqz(keyword, "default") || sma_str_eqz(keyword, "examples");
}

/* True when the keyword holds a map of schemas; *names says what its names are. */
static bool is_map(struct sma_str keyword, enum names *names)
{
    static const struct {
        const char *keyword;
        enum names names;
    } maps[] = {{"properties", FIELD_NAMES},       {"$defs", TYPE_NAMES},
                {"definitions", TYPE_NAMES},       {"patternProperties", NO_NAMES},
                {"dependentSchemas", NO_NAMES}, {"dependencies", NO_NAMES}};
    for (size_t i = 0; i < sizeof maps / sizeof maps[0]; i++) {
        *names = maps[i].names;
        if (sma_str_eqz(keyword, maps[i].keyword))
            return true;
    }
    return false;
}

static void walk_member(struct sma_parts *parts, const struct sma_json_member *m)
{
    enum names names;
    bool is_text = m->value.type == SMA_JSON_STRING;
    if (is_data(m->name))
        return;
    size_t mark = enter(parts, m->name);
    if (m->value.type == SMA_JSON_OBJECT && is_map(m->name, &names))
        walk_map(parts, &m->value, names);
    else if (is_text && sma_str_eqz(m->name, "title"))
        give_text(parts, SMA_PART_TYPE, &m->value);
    else if (is_text &&
             (sma_str_eqz(m->name, "description") || sma_str_eqz(m->name, "$comment")))
        give_text(parts, SMA_PART_DOC, &m->value);
    else
        walk(parts, &m->value);
    leave(parts, mark);
}

/* Depth is bounded by the reader. */
static void walk(struct sma_parts *parts, const struct sma_json *schema)
{
    char number[24];
    for (size_t i = 0; !parts->is_over && schema->type == SMA_JSON_ARRAY && i < schema->count;
         i++) {
        int len = snprintf(number, sizeof number, "%zu", i);
        size_t mark = enter(parts, sma_str_make(number, (size_t)len));
        walk(parts, &schema->items[i]);
        leave(parts, mark);
    }
    for (size_t i = 0; !parts->is_over && schema->type == SMA_JSON_OBJECT && i < schema->count; i++)
        walk_member(parts, &schema->members[i]);
}

enum sma_status sma_parts_json(struct sma_parts *parts, struct sma_error *err)
{
    static const struct sma_json_options options = {.max_depth = DEPTH_MAX};
    const struct sma_json *doc;
    enum sma_status st = sma_json_parse(&doc, parts->arena, parts->text, &options, NULL, err);
    if (!st)
        walk(parts, doc);
    return st;
}
