/* Sets of subjects as ranges of the byte order, so that listing a context or a prefix is a search
 * and not a scan. Private to this folder. */
#ifndef SMA_STORE_STATE_RANGE_H
#define SMA_STORE_STATE_RANGE_H

#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

/* from <= subject < to */
struct sma_range {
    struct sma_str from;
    struct sma_str to;
};

/* In ascending order. */
struct sma_ranges {
    struct sma_range list[2];
    size_t count;
};

/* Subjects of one context whose unqualified name starts with `prefix`. */
enum sma_status sma_ranges_of_context(struct sma_ranges *out, struct sma_arena *arena,
                                      struct sma_str context, struct sma_str prefix,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Every subject. */
void sma_ranges_of_all(struct sma_ranges *out);
/* Subjects that a setting's scope covers: one subject, ":.ctx:", "" (the default context),
 * ":.__GLOBAL:" (all). */
enum sma_status sma_ranges_of_scope(struct sma_ranges *out, struct sma_arena *arena,
                                    struct sma_str scope, struct sma_error *err) SMA_MUST_CHECK;
/* `text` followed by the byte that no UTF-8 text contains: the end of the range of its extensions.
 * ptr NULL when out of memory. */
struct sma_str sma_range_end(struct sma_arena *arena, struct sma_str text);

/* Leaves out what lies before `from`. */
void sma_ranges_begin_at(struct sma_ranges *ranges, struct sma_str from);
/* The subject right behind `subject` in byte order: the same with a NUL. ptr NULL when out of
 * memory. */
struct sma_str sma_range_behind(struct sma_arena *arena, struct sma_str subject);

#endif
