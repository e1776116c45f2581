#include "registry/metadata.h"

#include <stdlib.h>

#include "base/num.h"
#include "registry/codes.h"
#include "registry/text.h"
#include "registry/value.h"

/* ---- sets of names ------------------------------------------------------------------------------
 */

static int compare_names(const void *a, const void *b)
{
    return sma_str_cmp_utf16(*(const struct sma_str *)a, *(const struct sma_str *)b);
}

static void sort_names(struct sma_names *names)
{
    size_t kept = 0;
    if (names->count)
        qsort(names->items, names->count, sizeof *names->items, compare_names);
    for (size_t i = 0; i < names->count; i++)
        if (!kept || !sma_str_eq(names->items[kept - 1], names->items[i]))
            names->items[kept++] = names->items[i];
    names->count = kept;
}

enum sma_status sma_names_read(struct sma_names *out, struct sma_arena *arena,
                               const struct sma_json *value, const char *name,
                               struct sma_error *err)
{
    struct sma_names names = {NULL, 0};
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, value, SMA_JSON_ARRAY, name, err);
    if (st)
        return st;
    if (array && array->count) {
        names.items = sma_arena_calloc(arena, array->count, sizeof *names.items);
        if (!names.items)
            return sma_fail_nomem(err);
        for (uint32_t i = 0; i < array->count; i++) {
            st = sma_value_text(&names.items[i], &array->items[i], name, err);
            if (st)
                return st;
            if (!names.items[i].ptr)
                return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                                  "Cannot deserialize field \"%s\": null is no text", name);
        }
        names.count = array->count;
        sort_names(&names);
    }
    *out = names;
    return SMA_OK;
}

void sma_names_write(struct sma_json_writer *w, const char *name, const struct sma_names *names)
{
    if (!names->count)
        return;
    sma_jw_name(w, name);
    sma_jw_array_open(w);
    for (size_t i = 0; i < names->count; i++)
        sma_jw_string(w, names->items[i]);
    sma_jw_array_close(w);
}

static enum sma_status merge_names(struct sma_names *out, struct sma_arena *arena,
                                   const struct sma_names *a, const struct sma_names *b,
                                   struct sma_error *err)
{
    struct sma_names all = {NULL, a->count + b->count};
    if (all.count) {
        all.items = sma_arena_calloc(arena, all.count, sizeof *all.items);
        if (!all.items)
            return sma_fail_nomem(err);
        if (a->count)
            memcpy(all.items, a->items, a->count * sizeof *all.items);
        if (b->count)
            memcpy(all.items + a->count, b->items, b->count * sizeof *all.items);
        sort_names(&all);
    }
    *out = all;
    return SMA_OK;
}

/* ---- properties ---------------------------------------------------------------------------------
 */

static int compare_properties(const void *a, const void *b)
{
    return sma_str_cmp_utf16(((const struct sma_property *)a)->name,
                             ((const struct sma_property *)b)->name);
}

enum sma_status sma_properties_read(struct sma_properties *out, struct sma_arena *arena,
                                    const struct sma_json *value, const char *name,
                                    struct sma_error *err)
{
    struct sma_properties properties = {NULL, 0};
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, name, err);
    if (st)
        return st;
    if (object && object->count) {
        properties.items = sma_arena_calloc(arena, object->count, sizeof *properties.items);
        if (!properties.items)
            return sma_fail_nomem(err);
        for (uint32_t i = 0; i < object->count; i++) {
            struct sma_property *property = &properties.items[i];
            property->name = object->members[i].name;
            st = sma_value_text(&property->value, &object->members[i].value, name, err);
            if (st)
                return st;
            if (!property->value.ptr)
                return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                                  "Cannot deserialize field \"%s\": \"%.*s\" is null", name,
                                  SMA_STR_ARG(property->name));
        }
        properties.count = object->count;
        qsort(properties.items, properties.count, sizeof *properties.items, compare_properties);
    }
    *out = properties;
    return SMA_OK;
}

void sma_properties_write(struct sma_json_writer *w, const char *name,
                          const struct sma_properties *properties)
{
    if (!properties->count)
        return;
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    for (size_t i = 0; i < properties->count; i++) {
        sma_jw_name_str(w, properties->items[i].name);
        sma_jw_string(w, properties->items[i].value);
    }
    sma_jw_object_close(w);
}

struct sma_str sma_properties_get(const struct sma_properties *properties, struct sma_str name)
{
    for (size_t i = 0; i < properties->count; i++)
        if (sma_str_eq(properties->items[i].name, name))
            return properties->items[i].value;
    return (struct sma_str){NULL, 0};
}

/* Two sorted lists into one; `newer` wins. */
static enum sma_status merge_properties(struct sma_properties *out, struct sma_arena *arena,
                                        const struct sma_properties *older,
                                        const struct sma_properties *newer, struct sma_error *err)
{
    struct sma_properties all = {NULL, 0};
    size_t i = 0, j = 0;
    all.items = sma_arena_calloc(arena, older->count + newer->count + 1, sizeof *all.items);
    if (!all.items)
        return sma_fail_nomem(err);
    while (i < older->count || j < newer->count) {
        int order = i >= older->count   ? 1
                    : j >= newer->count ? -1
                                        : compare_properties(&older->items[i], &newer->items[j]);
        all.items[all.count++] = order < 0 ? older->items[i] : newer->items[j];
        i += order <= 0;
        j += order >= 0;
    }
    *out = all;
    return SMA_OK;
}

/* ---- metadata -----------------------------------------------------------------------------------
 */

static int compare_tags(const void *a, const void *b)
{
    return sma_str_cmp_utf16(((const struct sma_entity_tags *)a)->path,
                             ((const struct sma_entity_tags *)b)->path);
}

static enum sma_status read_tags(struct sma_metadata *metadata, struct sma_arena *arena,
                                 const struct sma_json *value, struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, "tags", err);
    if (st || !object || !object->count)
        return st;
    metadata->tags = sma_arena_calloc(arena, object->count, sizeof *metadata->tags);
    if (!metadata->tags)
        return sma_fail_nomem(err);
    for (uint32_t i = 0; i < object->count; i++) {
        metadata->tags[i].path = object->members[i].name;
        st = sma_names_read(&metadata->tags[i].tags, arena, &object->members[i].value, "tags", err);
        if (st)
            return st;
    }
    metadata->tag_count = object->count;
    qsort(metadata->tags, metadata->tag_count, sizeof *metadata->tags, compare_tags);
    return SMA_OK;
}

enum sma_status sma_metadata_read(const struct sma_metadata **out, struct sma_arena *arena,
                                  const struct sma_json *value, const char *name,
                                  struct sma_error *err)
{
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, name, err);
    if (st)
        return st;
    if (!object) {
        *out = NULL;
        return SMA_OK;
    }
    struct sma_metadata *metadata = sma_arena_calloc(arena, 1, sizeof *metadata);
    if (!metadata)
        return sma_fail_nomem(err);
    st = read_tags(metadata, arena, sma_json_getz(object, "tags"), err);
    if (!st)
        st = sma_properties_read(&metadata->properties, arena, sma_json_getz(object, "properties"),
                                 "properties", err);
    if (!st)
        st = sma_names_read(&metadata->sensitive, arena, sma_json_getz(object, "sensitive"),
                            "sensitive", err);
    if (!st)
        *out = metadata;
    return st;
}

enum sma_status sma_metadata_parse(const struct sma_metadata **out, struct sma_arena *arena,
                                   struct sma_str text, struct sma_error *err)
{
    const struct sma_json *value = NULL;
    if (!text.ptr) {
        *out = NULL;
        return SMA_OK;
    }
    enum sma_status st = sma_json_parse(&value, arena, text, NULL, NULL, err);
    return st ? st : sma_metadata_read(out, arena, value, "metadata", err);
}

static void write_metadata(struct sma_json_writer *w, const struct sma_metadata *metadata)
{
    sma_jw_object_open(w);
    if (metadata->tag_count) {
        sma_jw_name(w, "tags");
        sma_jw_object_open(w);
        for (size_t i = 0; i < metadata->tag_count; i++) {
            const struct sma_entity_tags *entity = &metadata->tags[i];
            sma_jw_name_str(w, entity->path);
            sma_jw_array_open(w);
            for (size_t k = 0; k < entity->tags.count; k++)
                sma_jw_string(w, entity->tags.items[k]);
            sma_jw_array_close(w);
        }
        sma_jw_object_close(w);
    }
    sma_properties_write(w, "properties", &metadata->properties);
    sma_names_write(w, "sensitive", &metadata->sensitive);
    sma_jw_object_close(w);
}

enum sma_status sma_metadata_text(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_metadata *metadata, struct sma_error *err)
{
    struct sma_buf buf;
    struct sma_json_writer w;
    if (!metadata) {
        *out = (struct sma_str){NULL, 0};
        return SMA_OK;
    }
    sma_buf_init(&buf, 0);
    w = sma_json_writer_on(&buf);
    write_metadata(&w, metadata);
    struct sma_str text = sma_text_keep(arena, &buf);
    if (!text.ptr)
        return sma_fail_nomem(err);
    *out = text;
    return SMA_OK;
}

static enum sma_status merge_tags(struct sma_metadata *merged, struct sma_arena *arena,
                                  const struct sma_metadata *older,
                                  const struct sma_metadata *newer, struct sma_error *err)
{
    size_t i = 0, j = 0;
    merged->tags =
        sma_arena_calloc(arena, older->tag_count + newer->tag_count + 1, sizeof *merged->tags);
    if (!merged->tags)
        return sma_fail_nomem(err);
    while (i < older->tag_count || j < newer->tag_count) {
        int order = i >= older->tag_count   ? 1
                    : j >= newer->tag_count ? -1
                                            : compare_tags(&older->tags[i], &newer->tags[j]);
        merged->tags[merged->tag_count++] = order < 0 ? older->tags[i] : newer->tags[j];
        i += order <= 0;
        j += order >= 0;
    }
    return SMA_OK;
}

enum sma_status sma_metadata_merge(const struct sma_metadata **out, struct sma_arena *arena,
                                   const struct sma_metadata *older,
                                   const struct sma_metadata *newer, struct sma_error *err)
{
    if (!older || !newer) {
        *out = older ? older : newer;
        return SMA_OK;
    }
    struct sma_metadata *merged = sma_arena_calloc(arena, 1, sizeof *merged);
    if (!merged)
        return sma_fail_nomem(err);
    enum sma_status st = merge_tags(merged, arena, older, newer, err);
    if (!st)
        st = merge_properties(&merged->properties, arena, &older->properties, &newer->properties,
                              err);
    if (!st)
        st = merge_names(&merged->sensitive, arena, &older->sensitive, &newer->sensitive, err);
    if (!st)
        *out = merged;
    return st;
}

enum sma_status sma_metadata_with(const struct sma_metadata **out, struct sma_arena *arena,
                                  const struct sma_metadata *metadata, struct sma_str name,
                                  struct sma_str value, struct sma_error *err)
{
    struct sma_metadata *copy = sma_arena_calloc(arena, 1, sizeof *copy);
    if (!copy)
        return sma_fail_nomem(err);
    if (metadata)
        *copy = *metadata;
    struct sma_property *one = sma_arena_calloc(arena, 1, sizeof *one);
    if (!one)
        return sma_fail_nomem(err);
    if (value.ptr) {
        *one = (struct sma_property){name, value};
        struct sma_properties add = {one, 1};
        struct sma_properties all;
        enum sma_status st = merge_properties(&all, arena, &copy->properties, &add, err);
        if (st)
            return st;
        copy->properties = all;
    } else if (copy->properties.count) {
        struct sma_property *kept = sma_arena_calloc(arena, copy->properties.count, sizeof *kept);
        size_t count = 0;
        if (!kept)
            return sma_fail_nomem(err);
        for (size_t i = 0; i < copy->properties.count; i++)
            if (!sma_str_eq(copy->properties.items[i].name, name))
                kept[count++] = copy->properties.items[i];
        copy->properties = (struct sma_properties){kept, count};
    }
    *out = copy;
    return SMA_OK;
}

bool sma_metadata_version(const struct sma_metadata *metadata, int32_t *version)
{
    if (!metadata)
        return false;
    struct sma_str text = sma_properties_get(&metadata->properties, SMA_CONFLUENT_VERSION);
    return text.ptr && sma_parse_i32(text, version);
}
