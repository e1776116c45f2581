/* Working memory of a validation. */
#include "core/jsonschema/validate_run.h"

#include <stdlib.h>

#define BLOCK_BYTES 16384u

struct sma_validator_scratch *sma_scratch_new(void)
{
    return calloc(1, sizeof(struct sma_validator_scratch));
}

void sma_validator_scratch_free(struct sma_validator_scratch *scratch)
{
    if (!scratch)
        return;
    sma_regex_scratch_free(scratch->regex);
    for (struct sma_scratch_block *b = scratch->first, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(scratch);
}

/* A block with room behind `top`: the one that is already there, or a new one. */
static struct sma_scratch_block *next_block(struct sma_validator_scratch *s, size_t bytes)
{
    struct sma_scratch_block **link = s->top ? &s->top->next : &s->first;
    if (*link && (*link)->size >= bytes)
        return *link;
    size_t size = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
    struct sma_scratch_block *block = malloc(sizeof *block + size);
    if (!block)
        return NULL;
    *block = (struct sma_scratch_block){*link, size, 0};
    *link = block;
    return block;
}

void *sma_scratch_take(struct sma_run *r, size_t count, size_t size)
{
    struct sma_validator_scratch *s = r->scratch;
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
        r->st = sma_fail_nomem(r->err);
        return NULL;
    }
    bytes = (bytes + 15) & ~(size_t)15;
    if (!s->top || s->top->size - s->top->used < bytes) {
        struct sma_scratch_block *block = next_block(s, bytes);
        if (!block) {
            r->st = sma_fail_nomem(r->err);
            return NULL;
        }
        block->used = 0;
        s->top = block;
    }
    void *memory = s->top->bytes + s->top->used;
    s->top->used += bytes;
    return memset(memory, 0, bytes);
}

struct sma_scratch_mark sma_scratch_mark(const struct sma_run *r)
{
    struct sma_scratch_block *top = r->scratch->top;
    return (struct sma_scratch_mark){top, top ? top->used : 0};
}

void sma_scratch_release(struct sma_run *r, struct sma_scratch_mark mark)
{
    r->scratch->top = mark.block;
    if (mark.block)
        mark.block->used = mark.used;
}
