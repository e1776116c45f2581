/* What the C client costs per message, on a mock registry that has answered already:
 *
 *   frame       framing, choice of schema and cache over the bare codec (goal: <= 30 ns)
 *   avro        our decoder and encoder against avro-c's generic avro_value_t and against code
 *               written by hand for the one record
 *   json, protobuf   the other serializers, for the table beside the other languages' clients
 *
 *     client_avro [NAME]   prints "name nanoseconds" per line, the best of ROUNDS rounds each
 *
 * Things that are compared take turns within a round. */
#include <avro.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/avro/avro.h"
#include "core/avro/codec.h"
#include "schemata/avro.h"
#include "schemata/schemata.h"

/* Many short rounds: the best one fits between two interruptions, on a busy machine too. */
#ifndef ROUNDS
#define ROUNDS 600
#endif
#define ROUND_NS 400000u
#define BATCH 50

static const char avro_text[] =
    "{\"type\":\"record\",\"name\":\"Order\",\"fields\":["
    "{\"name\":\"id\",\"type\":\"long\"},{\"name\":\"customer\",\"type\":\"string\"},"
    "{\"name\":\"quantity\",\"type\":\"int\"},{\"name\":\"price\",\"type\":\"double\"},"
    "{\"name\":\"paid\",\"type\":\"boolean\"},{\"name\":\"note\",\"type\":[\"null\",\"string\"]},"
    "{\"name\":\"tags\",\"type\":{\"type\":\"array\",\"items\":\"string\"}},"
    "{\"name\":\"created\",\"type\":\"long\"}]}";
static const char json_text[] =
    "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"integer\"},"
    "\"customer\":{\"type\":\"string\",\"maxLength\":40},\"quantity\":{\"type\":\"integer\","
    "\"minimum\":0},\"price\":{\"type\":\"number\"},\"paid\":{\"type\":\"boolean\"},"
    "\"note\":{\"type\":[\"null\",\"string\"]},\"tags\":{\"type\":\"array\",\"items\":"
    "{\"type\":\"string\"}},\"created\":{\"type\":\"integer\"}},\"required\":[\"id\",\"customer\"]}";
static const char proto_text[] =
    "syntax = \"proto3\"; message Order { int64 id = 1; string customer = 2; int32 quantity = 3;\n"
    "  double price = 4; bool paid = 5; optional string note = 6; repeated string tags = 7;\n"
    "  int64 created = 8; }";
static const char record[] =
    "{\"id\":123456789,\"customer\":\"Ada Lovelace\",\"quantity\":3,\"price\":12.5,\"paid\":true,"
    "\"note\":\"leave at the door\",\"tags\":[\"fragile\",\"gift\"],\"created\":1700000000123}";

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    fprintf(stderr, "client_avro: %s\n", what);
    exit(1);
}

/* ---- by hand ------------------------------------------------------------------------------------ */

struct order {
    int64_t id, created;
    const char *customer, *note;
    size_t customer_len, note_len;
    int32_t quantity;
    double price;
    bool paid, has_note;
    struct {
        const char *text;
        size_t len;
    } tags[8];
    size_t tag_count;
};

struct input {
    const uint8_t *at, *end;
    bool failed;
};

static int64_t hand_long(struct input *in)
{
    uint64_t bits = 0;
    for (int shift = 0; shift < 70 && in->at < in->end; shift += 7) {
        uint8_t byte = *in->at++;
        bits |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80)
            return (int64_t)(bits >> 1) ^ -(int64_t)(bits & 1);
    }
    in->failed = true;
    return 0;
}

/* Checks UTF-8 as the contract of both sides demands: ASCII at eight bytes a step. */
static const char *hand_string(struct input *in, size_t *len)
{
    int64_t n = hand_long(in);
    const char *text = (const char *)in->at;
    if (n < 0 || n > in->end - in->at) {
        in->failed = true;
        return NULL;
    }
    uint64_t high = 0, word;
    size_t i = 0;
    for (; i + 8 <= (size_t)n; i += 8) {
        memcpy(&word, text + i, 8);
        high |= word;
    }
    for (; i < (size_t)n; i++)
        high |= (uint64_t)(uint8_t)text[i];
    if (high & 0x8080808080808080u)
        in->failed = true; /* the record here is ASCII */
    in->at += n;
    *len = (size_t)n;
    return text;
}

static bool hand_decode(struct order *o, const uint8_t *bytes, size_t len)
{
    struct input in = {bytes, bytes + len, false};
    o->id = hand_long(&in);
    o->customer = hand_string(&in, &o->customer_len);
    o->quantity = (int32_t)hand_long(&in);
    if (in.failed || in.end - in.at < 9)
        return false;
    memcpy(&o->price, in.at, 8);
    o->paid = in.at[8];
    in.at += 9;
    o->has_note = hand_long(&in) == 1;
    if (o->has_note)
        o->note = hand_string(&in, &o->note_len);
    o->tag_count = 0;
    for (int64_t n = hand_long(&in); n > 0 && !in.failed; n = hand_long(&in))
        for (int64_t i = 0; i < n && !in.failed; i++, o->tag_count++)
            o->tags[o->tag_count % 8].text = hand_string(&in, &o->tags[o->tag_count % 8].len);
    o->created = hand_long(&in);
    return !in.failed && in.at == in.end;
}

/* ---- the same through the visitor --------------------------------------------------------------- */

struct taker {
    struct order order;
    int field; /* which one comes next */
};

static int take_int(void *c, int64_t v)
{
    struct taker *t = c;
    if (t->field == 0)
        t->order.id = v;
    else if (t->field == 2)
        t->order.quantity = (int32_t)v;
    else
        t->order.created = v;
    return 0;
}

static int take_string(void *c, const char *s, size_t n)
{
    struct taker *t = c;
    if (t->field == 1) {
        t->order.customer = s;
        t->order.customer_len = n;
    } else if (t->field == 5) {
        t->order.has_note = true;
        t->order.note = s;
        t->order.note_len = n;
    } else {
        t->order.tags[t->order.tag_count % 8].text = s;
        t->order.tags[t->order.tag_count++ % 8].len = n;
    }
    return 0;
}

static int take_double(void *c, double v)
{
    ((struct taker *)c)->order.price = v;
    return 0;
}

static int take_bool(void *c, bool v)
{
    ((struct taker *)c)->order.paid = v;
    return 0;
}

static int take_key(void *c, const char *name, size_t n)
{
    (void)name;
    (void)n;
    ((struct taker *)c)->field++;
    return 0;
}

static int take_begin(void *c, size_t n)
{
    (void)n;
    ((struct taker *)c)->field = -1;
    return 0;
}

static int take_array(void *c, size_t n)
{
    (void)n;
    ((struct taker *)c)->order.tag_count = 0;
    return 0;
}

static int take_nothing(void *c)
{
    (void)c;
    return 0;
}

static const schemata_visitor_t taking = {.size = sizeof taking,
                                          .null_v = take_nothing,
                                          .map_end = take_nothing,
                                          .array_end = take_nothing,
                                          .int_v = take_int,
                                          .string_v = take_string,
                                          .double_v = take_double,
                                          .bool_v = take_bool,
                                          .key = take_key,
                                          .map_begin = take_begin,
                                          .array_begin = take_array};

/* ---- the visitor called by hand ------------------------------------------------------------------ */

#define NAME(v, c, name) (v)->key(c, name, sizeof name - 1)

static bool hand_visit(const schemata_visitor_t *v, void *c, const uint8_t *bytes, size_t len)
{
    struct input in = {bytes, bytes + len, false};
    size_t n = 0;
    const char *text;
    double price;
    bool stop = v->map_begin(c, 8) || NAME(v, c, "id") || v->int_v(c, hand_long(&in)) ||
                NAME(v, c, "customer");
    text = hand_string(&in, &n);
    stop = stop || in.failed || v->string_v(c, text, n) || NAME(v, c, "quantity") ||
           v->int_v(c, hand_long(&in)) || NAME(v, c, "price");
    if (stop || in.end - in.at < 9)
        return false;
    memcpy(&price, in.at, 8);
    bool paid = in.at[8];
    in.at += 9;
    stop = v->double_v(c, price) || NAME(v, c, "paid") || v->bool_v(c, paid) || NAME(v, c, "note");
    if (hand_long(&in) == 1) {
        text = hand_string(&in, &n);
        stop = stop || in.failed || v->string_v(c, text, n);
    } else {
        stop = stop || v->null_v(c);
    }
    int64_t count = hand_long(&in);
    stop = stop || NAME(v, c, "tags") || v->array_begin(c, (size_t)count);
    for (; count > 0 && !stop; count = hand_long(&in))
        for (int64_t i = 0; i < count && !stop; i++) {
            text = hand_string(&in, &n);
            stop = in.failed || v->string_v(c, text, n);
        }
    stop = stop || v->array_end(c) || NAME(v, c, "created") || v->int_v(c, hand_long(&in)) ||
           v->map_end(c);
    return !stop && !in.failed && in.at == in.end;
}

/* ---- what is measured --------------------------------------------------------------------------- */

struct bench {
    schemata_client_t *client;
    schemata_conf_t *conf;
    schemata_serializer_t *avro, *json, *proto;
    schemata_deserializer_t *de;
    schemata_msg_t msg, json_msg, proto_msg;
    schemata_buf_t out, text, avro_message, json_message, proto_message;
    /* the bare codec */
    struct sma_schema *core;
    struct sma_avro_plan *plan;
    struct sma_json_sink sink;
    struct sma_buf bytes, sunk;
    struct sma_arena arena;
    /* avro-c */
    avro_schema_t schema;
    avro_value_iface_t *iface;
    avro_value_t value;
    char *written;
    struct taker taker;
};

static void bare_encode(struct bench *b)
{
    static const struct sma_avro_encode_options options = {SMA_AVRO_UNIONS_PLAIN,
                                                           SMA_JSON_BYTES_BASE64};
    const struct sma_json *value;
    sma_arena_reset(&b->arena);
    b->bytes.len = 0;
    must(!sma_json_parse(&value, &b->arena, sma_str_make(record, sizeof record - 1), NULL, NULL,
                         NULL) &&
             !sma_avro_encode(&b->bytes, b->core, value, &options, NULL),
         "bare_encode");
}

static void bare_decode(struct bench *b)
{
    b->sunk.len = 0;
    sma_json_sink_init(&b->sink, &b->sunk, SMA_JSON_BYTES_BASE64);
    must(!sma_avro_decode(b->plan,
                          sma_str_make((char *)b->avro_message.data + 5, b->avro_message.len - 5),
                          NULL, &sma_json_visitor, &b->sink, NULL),
         "bare_decode");
}

static void whole_encode(struct bench *b)
{
    must(!schemata_serialize_json(b->avro, &b->msg, record, sizeof record - 1, &b->out, NULL),
         "whole_encode");
}

static void whole_decode(struct bench *b)
{
    must(!schemata_deserialize_json(b->de, &b->msg, b->avro_message.data, b->avro_message.len,
                                    &b->text, NULL, NULL),
         "whole_decode");
}

static void raw_write(struct bench *b)
{
    must(!schemata_serialize_raw(b->avro, &b->msg, b->avro_message.data + 5,
                                 b->avro_message.len - 5, NULL, 0, &b->out, NULL),
         "raw_write");
}

static void raw_read(struct bench *b)
{
    schemata_decoded_t info = {.size = sizeof info};
    must(!schemata_deserialize_raw(b->de, &b->msg, b->avro_message.data, b->avro_message.len, &info,
                                   NULL),
         "raw_read");
    schemata_decoded_release(&info);
}

/* What the loop itself costs. */
static void nothing(struct bench *b)
{
    (void)b;
}

static void wire_read(struct bench *b)
{
    schemata_wire_t wire;
    must(!schemata_wire_read(b->avro_message.data, b->avro_message.len, false, &wire), "wire_read");
}

static void id_lookup(struct bench *b)
{
    schemata_schema_t *s = schemata_get_by_id(b->client, 1, "orders-value", NULL, NULL);
    must(s != NULL, "id_lookup");
    schemata_schema_unref(s);
}

static void hand(struct bench *b)
{
    must(hand_decode(&b->taker.order, b->avro_message.data + 5, b->avro_message.len - 5), "hand");
}

/* Through a pointer that the compiler cannot see through, as a library has it. */
static void hand_to_visitor(struct bench *b)
{
    static const schemata_visitor_t *volatile v = &taking;
    must(hand_visit(v, &b->taker, b->avro_message.data + 5, b->avro_message.len - 5), "hand_visit");
}

static void visit(struct bench *b)
{
    must(!schemata_deserialize_visit(b->de, &b->msg, b->avro_message.data, b->avro_message.len,
                                     &taking, &b->taker, NULL, NULL),
         "visit");
}

/* The decoder alone, without frame and schema. */
static void bare_visit(struct bench *b)
{
    static const struct sma_visitor same = {.null_value = take_nothing,
                                            .bool_value = take_bool,
                                            .int_value = take_int,
                                            .double_value = take_double,
                                            .string_value = take_string,
                                            .map_begin = take_begin,
                                            .key = take_key,
                                            .map_end = take_nothing,
                                            .array_begin = take_array,
                                            .array_end = take_nothing};
    must(!sma_avro_decode(b->plan,
                          sma_str_make((char *)b->avro_message.data + 5, b->avro_message.len - 5),
                          NULL, &same, &b->taker, NULL),
         "bare_visit");
}

/* avro-c with a value made anew, as an application that keeps its messages has it. */
static void avro_c_read(struct bench *b)
{
    avro_value_t v;
    avro_reader_t reader =
        avro_reader_memory((char *)b->avro_message.data + 5, (int64_t)b->avro_message.len - 5);
    avro_generic_value_new(b->iface, &v);
    must(!avro_value_read(reader, &v), "avro_c_read");
    avro_value_decref(&v);
    avro_reader_free(reader);
}

static void ours_read(struct bench *b)
{
    avro_value_t v;
    must(!schemata_deserialize_avro(b->de, &b->msg, b->avro_message.data, b->avro_message.len, &v,
                                    NULL, NULL),
         "ours_read");
    avro_value_decref(&v);
}

/* avro-c needs the size before it writes, or a buffer that is large enough: this is the latter. */
static void avro_c_write(struct bench *b)
{
    avro_writer_t writer = avro_writer_memory(b->written, 4096);
    must(!avro_value_write(writer, &b->value), "avro_c_write");
    avro_writer_free(writer);
}

static void ours_write(struct bench *b)
{
    must(!schemata_serialize_avro(b->avro, &b->msg, &b->value, &b->out, NULL), "ours_write");
}

static void json_write(struct bench *b)
{
    must(!schemata_serialize_json(b->json, &b->json_msg, record, sizeof record - 1, &b->out, NULL),
         "json_write");
}

static void json_read(struct bench *b)
{
    must(!schemata_deserialize_json(b->de, &b->json_msg, b->json_message.data, b->json_message.len,
                                    &b->text, NULL, NULL),
         "json_read");
}

static void proto_write(struct bench *b)
{
    must(!schemata_serialize_json(b->proto, &b->proto_msg, record, sizeof record - 1, &b->out, NULL),
         "proto_write");
}

static void proto_read(struct bench *b)
{
    must(!schemata_deserialize_json(b->de, &b->proto_msg, b->proto_message.data, b->proto_message.len,
                                    &b->text, NULL, NULL),
         "proto_read");
}

static struct {
    const char *name;
    void (*run)(struct bench *b);
    double best;
} rows[] = {
    {"bare-encode", bare_encode, 0}, {"encode", whole_encode, 0},
    {"bare-decode", bare_decode, 0}, {"decode", whole_decode, 0},
    {"raw-write", raw_write, 0},     {"raw-read", raw_read, 0},
    {"loop", nothing, 0},            {"wire-read", wire_read, 0},     {"id-lookup", id_lookup, 0},
    {"hand-decode", hand, 0},        {"hand-visit", hand_to_visitor, 0},
    {"bare-visit", bare_visit, 0},   {"visit", visit, 0},
    {"avro-c-read", avro_c_read, 0}, {"avro-value-read", ours_read, 0},
    {"avro-c-write", avro_c_write, 0}, {"avro-value-write", ours_write, 0},
    {"json-write", json_write, 0},   {"json-read", json_read, 0},
    {"proto-write", proto_write, 0}, {"proto-read", proto_read, 0},
};
#define ROWS (sizeof rows / sizeof *rows)

/* ---- setting up --------------------------------------------------------------------------------- */

static schemata_serializer_t *serializer(struct bench *b, schemata_type_t type, const char *text,
                                         const schemata_msg_t *msg, schemata_buf_t *message)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *schema = schemata_parse(type, text, strlen(text), NULL, NULL, 0, NULL, &err);
    must(schema != NULL, "schema");
    schemata_serializer_t *ser = schemata_serializer_new(b->client, b->conf, schema, &err);
    must(ser != NULL, "serializer");
    if (schemata_serialize_json(ser, msg, record, sizeof record - 1, message, &err))
        must(false, schemata_error_message(err));
    if (type == SCHEMATA_AVRO)
        b->schema = schemata_schema_as_avro(schema, NULL);
    schemata_schema_unref(schema);
    return ser;
}

static void open_bench(struct bench *b)
{
    const struct sma_source source = {.text = sma_str_make(avro_text, sizeof avro_text - 1)};
    static const struct sma_parse_options options = {SMA_PARSE_LAX, true, false};
    b->conf = schemata_conf_new();
    must(!schemata_conf_set(b->conf, "url", "mock://bench", NULL), "conf");
    b->client = schemata_client_new(b->conf, NULL);
    b->msg = (schemata_msg_t){.size = sizeof b->msg, .topic = "orders"};
    b->json_msg = (schemata_msg_t){.size = sizeof b->msg, .topic = "orders-json"};
    b->proto_msg = (schemata_msg_t){.size = sizeof b->msg, .topic = "orders-protobuf"};
    b->avro = serializer(b, SCHEMATA_AVRO, avro_text, &b->msg, &b->avro_message);
    b->json = serializer(b, SCHEMATA_JSON, json_text, &b->json_msg, &b->json_message);
    b->proto = serializer(b, SCHEMATA_PROTOBUF, proto_text, &b->proto_msg, &b->proto_message);
    b->de = schemata_deserializer_new(b->client, b->conf, NULL, NULL);
    must(!sma_format_avro.parse(&b->core, &source, &options, NULL) &&
             !sma_avro_plan_new(&b->plan, b->core, NULL, NULL),
         "codec");
    sma_buf_init(&b->bytes, 0);
    sma_buf_init(&b->sunk, 0);
    sma_arena_init(&b->arena, 0);
    b->iface = avro_generic_class_from_schema(b->schema);
    b->written = malloc(4096);
    must(!schemata_deserialize_avro(b->de, &b->msg, b->avro_message.data, b->avro_message.len,
                                    &b->value, NULL, NULL),
         "value");
}

static void close_bench(struct bench *b)
{
    avro_value_decref(&b->value);
    avro_value_iface_decref(b->iface);
    avro_schema_decref(b->schema);
    free(b->written);
    sma_arena_fini(&b->arena);
    sma_buf_fini(&b->sunk);
    sma_buf_fini(&b->bytes);
    sma_avro_plan_free(b->plan);
    sma_schema_unref(b->core);
    schemata_deserializer_free(b->de);
    schemata_serializer_free(b->avro);
    schemata_serializer_free(b->json);
    schemata_serializer_free(b->proto);
    schemata_buf_free(&b->out);
    schemata_buf_free(&b->text);
    schemata_buf_free(&b->avro_message);
    schemata_buf_free(&b->json_message);
    schemata_buf_free(&b->proto_message);
    schemata_client_unref(b->client);
    schemata_conf_free(b->conf);
}

static double time_of(struct bench *b, void (*run)(struct bench *b))
{
    uint64_t start = now_ns(), end, count = 0;
    do {
        for (int i = 0; i < BATCH; i++)
            run(b);
        count += BATCH;
        end = now_ns();
    } while (end - start < ROUND_NS);
    return (double)(end - start) / (double)count;
}

int main(int argc, char **argv)
{
    static struct bench b;
    open_bench(&b);
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < ROWS; i++) {
            if (argc > 1 && strcmp(argv[1], rows[i].name) != 0)
                continue;
            double ns = time_of(&b, rows[i].run);
            if (!round || ns < rows[i].best)
                rows[i].best = ns;
        }
    for (size_t i = 0; i < ROWS; i++)
        if (rows[i].best > 0)
            printf("%s %.1f\n", rows[i].name, rows[i].best);
    close_bench(&b);
    return 0;
}
