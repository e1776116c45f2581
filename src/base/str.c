#include "base/str.h"

#include <stdint.h>

#include "base/utf8.h"

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
}

bool sma_str_eq_nocase(struct sma_str a, struct sma_str b)
{
    if (a.len != b.len)
        return false;
    for (size_t i = 0; i < a.len; i++)
        if (lower(a.ptr[i]) != lower(b.ptr[i]))
            return false;
    return true;
}

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
}

/* The next place of `c` in s from `at` on; s.len when there is none. */
static size_t next_place(struct sma_str s, size_t at, char c)
{
    const char *found = at < s.len ? memchr(s.ptr + at, c, s.len - at) : NULL;
    return found ? (size_t)(found - s.ptr) : s.len;
}

bool sma_str_contains_nocase(struct sma_str text, struct sma_str part)
{
    if (!part.len)
        return true;
    /* From one place of its first letter to the next, in either case. */
    char small = lower(part.ptr[0]), large = upper(part.ptr[0]);
    size_t a = next_place(text, 0, small), b = next_place(text, 0, large);
    while (a < text.len || b < text.len) {
        size_t at = a < b ? a : b;
        if (part.len > text.len - at)
            return false;
        if (sma_str_eq_nocase(sma_str_make(text.ptr + at, part.len), part))
            return true;
        a = a == at ? next_place(text, at + 1, small) : a;
        b = b == at ? next_place(text, at + 1, large) : b;
    }
    return false;
}

ptrdiff_t sma_str_chr(struct sma_str s, char c)
{
    const char *at = s.len ? memchr(s.ptr, c, s.len) : NULL;
    return at ? at - s.ptr : -1;
}

ptrdiff_t sma_str_rchr(struct sma_str s, char c)
{
    const char *at = s.len ? memrchr(s.ptr, c, s.len) : NULL;
    return at ? at - s.ptr : -1;
}

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

struct sma_str sma_str_trim(struct sma_str s)
{
    while (s.len && is_space(s.ptr[0])) {
        s.ptr++;
        s.len--;
    }
    while (s.len && is_space(s.ptr[s.len - 1]))
        s.len--;
    return s;
}

int sma_str_cmp(struct sma_str a, struct sma_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    int order = n ? memcmp(a.ptr, b.ptr, n) : 0;
    if (order)
        return order;
    return a.len < b.len ? -1 : a.len > b.len;
}

int sma_str_cmp_utf16(struct sma_str a, struct sma_str b)
{
    size_t n = a.len < b.len ? a.len : b.len;
    size_t i = 0;
    while (i < n && a.ptr[i] == b.ptr[i])
        i++;
    if (i == n)
        return a.len < b.len ? -1 : a.len > b.len;
    /* In UTF-16 a supplementary character starts with a surrogate (D800..DFFF) and so sorts before
     * U+E000..U+FFFF, whose UTF-8 starts with EE or EF; its own UTF-8 starts with F0..F4. Every
     * other pair orders as its bytes do. The differing byte is a lead byte exactly in those cases.
     */
    uint8_t x = (uint8_t)a.ptr[i], y = (uint8_t)b.ptr[i];
    bool x_supplementary = x >= 0xf0, y_supplementary = y >= 0xf0;
    bool x_high = x == 0xee || x == 0xef, y_high = y == 0xee || y == 0xef;
    if (x_supplementary && y_high)
        return -1;
    if (y_supplementary && x_high)
        return 1;
    return x < y ? -1 : 1;
}

#define DISTANCE_LEN_MAX 95

size_t sma_str_distance(struct sma_str a, struct sma_str b)
{
    size_t row[DISTANCE_LEN_MAX + 1];
    if (a.len > DISTANCE_LEN_MAX || b.len > DISTANCE_LEN_MAX)
        return SIZE_MAX;
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b.len; j++) {
            size_t replace = diagonal + (a.ptr[i - 1] != b.ptr[j - 1]);
            diagonal = row[j];
            size_t best = row[j] < row[j - 1] ? row[j] + 1 : row[j - 1] + 1;
            row[j] = replace < best ? replace : best;
        }
    }
    return row[b.len];
}
