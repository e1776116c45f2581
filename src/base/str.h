/* String views: a pointer and a length, never NUL-terminated, never owned. Input may hold NULs, so
 * nothing here or above runs strlen over bytes that a peer sent. */
#ifndef SMA_BASE_STR_H
#define SMA_BASE_STR_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

struct sma_str {
    const char *ptr; /* may be NULL when len is 0 */
    size_t len;      /* bytes */
};

/* A view of a string literal. */
#define SMA_STR(literal) ((struct sma_str){("" literal), sizeof(literal) - 1})
/* The same as a constant initializer. */
#define SMA_STR_INIT(literal)                                                                      \
    {                                                                                              \
        ("" literal), sizeof(literal) - 1                                                          \
    }
/* Arguments for a "%.*s" conversion. */
#define SMA_STR_ARG(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), ((s).ptr ? (s).ptr : "")

static inline struct sma_str sma_str_make(const char *ptr, size_t len)
{
    return (struct sma_str){ptr, len};
}

/* A view of a NUL-terminated string of our own making; NULL gives the empty view. */
static inline struct sma_str sma_str_z(const char *z)
{
    return (struct sma_str){z, z ? strlen(z) : 0};
}

static inline bool sma_str_eq(struct sma_str a, struct sma_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

static inline bool sma_str_eqz(struct sma_str a, const char *z)
{
    return sma_str_eq(a, sma_str_z(z));
}

/* ASCII case-insensitive equality; other bytes compare exactly. Locale-free. */
bool sma_str_eq_nocase(struct sma_str a, struct sma_str b);
/* Whether `part` stands anywhere in `text`, ASCII letters without regard to case. */
bool sma_str_contains_nocase(struct sma_str text, struct sma_str part);

static inline bool sma_str_starts(struct sma_str s, struct sma_str prefix)
{
    return s.len >= prefix.len && (prefix.len == 0 || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static inline bool sma_str_ends(struct sma_str s, struct sma_str suffix)
{
    return s.len >= suffix.len &&
           (suffix.len == 0 || memcmp(s.ptr + s.len - suffix.len, suffix.ptr, suffix.len) == 0);
}

/* The part from byte `from` (at most s.len) to the end. */
static inline struct sma_str sma_str_from(struct sma_str s, size_t from)
{
    return from >= s.len ? (struct sma_str){s.ptr, 0}
                         : (struct sma_str){s.ptr + from, s.len - from};
}

/* The first `len` bytes (or all). */
static inline struct sma_str sma_str_head(struct sma_str s, size_t len)
{
    return (struct sma_str){s.ptr, len < s.len ? len : s.len};
}

/* Index of the first or last byte `c`, or -1. */
ptrdiff_t sma_str_chr(struct sma_str s, char c);
ptrdiff_t sma_str_rchr(struct sma_str s, char c);

/* Without ASCII white space (space, \t, \n, \v, \f, \r) at both ends. */
struct sma_str sma_str_trim(struct sma_str s);

/* Edit distance (insert, delete, replace), for "did you mean"; texts beyond 95 bytes are far from
 * everything (SIZE_MAX). */
size_t sma_str_distance(struct sma_str a, struct sma_str b);

/* Byte order, shorter first on a tie: what memcmp and SQLite's BINARY collation give. */
int sma_str_cmp(struct sma_str a, struct sma_str b);

/* Java's String.compareTo order (UTF-16 code units) over UTF-8 text. Differs from sma_str_cmp only
 * where one side has a character beyond U+FFFF and the other one of U+E000..U+FFFF. */
int sma_str_cmp_utf16(struct sma_str a, struct sma_str b);

#endif
