/* UTF-8: validation, decoding, encoding. */
#ifndef SMA_BASE_UTF8_H
#define SMA_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/str.h"

/* Strict UTF-8 (no overlong forms, no surrogates, at most U+10FFFF). On failure *bad is the offset
 * of the first wrong byte; bad may be NULL. */
bool sma_utf8_valid(struct sma_str s, size_t *bad);
/* Decodes the character at s[0]. Returns its length in bytes, 0 when s is empty or invalid there.
 */
size_t sma_utf8_decode(struct sma_str s, uint32_t *codepoint);
/* Writes 1..4 bytes; returns how many. Surrogates are written as three bytes (callers refuse them).
 */
size_t sma_utf8_encode(char out[4], uint32_t codepoint);
/* Length in UTF-16 code units, Java's String.length(); invalid bytes count as one each. */
size_t sma_utf16_len(struct sma_str s);
/* Bytes of the longest prefix with at most `units` UTF-16 code units, cut at a character. */
size_t sma_utf16_prefix(struct sma_str s, size_t units);
/* Number of code points; invalid bytes count as one each. */
size_t sma_utf8_count(struct sma_str s);

#endif
