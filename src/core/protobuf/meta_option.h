/* The options (confluent.message_meta) and (confluent.field_meta): reading and setting their tags,
 * however the text spells them:
 *
 *   (confluent.field_meta).tags = "PII", (confluent.field_meta).tags = "GDPR"
 *   (confluent.field_meta) = { doc: "…", tags: [ "PII", "GDPR" ] } */
#ifndef SMA_CORE_PROTOBUF_META_OPTION_H
#define SMA_CORE_PROTOBUF_META_OPTION_H

#include "base/arena.h"
#include "core/protobuf/ast.h"
#include "core/schema/tags.h"

#define SMA_PROTO_META_KEYS_MAX 64 /* different ones in one such option */

/* Adds the tags in the order of the text. */
void sma_proto_meta_tags(struct sma_tag_set *set, struct sma_proto_options options,
                         enum sma_entity_kind kind);

/* Replaces the tags: all settings of the option become one literal at the place of the first, or at
 * the end. Without anything to say the option goes. The new list lives in `arena`; the tags' names are
 * borrowed. SMA_ELIMIT; SMA_ENOMEM. */
enum sma_status sma_proto_meta_set_tags(struct sma_proto_options *options, struct sma_arena *arena,
                                        enum sma_entity_kind kind, struct sma_tag_list tags,
                                        struct sma_error *err) SMA_MUST_CHECK;

#endif
