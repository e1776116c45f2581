/* The pretty form of schema texts: one form for everybody, comments and order of members kept.
 * Nothing but white space changes. */
#ifndef SMA_CLI_LAYOUT_H
#define SMA_CLI_LAYOUT_H

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"
#include "core/schema/schema.h"

/* Appends the pretty form of a text. SMA_EINVAL when it does not parse; SMA_EINTERNAL when the
 * result would not mean the same (then nothing may be written anywhere). */
enum sma_status sma_layout(struct sma_buf *out, const struct sma_format *format,
                           struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;

/* The two halves. The text was seen to parse. */
enum sma_status sma_layout_json(struct sma_buf *out, struct sma_str text,
                                struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_layout_proto(struct sma_buf *out, struct sma_str text,
                                 struct sma_error *err) SMA_MUST_CHECK;

#endif
