/* Avro messages as values of avro-c. A library of its own, libschemata-avro (pkg-config:
 * schemata-avro), so that libschemata itself needs no avro-c.
 *
 * Threads: as for the other calls of serializers and deserializers; an avro_value_t belongs to one
 * thread. */
#ifndef SCHEMATA_AVRO_H
#define SCHEMATA_AVRO_H
#include <avro.h>
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
/* Writes a value. It may be of another schema than the one chosen for the message (an older one, say):
 * then it is resolved to that by Avro's rules, which takes longer.
 *
 * v         NULL for a tombstone: out->len becomes 0.
 * out       reused; free with schemata_buf_free.
 * Returns   SCHEMATA_ERR_DATA when the value cannot be written as the chosen schema, _UNSUPPORTED when
 *           the chosen schema is no Avro or more than avro-c knows; others as
 *           schemata_serialize_json. */
SCHEMATA_API schemata_status_t
schemata_serialize_avro(schemata_serializer_t *s, const schemata_msg_t *m,
                        const avro_value_t *v, schemata_buf_t *out, schemata_error_t **err);
/* *v is a generic value of the reader schema; the caller decrefs it. Data of an older writer are
 * resolved: defaults, aliases, promotions, unions, enum defaults.
 *
 * v         out, on success; for a tombstone (p NULL) its iface is NULL and there is nothing to
 *           decref.
 * Returns   as schemata_deserialize_json; SCHEMATA_ERR_UNSUPPORTED as above. */
SCHEMATA_API schemata_status_t
schemata_deserialize_avro(schemata_deserializer_t *d, const schemata_msg_t *m,
                          const void *p, size_t len, avro_value_t *v,
                          schemata_decoded_t *info, schemata_error_t **err);
/* New reference to the avro-c form of a schema (built once, kept with it); NULL with *err set when the
 * schema is no Avro or more than avro-c knows. Types of references are written into it. */
SCHEMATA_API avro_schema_t schemata_schema_as_avro(schemata_schema_t *s, schemata_error_t **err);
#ifdef __cplusplus
}
#endif
#endif
