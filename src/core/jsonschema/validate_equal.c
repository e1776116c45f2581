/* Equality of JSON values as JSON Schema defines it, and the search for equal items. Every
 * comparison is paid for with work, so that hostile values end in a limit. */
#include "core/jsonschema/validate_run.h"

#include "base/map.h"

/* Up to this many items are compared pair by pair. */
#define PAIRWISE_MAX 12
#define HASH_SEED 0x6a09e667f3bcc908u

static bool equal_numbers(const struct sma_json *a, const struct sma_json *b)
{
    struct sma_decimal x, y;
    if (sma_str_eq(a->text, b->text))
        return true;
    if (!sma_decimal_parse(&x, a->text) || !sma_decimal_parse(&y, b->text))
        return false;
    return sma_decimal_compare(&x, &y) == 0;
}

static bool equal_objects(struct sma_run *r, const struct sma_json *a, const struct sma_json *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        if (!sma_run_take(r, a->members[i].name.len / 256))
            return false;
        const struct sma_json *other = sma_json_get(b, a->members[i].name);
        if (!other || !sma_run_equal(r, &a->members[i].value, other))
            return false;
    }
    return true;
}

/* The depth is bounded by the reader's limit for the trees. */
bool sma_run_equal(struct sma_run *r, const struct sma_json *a, const struct sma_json *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    if (!sma_run_take(r, 1 + (a->text.len + b->text.len) / 256 + a->count))
        return false;
    switch (a->type) {
    case SMA_JSON_NULL:
        return true;
    case SMA_JSON_BOOL:
        return a->boolean == b->boolean;
    case SMA_JSON_NUMBER:
        return equal_numbers(a, b);
    case SMA_JSON_STRING:
        return sma_str_eq(a->text, b->text);
    case SMA_JSON_ARRAY:
        for (uint32_t i = 0; i < a->count; i++)
            if (!sma_run_equal(r, &a->items[i], &b->items[i]))
                return false;
        return true;
    case SMA_JSON_OBJECT:
        return equal_objects(r, a, b);
    }
    return false;
}

/* ---- unique items
 * -------------------------------------------------------------------------------- */

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 p = (unsigned __int128)(a ^ 0x9e3779b97f4a7c15u) * (b ^ HASH_SEED);
    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* Equal values give equal hashes; members add up, so their order does not matter. */
static uint64_t hash_value(struct sma_run *r, const struct sma_json *v)
{
    struct sma_decimal d;
    uint64_t h = 0;
    if (!sma_run_take(r, 1 + v->text.len / 256))
        return 0;
    switch (v->type) {
    case SMA_JSON_NULL:
    case SMA_JSON_BOOL:
        h = v->boolean;
        break;
    case SMA_JSON_NUMBER:
        h = sma_decimal_parse(&d, v->text) ? sma_decimal_hash(&d) : 0;
        break;
    case SMA_JSON_STRING:
        h = sma_hash_bytes(HASH_SEED, v->text.ptr, v->text.len);
        break;
    case SMA_JSON_ARRAY:
        for (uint32_t i = 0; i < v->count && !r->st; i++)
            h = mix(h, hash_value(r, &v->items[i]));
        break;
    case SMA_JSON_OBJECT:
        for (uint32_t i = 0; i < v->count && !r->st; i++) {
            const struct sma_json_member *m = &v->members[i];
            if (!sma_run_take(r, m->name.len / 256))
                break;
            h += mix(sma_hash_bytes(HASH_SEED, m->name.ptr, m->name.len), hash_value(r, &m->value));
        }
        break;
    }
    return mix(h, v->type);
}

static bool is_unique_pairwise(struct sma_run *r, const struct sma_json *array, uint32_t *first,
                               uint32_t *second)
{
    for (uint32_t i = 1; i < array->count; i++) {
        for (uint32_t k = 0; k < i; k++) {
            if (sma_run_equal(r, &array->items[k], &array->items[i])) {
                *first = k;
                *second = i;
                return false;
            }
            if (r->st)
                return false;
        }
    }
    return true;
}

struct hashed {
    uint64_t hash;
    uint32_t item; /* + 1; 0 = free */
};

bool sma_run_is_unique(struct sma_run *r, const struct sma_json *array, uint32_t *first,
                       uint32_t *second)
{
    if (array->count <= PAIRWISE_MAX)
        return is_unique_pairwise(r, array, first, second);
    size_t size = 32;
    while (size < (size_t)array->count * 2)
        size *= 2;
    struct sma_scratch_mark mark = sma_scratch_mark(r);
    struct hashed *table = sma_scratch_take(r, size, sizeof *table);
    bool unique = table != NULL;
    for (uint32_t i = 0; unique && i < array->count; i++) {
        uint64_t hash = hash_value(r, &array->items[i]);
        size_t at = hash & (size - 1);
        for (; unique && !r->st && table[at].item; at = (at + 1) & (size - 1)) {
            uint32_t other = table[at].item - 1;
            if (!sma_run_take(r, 1))
                break;
            if (table[at].hash == hash &&
                sma_run_equal(r, &array->items[other], &array->items[i])) {
                *first = other;
                *second = i;
                unique = false;
            }
        }
        unique = unique && !r->st;
        if (unique)
            table[at] = (struct hashed){hash, i + 1};
    }
    sma_scratch_release(r, mark);
    return unique;
}
