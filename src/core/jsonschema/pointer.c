/* JSON pointers over parsed trees. */
#include "core/jsonschema/pointer.h"

#include "base/num.h"

void sma_pointer_put_token(struct sma_buf *out, struct sma_str token)
{
    sma_buf_putc(out, '/');
    for (size_t i = 0; i < token.len; i++) {
        if (token.ptr[i] == '~')
            sma_buf_putz(out, "~0");
        else if (token.ptr[i] == '/')
            sma_buf_putz(out, "~1");
        else
            sma_buf_putc(out, token.ptr[i]);
    }
}

static bool holds(const struct sma_json *outer, const struct sma_json *inner)
{
    return outer->start <= inner->start && inner->end <= outer->end;
}

/* The item that holds `target`: items stand in order, so bisection finds it. */
static const struct sma_json *item_towards(const struct sma_json *array,
                                           const struct sma_json *target, uint32_t *index)
{
    uint32_t low = 0, high = array->count;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (array->items[middle].end <= target->start)
            low = middle + 1;
        else
            high = middle;
    }
    *index = low;
    return low < array->count && holds(&array->items[low], target) ? &array->items[low] : NULL;
}

/* Members may stand out of order: of repeated names the last value takes the first one's place. */
static const struct sma_json_member *member_towards(const struct sma_json *object,
                                                    const struct sma_json *target)
{
    for (uint32_t i = 0; i < object->count; i++)
        if (holds(&object->members[i].value, target))
            return &object->members[i];
    return NULL;
}

void sma_pointer_put(struct sma_buf *out, const struct sma_json *root,
                     const struct sma_json *target)
{
    for (const struct sma_json *at = root; at && at != target;) {
        if (at->type == SMA_JSON_ARRAY) {
            uint32_t index;
            at = item_towards(at, target, &index);
            if (at) {
                sma_buf_putc(out, '/');
                sma_buf_put_u64(out, index);
            }
        } else if (at->type == SMA_JSON_OBJECT) {
            const struct sma_json_member *member = member_towards(at, target);
            at = member ? &member->value : NULL;
            if (member)
                sma_pointer_put_token(out, member->name);
        } else {
            at = NULL;
        }
    }
}

struct sma_str sma_pointer_next(struct sma_arena *arena, struct sma_str *rest)
{
    if (!rest->len || rest->ptr[0] != '/')
        return (struct sma_str){NULL, 0};
    struct sma_str body = sma_str_from(*rest, 1);
    ptrdiff_t slash = sma_str_chr(body, '/');
    struct sma_str raw = sma_str_head(body, slash < 0 ? body.len : (size_t)slash);
    *rest = sma_str_from(body, raw.len);
    if (sma_str_chr(raw, '~') < 0)
        return raw;
    char *out = sma_arena_alloc(arena, raw.len);
    size_t len = 0;
    if (!out)
        return (struct sma_str){NULL, 0};
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '~' && i + 1 < raw.len && (raw.ptr[i + 1] == '0' || raw.ptr[i + 1] == '1'))
            c = raw.ptr[++i] == '0' ? '~' : '/';
        out[len++] = c;
    }
    return sma_str_make(out, len);
}

const struct sma_json *sma_pointer_step(const struct sma_json *from, struct sma_str token)
{
    uint64_t index;
    if (from->type == SMA_JSON_OBJECT)
        return sma_json_get(from, token);
    if (from->type != SMA_JSON_ARRAY || !sma_parse_u64(token, &index) || index >= from->count ||
        (token.len > 1 && token.ptr[0] == '0'))
        return NULL;
    return &from->items[index];
}
