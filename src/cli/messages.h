/* Messages as text on a line, or as bytes with their length before them; read as they come. */
#ifndef SMA_CLI_MESSAGES_H
#define SMA_CLI_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"
#include "base/str.h"

/* Appends the bytes of hexadecimal text; white space between digits is passed over. False when it
 * is not that. */
bool sma_hex_read(struct sma_buf *out, struct sma_str text);
void sma_hex_put(struct sma_buf *out, struct sma_str bytes);
/* Appends the message that `text` stands for: "hex", "base64", or the bytes themselves. */
bool sma_message_read(struct sma_buf *out, struct sma_str text, const char *form);
/* Appends the text of a message, with a line end unless it is raw. */
void sma_message_put(struct sma_buf *out, struct sma_str bytes, const char *form);

#define SMA_MESSAGE_BYTES_MAX (16u << 20) /* of one message or line */

/* A stream of them. */
struct sma_message_input {
    FILE *file;
    const char *name, *form;
    struct sma_buf text; /* the one at hand */
    uint64_t number;     /* of it, from 1 */
    uint64_t line;       /* it stands on, from 1, empty ones counted */
    bool is_done;
};

/* form: "raw" (the whole input is one message), "hex", "base64", "lines" (one a line), "kcat" (four bytes
 * with the length, most significant first, then so many bytes: what kcat -f '%R%s' writes). path "-" is
 * stdin; when that is no file, stdout is written line by line. */
enum sma_status sma_message_input_open(struct sma_message_input *input, const char *path,
                                       const char *form, struct sma_error *err) SMA_MUST_CHECK;
void sma_message_input_close(struct sma_message_input *input);
/* The next text, as it stands in the input; valid until the next call. Lines that are empty are passed
 * over. SMA_ENOTFOUND at the end; SMA_ELIMIT and SMA_EIO for what cannot be read. */
enum sma_status sma_message_input_next(struct sma_message_input *input, struct sma_str *text,
                                       struct sma_error *err) SMA_MUST_CHECK;

#endif
