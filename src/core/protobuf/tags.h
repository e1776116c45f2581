/* Tags of Protobuf schemas: `tags` of the options (confluent.message_meta) and
 * (confluent.field_meta). Paths are `Message`, `Outer.Inner` and `Message.field`, without the
 * package; members of oneofs are fields of their message (confluent-rest 17.5). */
#ifndef SMA_CORE_PROTOBUF_TAGS_H
#define SMA_CORE_PROTOBUF_TAGS_H

#include "core/schema/schema.h"
#include "core/schema/tags.h"

enum sma_status sma_proto_tagged(struct sma_tagged_list *out, struct sma_arena *arena,
                                 const struct sma_schema *schema,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* A path may begin with a dot. All settings of the one option of an edited entity become one
 * literal; `confluent/meta.proto` is imported when it was not.
 * SMA_EINVAL "No matching Message/Field with name '…' found in the schema". */
enum sma_status sma_proto_edit_tags(struct sma_buf *out, const struct sma_schema *schema,
                                    const struct sma_tag_edit *edits, size_t count,
                                    struct sma_error *err) SMA_MUST_CHECK;

#endif
