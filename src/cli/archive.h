/* A registry's content in a file: what export writes and import reads. Newline-delimited JSON:
 *
 *     {"kind":"bundle","version":1,"source":"http://…","time":"2026-…Z"}
 *     {"kind":"context","context":".prod"}
 *     {"kind":"config","subject":"orders-value","config":{"compatibilityLevel":"FULL"}}
 *     {"kind":"mode","subject":"orders-value","mode":"READONLY"}
 *     {"kind":"schema","subject":"orders-value","version":3,"id":812,"schemaType":"AVRO",
 *      "schema":"…","references":[…],"metadata":{…},"ruleSet":{…},"deleted":true}
 *     {"kind":"end","contexts":…,"configs":…,"modes":…,"schemas":…,"sha256":"…"}
 *
 * Schemas stand behind those they refer to. Settings without a subject are the registry's own; those
 * of a context have ":.prod:" for a subject. Two other forms are read: the history that our server
 * exports, and the topic _schemas as console consumers print it (key, tab, value). */
#ifndef SMA_CLI_ARCHIVE_H
#define SMA_CLI_ARCHIVE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/map.h"
#include "core/json/json.h"
#include "core/schema/schema.h"

#define SMA_ARCHIVE_BYTES_MAX (2047u << 20)
#define SMA_ARCHIVE_SCHEMAS_MAX 4000000u

struct sma_archive_schema {
    struct sma_str subject; /* with its context, as the registry names it */
    int32_t version, id;    /* id 0 = unknown */
    struct sma_str type, text, guid;
    const struct sma_reference *references;
    size_t reference_count;
    const struct sma_json *metadata, *rule_set; /* NULL = none */
    bool is_deleted;
    bool is_gone; /* read and then removed by a later line */
};

struct sma_archive_setting {
    struct sma_str subject; /* empty = global */
    const struct sma_json *config; /* an object; NULL for a mode or when removed */
    struct sma_str mode;           /* empty for a config or when removed */
};

struct sma_archive {
    struct sma_arena *arena;
    struct sma_str source; /* URL; empty = unknown */
    struct sma_str *contexts;
    size_t context_count, context_capacity;
    struct sma_archive_setting *configs, *modes;
    size_t config_count, config_capacity, mode_count, mode_capacity;
    struct sma_archive_schema *schemas;
    size_t schema_count, schema_capacity;
    struct sma_map by_version;         /* "subject@3" to index + 1 */
    struct sma_map config_of, mode_of; /* subject to index + 1 */
};

void sma_archive_init(struct sma_archive *archive, struct sma_arena *arena);
void sma_archive_fini(struct sma_archive *archive);

/* Reads a text that lives as long as the archive. name: for messages. SMA_EIO "name:line: what" for
 * a broken one: cut off, miscounted, with another digest. */
enum sma_status sma_archive_read(struct sma_archive *archive, struct sma_str name,
                                 struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
/* The same for key and value lines of a topic. */
enum sma_status sma_archive_read_topic(struct sma_archive *archive, struct sma_str name,
                                       struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
/* Adds a schema, or puts it in place of the one with that subject and version. */
enum sma_status sma_archive_put(struct sma_archive *archive,
                                const struct sma_archive_schema *schema,
                                struct sma_error *err) SMA_MUST_CHECK;
/* The last setting for a subject counts; an empty one removes. The subject is borrowed. */
enum sma_status sma_archive_set(struct sma_archive *archive,
                                const struct sma_archive_setting *setting, bool is_mode,
                                struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_archive_add_context(struct sma_archive *archive, struct sma_str context,
                                        struct sma_error *err) SMA_MUST_CHECK;
/* NULL when it is not there. */
struct sma_archive_schema *sma_archive_find(const struct sma_archive *archive,
                                            struct sma_str subject, int32_t version);
/* The subject that a reference of a schema means: one without context is in the schema's. */
struct sma_str sma_archive_target(struct sma_arena *arena, const struct sma_archive_schema *schema,
                                  const struct sma_reference *reference);
/* ":.prod:" of ":.prod:orders", "" for the default context. */
struct sma_str sma_context_of(struct sma_str subject);

/* Every schema that is not gone, once: behind those it refers to, and behind earlier versions of
 * its subject where that goes too; else by subject and version. *out has schema_count places. */
enum sma_status sma_archive_order(const struct sma_archive *archive,
                                  struct sma_archive_schema ***out, size_t *count,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* Appends the archive in its own form. time: of the header. */
enum sma_status sma_archive_write(struct sma_buf *out, const struct sma_archive *archive,
                                  const char *time, struct sma_error *err) SMA_MUST_CHECK;
/* The members of a schema, into an open object: for a line here and for registrations there. */
void sma_archive_put_content(struct sma_buf *out, const struct sma_archive_schema *schema,
                             const struct sma_reference *references);

#endif
