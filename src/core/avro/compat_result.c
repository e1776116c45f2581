#include "core/avro/compat_result.h"

#include "base/buf.h"

static void put_steps(struct sma_buf *out, const struct sma_avro_step *step)
{
    if (!step)
        return;
    /* Recursion as deep as the check, which is bounded. */
    put_steps(out, step->up);
    sma_buf_putz(out, step->before);
    if (step->index >= 0)
        sma_buf_put_i64(out, step->index);
    sma_buf_putz(out, step->after);
}

/* "/" for the root, else "/" before each part. Parts are our own words and numbers: nothing in them
 * needs the escapes of a JSON pointer. */
static struct sma_str path_text(struct sma_arena *arena, const struct sma_avro_step *step,
                                const char *suffix)
{
    struct sma_str path = {NULL, 0};
    struct sma_buf text;
    sma_buf_init(&text, 0);
    put_steps(&text, step);
    sma_buf_putz(&text, suffix);
    if (!text.len)
        sma_buf_putc(&text, '/');
    if (!sma_buf_failed(&text))
        path = sma_arena_copy(arena, sma_buf_str(&text));
    sma_buf_fini(&text);
    return path;
}

static enum sma_status append(struct sma_avro_result *result, struct sma_avro_results *all,
                              const struct sma_avro_leaf *leaf, const struct sma_avro_item *list)
{
    struct sma_avro_item *item = sma_arena_calloc(&all->arena, 1, sizeof *item);
    if (!item)
        return SMA_ENOMEM;
    item->leaf = leaf;
    item->list = list;
    if (result->last)
        result->last->next = item;
    else
        result->first = item;
    result->last = item;
    return SMA_OK;
}

static bool pay(struct sma_avro_results *all, const struct sma_avro_leaf *leaf)
{
    return sma_work_take(all->work, SMA_AVRO_FINDING_STEPS + leaf->path.len + leaf->info.len);
}

enum sma_status sma_avro_result_add(struct sma_avro_result *result, struct sma_avro_results *all,
                                    const struct sma_avro_leaf *finding,
                                    const struct sma_avro_step *step, const char *suffix)
{
    struct sma_avro_leaf *leaf = sma_arena_alloc(&all->arena, sizeof *leaf);
    if (!leaf)
        return SMA_ENOMEM;
    *leaf = *finding;
    leaf->path = path_text(&all->arena, step, suffix);
    leaf->info = sma_arena_copy(&all->arena, finding->info);
    if (!leaf->path.ptr || !leaf->info.ptr)
        return SMA_ENOMEM;
    return pay(all, leaf) ? append(result, all, leaf, NULL) : SMA_ELIMIT;
}

enum sma_status sma_avro_result_include(struct sma_avro_result *result,
                                        struct sma_avro_results *all,
                                        const struct sma_avro_item *list)
{
    return list ? append(result, all, NULL, list) : SMA_OK;
}

static void write_leaf(struct sma_findings *out, const struct sma_avro_leaf *leaf)
{
    struct sma_finding *finding = sma_findings_add(out, leaf->rule, false, leaf->path, leaf->info);
    if (!finding)
        return;
    finding->reader_span = leaf->reader;
    finding->writer_span = leaf->writer;
}

/* Lists nest as deep as the check did. */
enum sma_status sma_avro_result_write(struct sma_findings *out, const struct sma_avro_item *list,
                                      struct sma_avro_results *all)
{
    for (; list; list = list->next) {
        enum sma_status st = SMA_OK;
        if (list->list)
            st = sma_avro_result_write(out, list->list, all);
        else if (pay(all, list->leaf))
            write_leaf(out, list->leaf);
        else
            st = SMA_ELIMIT;
        if (st)
            return st;
    }
    return out->failed ? SMA_ENOMEM : SMA_OK;
}
