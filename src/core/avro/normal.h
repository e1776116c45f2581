/* Normalizing (compat-avro section 6). */
#ifndef SMA_CORE_AVRO_NORMAL_H
#define SMA_CORE_AVRO_NORMAL_H

#include "core/avro/model.h"

/* What sma_format.normalize promises. As in the original this writes an intermediate text and reads
 * it again, with the visible effects of that: see section 6. */
enum sma_status sma_avro_normalize(struct sma_schema **out, const struct sma_schema *schema,
                                   const struct sma_source *source,
                                   const struct sma_parse_options *options,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* Appends the value with the members of its objects sorted by name (UTF-16 units), recursively. */
bool sma_avro_put_sorted_json(struct sma_buf *out, const struct sma_json *v);

/* Appends the default as it comes back from a trip through the value that `type` gives it. False
 * when nothing comes back: the default disappears. Where the original stumbles (a key that is no
 * field, an element that has no value) the default stays as it was. */
bool sma_avro_put_default(struct sma_buf *out, const struct sma_avro_node *type,
                          const struct sma_json *v);

/* Takes back what was appended after the first `len` bytes. */
void sma_avro_cut(struct sma_buf *out, size_t len);

/* The members of an object in the order of their names; free() it. NULL when out of memory. */
const struct sma_json_member **sma_avro_sorted_members(const struct sma_json *object);

#endif
