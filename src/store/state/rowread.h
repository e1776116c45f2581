/* Version rows out of result rows. Private to this folder. */
#ifndef SMA_STORE_STATE_ROWREAD_H
#define SMA_STORE_STATE_ROWREAD_H

#include "store/state/db.h"

/* How much of the content a caller wants. */
enum sma_row_parts {
    SMA_ROW_WITHOUT_CONTENT, /* the hash only */
    SMA_ROW_WITH_CONTENT
};

/* A growing list of rows in an arena. */
struct sma_row_list {
    struct sma_version *rows;
    int64_t *positions; /* of the record that wrote the row */
    size_t count, capacity, positions_capacity;
};

/* One result row with the columns of ROW in sql.c, copied into `arena`. position may be NULL. */
enum sma_status sma_row_read(const struct sma_query *q, struct sma_arena *arena,
                             enum sma_row_parts parts, struct sma_version *out, int64_t *position,
                             struct sma_error *err) SMA_MUST_CHECK;
/* The first result row, or SMA_ENOTFOUND without message. Ends the use. */
enum sma_status sma_row_read_only(struct sma_query *q, struct sma_arena *arena,
                                  struct sma_version *out, struct sma_error *err) SMA_MUST_CHECK;
/* Appends all result rows. Ends the use. */
enum sma_status sma_row_read_all(struct sma_query *q, struct sma_arena *arena,
                                 enum sma_row_parts parts, struct sma_row_list *list,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Makes room for one more row and counts it; NULL when out of memory. */
struct sma_version *sma_row_list_add(struct sma_row_list *list, struct sma_arena *arena,
                                     int64_t position);

#endif
