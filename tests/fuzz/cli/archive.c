/* An archive: the first byte chooses between a file and the lines of a topic. What can be read is
 * written in our own form, every reference that is there before its referrer, and read back. */
#include <stdint.h>
#include <stdlib.h>

#include "cli/archive.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_and_read_back(const struct sma_archive *archive)
{
    struct sma_archive again;
    struct sma_arena arena;
    struct sma_buf text;
    struct sma_archive_schema **order, **order_again;
    size_t count, count_again;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    sma_archive_init(&again, &arena);
    sma_buf_init(&text, 0);
    if (sma_archive_order(archive, &order, &count, &err) ||
        sma_archive_write(&text, archive, "2020-01-01T00:00:00Z", &err) ||
        sma_archive_read(&again, SMA_STR("again"), sma_buf_str(&text), &err) ||
        sma_archive_order(&again, &order_again, &count_again, &err) || count != count_again)
        abort();
    for (size_t i = 0; i < count; i++)
        if (!sma_str_eq(order[i]->subject, order_again[i]->subject) ||
            order[i]->version != order_again[i]->version ||
            !sma_str_eq(order[i]->text, order_again[i]->text) ||
            order[i]->reference_count != order_again[i]->reference_count)
            abort();
    sma_buf_fini(&text);
    sma_archive_fini(&again);
    sma_arena_fini(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_archive archive;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    if (!size)
        return 0;
    struct sma_str text = sma_str_make((const char *)data + 1, size - 1);
    sma_arena_init(&arena, 0);
    sma_archive_init(&archive, &arena);
    enum sma_status st = data[0] % 2
                             ? sma_archive_read_topic(&archive, SMA_STR("x"), text, &err)
                             : sma_archive_read(&archive, SMA_STR("x"), text, &err);
    if (st && (st != SMA_EIO || !err.message[0]))
        abort();
    if (!st)
        write_and_read_back(&archive);
    sma_archive_fini(&archive);
    sma_arena_fini(&arena);
    return 0;
}
