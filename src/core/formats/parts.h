/* What a schema's text names: its fields, its types, its documentation, each with its place. For
 * search and the like; nothing is resolved, so a text is read without what it refers to. Pure. */
#ifndef SMA_CORE_FORMATS_PARTS_H
#define SMA_CORE_FORMATS_PARTS_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

enum sma_part_kind { SMA_PART_FIELD, SMA_PART_TYPE, SMA_PART_DOC };

/* One of them. Valid during the call.
 *
 *            FIELD                          TYPE                          DOC
 *  AVRO      fields of records              full names of named types     doc
 *  JSON      names under properties         names under $defs and         description, $comment
 *                                           definitions; title
 *  PROTOBUF  fields, those of oneofs and    full names of messages,       (canonical text has none)
 *            extensions too                 enums, services, groups */
struct sma_part {
    enum sma_part_kind kind;
    struct sma_str text; /* the name, or the documentation */
    struct sma_str path; /* where it is: "com.acme.Order.id"; a JSON pointer for JSON */
    size_t start, end;   /* its bytes in the schema's text; a string's with its quotes */
};
typedef bool sma_part_fn(void *ctx, const struct sma_part *part);

/* Calls `fn` for each part, in the order of the document's tree, until it returns false.
 *
 * type      "AVRO", "JSON", "PROTOBUF"; SMA_EUNSUPPORTED for another.
 * arena     scratch, not needed afterwards.
 * Returns   SMA_EINVAL for a text that is not of its type's form; SMA_ELIMIT; SMA_ENOMEM. */
enum sma_status sma_parts_visit(struct sma_str type, struct sma_str text, struct sma_arena *arena,
                                sma_part_fn *fn, void *ctx, struct sma_error *err) SMA_MUST_CHECK;

#endif
