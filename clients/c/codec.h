/* What a schema is for messages: JSON to bytes and bytes to JSON or to a visitor, for the three
 * formats. Built once per body and kept with it; immutable, so threads share it. */
#ifndef SMA_CLIENT_CODEC_H
#define SMA_CLIENT_CODEC_H

#include "clients/c/conf.h"
#include "clients/c/lane.h"
#include "clients/c/schema.h"
#include "core/avro/codec.h"
#include "core/json/visitor.h"
#include "core/jsonschema/validator.h"
#include "core/protobuf/dynamic.h"
#include "core/wire/frame.h"

/* Nesting of JSON that is a message or becomes one. */
#define SMA_CLIENT_JSON_DEPTH_MAX (2 * SMA_AVRO_VALUE_DEPTH_MAX + 8)
#define SMA_CLIENT_JSON_VALUES_MAX 4000000u

struct sma_client_codec {
    struct sma_client_attachment attachment;
    schemata_type_t type;
    const struct sma_client_body *body; /* whose attachment this is */
    union {
        struct sma_avro_plan *plan; /* Avro: the schema's data as itself */
        struct sma_proto_codec *proto;
        struct sma_validator *validator; /* JSON Schema */
    };
};

/* How values look in JSON, and how large they may be. */
struct sma_client_form {
    enum sma_avro_unions unions;
    enum sma_json_bytes bytes;
    struct sma_proto_json_options proto;
    bool validates; /* JSON Schema: checks instances */
    uint32_t max_bytes;
};
void sma_client_form_init(struct sma_client_form *form, const schemata_conf_t *c);

/* The body's own; built at the first call. Borrowed: it lives as long as the body. */
schemata_status_t sma_client_codec_of(struct sma_client_body *body,
                                      const struct sma_client_codec **out, schemata_error_t **err);

/* Appends the message that a JSON text stands for to lane->bytes.
 *
 * message   Protobuf: full name of the message. */
schemata_status_t sma_client_encode_json(const struct sma_client_codec *codec, const char *message,
                                         const struct sma_client_form *form,
                                         struct sma_client_lane *lane, struct sma_str json,
                                         schemata_error_t **err);

/* How to read one writer's data. */
struct sma_client_reading {
    const struct sma_client_codec *codec; /* the reader's; the writer's when there is no reader */
    const struct sma_avro_plan *plan;     /* Avro: writer to reader */
    const char *message;                  /* Protobuf: full name */
};

/* Appends the JSON of a message to lane->bytes. JSON messages are passed on as they are, once they
 * have been found to be JSON and valid. */
schemata_status_t sma_client_decode_json(const struct sma_client_reading *reading,
                                         const struct sma_client_form *form,
                                         struct sma_client_lane *lane, struct sma_str data,
                                         schemata_error_t **err);
/* Tells a visitor of the library's users. */
schemata_status_t sma_client_decode_visit(const struct sma_client_reading *reading,
                                          const struct sma_client_form *form,
                                          struct sma_client_lane *lane, struct sma_str data,
                                          const schemata_visitor_t *visitor, void *ctx,
                                          schemata_error_t **err);

/* SCHEMATA_ERR_DATA for a message over the limit. */
schemata_status_t sma_client_too_long(size_t len, uint32_t max, schemata_error_t **err);

/* JSON text to a tree in lane->arena, within the limits of the form. */
schemata_status_t sma_client_parse_json(const struct sma_json **out,
                                        const struct sma_client_form *form,
                                        struct sma_client_lane *lane, struct sma_str json,
                                        schemata_error_t **err);
/* SCHEMATA_ERR_DATA with a report of everything that is wrong when the instance is not valid. */
schemata_status_t sma_client_validate(const struct sma_client_codec *codec,
                                      struct sma_client_lane *lane, const struct sma_json *instance,
                                      schemata_error_t **err);

#endif
