/* Messages as text on a line. */
#ifndef SMA_CLI_MESSAGES_H
#define SMA_CLI_MESSAGES_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/str.h"

/* Appends the bytes of hexadecimal text; white space between digits is passed over. False when it
 * is not that. */
bool sma_hex_read(struct sma_buf *out, struct sma_str text);
void sma_hex_put(struct sma_buf *out, struct sma_str bytes);
/* Appends the message that `text` stands for: "raw", "hex" or "base64". */
bool sma_message_read(struct sma_buf *out, struct sma_str text, const char *form);
/* Appends the text of a message, with a line end unless it is raw. */
void sma_message_put(struct sma_buf *out, struct sma_str bytes, const char *form);
/* The next line of *rest (all of it for "raw"). False at the end. */
bool sma_message_next(struct sma_str *line, struct sma_str *rest, const char *form);

#endif
