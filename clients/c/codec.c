/* Each call makes its struct sma_error by sma_error_clear: setting all of it to zero would cost more
 * than many a message. */
#include "clients/c/codec.h"

#include <string.h>

#include "clients/c/memory.h"

void sma_client_form_init(struct sma_client_form *form, const schemata_conf_t *c)
{
    form->unions = !strcmp(sma_client_conf_text(c, SMA_P_AVRO_UNIONS), "tagged")
                       ? SMA_AVRO_UNIONS_TAGGED
                       : SMA_AVRO_UNIONS_PLAIN;
    form->bytes = !strcmp(sma_client_conf_text(c, SMA_P_AVRO_BYTES), "escapes")
                      ? SMA_JSON_BYTES_LATIN1
                      : SMA_JSON_BYTES_BASE64;
    form->proto = (struct sma_proto_json_options){
        .use_proto_names = !strcmp(sma_client_conf_text(c, SMA_P_PROTO_NAMES), "proto"),
        .emit_defaults = sma_client_conf_bool(c, SMA_P_PROTO_DEFAULTS)};
    form->validates = sma_client_conf_bool(c, SMA_P_JSON_VALIDATE);
    form->max_bytes = (uint32_t)sma_client_conf_int(c, SMA_P_PAYLOAD_MAX_BYTES);
}

/* ---- building -------------------------------------------------------------------------------------
 */

static void release(struct sma_client_attachment *attachment)
{
    struct sma_client_codec *codec = (struct sma_client_codec *)attachment;
    if (codec->type == SCHEMATA_AVRO)
        sma_avro_plan_free(codec->plan);
    else if (codec->type == SCHEMATA_PROTOBUF)
        sma_proto_codec_free(codec->proto);
    else
        sma_validator_unref(codec->validator);
    sma_client_free(codec);
}

/* The references of the schema come along as documents. */
static enum sma_status compile(struct sma_validator **out, const struct sma_client_body *body,
                               struct sma_error *problem)
{
    struct sma_validator_text *documents =
        sma_client_alloc((body->closure_count + 1) * sizeof *documents);
    if (!documents)
        return sma_fail_nomem(problem);
    for (size_t i = 0; i < body->closure_count; i++)
        documents[i] = (struct sma_validator_text){body->closure[i].reference.name,
                                                   body->closure[i].text};
    enum sma_status st = sma_validator_compile_text(out, body->core->text, documents,
                                                    body->closure_count, NULL, problem);
    sma_client_free(documents);
    return st;
}

static struct sma_client_attachment *make(struct sma_client_body *body, schemata_error_t **err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_client_codec *codec = sma_client_alloc(sizeof *codec);
    enum sma_status st;
    if (!codec) {
        sma_client_no_memory(err);
        return NULL;
    }
    codec->attachment.release = release;
    codec->type = body->type;
    codec->body = body;
    if (body->type == SCHEMATA_AVRO)
        st = sma_avro_plan_new(&codec->plan, body->core, NULL, &problem);
    else if (body->type == SCHEMATA_PROTOBUF)
        st = sma_proto_codec_new(&codec->proto, body->core, &problem);
    else
        st = compile(&codec->validator, body, &problem);
    if (!st)
        return &codec->attachment;
    sma_client_fail_core(err, SCHEMATA_ERR_PARSE, &problem);
    sma_client_free(codec);
    return NULL;
}

schemata_status_t sma_client_codec_of(struct sma_client_body *body,
                                      const struct sma_client_codec **out, schemata_error_t **err)
{
    static const char kind;
    schemata_error_t *made = NULL;
    struct sma_client_attachment *attachment = sma_client_body_attach(body, &kind, make, &made);
    if (!attachment)
        return sma_client_error_give(err, made);
    *out = (const struct sma_client_codec *)attachment;
    return SCHEMATA_OK;
}

schemata_status_t sma_client_too_long(size_t len, uint32_t max, schemata_error_t **err)
{
    sma_client_fail(err, SCHEMATA_ERR_DATA, "a message of %zu bytes exceeds the limit of %u bytes",
                    len, max);
    sma_client_hint(err, "raise payload.max.bytes if messages may be that large");
    return SCHEMATA_ERR_DATA;
}

/* ---- JSON to bytes --------------------------------------------------------------------------------
 */

schemata_status_t sma_client_parse_json(const struct sma_json **out,
                                        const struct sma_client_form *form,
                                        struct sma_client_lane *lane, struct sma_str json,
                                        schemata_error_t **err)
{
    const struct sma_json_options options = {.max_depth = SMA_CLIENT_JSON_DEPTH_MAX,
                                             .max_values = SMA_CLIENT_JSON_VALUES_MAX,
                                             .max_bytes = form->max_bytes};
    struct sma_error problem;
    sma_error_clear(&problem);
    if (!sma_json_parse(out, &lane->arena, json, &options, NULL, &problem))
        return SCHEMATA_OK;
    return sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
}

static schemata_status_t encode_avro(const struct sma_client_codec *codec,
                                     const struct sma_client_form *form,
                                     struct sma_client_lane *lane, struct sma_str json,
                                     schemata_error_t **err)
{
    const struct sma_avro_encode_options options = {form->unions, form->bytes};
    const struct sma_json *value;
    struct sma_error problem;
    schemata_status_t st = sma_client_parse_json(&value, form, lane, json, err);
    sma_error_clear(&problem);
    if (!st && sma_avro_encode(&lane->bytes, codec->body->core, value, &options, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
    return st;
}

static schemata_status_t encode_proto(const struct sma_client_codec *codec, const char *message,
                                      const struct sma_client_form *form,
                                      struct sma_client_lane *lane, struct sma_str json,
                                      schemata_error_t **err)
{
    struct sma_error problem;
    sma_error_clear(&problem);
    if (!sma_proto_from_json(&lane->bytes, codec->proto, sma_str_z(message), json,
                             &form->proto, &problem))
        return SCHEMATA_OK;
    return sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem);
}

/* The text itself, which has to be JSON and, unless that is turned off, valid. */
static schemata_status_t pass_json(const struct sma_client_codec *codec,
                                   const struct sma_client_form *form, struct sma_client_lane *lane,
                                   struct sma_str json, schemata_error_t **err)
{
    const struct sma_json *value;
    schemata_status_t st = sma_client_parse_json(&value, form, lane, json, err);
    if (!st && form->validates)
        st = sma_client_validate(codec, lane, value, err);
    if (!st)
        sma_buf_puts(&lane->bytes, json);
    return !st && sma_buf_failed(&lane->bytes) ? sma_client_no_memory(err) : st;
}

schemata_status_t sma_client_encode_json(const struct sma_client_codec *codec, const char *message,
                                         const struct sma_client_form *form,
                                         struct sma_client_lane *lane, struct sma_str json,
                                         schemata_error_t **err)
{
    if (json.len > form->max_bytes)
        return sma_client_too_long(json.len, form->max_bytes, err);
    switch (codec->type) {
    case SCHEMATA_AVRO:
        return encode_avro(codec, form, lane, json, err);
    case SCHEMATA_PROTOBUF:
        return encode_proto(codec, message, form, lane, json, err);
    default:
        return pass_json(codec, form, lane, json, err);
    }
}

/* ---- bytes to JSON --------------------------------------------------------------------------------
 */

schemata_status_t sma_client_decode_json(const struct sma_client_reading *r,
                                         const struct sma_client_form *form,
                                         struct sma_client_lane *lane, struct sma_str data,
                                         schemata_error_t **err)
{
    struct sma_error problem;
    struct sma_json_sink sink;
    enum sma_status st;
    if (data.len > form->max_bytes)
        return sma_client_too_long(data.len, form->max_bytes, err);
    if (r->codec->type == SCHEMATA_JSON)
        return pass_json(r->codec, form, lane, data, err);
    sma_error_clear(&problem);
    if (r->codec->type == SCHEMATA_AVRO) {
        sma_json_sink_init(&sink, &lane->bytes, form->bytes);
        st = sma_avro_decode(r->plan, data, NULL,
                             form->unions == SMA_AVRO_UNIONS_TAGGED ? &sma_json_visitor_tagged
                                                                    : &sma_json_visitor,
                             &sink, &problem);
    } else {
        st = sma_proto_to_json(&lane->bytes, r->codec->proto, sma_str_z(r->message), data,
                               &form->proto, &problem);
    }
    if (sma_buf_failed(&lane->bytes)) /* the sink stops the decoder then */
        return sma_client_no_memory(err);
    return st ? sma_client_fail_core(err, SCHEMATA_ERR_DATA, &problem) : SCHEMATA_OK;
}
