/* Lists of any length: answered in pieces, so that none of them has to fit into memory.
 *
 * The first piece comes from the call's snapshot; an answer that ends with it is an ordinary one.
 * Every later piece is asked for when the client has taken the one before, and comes from a snapshot
 * of its own: a slow client must not keep one. So a long list shows each row that was there all the
 * time exactly once, and of those that came or went meanwhile some. */
#ifndef SMA_API_CONFLUENT_PIECES_H
#define SMA_API_CONFLUENT_PIECES_H

#include "api/confluent/call.h"

/* A piece ends behind the row with which it is so long. */
#define SMA_PIECE_BYTES 131072u
/* Subjects looked at for one piece. */
#define SMA_PIECE_SUBJECTS 2000u

struct sma_pieces;

struct sma_pieces_kind {
    /* Must. Appends the next rows, each through sma_pieces_row, and remembers where it ended. The
     * loader's arena is the piece's. */
    enum sma_status (*write)(struct sma_pieces *pieces, struct sma_loader *loader, bool *is_last,
                             struct sma_error *err);
    /* Must. Frees what the list holds outside the request's arena. */
    void (*fini)(struct sma_pieces *pieces);
};

/* First member of each list's own struct, which lives in the request's arena. */
struct sma_pieces {
    const struct sma_pieces_kind *kind;
    /* private */
    struct sma_registry *registry;
    struct sma_buf *out;
    bool has_rows;
};

/* Begins the array, writes the first piece, and leaves the rest to later. Takes the list over, also
 * when it fails. */
enum sma_status sma_pieces_answer(struct sma_call *call, struct sma_pieces *pieces,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* For `write`: a writer for one row. */
struct sma_json_writer sma_pieces_row(struct sma_pieces *pieces);
/* Whether the piece is long enough. */
bool sma_pieces_is_full(const struct sma_pieces *pieces);

#endif
