/* JSON shapes of answers, with the original's field order and omission rules (confluent-rest 1.2,
 * 3). */
#ifndef SMA_API_CONFLUENT_SHAPE_H
#define SMA_API_CONFLUENT_SHAPE_H

#include "api/confluent/call.h"

/* The row's schema text in the form that `format` names; a name that its type does not know gives
 * the canonical text. Needs a loader unless the form is the canonical one. The text lives in the
 * request's arena. */
enum sma_status sma_shape_text(struct sma_str *out, struct sma_call *call,
                               struct sma_loader *loader, const struct sma_version *row,
                               struct sma_str format, struct sma_error *err) SMA_MUST_CHECK;
/* True when `format` asks for more than the canonical text of such a row. */
bool sma_shape_is_other_form(const struct sma_version *row, struct sma_str format);
/* The same from an already parsed schema. */
enum sma_status sma_shape_print(struct sma_str *out, struct sma_arena *arena,
                                const struct sma_schema *schema, struct sma_str format,
                                struct sma_error *err) SMA_MUST_CHECK;

/* With reference subjects written out in full, for a row outside the default context
 * (`referenceFormat=qualified`). Changes `row`. */
enum sma_status sma_shape_qualify(struct sma_version *row, struct sma_arena *arena,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* What the row's schema carries of the tags that the `findTags` parameters ask for; nothing when
 * there are none. */
enum sma_status sma_shape_find_tags(struct sma_tagged_list *out, struct sma_call *call,
                                    const struct sma_version *row,
                                    struct sma_error *err) SMA_MUST_CHECK;

/* Schema: GET version, lookup, metadata look-up. */
struct sma_shape_schema {
    const struct sma_version *row;
    struct sma_str text;
    const struct sma_tagged_list *tags; /* may be NULL */
    bool is_stored_row;                 /* adds ts and deleted */
};
void sma_shape_schema(struct sma_json_writer *w, const struct sma_shape_schema *schema);
/* Its members only, for objects that have more. */
void sma_shape_schema_members(struct sma_json_writer *w, const struct sma_shape_schema *schema);
/* SchemaString: ids and guids. max_id < 0 leaves it out; `tags` may be NULL. */
void sma_shape_schema_string(struct sma_json_writer *w, const struct sma_version *row,
                             struct sma_str text, const struct sma_tagged_list *tags,
                             bool with_subject, int32_t max_id);
/* RegisterSchemaResponse. */
void sma_shape_registered(struct sma_json_writer *w, const struct sma_version *row,
                          struct sma_str text, bool is_stored_row);

#endif
