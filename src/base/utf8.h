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
/* The first bytes, at most `max`, cut between characters. */
struct sma_str sma_utf8_head(struct sma_str s, size_t max);
/* Number of code points; invalid bytes count as one each. */
size_t sma_utf8_count(struct sma_str s);

/* True when no byte has its high bit set. In line, for text that mostly is plain and short: eight bytes
 * at a time, the last eight once more. */
static inline bool sma_is_ascii(struct sma_str s)
{
    uint64_t high = 0, word;
    if (s.len < 8) {
        for (size_t i = 0; i < s.len; i++)
            high |= (uint8_t)s.ptr[i];
        return high < 0x80;
    }
    for (size_t i = 0; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.ptr + i, 8);
        high |= word;
    }
    memcpy(&word, s.ptr + s.len - 8, 8);
    return !((high | word) & 0x8080808080808080u);
}

#endif
