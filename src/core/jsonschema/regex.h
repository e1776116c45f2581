/* Regular expressions of JSON Schema (`pattern`, `patternProperties`, format "regex"): the ECMA-262
 * dialect in its Unicode setting, as a yes-or-no search. Patterns that are regular in the strict
 * sense run on a table (linear in the subject, cannot blow up); those with look-around, back
 * references, word boundaries or properties run on PCRE2 with match and memory limits. */
#ifndef SMA_CORE_JSONSCHEMA_REGEX_H
#define SMA_CORE_JSONSCHEMA_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

/* Longest pattern in bytes; deepest nesting of groups. */
#define SMA_REGEX_BYTES_MAX 16384
#define SMA_REGEX_DEPTH_MAX 200
/* Backtracking steps of one search on a subject of ordinary length; regex_pcre.c says what long
 * ones get. */
#define SMA_REGEX_MATCH_LIMIT 100000u
/* Memory of one backtracking search, in KiB. */
#define SMA_REGEX_HEAP_LIMIT_KIB 8192u

struct sma_regex;
/* Working memory of searches; one per thread at a time. */
struct sma_regex_scratch;

/* Compiles a pattern.
 *
 * out       owned by the caller (sma_regex_free), immutable, shared between threads freely.
 * pattern   UTF-8; copied.
 * Returns   SMA_EINVAL with "pattern … : reason at character N" when it is not ECMA-262 (constructs
 *           that only other engines know, such as (?i), \A or a++, included); SMA_EUNSUPPORTED for
 *           what ECMA-262 allows and this engine cannot do (a look-behind of unbounded length);
 *           SMA_ELIMIT naming the limit; SMA_ENOMEM.
 * Source    ECMA-262 "Patterns" with the u flag; beyond it, as in Annex B, a backslash before any
 *           punctuation, and a lone `]`, `{` or `}`, stand for themselves. */
enum sma_status sma_regex_compile(struct sma_regex **out, struct sma_str pattern,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* The same, but a pattern that is not ECMA-262 gets a second chance as what PCRE2 itself
 * understands: nearly all of Java's dialect ((?i), possessive quantifiers, \A, \Q…\E). For text
 * that other registries accepted. When both refuse, the error is the ECMA-262 one. */
enum sma_status sma_regex_compile_lenient(struct sma_regex **out, struct sma_str pattern,
                                          struct sma_error *err) SMA_MUST_CHECK;

/* Checks the syntax only (format "regex"). False also when a limit is exceeded. */
bool sma_regex_is_valid(struct sma_str pattern);

/* Does the pattern match somewhere in the subject?
 *
 * subject   UTF-8, may hold NUL.
 * matched   out, on success.
 * Returns   SMA_ELIMIT naming the match limit when the search takes too many steps; SMA_EINVAL when
 *           the subject is not UTF-8; SMA_ENOMEM.
 * Threads   safe on a shared regex. */
enum sma_status sma_regex_search(const struct sma_regex *re, struct sma_str subject, bool *matched,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* The same with working memory that is kept between searches; *scratch starts as NULL and is
 * created when first needed (sma_regex_scratch_free). */
enum sma_status sma_regex_search_with(const struct sma_regex *re, struct sma_str subject,
                                      struct sma_regex_scratch **scratch, bool *matched,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* Memory it holds, in bytes. */
size_t sma_regex_bytes(const struct sma_regex *re);

void sma_regex_free(struct sma_regex *re);
void sma_regex_scratch_free(struct sma_regex_scratch *scratch);

#endif
