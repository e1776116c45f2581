/* The backtracking engine: PCRE2 behind a few functions. Private to the regex files. */
#ifndef SMA_CORE_JSONSCHEMA_REGEX_PCRE_H
#define SMA_CORE_JSONSCHEMA_REGEX_PCRE_H

#include "core/jsonschema/regex.h"
#include "core/jsonschema/regex_syntax.h"

struct sma_regex_pcre;

/* From a syntax tree. `pattern` only for messages. */
enum sma_status sma_regex_pcre_new(struct sma_regex_pcre **out, const struct sma_regex_tree *tree,
                                   struct sma_str pattern, struct sma_error *err) SMA_MUST_CHECK;
/* From text in PCRE2's own dialect. */
enum sma_status sma_regex_pcre_new_native(struct sma_regex_pcre **out, struct sma_str pattern,
                                          struct sma_error *err) SMA_MUST_CHECK;
void sma_regex_pcre_free(struct sma_regex_pcre *re);
size_t sma_regex_pcre_bytes(const struct sma_regex_pcre *re);

enum sma_status sma_regex_pcre_search(const struct sma_regex_pcre *re, struct sma_str subject,
                                      struct sma_regex_scratch **scratch, bool *matched,
                                      struct sma_error *err) SMA_MUST_CHECK;

#endif
