/* The quickest engine: a row of ASCII sets between `^` and `$`, such as ^[A-Z]{2}-[0-9]{4}$.
 * Private to the regex files. */
#ifndef SMA_CORE_JSONSCHEMA_REGEX_FIXED_H
#define SMA_CORE_JSONSCHEMA_REGEX_FIXED_H

#include "core/jsonschema/regex_syntax.h"

/* Longest row; how many different sets it may have. */
#define SMA_REGEX_FIXED_MAX 64u
#define SMA_REGEX_FIXED_SETS 8u

struct sma_regex_fixed {
    uint32_t length;
    uint8_t wants[SMA_REGEX_FIXED_MAX]; /* by position: the bit of its set */
    uint8_t sets[256];                  /* by byte: the sets it is in */
};

/* Fills *out when the whole pattern is such a row; false when it is not. */
bool sma_regex_fixed_make(struct sma_regex_fixed *out, const struct sma_regex_tree *tree);

static inline bool sma_regex_fixed_matches(const struct sma_regex_fixed *fixed,
                                           struct sma_str subject)
{
    unsigned missing = 0;
    if (subject.len != fixed->length)
        return false;
    for (size_t i = 0; i < subject.len; i++)
        missing |= fixed->wants[i] & ~(unsigned)fixed->sets[(unsigned char)subject.ptr[i]];
    return !missing;
}

#endif
