/* Tags of JSON Schemas: the keyword `confluent:tags` of object schemas and of properties' schemas.
 *
 *   object                     the schema itself, when it describes objects
 *   object.name                its property
 *   object.a.object.b          a property inside a property
 *   array.…                    the items; array.0.… those of a list by position
 *   allof.0.… anyof. oneof.    members, sorted by the kind of schema, title, description, default
 *   not.… conditional.if.…     and then., else.
 *   object.definitions.N.…     and $defs.N.
 *
 * Property names may hold dots. Source: confluent-rest 17.5, compat-json section 13. */
#ifndef SMA_CORE_JSONSCHEMA_TAGS_H
#define SMA_CORE_JSONSCHEMA_TAGS_H

#include "core/schema/schema.h"
#include "core/schema/tags.h"

enum sma_status sma_jsonschema_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                      const struct sma_schema *schema,
                                      struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_jsonschema_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                         const struct sma_tag_edit *edits, size_t count,
                                         struct sma_error *err) SMA_MUST_CHECK;

#endif
