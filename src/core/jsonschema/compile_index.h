/* Where schemas are: documents, resources ($id), anchors, and what a reference leads to. Private to
 * compile_*.c. */
#ifndef SMA_CORE_JSONSCHEMA_COMPILE_INDEX_H
#define SMA_CORE_JSONSCHEMA_COMPILE_INDEX_H

#include "base/map.h"
#include "core/jsonschema/compile_program.h"

/* Deepest nesting of a schema document. */
#define SMA_SCHEMA_DEPTH_MAX 256

/* Vocabularies that change what a keyword does. */
#define SMA_VOCABULARY_APPLICATOR 1u
#define SMA_VOCABULARY_UNEVALUATED 2u
#define SMA_VOCABULARY_VALIDATION 4u
#define SMA_VOCABULARY_FORMAT_ASSERTION 8u

/* What is known about one schema. */
struct sma_place {
    const struct sma_json *schema;
    uint32_t resource;
    struct sma_rule_node *node; /* NULL until asked for */
};

struct sma_index {
    struct sma_validator *program; /* resources, documents and strings go there */
    enum sma_draft default_draft;
    const struct sma_validator_document *given; /* all documents handed in */
    size_t given_count;
    struct sma_map resources; /* URI → index + 1 */
    struct sma_map anchors;   /* "INDEX#NAME" → schema */
    struct sma_place *places; /* hash table on the schema's address */
    size_t place_count, place_mask;
    uint32_t resource_capacity, document_capacity;
};

void sma_index_init(struct sma_index *index, struct sma_validator *program);
void sma_index_fini(struct sma_index *index);

/* Takes in a document: its resources, anchors and schemas. The first one is the main schema. */
enum sma_status sma_index_add(struct sma_index *index, struct sma_str uri,
                              const struct sma_json *root, struct sma_error *err) SMA_MUST_CHECK;

/* The place of a schema that was taken in; NULL when unknown. Valid until the next new place. */
struct sma_place *sma_index_place(const struct sma_index *index, const struct sma_json *schema);

/* What a reference inside `resource` leads to.
 *
 * at        the keyword's value, for messages.
 * out       the target; *anchor its plain-name fragment or empty.
 * Returns   SMA_EINVAL when it leads nowhere. */
enum sma_status sma_index_resolve(struct sma_index *index, uint32_t resource,
                                  const struct sma_json *at, const struct sma_json **out,
                                  struct sma_str *anchor, struct sma_error *err) SMA_MUST_CHECK;

/* SMA_EINVAL with "PLACE: message" for a value in one of the documents of `resource`. */
enum sma_status sma_index_fail(const struct sma_index *index, uint32_t resource,
                               const struct sma_json *at, enum sma_status st, struct sma_error *err,
                               const char *fmt, ...) SMA_PRINTF(6, 7);

#endif
