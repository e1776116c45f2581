/* POST /decode: the value inside a message, the schema it was written with, and what is wrong.
 *
 * Without a schema in the request the message says which (the serializers' frame: 0 and an id, or 1
 * and a GUID); with one, the bytes are the bare value unless "framed" is true. */
#include "api/schemata/judge.h"
#include "api/schemata/resources.h"
#include "core/hash/hash.h"
#include "core/json/visitor.h"
#include "core/wire/frame.h"
#include "registry/read.h"
#include "registry/value.h"

#define VALUE_BYTES_MAX (32u << 20) /* of the JSON that a value becomes */

struct decoding {
    struct sma_own_call *call;
    struct sma_own_source source;
    struct sma_own_judging judging;
    struct sma_str data; /* the bare value; for Protobuf message indexes may still stand before */
    bool is_framed;
    struct sma_buf bytes, json;
};

static enum sma_status read_data(struct decoding *d, const struct sma_json *body,
                                 struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st = sma_value_text(&text, sma_json_getz(body, "data"), "data", err);
    if (st)
        return st;
    if (!text.ptr || !sma_base64_read(&d->bytes, text))
        return sma_own_refuse(err, "data: give the message's bytes in standard base64");
    d->data = sma_buf_str(&d->bytes);
    return SMA_OK;
}

static enum sma_status source_of_frame(struct decoding *d, const struct sma_frame *frame,
                                       const struct sma_json *body, struct sma_error *err)
{
    struct sma_own_call *call = d->call;
    struct sma_subject scope;
    struct sma_str context;
    struct sma_version row;
    enum sma_status st = sma_value_text(&context, sma_json_getz(body, "context"), "context", err);
    if (st)
        return st;
    if (frame->kind == SMA_FRAME_BY_GUID) {
        char guid[37];
        sma_uuid_text(guid, frame->guid);
        st = sma_read_guid(&row, call->loader, sma_str_z(guid), err);
    } else {
        st = sma_subject_make(&scope, call->arena, context.len ? context : SMA_CONTEXT_DEFAULT,
                              SMA_STR(""), err);
        if (!st)
            st = sma_read_id(&row, call->loader, &scope, frame->id, err);
    }
    return st ? st : sma_own_source_of_row(&d->source, call, &row, err);
}

static enum sma_status read_source(struct decoding *d, const struct sma_json *body,
                                   struct sma_error *err)
{
    struct sma_frame frame;
    struct sma_error cause = SMA_ERROR_INIT;
    bool is_given = sma_own_source_is_given(body);
    enum sma_status st = sma_own_member_bool(&d->is_framed, body, "framed", !is_given, err);
    if (!st && !is_given && !d->is_framed)
        st = sma_own_refuse(err, "framed: without a frame the request must name a schema");
    if (!st && is_given)
        st = sma_own_source_read(&d->source, d->call, body, err);
    if (st || !d->is_framed)
        return st;
    st = sma_frame_read(&frame, d->data, &cause);
    if (st)
        return sma_own_refuse(err,
                              "data: %s A message begins with 0 and a 4-byte schema id, or "
                              "with 1 and a 16-byte GUID",
                              cause.message);
    d->data = frame.rest;
    return is_given ? SMA_OK : source_of_frame(d, &frame, body, err);
}

/* ---- values -------------------------------------------------------------------------------------
 */

static enum sma_status decode_avro(struct decoding *d, struct sma_error *err)
{
    struct sma_json_sink sink;
    sma_json_sink_init(&sink, &d->json, SMA_JSON_BYTES_LATIN1);
    return sma_avro_decode(d->judging.engine->plan, d->data, NULL,
                           d->judging.is_tagged ? &sma_json_visitor_tagged : &sma_json_visitor,
                           &sink, err);
}

static enum sma_status decode_protobuf(struct decoding *d, struct sma_error *err)
{
    const struct sma_own_engine *engine = d->judging.engine;
    struct sma_message_indexes indexes = {.count = 0};
    enum sma_status st = SMA_OK;
    if (d->is_framed)
        st = sma_message_indexes_read(&indexes, &d->data, d->data, err);
    if (!st && !d->judging.message.len)
        st = sma_own_message_name(&d->judging.message, d->call->arena, engine->schema, indexes.path,
                                  indexes.count, err);
    if (!st)
        st = sma_proto_to_json(&d->json, engine->codec, d->judging.message, d->data, NULL, err);
    return st;
}

static enum sma_status decode_value(struct decoding *d, struct sma_error *err)
{
    if (d->judging.engine->validator) {
        sma_buf_puts(&d->json, d->data);
        return SMA_OK;
    }
    return d->judging.engine->plan ? decode_avro(d, err) : decode_protobuf(d, err);
}

static void write_broken(struct decoding *d, const char *message)
{
    struct sma_json_writer *w = &d->call->out;
    sma_jw_member_raw(w, "value", SMA_STR("null"));
    sma_jw_member_bool(w, "isValid", false);
    sma_jw_name(w, "findings");
    sma_jw_array_open(w);
    sma_own_finding_write(
        w, &(struct sma_own_finding){.keyword = SMA_STR("decode"), .message = sma_str_z(message)});
    sma_jw_array_close(w);
}

/* JSON messages are read once more: they must be JSON, and then obey their schema. */
static enum sma_status write_json(struct decoding *d, struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    const struct sma_json *value;
    bool is_valid;
    enum sma_status st =
        sma_json_parse(&value, d->call->arena, sma_buf_str(&d->json), NULL, NULL, &cause);
    if (st == SMA_EINVAL) {
        write_broken(d, cause.message);
        return SMA_OK;
    }
    if (st)
        return sma_fail(err, st, "data: %s", cause.message);
    sma_jw_name(&d->call->out, "value");
    sma_json_put(d->call->body, value);
    d->call->out.need_comma = true;
    return sma_own_judge(&is_valid, &d->call->out, &d->judging, value, err);
}

static enum sma_status write_value(struct decoding *d, struct sma_error *err)
{
    struct sma_json_writer *w = &d->call->out;
    struct sma_error cause = SMA_ERROR_INIT;
    enum sma_status st = decode_value(d, &cause);
    if (sma_buf_failed(&d->json))
        return sma_fail(err, SMA_ELIMIT, "data: the value exceeds the limit of %u bytes of JSON",
                        VALUE_BYTES_MAX);
    if (st == SMA_EINVAL || st == SMA_ENOTFOUND) {
        write_broken(d, cause.message);
        return SMA_OK;
    }
    if (st)
        return sma_fail(err, st, "data: %s", cause.message);
    if (d->judging.engine->validator)
        return write_json(d, err);
    if (d->judging.message.len)
        sma_jw_member_string(w, "message", d->judging.message);
    sma_jw_member_raw(w, "value", sma_buf_str(&d->json));
    sma_jw_member_bool(w, "isValid", true);
    sma_jw_member_raw(w, "findings", SMA_STR("[]"));
    return SMA_OK;
}

static enum sma_status decode(struct decoding *d, struct sma_error *err)
{
    const struct sma_json *body;
    enum sma_status st = sma_own_body(&body, d->call, err);
    if (!st)
        st = read_data(d, body, err);
    if (!st)
        st = read_source(d, body, err);
    if (!st)
        st = sma_own_judging_options(&d->judging, body, err);
    if (!st)
        st = sma_own_engine_get(&d->judging.engine, d->call, &d->source, d->judging.assert_format,
                                err);
    if (st)
        return st;
    sma_arena_init(&d->judging.values, 0);
    sma_jw_object_open(&d->call->out);
    sma_own_source_write(&d->call->out, &d->source);
    st = write_value(d, err);
    sma_jw_object_close(&d->call->out);
    return st;
}

enum sma_status sma_own_decode(struct sma_own_call *call, struct sma_error *err)
{
    struct decoding d = {.call = call, .judging = {.arena = call->arena}};
    sma_buf_init(&d.bytes, 0);
    sma_buf_init(&d.json, VALUE_BYTES_MAX);
    enum sma_status st = decode(&d, err);
    sma_own_judging_end(&d.judging);
    sma_own_engine_unref(d.judging.engine);
    sma_buf_fini(&d.bytes);
    sma_buf_fini(&d.json);
    return st;
}
