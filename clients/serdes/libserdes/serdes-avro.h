/* Avro messages for programs written against libserdes. See serdes.h. */
#ifndef LIBSERDES_SERDES_AVRO_H
#define LIBSERDES_SERDES_AVRO_H

#include <avro.h>
#include <libserdes/serdes.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Frame and value into *payloadp, which is malloc'ed when NULL (free() it), and else has room for *sizep
 * bytes. *sizep is what was written. */
SERDES_EXPORT serdes_err_t serdes_schema_serialize_avro(serdes_schema_t *schema, avro_value_t *avro,
                                                        void **payloadp, size_t *sizep,
                                                        char *errstr, int errstr_size);
/* The value, which the caller decrefs, and its schema. Without framing *schemap says which it is. */
SERDES_EXPORT serdes_err_t serdes_deserialize_avro(serdes_t *serdes, avro_value_t *avro,
                                                   serdes_schema_t **schemap, const void *payload,
                                                   size_t size, char *errstr, int errstr_size);
/* avro-c's form; NULL with a load callback of one's own. */
SERDES_EXPORT avro_schema_t serdes_schema_avro(serdes_schema_t *schema);

#ifdef __cplusplus
}
#endif
#endif
