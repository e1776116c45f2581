/* A bundle: read, named, and every schema of it built with what it refers to. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/source.h"

#define SCHEMAS_MAX 64 /* keeps one input fast */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void build_all(struct sma_side *side)
{
    for (size_t i = 0; i < side->count && i < SCHEMAS_MAX; i++) {
        struct sma_error why = SMA_ERROR_INIT, err = SMA_ERROR_INIT;
        enum sma_build_fault fault = SMA_FAULT_NONE;
        enum sma_status st = sma_side_build(side, side->files[i], &fault, &why, &err);
        if (st && st != SMA_ELIMIT)
            abort();
        if (!st && (fault == SMA_FAULT_NONE) != (side->files[i]->schema != NULL))
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_side side;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    sma_side_init(&side, &arena, NULL);
    enum sma_status st = sma_side_take_bundle(&side, SMA_STR("x.ndjson"),
                                              sma_str_make((const char *)data, size), &err);
    if (st && st != SMA_EIO)
        abort();
    if (!st && sma_side_name(&side, &err))
        abort();
    if (!st && sma_side_chain_versions(&side, &err))
        abort();
    if (!st)
        build_all(&side);
    sma_side_fini(&side);
    sma_arena_fini(&arena);
    return 0;
}
