/* Patterns as the registry takes them: ECMA-262 first, and what Java's engine understands beyond
 * it, because schemas were registered that use it. Source: compat-json section 5.5. */
#ifndef SMA_CORE_JSONSCHEMA_PATTERN_H
#define SMA_CORE_JSONSCHEMA_PATTERN_H

#include "core/jsonschema/regex.h"

/* sma_regex_compile_lenient, and, where that refuses, once more with Java's own property names
 * (\p{Alnum}, \p{IsGreek}, \p{javaLowerCase} …) put into ranges and names that it knows. The error
 * is about the pattern as it was given. Returns as sma_regex_compile does. */
enum sma_status sma_js_pattern_compile(struct sma_regex **out, struct sma_str pattern,
                                       struct sma_error *err) SMA_MUST_CHECK;

#endif
