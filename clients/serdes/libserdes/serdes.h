/* The interface of libserdes over libschemata, source-compatible: names and meanings are libserdes', the
 * code is not. A program that is built against it gets TLS, OAuth, references, failover and time-outs
 * without a change. pkg-config: schemata-serdes.
 *
 * Threads: a serdes_t may be shared; a serdes_conf_t and a schema's opaque belong to one thread.
 * Properties: those of libschemata (schema.registry.url, serializer.framing, deserializer.framing,
 * ssl.ca.location, …); "debug" is taken and means nothing. */
#ifndef LIBSERDES_SERDES_H
#define LIBSERDES_SERDES_H

#include <inttypes.h>
#include <stddef.h>
#include <sys/types.h>

#ifdef __cplusplus
extern "C" {
#endif

#if defined(__GNUC__)
#define SERDES_EXPORT __attribute__((visibility("default")))
#else
#define SERDES_EXPORT
#endif

typedef enum {
    SERDES_ERR_OK = 0,
    SERDES_ERR_CONF_UNKNOWN,    /* no property of that name */
    SERDES_ERR_CONF_INVALID,    /* bad value */
    SERDES_ERR_FRAMING_INVALID, /* the payload is not framed, or cut short */
    SERDES_ERR_SCHEMA_LOAD,     /* the schema cannot be had */
    SERDES_ERR_PAYLOAD_INVALID, /* the data do not fit the schema */
    SERDES_ERR_SCHEMA_MISMATCH, /* the value is of another schema */
    SERDES_ERR_SCHEMA_REQUIRED, /* without framing the caller must name the schema */
    SERDES_ERR_SERIALIZER,      /* the value cannot be written */
    SERDES_ERR_BUFFER_SIZE      /* the caller's buffer is too small */
} serdes_err_t;

/* A sentence; constant. */
SERDES_EXPORT const char *serdes_err2str(serdes_err_t err);

typedef struct serdes_conf_s serdes_conf_t;
typedef struct serdes_s serdes_t;
typedef struct serdes_schema_s serdes_schema_t;

/* ---- configuration ---------------------------------------------------- */

/* New, with pairs of name and value up to NULL. NULL with errstr on failure. */
SERDES_EXPORT serdes_conf_t *serdes_conf_new(char *errstr, int errstr_size, ...);
SERDES_EXPORT serdes_conf_t *serdes_conf_copy(const serdes_conf_t *src);
SERDES_EXPORT void serdes_conf_destroy(serdes_conf_t *conf);
SERDES_EXPORT serdes_err_t serdes_conf_set(serdes_conf_t *conf, const char *name, const char *val,
                                           char *errstr, int errstr_size);
/* Makes the object that serdes_schema_object gives; without, it is avro-c's avro_schema_t. */
SERDES_EXPORT void serdes_conf_set_schema_load_cb(
    serdes_conf_t *conf,
    void *(*load_cb)(serdes_schema_t *schema, const char *definition, size_t definition_len,
                     char *errstr, size_t errstr_size, void *opaque),
    void (*unload_cb)(serdes_schema_t *schema, void *schema_obj, void *opaque));
SERDES_EXPORT void serdes_conf_set_log_cb(serdes_conf_t *conf,
                                          void (*log_cb)(serdes_t *serdes, int level,
                                                         const char *fac, const char *buf,
                                                         void *opaque));
SERDES_EXPORT void serdes_conf_set_opaque(serdes_conf_t *conf, void *opaque);

/* ---- the handle ------------------------------------------------------- */

/* Takes over `conf` on success (also when that is NULL: the defaults, and the environment's URL). */
SERDES_EXPORT serdes_t *serdes_new(serdes_conf_t *conf, char *errstr, size_t errstr_size);
SERDES_EXPORT void serdes_destroy(serdes_t *serdes);
/* Forgets schemas not used for `max_age` seconds; how many. They must not be in use. */
SERDES_EXPORT int serdes_schemas_purge(serdes_t *serdes, int max_age);

/* ---- schemas: they live as long as the handle, or until destroyed ------ */

/* By id, or, with id -1, the latest version of the subject `name`. */
SERDES_EXPORT serdes_schema_t *serdes_schema_get(serdes_t *serdes, const char *name, int id,
                                                 char *errstr, int errstr_size);
/* With a definition and id -1: registered under the subject `name`. With a definition and an id: known
 * here alone. Without a definition: as serdes_schema_get. definition_len -1: up to its NUL. */
SERDES_EXPORT serdes_schema_t *serdes_schema_add(serdes_t *serdes, const char *name, int id,
                                                 const void *definition, int definition_len,
                                                 char *errstr, int errstr_size);
SERDES_EXPORT void serdes_schema_destroy(serdes_schema_t *schema);
SERDES_EXPORT int serdes_schema_id(serdes_schema_t *schema);
SERDES_EXPORT const char *serdes_schema_name(serdes_schema_t *schema); /* NULL when got by id */
SERDES_EXPORT const char *serdes_schema_definition(serdes_schema_t *schema);
SERDES_EXPORT void *serdes_schema_object(serdes_schema_t *schema);
SERDES_EXPORT serdes_t *serdes_schema_handle(serdes_schema_t *schema);
SERDES_EXPORT void serdes_schema_set_opaque(serdes_schema_t *schema, void *opaque);
SERDES_EXPORT void *serdes_schema_opaque(serdes_schema_t *schema);

/* ---- framing ---------------------------------------------------------- */

/* Moves *payloadp and *sizep behind the frame and gives its schema. The bytes of the frame (0 with
 * deserializer.framing=none), -1 with errstr on failure. */
SERDES_EXPORT ssize_t serdes_framing_read(serdes_t *serdes, const void **payloadp, size_t *sizep,
                                          serdes_schema_t **schemap, char *errstr,
                                          int errstr_size);
/* Writes the frame at the front of `payload`. Its bytes, 0 when there is no room or no framing. */
SERDES_EXPORT size_t serdes_framing_write(serdes_t *serdes, serdes_schema_t *schema, char *payload,
                                          size_t size);
SERDES_EXPORT size_t serdes_serializer_framing_size(serdes_t *serdes);
SERDES_EXPORT size_t serdes_deserializer_framing_size(serdes_t *serdes);

#ifdef __cplusplus
}
#endif
#endif
