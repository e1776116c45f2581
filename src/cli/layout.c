/* Lays a text out and makes sure that it still means the same. */
#include "cli/layout.h"

#include "core/json/json.h"
#include "core/protobuf/parse.h"
#include "core/protobuf/print.h"
#include "core/protobuf/protobuf.h"

static const struct sma_json_options json_options = {.comments = true, .max_depth = 512};

static enum sma_status lay_json(struct sma_buf *out, struct sma_str text, struct sma_arena *arena,
                                struct sma_error *err)
{
    const struct sma_json *before, *after;
    enum sma_status st = sma_json_parse(&before, arena, text, &json_options, NULL, err);
    size_t start = out->len;
    if (!st)
        st = sma_layout_json(out, text, err);
    if (st)
        return st;
    st = sma_json_parse(&after, arena, sma_str_from(sma_buf_str(out), start), &json_options, NULL,
                        NULL);
    return st || !sma_json_equal(before, after)
               ? sma_fail(err, SMA_EINTERNAL, "the pretty form would change the meaning")
               : SMA_OK;
}

static enum sma_status print_proto(struct sma_buf *out, struct sma_str text,
                                   struct sma_arena *arena, struct sma_error *err)
{
    const struct sma_proto_file *file;
    enum sma_status st = sma_proto_parse(&file, arena, text, err);
    if (!st)
        sma_proto_print(out, file, false);
    return st;
}

static enum sma_status lay_proto(struct sma_buf *out, struct sma_str text, struct sma_arena *arena,
                                 struct sma_error *err)
{
    struct sma_buf before, after;
    size_t start = out->len;
    sma_buf_init(&before, 0);
    sma_buf_init(&after, 0);
    enum sma_status st = print_proto(&before, text, arena, err);
    if (!st)
        st = sma_layout_proto(out, text, err);
    if (!st && (print_proto(&after, sma_str_from(sma_buf_str(out), start), arena, NULL) ||
                !sma_str_eq(sma_buf_str(&before), sma_buf_str(&after))))
        st = sma_fail(err, SMA_EINTERNAL, "the pretty form would change the meaning");
    sma_buf_fini(&before);
    sma_buf_fini(&after);
    return st;
}

enum sma_status sma_layout(struct sma_buf *out, const struct sma_format *format,
                           struct sma_str text, struct sma_error *err)
{
    struct sma_arena arena;
    sma_arena_init(&arena, 0);
    enum sma_status st = format == &sma_format_protobuf ? lay_proto(out, text, &arena, err)
                                                        : lay_json(out, text, &arena, err);
    sma_arena_fini(&arena);
    return st;
}
