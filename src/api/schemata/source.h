/* "Which schema?": how request bodies of this API name one. */
#ifndef SMA_API_SCHEMATA_SOURCE_H
#define SMA_API_SCHEMATA_SOURCE_H

#include "api/schemata/call.h"
#include "registry/parse.h"

struct sma_own_source {
    bool is_stored;
    struct sma_version row; /* when is_stored */
    struct sma_parse_source parse;
};

/* Reads one of
 *   {"id": 7}                     in `context` of `subject` when that is given too
 *   {"guid": "…"}
 *   {"subject": "s", "version": 3 | "latest"}   version missing: the newest live one
 *   {"schema": "…", "schemaType": "JSON", "references": […]}   references from `subject`'s context
 * 422 for none or two of them, 40401, 40402, 40403. *out lives in the request's arena. */
enum sma_status sma_own_source_read(struct sma_own_source *out, struct sma_own_call *call,
                                    const struct sma_json *object,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* True when the object names any schema. */
bool sma_own_source_is_given(const struct sma_json *object);
/* The row as the source; its strings live in the arena. */
enum sma_status sma_own_source_of_row(struct sma_own_source *out, struct sma_own_call *call,
                                      const struct sma_version *row,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* Parses it: stored ones by the lax rules. One reference, the caller's. */
enum sma_status sma_own_source_parse(struct sma_schema **out, struct sma_own_call *call,
                                     const struct sma_own_source *source,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* An optional list of references. */
enum sma_status sma_own_references_read(const struct sma_reference **out, size_t *count,
                                        struct sma_arena *arena, const struct sma_json *object,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* Members id, guid, subject, version, schemaType as far as the source has them. */
void sma_own_source_write(struct sma_json_writer *w, const struct sma_own_source *source);

#endif
