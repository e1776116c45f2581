/* Status codes and the caller-owned error object. The detail of a failure goes into a
 * `struct sma_error` on the caller's stack; there is no thread-local "last error" and nothing to
 * free. Every function that takes one accepts NULL. The first message wins. */
#ifndef SMA_BASE_ERROR_H
#define SMA_BASE_ERROR_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/str.h"

#define SMA_MUST_CHECK __attribute__((warn_unused_result))
#define SMA_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))

enum sma_status {
    SMA_OK = 0,
    SMA_ENOMEM,       /* out of memory, or a buffer's stated maximum */
    SMA_EINVAL,       /* the input is wrong; the message says where and what */
    SMA_ELIMIT,       /* a named limit was exceeded; the message names it */
    SMA_ENOTFOUND,    /* the thing asked for is not there */
    SMA_ECONFLICT,    /* the state forbids it */
    SMA_ESTALE,       /* what a decision rested on has changed: decide again */
    SMA_EBUSY,        /* a queue is full or someone else holds the lock: try later */
    SMA_EFULL,        /* the disk is full; nothing was changed */
    SMA_EIO,          /* an I/O error; for a commit the outcome is unknown */
    SMA_EUNSUPPORTED, /* a part that this build or format does not have */
    SMA_EINTERNAL     /* a bug of ours, reported instead of crashing */
};

#define SMA_ERROR_MESSAGE_MAX 2048
#define SMA_NO_OFFSET ((size_t)-1)

struct sma_error {
    enum sma_status status;
    int code;                            /* a facade's own number (42201 …), 0 = none */
    size_t offset;                       /* byte offset into the input, or SMA_NO_OFFSET */
    char message[SMA_ERROR_MESSAGE_MAX]; /* UTF-8, NUL-terminated, cut at a character when long */
};

#define SMA_ERROR_INIT                                                                             \
    {                                                                                              \
        SMA_OK, 0, SMA_NO_OFFSET, ""                                                               \
    }

/* Writes status and message unless `err` already holds an error. */
void sma_error_set(struct sma_error *err, enum sma_status st, size_t offset, const char *fmt, ...)
    SMA_PRINTF(4, 5);

/* The same and gives back `st`, for `return sma_fail(err, SMA_EINVAL, "…");`. `st` is never SMA_OK.
 * Macros, so that the compiler sees which status comes back; each argument is evaluated once. */
#define sma_fail(err, st, ...) sma_fail_at(err, st, SMA_NO_OFFSET, __VA_ARGS__)
/* With the byte offset of the mistake in the input. */
#define sma_fail_at(err, st, offset, ...)                                                          \
    ({                                                                                             \
        enum sma_status sma_fail_status_ = (st);                                                   \
        sma_error_set((err), sma_fail_status_, (offset), __VA_ARGS__);                             \
        sma_fail_status_;                                                                          \
    })
enum sma_status sma_fail_v(struct sma_error *err, enum sma_status st, size_t offset,
                           const char *fmt, va_list args);
/* Puts text in front of an existing message: sma_error_prefix(err, "field \"%s\": ", name). */
void sma_error_prefix(struct sma_error *err, const char *fmt, ...) SMA_PRINTF(2, 3);
/* Empties it for another use. */
void sma_error_clear(struct sma_error *err);
/* SMA_ENOMEM with its usual message. */
enum sma_status sma_fail_nomem(struct sma_error *err);
/* "SMA_EINVAL" and so on, for logs. */
const char *sma_status_name(enum sma_status st);

#endif
