#include "core/protobuf/sort.h"

#include <string.h>

static bool is_sorted(const char *items, size_t count, size_t size, sma_proto_order_fn *order)
{
    for (size_t i = 1; i < count; i++)
        if (order(items + (i - 1) * size, items + i * size) > 0)
            return false;
    return true;
}

/* Merges from[low, mid) and from[mid, high) into to[low, high). */
static void merge(char *to, const char *from, size_t low, size_t mid, size_t high, size_t size,
                  sma_proto_order_fn *order)
{
    size_t left = low, right = mid;
    for (size_t at = low; at < high; at++) {
        bool take_left =
            left < mid && (right >= high || order(from + left * size, from + right * size) <= 0);
        memcpy(to + at * size, from + (take_left ? left++ : right++) * size, size);
    }
}

bool sma_proto_sort(struct sma_arena *arena, void *items, size_t count, size_t size,
                    sma_proto_order_fn *order)
{
    if (is_sorted(items, count, size, order))
        return true;
    char *from = items, *to = sma_arena_calloc(arena, count, size);
    if (!to)
        return false;
    for (size_t width = 1; width < count; width *= 2) {
        for (size_t low = 0; low < count; low += 2 * width) {
            size_t mid = low + width < count ? low + width : count;
            size_t high = low + 2 * width < count ? low + 2 * width : count;
            merge(to, from, low, mid, high, size, order);
        }
        char *swap = from;
        from = to;
        to = swap;
    }
    if (from != items)
        memcpy(items, from, count * size);
    return true;
}
