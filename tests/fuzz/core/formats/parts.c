/* What a text names. Input: a byte that chooses the type and how many parts are wanted, then the text. Every
 * part's place must lie inside the text. */
#include <stdint.h>
#include <stdlib.h>

#include "core/formats/parts.h"

static struct sma_str text;
static unsigned wanted;

static bool take(void *ctx, const struct sma_part *part)
{
    (void)ctx;
    if (part->start > part->end || part->end > text.len || !part->path.ptr)
        abort();
    return !wanted || --wanted;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const types[] = {"AVRO", "JSON", "PROTOBUF"};
    struct sma_arena arena;
    if (!size)
        return 0;
    text = sma_str_make((const char *)data + 1, size - 1);
    wanted = data[0] / 3u;
    sma_arena_init(&arena, 64u << 20);
    if (sma_parts_visit(sma_str_z(types[data[0] % 3]), text, &arena, take, NULL, NULL) ==
        SMA_EUNSUPPORTED)
        abort();
    sma_arena_fini(&arena);
    return 0;
}
