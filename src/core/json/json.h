/* The JSON reader for schema documents and REST envelopes: keeps member order, the exact text of
 * numbers and the byte span of every value and name; bounded in depth, size and number of values.
 * Differences from a general-purpose library are the point: numbers are never turned into doubles
 * here, and nothing in the result is lost. The tree is immutable and lives in the caller's arena. */
#ifndef SMA_CORE_JSON_JSON_H
#define SMA_CORE_JSON_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* Limits of the house (ARCHITECTURE section 8). */
#define SMA_JSON_DEPTH_MAX 64
#define SMA_JSON_VALUES_MAX 50000
#define SMA_JSON_BYTES_MAX (8u << 20)

enum sma_json_type {
    SMA_JSON_NULL,
    SMA_JSON_BOOL,
    SMA_JSON_NUMBER,
    SMA_JSON_STRING,
    SMA_JSON_ARRAY,
    SMA_JSON_OBJECT
};

struct sma_json_member;

struct sma_json {
    enum sma_json_type type;
    bool boolean;    /* for SMA_JSON_BOOL */
    bool is_integer; /* number text has neither '.', exponent nor NaN/Infinity */
    uint32_t count;  /* items or members */
    uint32_t start;  /* byte offset of the value's first byte in the document */
    uint32_t end;    /* one past its last byte */
    struct sma_str text; /* string: decoded UTF-8 (may hold NUL); number: its exact text */
    union {
        const struct sma_json *items;          /* `count` of them, in order */
        const struct sma_json_member *members; /* `count`, in order, names unique */
    };
    const uint32_t *index; /* private: hash index of larger objects */
    uint64_t index_seed;   /* private */
};

struct sma_json_member {
    struct sma_str name; /* decoded UTF-8 */
    uint32_t name_start; /* span of the name with its quotes */
    uint32_t name_end;
    struct sma_json value;
};

enum sma_json_duplicates {
    SMA_JSON_LAST_WINS, /* last value, position of the first: what Jackson's tree model keeps */
    SMA_JSON_REJECT
};

struct sma_json_options {
    bool comments;       /* allow C and C++ style comments between tokens (Avro) */
    bool non_finite;     /* allow NaN, Infinity, -Infinity as numbers (Jackson's REST setting) */
    bool allow_trailing; /* stop after the first value; the rest of the text is not looked at */
    enum sma_json_duplicates duplicates;
    uint32_t max_depth;  /* 0 = SMA_JSON_DEPTH_MAX */
    uint32_t max_values; /* 0 = SMA_JSON_VALUES_MAX; names count as no value */
    uint32_t max_bytes;  /* 0 = SMA_JSON_BYTES_MAX */
};

/* Parses `text` (UTF-8). The tree and its strings live in `arena`; strings without escapes are views
 * into `text`, which must therefore live as long.
 *
 * out        written on success.
 * options    NULL for the strict defaults (no comments, last duplicate wins).
 * end        out, may be NULL: offset one past the value (interesting with allow_trailing).
 * Returns    SMA_EINVAL with offset and "line L, column C" in the message for broken text, invalid
 *            UTF-8, a lone surrogate escape or a BOM; SMA_ELIMIT with the name of the limit; SMA_ENOMEM.
 * Threads    safe: no state. */
enum sma_status sma_json_parse(const struct sma_json **out, struct sma_arena *arena,
                               struct sma_str text, const struct sma_json_options *options,
                               size_t *end, struct sma_error *err) SMA_MUST_CHECK;

/* The member's value, or NULL when absent (or when `object` is NULL or not an object). */
const struct sma_json *sma_json_get(const struct sma_json *object, struct sma_str name);
/* The whole member, or NULL. */
const struct sma_json_member *sma_json_find(const struct sma_json *object, struct sma_str name);
#define sma_json_getz(object, name) sma_json_get((object), SMA_STR(name))

static inline bool sma_json_is(const struct sma_json *v, enum sma_json_type type)
{
    return v && v->type == type;
}

/* Integer value of an integer literal within range; false otherwise (also for 1.0 and 1e3). */
bool sma_json_i32(const struct sma_json *v, int32_t *out);
bool sma_json_i64(const struct sma_json *v, int64_t *out);

/* Line and column (both from 1, column in code points) of a byte offset. */
void sma_json_position(struct sma_str text, size_t offset, uint32_t *line, uint32_t *column);

/* Appends a quoted string with the escapes Java's registry writes: `"` `\` \b \t \n \f \r, other
 * characters below U+0020 as \u00XX in upper-case hex; everything else raw. */
void sma_json_put_string(struct sma_buf *buf, struct sma_str s);
/* The same without the quotes: the escaped body of a string. */
void sma_json_put_escaped(struct sma_buf *buf, struct sma_str s);
/* Compact re-print in document order, numbers with their exact text. */
void sma_json_put(struct sma_buf *buf, const struct sma_json *v);
/* The same, with numbers as `put_number` writes them. */
typedef void sma_json_number_fn(struct sma_buf *buf, const struct sma_json *number);
void sma_json_put_with(struct sma_buf *buf, const struct sma_json *v,
                       sma_json_number_fn *put_number);
/* Equality as JSON values: member order ignored, numbers by exact text. */
bool sma_json_equal(const struct sma_json *a, const struct sma_json *b);

/* A deep copy in `arena`; strings that are views into `kept` (which lives on) stay views. NULL when
 * out of memory. */
const struct sma_json *sma_json_copy(struct sma_arena *arena, const struct sma_json *v,
                                     struct sma_str kept);

#endif
