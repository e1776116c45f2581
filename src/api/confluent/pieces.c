#include "api/confluent/pieces.h"

struct sma_json_writer sma_pieces_row(struct sma_pieces *pieces)
{
    if (pieces->has_rows)
        sma_buf_putc(pieces->out, ',');
    pieces->has_rows = true;
    return sma_json_writer_on(pieces->out);
}

bool sma_pieces_is_full(const struct sma_pieces *pieces)
{
    return pieces->out->len >= SMA_PIECE_BYTES || sma_buf_failed(pieces->out);
}

static enum sma_status write_piece(struct sma_pieces *pieces, struct sma_loader *loader,
                                   struct sma_buf *out, bool *is_last, struct sma_error *err)
{
    pieces->out = out;
    enum sma_status st = pieces->kind->write(pieces, loader, is_last, err);
    if (!st && *is_last)
        sma_buf_putc(out, ']');
    return st;
}

/* Whatever goes wrong here ends the answer in its middle: its status is long sent. */
static bool next(void *state, struct sma_buf *out, bool *is_last)
{
    struct sma_pieces *pieces = state;
    struct sma_view *view = NULL;
    struct sma_loader loader;
    struct sma_arena arena;
    struct sma_error err = SMA_ERROR_INIT;
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_store_view(&view, sma_registry_store(pieces->registry), &err);
    if (!st) {
        sma_loader_init(&loader, pieces->registry, view, &arena);
        st = write_piece(pieces, &loader, out, is_last, &err);
        sma_loader_fini(&loader);
    }
    sma_view_release(view);
    sma_arena_fini(&arena);
    return !st;
}

static void release(void *state)
{
    struct sma_pieces *pieces = state;
    pieces->kind->fini(pieces);
}

enum sma_status sma_pieces_answer(struct sma_call *call, struct sma_pieces *pieces,
                                  struct sma_error *err)
{
    static const struct sma_http_stream stream = {next, release};
    bool is_last = false;
    pieces->registry = call->registry;
    sma_buf_putc(call->body, '[');
    enum sma_status st = write_piece(pieces, call->loader, call->body, &is_last, err);
    if (st || is_last)
        release(pieces);
    else
        sma_http_body_stream(call->exchange, &stream, pieces);
    return st;
}
