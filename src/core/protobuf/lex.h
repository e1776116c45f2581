/* Bytes to words, strings, numbers and punctuation. There is no token stream: what a run of
 * characters means depends on where it stands, so the parser asks for what it expects. The status
 * is sticky: after the first mistake the reader is at its end, and productions wind down by
 * themselves. */
#ifndef SMA_CORE_PROTOBUF_LEX_H
#define SMA_CORE_PROTOBUF_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"
#include "core/protobuf/ast.h"

struct sma_proto_lexer {
    struct sma_str text;
    size_t pos; /* byte offset of the next character */
    struct sma_arena *arena;
    enum sma_status status; /* sticky */
    struct sma_error *err;
    size_t end; /* text.len, or where the first mistake was */
};

/* Text longer than this is refused: offsets are 32 bits everywhere. */
#define SMA_PROTO_TEXT_MAX (64u << 20)

/* Begins to read `text`, which must live as long as what is read. Invalid UTF-8 and too long a text
 * set the status. Decoded strings go to `arena`. */
void sma_proto_lex_init(struct sma_proto_lexer *lexer, struct sma_str text, struct sma_arena *arena,
                        struct sma_error *err);

/* Records a mistake at a byte offset as "Syntax error in :LINE:COLUMN: …". The first one wins. */
void sma_proto_lex_fail(struct sma_proto_lexer *lexer, size_t offset, const char *fmt, ...)
    SMA_PRINTF(3, 4);
/* Records a mistake that the original reports without a place, or another status. */
void sma_proto_lex_fail_plain(struct sma_proto_lexer *lexer, enum sma_status st, size_t offset,
                              const char *fmt, ...) SMA_PRINTF(4, 5);
/* Line and column, both from 1; columns count UTF-16 units as the original does. */
void sma_proto_lex_position(const struct sma_proto_lexer *lexer, size_t offset, uint32_t *line,
                            uint32_t *column);

/* Skips white space and comments; true when nothing is left (also after a mistake). */
bool sma_proto_lex_at_end(struct sma_proto_lexer *lexer);
/* The next character after white space, not consumed; -1 after recording "unexpected end of file".
 */
int sma_proto_lex_peek(struct sma_proto_lexer *lexer);
/* Consumes and returns it. */
int sma_proto_lex_char(struct sma_proto_lexer *lexer);
/* Consumes the next character if it is `c`. */
bool sma_proto_lex_accept(struct sma_proto_lexer *lexer, char c);
/* Consumes `c` or records "expected 'c' but was 'x'". */
void sma_proto_lex_require(struct sma_proto_lexer *lexer, char c);

/* A run of letters, digits, '_', '-' and '.'; empty after a mistake. A view of the text. */
struct sma_str sma_proto_lex_word(struct sma_proto_lexer *lexer);
/* A quoted string, adjacent ones joined. *bytes (may be NULL) gets protoc's reading of escapes. */
struct sma_str sma_proto_lex_string(struct sma_proto_lexer *lexer, struct sma_str *bytes);
/* A 32-bit integer: decimal (leading zeros mean nothing) or 0x and hex digits. */
int32_t sma_proto_lex_integer(struct sma_proto_lexer *lexer);
/* Called behind the ';' of a field, enum constant or range statement: a block comment that begins
 * on the same line must be the last thing on its line. */
void sma_proto_lex_trailing_comment(struct sma_proto_lexer *lexer);

#endif
