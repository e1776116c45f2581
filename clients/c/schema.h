/* Schemas as callers hold them. The parsed text is a body, shared by all schemas with that text (as
 * given, as registered under a subject, as found under an id); a schema adds where it was found.
 * Both are immutable and counted. */
#ifndef SMA_CLIENT_SCHEMA_H
#define SMA_CLIENT_SCHEMA_H

#include <stdatomic.h>

#include "base/arena.h"
#include "clients/c/error.h"
#include "core/schema/schema.h"

/* A reference of a schema with what it leads to. */
struct sma_client_reference {
    struct sma_str name, subject;
    int32_t version; /* <= 0: not registered yet */
    schemata_schema_t *schema;
};

/* What an adapter builds once for a body and keeps with it (avro-c's form, say). */
struct sma_client_attachment {
    const void *owner; /* an address that stands for the kind */
    void (*release)(struct sma_client_attachment *attachment);
};

/* Kinds of attachment that one body may have. */
#define SMA_CLIENT_ATTACHMENTS_MAX 8

struct sma_client_body {
    atomic_uint ref_count;
    schemata_type_t type;
    struct sma_schema *core;
    struct sma_arena arena;
    const struct sma_client_reference *references; /* direct ones; each holds its schema */
    size_t reference_count;
    /* The closure as the parsers want it: dependencies first, each name once. */
    const struct sma_resolved_reference *closure;
    size_t closure_count;
    struct sma_str file_name;   /* for messages; may be empty */
    const char *record_name;    /* NULL when the schema has none */
    size_t bytes;               /* estimate of the memory behind it */
    uint8_t digest[32];         /* SHA-256 of type, text and references */
    _Atomic(struct sma_client_attachment *) attachments[SMA_CLIENT_ATTACHMENTS_MAX];
};

struct schemata_schema {
    atomic_uint ref_count;
    struct sma_client_body *body;
    int32_t id, version; /* -1: none */
    bool has_guid;
    schemata_guid_t guid;
    char *subject;            /* NULL: none */
    char *metadata, *rule_set; /* JSON text as the registry gave it; NULL: none */
};

/* Parses. Takes references on the schemas of `references`; copies everything else.
 *
 * Returns   SCHEMATA_ERR_PARSE with the parser's message, _REFERENCE when a reference has no schema,
 *           _NOMEM. */
schemata_status_t sma_client_body_new(struct sma_client_body **out, schemata_type_t type,
                                      struct sma_str text, const char *file_name,
                                      const struct sma_client_reference *references, size_t count,
                                      schemata_error_t **err);
struct sma_client_body *sma_client_body_ref(struct sma_client_body *body);
void sma_client_body_unref(struct sma_client_body *body);

/* The attachment of `owner`, made by `make` when there is none yet (two threads may both make one;
 * the second is released). NULL with *err set when it cannot be made. */
struct sma_client_attachment *
sma_client_body_attach(struct sma_client_body *body, const void *owner,
                       struct sma_client_attachment *(*make)(struct sma_client_body *body,
                                                             schemata_error_t **err),
                       schemata_error_t **err);

/* Where a schema was found; the strings are copied. */
struct sma_client_found {
    int32_t id, version;
    bool has_guid;
    schemata_guid_t guid;
    struct sma_str subject, metadata, rule_set; /* empty: none */
};
/* Takes its own reference on `body`. NULL when out of memory. */
schemata_schema_t *sma_client_schema_new(struct sma_client_body *body,
                                         const struct sma_client_found *found);

/* "AVRO" and so on, both ways; 0 when unknown. */
const char *sma_client_type_name(schemata_type_t type);
schemata_type_t sma_client_type_find(struct sma_str name);

#endif
