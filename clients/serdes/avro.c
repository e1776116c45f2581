/* Messages: framing, and Avro values in and out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "clients/serdes/serdes.h"
#include "schemata/avro.h"

/* ---- framing --------------------------------------------------------------------------------------
 */

static serdes_err_t not_framed(const void *payload, size_t size, char *errstr, size_t errstr_size)
{
    if (errstr && errstr_size)
        snprintf(errstr, errstr_size, "Invalid payload framing: %s",
                 schemata_wire_explain(payload, size));
    return SERDES_ERR_FRAMING_INVALID;
}

static serdes_err_t read_frame(serdes_t *serdes, const void *payload, size_t size,
                               schemata_wire_t *wire, serdes_schema_t **schemap, char *errstr,
                               size_t errstr_size)
{
    schemata_error_t *err = NULL;
    if (schemata_wire_read(payload, size, false, wire) || wire->kind != SCHEMATA_WIRE_ID)
        return not_framed(payload, size, errstr, errstr_size);
    if (errstr && errstr_size)
        *errstr = '\0';
    *schemap = sma_serdes_by_id(serdes, wire->id, &err, errstr, errstr_size);
    if (*schemap)
        return SERDES_ERR_OK;
    if (err || !errstr || !errstr_size || !*errstr)
        sma_serdes_fail(SERDES_ERR_SCHEMA_LOAD, err, errstr, errstr_size);
    return SERDES_ERR_SCHEMA_LOAD;
}

ssize_t serdes_framing_read(serdes_t *serdes, const void **payloadp, size_t *sizep,
                            serdes_schema_t **schemap, char *errstr, int errstr_size)
{
    schemata_wire_t wire;
    serdes_schema_t *schema = NULL;
    if (serdes->conf->has_no_read_frame)
        return 0;
    if (read_frame(serdes, *payloadp, *sizep, &wire, &schema, errstr, (size_t)errstr_size))
        return -1;
    *payloadp = (const char *)*payloadp + wire.header_len;
    *sizep -= wire.header_len;
    if (schemap)
        *schemap = schema;
    return (ssize_t)wire.header_len;
}

size_t serdes_framing_write(serdes_t *serdes, serdes_schema_t *schema, char *payload, size_t size)
{
    size_t len = schemata_wire_write_id(NULL, 0, schema->id, NULL, 0);
    if (serdes->conf->has_no_write_frame || size < len)
        return 0;
    return schemata_wire_write_id(payload, size, schema->id, NULL, 0);
}

/* ---- writing --------------------------------------------------------------------------------------
 */

static serdes_err_t cannot_write(char *errstr, size_t errstr_size)
{
    if (errstr && errstr_size)
        snprintf(errstr, errstr_size, "Serializer failed: %s", avro_strerror());
    return SERDES_ERR_SERIALIZER;
}

static serdes_err_t write_value(avro_value_t *avro, char *to, size_t size, char *errstr,
                                size_t errstr_size)
{
    avro_writer_t writer = avro_writer_memory(to, (int64_t)size);
    int failed = writer ? avro_value_write(writer, avro) : 1;
    avro_writer_free(writer);
    return failed ? cannot_write(errstr, errstr_size) : SERDES_ERR_OK;
}

serdes_err_t serdes_schema_serialize_avro(serdes_schema_t *schema, avro_value_t *avro,
                                          void **payloadp, size_t *sizep, char *errstr,
                                          int errstr_size)
{
    serdes_t *serdes = schema->serdes;
    size_t frame = serdes_serializer_framing_size(serdes), body = 0;
    avro_schema_t form = serdes_schema_avro(schema), given = avro_value_get_schema(avro);
    if (form && given && !avro_schema_equal(form, given))
        return sma_serdes_fail(SERDES_ERR_SCHEMA_MISMATCH, NULL, errstr, (size_t)errstr_size);
    if (frame && schema->id < 0)
        return sma_serdes_fail(SERDES_ERR_SCHEMA_REQUIRED, NULL, errstr, (size_t)errstr_size);
    if (avro_value_sizeof(avro, &body))
        return cannot_write(errstr, (size_t)errstr_size);
    if (*payloadp && *sizep < frame + body)
        return sma_serdes_fail(SERDES_ERR_BUFFER_SIZE, NULL, errstr, (size_t)errstr_size);
    char *to = *payloadp ? *payloadp : malloc(frame + body + 1);
    if (!to)
        return sma_serdes_fail(SERDES_ERR_SERIALIZER, NULL, errstr, (size_t)errstr_size);
    serdes_framing_write(serdes, schema, to, frame);
    serdes_err_t st = write_value(avro, to + frame, body, errstr, (size_t)errstr_size);
    if (st) {
        if (!*payloadp)
            free(to);
        return st;
    }
    *payloadp = to;
    *sizep = frame + body;
    return SERDES_ERR_OK;
}

/* ---- reading --------------------------------------------------------------------------------------
 */

static serdes_err_t read_value(schemata_deserializer_t *de, avro_value_t *avro, const void *payload,
                               size_t size, char *errstr, size_t errstr_size)
{
    schemata_error_t *err = NULL;
    const schemata_msg_t m = {.size = sizeof m}; /* no topic: ids count without a subject */
    schemata_status_t st = schemata_deserialize_avro(de, &m, payload, size, avro, NULL, &err);
    serdes_err_t code = st == SCHEMATA_ERR_DATA      ? SERDES_ERR_PAYLOAD_INVALID
                        : st == SCHEMATA_ERR_FRAMING ? SERDES_ERR_FRAMING_INVALID
                                                     : SERDES_ERR_SCHEMA_LOAD;
    return st ? sma_serdes_fail(code, err, errstr, errstr_size) : SERDES_ERR_OK;
}

/* Bare data of the schema that the caller names. */
static serdes_err_t read_bare(serdes_t *serdes, avro_value_t *avro, const serdes_schema_t *schema,
                              const void *payload, size_t size, char *errstr, size_t errstr_size)
{
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_copy(serdes->conf->conf);
    schemata_deserializer_t *de = NULL;
    if (conf && !schemata_conf_set(conf, "deserializer.framing", "none", &err))
        de = schemata_deserializer_new(serdes->client, conf, schema->schema, &err);
    serdes_err_t st =
        de ? read_value(de, avro, payload, size, errstr, errstr_size)
           : sma_serdes_fail(SERDES_ERR_SCHEMA_LOAD, err, errstr, errstr_size);
    schemata_deserializer_free(de);
    schemata_conf_free(conf);
    return st;
}

serdes_err_t serdes_deserialize_avro(serdes_t *serdes, avro_value_t *avro,
                                     serdes_schema_t **schemap, const void *payload, size_t size,
                                     char *errstr, int errstr_size)
{
    schemata_wire_t wire;
    serdes_schema_t *schema = NULL;
    if (serdes->conf->has_no_read_frame)
        return schemap && *schemap ? read_bare(serdes, avro, *schemap, payload, size, errstr,
                                               (size_t)errstr_size)
                                   : sma_serdes_fail(SERDES_ERR_SCHEMA_REQUIRED, NULL, errstr,
                                                     (size_t)errstr_size);
    serdes_err_t st =
        read_frame(serdes, payload, size, &wire, &schema, errstr, (size_t)errstr_size);
    if (!st)
        st = read_value(serdes->framed, avro, payload, size, errstr, (size_t)errstr_size);
    if (!st && schemap)
        *schemap = schema;
    return st;
}
