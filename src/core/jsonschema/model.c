/* The index of an object's properties and small questions to a model. */
#include "core/jsonschema/model.h"

#include <stdlib.h>

#include "core/jsonschema/loader.h"

struct sma_str sma_js_criterion_name(enum sma_js_criterion criterion)
{
    return criterion == SMA_JS_ALL_OF   ? SMA_STR("allOf")
           : criterion == SMA_JS_ANY_OF ? SMA_STR("anyOf")
                                        : SMA_STR("oneOf");
}

/* Index of the property, or SIZE_MAX. */
static size_t find_index(const struct sma_js_object *object, struct sma_str name)
{
    size_t low = 0, high = object->property_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sma_str_cmp(object->properties[object->by_name[middle]].name, name);
        if (order == 0)
            return object->by_name[middle];
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}

const struct sma_js_property *sma_js_property_find(const struct sma_js_object *object,
                                                   struct sma_str name)
{
    size_t i = find_index(object, name);
    return i == SIZE_MAX ? NULL : &object->properties[i];
}

struct named_index {
    struct sma_str name;
    uint32_t index;
};

static int compare_named(const void *left, const void *right)
{
    const struct named_index *a = left, *b = right;
    return sma_str_cmp(a->name, b->name);
}

enum sma_status sma_js_object_finish(struct sma_js_object *object, struct sma_js_loader *loader)
{
    enum sma_status st = SMA_OK;
    uint32_t count = object->property_count;
    uint32_t *by_name = sma_js_array_new(loader, count, sizeof *by_name, &st);
    struct named_index *sorted = calloc((size_t)count + 1, sizeof *sorted);
    if (!st && !sorted)
        st = sma_fail_nomem(loader->err);
    if (st) {
        free(sorted);
        return st;
    }
    for (uint32_t i = 0; i < count; i++)
        sorted[i] = (struct named_index){object->properties[i].name, i};
    qsort(sorted, count, sizeof *sorted, compare_named);
    for (uint32_t i = 0; i < count; i++)
        by_name[i] = sorted[i].index;
    free(sorted);
    object->by_name = by_name;
    for (uint32_t i = 0; i < object->required.count; i++) {
        size_t k = find_index(object, object->required.items[i]);
        if (k != SIZE_MAX)
            object->properties[k].is_required = true;
    }
    return SMA_OK;
}
