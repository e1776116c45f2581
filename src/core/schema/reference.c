/* Order and equality of reference lists. */
#include <stdlib.h>

#include "core/schema/schema.h"

static int compare(const void *left, const void *right)
{
    const struct sma_reference *a = left, *b = right;
    int order = sma_str_cmp_utf16(a->name, b->name);
    if (!order)
        order = sma_str_cmp_utf16(a->subject, b->subject);
    if (!order)
        order = a->version < b->version ? -1 : a->version > b->version;
    return order;
}

size_t sma_references_normalize(struct sma_reference *references, size_t count)
{
    size_t kept = 0;
    if (count)
        qsort(references, count, sizeof *references, compare);
    for (size_t i = 0; i < count; i++)
        if (!kept || compare(&references[kept - 1], &references[i]) != 0)
            references[kept++] = references[i];
    return kept;
}

bool sma_references_equal(const struct sma_reference *a, size_t a_count,
                          const struct sma_reference *b, size_t b_count)
{
    if (a_count != b_count)
        return false;
    for (size_t i = 0; i < a_count; i++)
        if (compare(&a[i], &b[i]) != 0)
            return false;
    return true;
}
