/* The printed text of a schema: what the registry stores, hashes and returns (compat-avro section
 * 5). */
#ifndef SMA_CORE_AVRO_PRINT_H
#define SMA_CORE_AVRO_PRINT_H

#include "core/avro/model.h"

struct sma_avro_print_options {
    /* Full names that are printed as names from the start: types that references define. */
    const struct sma_str *known_names;
    uint32_t known_count;
    uint32_t max_levels; /* of JSON nesting in the result */
};

/* Appends the text of `root`. The first occurrence of a named type is its definition, later ones
 * are its name.
 *
 * Returns   SMA_ELIMIT when the text nests deeper than max_levels (forward references and
 *           references can unfold a flat text); SMA_ENOMEM, also for the buffer's maximum.
 * Threads   safe. */
enum sma_status sma_avro_put_schema(struct sma_buf *out, const struct sma_avro_node *root,
                                    const struct sma_avro_print_options *options,
                                    struct sma_error *err) SMA_MUST_CHECK;

/* The name as it is written inside `space`: short when the namespaces are equal and the short name
 * is no word of the language, else full. */
struct sma_str sma_avro_qualified(const struct sma_avro_name *name, struct sma_str space);

#endif
