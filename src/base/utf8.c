#include "base/utf8.h"

/* Length of the well-formed character at the start of `s`, 0 if there is none (Unicode table 3-7).
 */
static size_t char_len(const unsigned char *s, size_t left)
{
    unsigned char a = s[0];
    if (a < 0x80)
        return 1;
    if (a < 0xc2 || a > 0xf4)
        return 0;
    if (a < 0xe0)
        return left >= 2 && (s[1] & 0xc0) == 0x80 ? 2 : 0;
    if (left < 3 || (s[1] & 0xc0) != 0x80 || (s[2] & 0xc0) != 0x80)
        return 0;
    if (a < 0xf0) {
        if ((a == 0xe0 && s[1] < 0xa0) || (a == 0xed && s[1] > 0x9f))
            return 0;
        return 3;
    }
    if (left < 4 || (s[3] & 0xc0) != 0x80)
        return 0;
    if ((a == 0xf0 && s[1] < 0x90) || (a == 0xf4 && s[1] > 0x8f))
        return 0;
    return 4;
}

/* Four to seven bytes as two words that overlap, fewer one by one. */
static bool is_short_ascii(const unsigned char *p, size_t len)
{
    uint32_t head, tail;
    if (len < 4) {
        unsigned high = 0;
        for (size_t i = 0; i < len; i++)
            high |= p[i];
        return high < 0x80;
    }
    memcpy(&head, p, 4);
    memcpy(&tail, p + len - 4, 4);
    return !((head | tail) & 0x80808080u);
}

bool sma_utf8_valid(struct sma_str s, size_t *bad)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t i = 0;
    while (i < s.len) {
        if (i + 8 > s.len && is_short_ascii(p + i, s.len - i))
            return true;
        if (i + 8 <= s.len) { /* plain ASCII goes eight bytes at a time */
            uint64_t word;
            memcpy(&word, p + i, 8);
            if (!(word & 0x8080808080808080u)) {
                i += 8;
                continue;
            }
        }
        size_t n = char_len(p + i, s.len - i);
        if (!n) {
            if (bad)
                *bad = i;
            return false;
        }
        i += n;
    }
    return true;
}

size_t sma_utf8_decode(struct sma_str s, uint32_t *codepoint)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    size_t n = s.len ? char_len(p, s.len) : 0;
    switch (n) {
    case 1:
        *codepoint = p[0];
        break;
    case 2:
        *codepoint = (uint32_t)(p[0] & 0x1f) << 6 | (p[1] & 0x3f);
        break;
    case 3:
        *codepoint = (uint32_t)(p[0] & 0x0f) << 12 | (uint32_t)(p[1] & 0x3f) << 6 | (p[2] & 0x3f);
        break;
    case 4:
        *codepoint = (uint32_t)(p[0] & 0x07) << 18 | (uint32_t)(p[1] & 0x3f) << 12 |
                     (uint32_t)(p[2] & 0x3f) << 6 | (p[3] & 0x3f);
        break;
    default:
        break;
    }
    return n;
}

size_t sma_utf8_encode(char out[4], uint32_t c)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        out[0] = (char)(0xc0 | c >> 6);
        out[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        out[0] = (char)(0xe0 | c >> 12);
        out[1] = (char)(0x80 | (c >> 6 & 0x3f));
        out[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | c >> 18);
    out[1] = (char)(0x80 | (c >> 12 & 0x3f));
    out[2] = (char)(0x80 | (c >> 6 & 0x3f));
    out[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* Bytes and UTF-16 units of the character at `i`; an invalid byte counts as one of each. */
static size_t step(struct sma_str s, size_t i, size_t *units)
{
    size_t n = char_len((const unsigned char *)s.ptr + i, s.len - i);
    *units = n == 4 ? 2 : 1;
    return n ? n : 1;
}

size_t sma_utf16_len(struct sma_str s)
{
    size_t total = 0, units;
    for (size_t i = 0; i < s.len; total += units)
        i += step(s, i, &units);
    return total;
}

size_t sma_utf16_prefix(struct sma_str s, size_t max)
{
    size_t i = 0, used = 0;
    while (i < s.len) {
        size_t units, n = step(s, i, &units);
        if (used + units > max)
            break;
        used += units;
        i += n;
    }
    return i;
}

struct sma_str sma_utf8_head(struct sma_str s, size_t max)
{
    size_t len = s.len < max ? s.len : max;
    while (len < s.len && len && ((unsigned char)s.ptr[len] & 0xc0) == 0x80)
        len--;
    return sma_str_head(s, len);
}

size_t sma_utf8_count(struct sma_str s)
{
    size_t total = 0, units;
    for (size_t i = 0; i < s.len; total++)
        i += step(s, i, &units);
    return total;
}
