/* A unified diff of two texts. */
#ifndef SMA_CLI_TEXT_DIFF_H
#define SMA_CLI_TEXT_DIFF_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* Appends nothing when the texts are equal. Three lines of context. Beyond some million pairs of
 * lines that differ, the whole part is shown as replaced. */
enum sma_status sma_text_diff(struct sma_buf *out, struct sma_str old_name, struct sma_str old_text,
                              struct sma_str new_name, struct sma_str new_text,
                              struct sma_error *err) SMA_MUST_CHECK;

#endif
