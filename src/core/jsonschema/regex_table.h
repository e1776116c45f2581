/* The linear engine: a regular pattern as one table from (state, byte) to state. Private to the
 * regex files. */
#ifndef SMA_CORE_JSONSCHEMA_REGEX_TABLE_H
#define SMA_CORE_JSONSCHEMA_REGEX_TABLE_H

#include "core/jsonschema/regex_syntax.h"

struct sma_regex_table;

/* Makes the table of a tree that is_regular. *out is NULL when it would be too large or take too
 * long: then the other engine serves. SMA_ENOMEM is the only failure. */
enum sma_status sma_regex_table_new(struct sma_regex_table **out, const struct sma_regex_tree *tree,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_regex_table_free(struct sma_regex_table *table);
size_t sma_regex_table_bytes(const struct sma_regex_table *table);

/* Does the pattern match somewhere? One step per byte at most. */
bool sma_regex_table_search(const struct sma_regex_table *table, struct sma_str subject);

#endif
