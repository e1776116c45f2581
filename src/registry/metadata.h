/* A schema's metadata: tags, properties, sensitive names (confluent-rest 3, 17.1). Always held
 * sorted in Java's string order, so that text and hash do not depend on the client's order. */
#ifndef SMA_REGISTRY_METADATA_H
#define SMA_REGISTRY_METADATA_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "core/json/json.h"
#include "core/json/writer.h"

/* Sorted, each once. */
struct sma_names {
    struct sma_str *items;
    size_t count;
};

struct sma_property {
    struct sma_str name, value;
};

/* Sorted by name, each name once. */
struct sma_properties {
    struct sma_property *items;
    size_t count;
};

struct sma_entity_tags {
    struct sma_str path;
    struct sma_names tags;
};

struct sma_metadata {
    struct sma_entity_tags *tags; /* sorted by path */
    size_t tag_count;
    struct sma_properties properties;
    struct sma_names sensitive;
};

/* Reads an array of texts as a sorted set; `value` NULL or null is the empty set. */
enum sma_status sma_names_read(struct sma_names *out, struct sma_arena *arena,
                               const struct sma_json *value, const char *name,
                               struct sma_error *err) SMA_MUST_CHECK;
void sma_names_write(struct sma_json_writer *w, const char *name, const struct sma_names *names);
/* Reads an object of texts; a null value inside is a 400. */
enum sma_status sma_properties_read(struct sma_properties *out, struct sma_arena *arena,
                                    const struct sma_json *value, const char *name,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_properties_write(struct sma_json_writer *w, const char *name,
                          const struct sma_properties *properties);
/* ptr NULL when absent. */
struct sma_str sma_properties_get(const struct sma_properties *properties, struct sma_str name);

/* Reads the JSON of a request or of a stored row. *out is NULL for NULL and null. The result lives
 * in `arena`, its strings may be views into the JSON's. 400 for wrong types. */
enum sma_status sma_metadata_read(const struct sma_metadata **out, struct sma_arena *arena,
                                  const struct sma_json *value, const char *name,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* The same from text; ptr NULL gives NULL. */
enum sma_status sma_metadata_parse(const struct sma_metadata **out, struct sma_arena *arena,
                                   struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
/* The normalized text: sorted, empty members left out. `metadata` NULL gives ptr NULL with SMA_OK.
 */
enum sma_status sma_metadata_text(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_metadata *metadata,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* `newer` over `older`, either may be NULL (confluent-rest 7.2): tags and properties per key, newer
 * replaces the whole value; `sensitive` is the union. *out is NULL when both are. */
enum sma_status sma_metadata_merge(const struct sma_metadata **out, struct sma_arena *arena,
                                   const struct sma_metadata *older,
                                   const struct sma_metadata *newer,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* A copy with the property set, or dropped when `value.ptr` is NULL. `metadata` NULL counts as
 * empty; dropping from NULL gives the empty metadata. */
enum sma_status sma_metadata_with(const struct sma_metadata **out, struct sma_arena *arena,
                                  const struct sma_metadata *metadata, struct sma_str name,
                                  struct sma_str value, struct sma_error *err) SMA_MUST_CHECK;

#define SMA_CONFLUENT_VERSION SMA_STR("confluent:version")
#define SMA_CONFLUENT_RESERVED SMA_STR("confluent:reserved")

/* The number in `confluent:version`. False when there is none or it is not a number. */
bool sma_metadata_version(const struct sma_metadata *metadata, int32_t *version);

#endif
