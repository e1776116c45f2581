/* Whole texts compressed and back, for files. */
#ifndef SMA_HTTP_GZIP_TEXT_H
#define SMA_HTTP_GZIP_TEXT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* Appends the text as one gzip member. SMA_ENOMEM; SMA_ELIMIT beyond the buffer's limit. */
enum sma_status sma_gzip_text(struct sma_buf *out, struct sma_str text,
                              struct sma_error *err) SMA_MUST_CHECK;
/* Whether bytes begin like a gzip file. */
bool sma_is_gzip(struct sma_str bytes);
/* Appends what one or more members hold. SMA_EINVAL for what is none or is cut off; SMA_ELIMIT
 * beyond the buffer's limit: give it one. */
enum sma_status sma_gunzip_text(struct sma_buf *out, struct sma_str bytes,
                                struct sma_error *err) SMA_MUST_CHECK;

#endif
