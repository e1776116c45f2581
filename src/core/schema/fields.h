/* Changing single fields of an encoded message, whose schema says where they are: what field-level rules
 * of data contracts do. Everything else in the message stays as it is, byte for byte where the encoding
 * allows it. A format walks; what happens to a field is the caller's business.
 *
 * Names and tags of a field are those of the published clients (confluent-rest 16.6, 17.5):
 *   Avro         name: namespace.Record.field     tags: the field's `confluent:tags`
 *   Protobuf     name: package.Message.field      tags: (confluent.field_meta).tags
 *   JSON Schema  name: $.property.property        tags: the property schema's `confluent:tags`
 * A field that holds arrays, maps or a choice of types is changed at every value inside; one that holds a
 * record is not changed itself, its own fields have names and tags of their own. */
#ifndef SMA_CORE_SCHEMA_FIELDS_H
#define SMA_CORE_SCHEMA_FIELDS_H

#include "base/buf.h"
#include "core/schema/tags.h"

enum sma_leaf_kind {
    SMA_LEAF_STRING, /* `value` is its UTF-8 text */
    SMA_LEAF_BYTES,
    SMA_LEAF_OTHER /* numbers, booleans, enums, fixed: cannot be changed; `value` is empty */
};

struct sma_field_rewriter {
    /* Is this field meant? `tags` are those of the schema; may be empty. */
    bool (*wants)(void *ctx, struct sma_str name, const struct sma_tag_set *tags);
    /* Appends the new value. For SMA_LEAF_OTHER it must fail. A status other than SMA_OK ends the walk
     * and is its result. */
    enum sma_status (*rewrite)(void *ctx, struct sma_str name, enum sma_leaf_kind kind,
                               struct sma_str value, struct sma_buf *out, struct sma_error *err);
    /* Protobuf: a string or bytes field without presence that is not in the message holds the empty
     * value; with `fills_empty` that is rewritten too, as the published clients do when they write. */
    bool fills_empty;
    void *ctx;
};

/* Most values of one message that are looked at, and how deep they may nest. */
#define SMA_FIELDS_VALUES_MAX 4000000u
#define SMA_FIELDS_DEPTH_MAX 100u

#endif
