/* Cursors: where a page ended, in base64, opaque to clients. */
#ifndef SMA_API_SCHEMATA_CURSOR_H
#define SMA_API_SCHEMATA_CURSOR_H

#include "api/schemata/call.h"

/* The parameter `cursor`, decoded into `buf`; ptr NULL when there is none. 422 for what is no
 * cursor. */
enum sma_status sma_own_cursor_read(struct sma_str *out, struct sma_buf *buf,
                                    const struct sma_own_call *call,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* The member nextCursor: `bytes`, or null when the list is at its end. */
enum sma_status sma_own_cursor_write(struct sma_json_writer *w, bool goes_on,
                                     struct sma_str bytes, struct sma_error *err) SMA_MUST_CHECK;

#endif
