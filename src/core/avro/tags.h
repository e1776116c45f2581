/* Tags of Avro schemas: the property `confluent:tags` of records and fields. Paths are
 * `namespace.Record` and `namespace.Record.field` (confluent-rest 17.5). */
#ifndef SMA_CORE_AVRO_TAGS_H
#define SMA_CORE_AVRO_TAGS_H

#include "core/schema/schema.h"
#include "core/schema/tags.h"

/* Depth first: a record, then each field with what it leads to. Types that references define are
 * reported too. SMA_ELIMIT for a schema that leads deeper than SMA_AVRO_DEPTH_MAX. */
enum sma_status sma_avro_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                const struct sma_schema *schema,
                                struct sma_error *err) SMA_MUST_CHECK;

/* A path's record is the first one, breadth first, that has the name; its namespace may be left
 * out. Types that references define are not part of the text and not found. */
enum sma_status sma_avro_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                   const struct sma_tag_edit *edits, size_t count,
                                   struct sma_error *err) SMA_MUST_CHECK;

#endif
