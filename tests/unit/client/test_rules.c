/* Rules run by serializers and deserializers: executors, actions, encryption. The registry is a function of this
 * file: one subject, keks and deks. */
#include <stdlib.h>
#include <time.h>

#include "base/buf.h"
#include "core/json/json.h"
#include "core/json/writer.h"
#include "schemata/rules.h"
#include "schemata/test.h"
#include "tests/unit/client/serde.h"

/* ---- the registry ------------------------------------------------------------------------------- */

#define DEKS_MAX 8

struct registry {
    const char *type, *schema, *rules, *metadata;
    struct sma_buf kek; /* its JSON; empty: none yet */
    struct sma_buf deks[DEKS_MAX];
    size_t dek_count;
    struct sma_buf answer;
    unsigned requests, kek_posts;
    bool is_shared;
};

static void say_schema(struct registry *r)
{
    struct sma_json_writer w = sma_json_writer_on(&r->answer);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "subject", SMA_STR("orders-value"));
    sma_jw_member_i64(&w, "version", 1);
    sma_jw_member_i64(&w, "id", 1);
    sma_jw_member_string(&w, "schemaType", sma_str_z(r->type));
    sma_jw_member_string(&w, "schema", sma_str_z(r->schema));
    if (r->rules)
        sma_jw_member_raw(&w, "ruleSet", sma_str_z(r->rules));
    if (r->metadata)
        sma_jw_member_raw(&w, "metadata", sma_str_z(r->metadata));
    sma_jw_object_close(&w);
}

static int post_kek(struct registry *r, struct sma_str body)
{
    r->kek_posts++;
    sma_buf_puts(&r->kek, body);
    sma_buf_puts(&r->answer, body);
    return 200;
}

/* Adds the time stamp that a registry adds. */
static int post_dek(struct registry *r, struct sma_str body)
{
    assert_in_range(r->dek_count, 0, DEKS_MAX - 1);
    struct sma_buf *dek = &r->deks[r->dek_count++];
    sma_buf_printf(dek, "%.*s,\"ts\":%lld}", (int)body.len - 1, body.ptr, (long long)time(NULL) * 1000);
    sma_buf_puts(&r->answer, sma_buf_str(dek));
    return 200;
}

static int get_dek(struct registry *r, const char *version)
{
    long asked = strtol(version, NULL, 10);
    size_t i = asked < 0 ? r->dek_count : (size_t)asked;
    if (!i || i > r->dek_count)
        return 404;
    sma_buf_puts(&r->answer, sma_buf_str(&r->deks[i - 1]));
    return 200;
}

static int route(struct registry *r, const schemata_http_request_t *req)
{
    const char *path = strchr(strstr(req->url, "//") + 2, '/');
    bool is_post = !strcmp(req->method, "POST");
    struct sma_str body = sma_str_make(req->body, req->body_len);
    const char *deks = strstr(path, "/deks"), *version;
    r->requests++;
    if (strstr(path, "/versions/latest") || strstr(path, "/schemas/ids/1")) {
        say_schema(r);
        return 200;
    }
    if (deks && is_post)
        return post_dek(r, body);
    if (deks && (version = strstr(deks, "/versions/")))
        return get_dek(r, version + 10);
    if (strstr(path, "/keks") && is_post)
        return post_kek(r, body);
    if (strstr(path, "/keks/") && r->kek.len) {
        sma_buf_puts(&r->answer, sma_buf_str(&r->kek));
        return 200;
    }
    return 404;
}

static schemata_status_t serve(void *ctx, const schemata_http_request_t *req,
                               schemata_http_response_t *resp)
{
    struct registry *r = ctx;
    sma_buf_clear(&r->answer);
    resp->status = route(r, req);
    if (resp->status == 404)
        sma_buf_putz(&r->answer, "{\"error_code\":40470,\"message\":\"not found\"}");
    resp->body = r->answer.ptr;
    resp->body_len = r->answer.len;
    return SCHEMATA_OK;
}

static void release(void *ctx, schemata_http_response_t *resp)
{
    (void)ctx;
    resp->body = NULL;
}

static void registry_init(struct registry *r, const char *type, const char *schema, const char *rules)
{
    *r = (struct registry){.type = type, .schema = schema, .rules = rules};
    sma_buf_init(&r->kek, 0);
    sma_buf_init(&r->answer, 0);
    for (size_t i = 0; i < DEKS_MAX; i++)
        sma_buf_init(&r->deks[i], 0);
}

static void registry_fini(struct registry *r)
{
    sma_buf_fini(&r->kek);
    sma_buf_fini(&r->answer);
    for (size_t i = 0; i < DEKS_MAX; i++)
        sma_buf_fini(&r->deks[i]);
}

/* ---- a client on it ----------------------------------------------------------------------------- */

static schemata_conf_t *conf_of(struct registry *r, const char *secret)
{
    schemata_conf_t *conf = schemata_conf_new();
    assert_int_equal(schemata_conf_set(conf, "url", "http://127.0.0.1:1", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "auto.register.schemas", "false", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "use.latest.version", "true", NULL), SCHEMATA_OK);
    if (secret)
        assert_int_equal(schemata_conf_set(conf, "rule.executors._default_.param.secret", secret, NULL),
                         SCHEMATA_OK);
    schemata_conf_set_http(conf, serve, release, r);
    return conf;
}

/* Takes the configuration over. */
static void open_on(struct serde *s, schemata_conf_t *conf)
{
    schemata_error_t *err = NULL;
    *s = (struct serde){.conf = conf};
    s->client = schemata_client_new(conf, &err);
    s->ser = schemata_serializer_new(s->client, conf, NULL, &err);
    s->de = schemata_deserializer_new(s->client, conf, NULL, &err);
    if (!s->client || !s->ser || !s->de)
        fail_msg("%s", schemata_error_message(err));
    s->msg = (schemata_msg_t){.size = sizeof s->msg, .topic = "orders"};
}

static bool holds(const schemata_buf_t *buf, const char *text)
{
    return memmem(buf->data, buf->len, text, strlen(text)) != NULL;
}

static schemata_status_t write_one(struct serde *s, const char *json, schemata_error_t **err)
{
    return schemata_serialize_json(s->ser, &s->msg, json, strlen(json), &s->out, err);
}

/* ---- encryption --------------------------------------------------------------------------------- */

#define PARAMS(more)                                                                               \
    ",\"params\":{\"encrypt.kek.name\":\"k\",\"encrypt.kms.type\":\"local-kms\","                  \
    "\"encrypt.kms.key.id\":\"id\"" more "}"
#define ENCRYPT(more)                                                                              \
    "{\"domainRules\":[{\"name\":\"hide\",\"kind\":\"TRANSFORM\",\"type\":\"ENCRYPT\",\"mode\":\"WRITEREAD\"," \
    "\"tags\":[\"PII\"]" PARAMS(more) "}]}"
#define PAYLOAD                                                                                    \
    "{\"encodingRules\":[{\"name\":\"wrap\",\"kind\":\"TRANSFORM\",\"type\":\"ENCRYPT_PAYLOAD\","     \
    "\"mode\":\"WRITEREAD\"" PARAMS("") "}]}"
#define ALGORITHM(name) ",\"encrypt.dek.algorithm\":\"" name "\""

static const char avro[] =
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"open\",\"type\":\"string\"},{\"name\":\"name\","
    "\"type\":[\"null\",\"string\"],\"confluent:tags\":[\"PII\"]},{\"name\":\"raw\",\"type\":\"bytes\","
    "\"confluent:tags\":[\"PII\"]}]}";
static const char avro_value[] = "{\"open\":\"visible\",\"name\":\"hidden text\",\"raw\":\"aGlkZGVu\"}";
static const char json[] =
    "{\"type\":\"object\",\"properties\":{\"open\":{\"type\":\"string\"},\"name\":{\"type\":\"string\","
    "\"confluent:tags\":[\"PII\"]}}}";
static const char json_value[] = "{\"open\":\"visible\",\"name\":\"hidden text\"}";
static const char proto[] =
    "syntax = \"proto3\"; import \"confluent/meta.proto\"; message R { string open = 1; string name = 2 "
    "[(confluent.field_meta).tags = \"PII\"]; bytes raw = 3 [(confluent.field_meta).tags = \"PII\"]; }";
static const char proto_value[] = "{\"open\":\"visible\",\"name\":\"hidden text\",\"raw\":\"aGlkZGVu\"}";

static const struct {
    const char *what, *type, *schema, *rules, *metadata, *value;
    bool hides_all;
} encryptions[] = {
    {"Avro, AES-256-GCM", "AVRO", avro, ENCRYPT(""), NULL, avro_value, false},
    {"Avro, AES-128-GCM", "AVRO", avro, ENCRYPT(ALGORITHM("AES128_GCM")), NULL, avro_value, false},
    {"Avro, AES-256-SIV", "AVRO", avro, ENCRYPT(ALGORITHM("AES256_SIV")), NULL, avro_value, false},
    {"Avro, with rotation", "AVRO", avro, ENCRYPT(",\"encrypt.dek.expiry.days\":\"1\""), NULL, avro_value, false},
    {"Avro, null stays", "AVRO", avro, ENCRYPT(""), NULL, "{\"open\":\"visible\",\"name\":null,\"raw\":\"\"}", false},
    {"Avro, the whole message", "AVRO", avro, PAYLOAD, NULL, avro_value, true},
    {"JSON", "JSON", json, ENCRYPT(""), NULL, json_value, false},
    {"JSON, the whole message", "JSON", json, PAYLOAD, NULL, json_value, true},
    {"JSON, tags in the metadata", "JSON", "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}",
     ENCRYPT(""), "{\"tags\":{\"$.n*\":[\"PII\"]}}", "{\"open\":\"visible\",\"name\":\"hidden text\"}", false},
    {"Protobuf", "PROTOBUF", proto, ENCRYPT(""), NULL, proto_value, false},
    {"Protobuf, empty fields", "PROTOBUF", proto, ENCRYPT(""), NULL, "{\"open\":\"visible\"}", false},
    {"Protobuf, the whole message", "PROTOBUF", proto, PAYLOAD, NULL, proto_value, true},
};

static void encrypts_and_decrypts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(encryptions); i++) {
        struct registry r;
        struct serde s;
        schemata_error_t *err = NULL;
        registry_init(&r, encryptions[i].type, encryptions[i].schema, encryptions[i].rules);
        r.metadata = encryptions[i].metadata;
        open_on(&s, conf_of(&r, "sesame"));
        print_message("%s\n", encryptions[i].what);
        for (int round = 0; round < 2; round++) {
            serde_write(&s, encryptions[i].value);
            assert_false(holds(&s.out, "hidden"));
            assert_int_equal(holds(&s.out, "visible"), !encryptions[i].hides_all);
            serde_read(&s, encryptions[i].value);
        }
        /* Somebody else, who has to ask for the keys. */
        struct serde other;
        open_on(&other, conf_of(&r, "sesame"));
        unsigned before = r.requests;
        if (schemata_deserialize_json(other.de, &other.msg, s.out.data, s.out.len, &other.json, NULL, &err))
            fail_msg("%s", schemata_error_message(err));
        sma_test_same_text("message", sma_str_make((char *)other.json.data, other.json.len),
                           sma_str_z(encryptions[i].value));
        assert_true(r.requests > before);
        assert_int_equal(r.kek_posts, 1);
        assert_int_equal(r.dek_count, 1);
        serde_close(&other);
        serde_close(&s);
        registry_fini(&r);
    }
}

/* A key that is old is followed by a new one; both can be read. */
static void rotates(void **state)
{
    (void)state;
    struct registry r;
    struct serde s;
    schemata_buf_t old = {0};
    registry_init(&r, "AVRO", avro, ENCRYPT(",\"encrypt.dek.expiry.days\":\"1\""));
    open_on(&s, conf_of(&r, "sesame"));
    serde_write(&s, avro_value);
    old = s.out;
    s.out = (schemata_buf_t){0};
    schemata_test_shift_clock(INT64_C(2) * 86400000);
    serde_write(&s, avro_value);
    schemata_test_shift_clock(0);
    assert_true(r.dek_count >= 2);
    serde_read(&s, avro_value);
    schemata_buf_free(&s.out);
    s.out = old;
    serde_read(&s, avro_value);
    serde_close(&s);
    registry_fini(&r);
}

/* A raw message with rules: what they made of it lives in the info block. */
static void hands_raw_data_over(void **state)
{
    (void)state;
    struct registry r;
    struct serde s;
    schemata_decoded_t info = {.size = sizeof info};
    registry_init(&r, "JSON", json, PAYLOAD);
    open_on(&s, conf_of(&r, "sesame"));
    assert_int_equal(schemata_serialize_raw(s.ser, &s.msg, json_value, sizeof json_value - 1, NULL, 0, &s.out, NULL),
                     SCHEMATA_OK);
    assert_false(holds(&s.out, "visible"));
    assert_int_equal(schemata_deserialize_raw(s.de, &s.msg, s.out.data, s.out.len, &info, NULL), SCHEMATA_OK);
    memset(s.out.data, 0, s.out.len);
    assert_int_equal(info.data_len, sizeof json_value - 1);
    assert_memory_equal(info.data, json_value, sizeof json_value - 1);
    schemata_decoded_release(&info);
    serde_close(&s);
    registry_fini(&r);
}

static const struct {
    const char *what, *rules, *secret, *schema, *value, *says;
} failures[] = {
    {"no secret", ENCRYPT(""), NULL, avro, avro_value, "rule \"hide\" of schema 1: "},
    {"no kek name", "{\"domainRules\":[{\"name\":\"hide\",\"type\":\"ENCRYPT\",\"tags\":[\"PII\"]}]}", "s", avro,
     avro_value, "encrypt.kek.name"},
    {"no key service", "{\"domainRules\":[{\"name\":\"hide\",\"type\":\"ENCRYPT\",\"tags\":[\"PII\"],\"params\":{"
                       "\"encrypt.kek.name\":\"k\"}}]}", "s", avro, avro_value, "encrypt.kms.type"},
    {"an algorithm nobody knows", ENCRYPT(ALGORITHM("ROT13")), "s", avro, avro_value, "AES256_SIV"},
    {"days that are none", ENCRYPT(",\"encrypt.dek.expiry.days\":\"-1\""), "s", avro, avro_value, "expiry.days"},
    {"a number", ENCRYPT(""), "s",
     "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"n\",\"type\":\"int\",\"confluent:tags\":[\"PII\"]}]}",
     "{\"n\":1}", "field R.n: "},
    {"a rule nobody runs", "{\"domainRules\":[{\"name\":\"ask\",\"type\":\"CEL\",\"expr\":\"1 == 1\"}]}", "s", avro,
     avro_value, "nothing here runs rules of type CEL"},
    {"encryption of fields as an encoding rule",
     "{\"encodingRules\":[{\"name\":\"hide\",\"type\":\"ENCRYPT\"" PARAMS("") "}]}", "s", avro, avro_value,
     "nothing here runs rules of type ENCRYPT"},
    {"an action nobody does", "{\"domainRules\":[{\"name\":\"ask\",\"type\":\"CEL\",\"onFailure\":\"DLQ\"}]}", "s",
     avro, avro_value, "the action DLQ"},
};

static void names_what_failed(void **state)
{
    (void)state;
    unsetenv("LOCAL_SECRET");
    for (size_t i = 0; i < SMA_COUNT(failures); i++) {
        struct registry r;
        struct serde s;
        schemata_error_t *err = NULL;
        registry_init(&r, "AVRO", failures[i].schema, failures[i].rules);
        open_on(&s, conf_of(&r, failures[i].secret));
        assert_int_equal(write_one(&s, failures[i].value, &err), SCHEMATA_ERR_RULE);
        if (!strstr(schemata_error_message(err), failures[i].says))
            fail_msg("%s: %s", failures[i].what, schemata_error_message(err));
        assert_int_equal(s.out.len, 0);
        schemata_error_free(err);
        serde_close(&s);
        registry_fini(&r);
    }
}

/* Another secret, a changed message, a kek of another service: never the data, always the rule. */
static void does_not_decrypt(void **state)
{
    (void)state;
    struct registry r;
    struct serde s, other;
    schemata_error_t *err = NULL;
    registry_init(&r, "AVRO", avro, ENCRYPT(""));
    open_on(&s, conf_of(&r, "sesame"));
    serde_write(&s, avro_value);
    open_on(&other, conf_of(&r, "another"));
    assert_int_equal(schemata_deserialize_json(other.de, &other.msg, s.out.data, s.out.len, &other.json, NULL, &err),
                     SCHEMATA_ERR_RULE);
    schemata_error_free(err);
    err = NULL;
    serde_close(&other);
    s.out.data[s.out.len - 1] ^= 1;
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, s.out.data, s.out.len, &s.json, NULL, &err),
                     SCHEMATA_ERR_RULE);
    assert_non_null(strstr(schemata_error_message(err), "field R.raw"));
    schemata_error_free(err);
    err = NULL;
    sma_buf_clear(&r.kek);
    sma_buf_putz(&r.kek, "{\"name\":\"k\",\"kmsType\":\"hcvault\",\"kmsKeyId\":\"id\",\"shared\":false}");
    open_on(&other, conf_of(&r, "sesame"));
    assert_int_equal(write_one(&other, avro_value, &err), SCHEMATA_ERR_RULE);
    assert_non_null(strstr(schemata_error_message(err), "encrypt.kms.type"));
    schemata_error_free(err);
    serde_close(&other);
    serde_close(&s);
    registry_fini(&r);
}

/* ---- the program's own rules -------------------------------------------------------------------- */

struct log {
    struct sma_buf text;
    unsigned actions;
};

/* Appends the rule's name to the member "open". */
static schemata_status_t stamp(void *ctx, const schemata_rule_ctx_t *rc, schemata_buf_t *text, bool *pass)
{
    struct log *log = ctx;
    static char grown[512];
    const char *at = memmem(text->data, text->len, "visible", 7);
    assert_non_null(at);
    assert_false(schemata_rule_is_condition(rc));
    assert_string_equal(schemata_rule_subject(rc), "orders-value");
    assert_string_equal(schemata_rule_topic(rc), "orders");
    assert_int_equal(schemata_schema_id(schemata_rule_schema(rc)), 1);
    size_t head = (size_t)(at - (const char *)text->data) + 7;
    int len = snprintf(grown, sizeof grown, "%.*s-%s%.*s", (int)head, (char *)text->data,
                       schemata_rule_name(rc), (int)(text->len - head), (char *)text->data + head);
    sma_buf_printf(&log->text, "%s%s ", schemata_rule_is_write(rc) ? "w:" : "r:", schemata_rule_name(rc));
    assert_true(*pass);
    schemata_buf_free(text);
    text->data = malloc((size_t)len);
    memcpy(text->data, grown, (size_t)len);
    text->len = text->cap = (size_t)len;
    return SCHEMATA_OK;
}

/* Holds when the message has the rule's parameter in it. */
static schemata_status_t ask(void *ctx, const schemata_rule_ctx_t *rc, schemata_buf_t *text, bool *pass)
{
    (void)ctx;
    assert_true(schemata_rule_is_condition(rc));
    *pass = holds(text, schemata_rule_param(rc, "needs"));
    return SCHEMATA_OK;
}

static schemata_status_t note(void *ctx, const schemata_rule_ctx_t *rc, const void *message, size_t len,
                              const char *failure)
{
    struct log *log = ctx;
    log->actions++;
    sma_buf_printf(&log->text, "[%s %s %zu]", schemata_rule_name(rc), failure ? "failed" : "held", len);
    assert_non_null(message);
    return failure && strstr(failure, "deadly") ? SCHEMATA_ERR_INTERNAL : SCHEMATA_OK;
}

#define OWN(name, type, more) "{\"name\":\"" name "\",\"type\":\"" type "\"" more "}"
#define ASK(name, needs, more)                                                                     \
    OWN(name, "ASK", ",\"kind\":\"CONDITION\",\"mode\":\"WRITE\",\"params\":{\"needs\":\"" needs "\"}" more)

static const struct {
    const char *what, *rules;
    schemata_status_t st;
    const char *read, *log; /* or what the error says */
} own_rules[] = {
    {"in order", "{\"domainRules\":[" OWN("a", "STAMP", "") "," OWN("b", "STAMP", "") "]}", SCHEMATA_OK,
     "{\"open\":\"visible-a-b-b-a\",\"name\":\"hidden text\"}", "w:a w:b r:b r:a "},
    {"a condition that holds", "{\"domainRules\":[" ASK("c", "visible", "") "]}", SCHEMATA_OK, json_value, ""},
    {"one that does not", "{\"domainRules\":[" ASK("c", "unicorn", "") "]}", SCHEMATA_ERR_RULE,
     "rule \"c\" of schema 1: the message does not pass", ""},
    {"with its words", "{\"domainRules\":[" ASK("c", "unicorn", ",\"doc\":\"bring a unicorn\"") "]}", SCHEMATA_ERR_RULE,
     "rule \"c\" of schema 1: bring a unicorn", ""},
    {"that nobody minds", "{\"domainRules\":[" ASK("c", "unicorn", ",\"onFailure\":\"NONE\"") "]}", SCHEMATA_OK,
     json_value, ""},
    {"with an action", "{\"domainRules\":[" ASK("c", "unicorn", ",\"onFailure\":\"NOTE\"") "]}", SCHEMATA_OK,
     json_value, "[c failed 39]"},
    {"whose action ends the call",
     "{\"domainRules\":[" ASK("c", "unicorn", ",\"onFailure\":\"NOTE\",\"doc\":\"deadly\"") "]}", SCHEMATA_ERR_INTERNAL,
     "the action NOTE ended the call", "[c failed 39]"},
    {"after success", "{\"domainRules\":[" ASK("c", "visible", ",\"onSuccess\":\"NOTE\"") "]}", SCHEMATA_OK,
     json_value, "[c held 39]"},
    {"success as an error", "{\"domainRules\":[" ASK("c", "visible", ",\"onSuccess\":\"ERROR\"") "]}",
     SCHEMATA_ERR_RULE, "rule \"c\" succeeded, which it calls an error", ""},
};

static void runs_the_programs_rules(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(own_rules); i++) {
        struct registry r;
        struct serde s;
        struct log log = {.actions = 0};
        schemata_error_t *err = NULL;
        registry_init(&r, "JSON", json, own_rules[i].rules);
        sma_buf_init(&log.text, 0);
        schemata_conf_t *conf = conf_of(&r, NULL);
        assert_int_equal(schemata_conf_add_rule_executor(conf, "STAMP", stamp, &log), SCHEMATA_OK);
        assert_int_equal(schemata_conf_add_rule_executor(conf, "ASK", ask, NULL), SCHEMATA_OK);
        assert_int_equal(schemata_conf_add_rule_action(conf, "NOTE", note, &log), SCHEMATA_OK);
        open_on(&s, conf);
        print_message("%s\n", own_rules[i].what);
        assert_int_equal(write_one(&s, json_value, &err), own_rules[i].st);
        if (own_rules[i].st)
            sma_test_same_text("error", sma_str_z(schemata_error_message(err)), sma_str_z(own_rules[i].read));
        else
            serde_read(&s, own_rules[i].read);
        sma_test_same_text("log", sma_buf_str(&log.text), sma_str_z(own_rules[i].log));
        schemata_error_free(err);
        sma_buf_fini(&log.text);
        serde_close(&s);
        registry_fini(&r);
    }
}

/* ---- the program's own key service -------------------------------------------------------------- */

static schemata_status_t turn(void *ctx, const char *key_id, const void *in, size_t n, schemata_buf_t *out)
{
    unsigned *calls = ctx;
    ++*calls;
    assert_string_equal(key_id, "id");
    out->data = malloc(n);
    out->len = out->cap = n;
    for (size_t i = 0; i < n; i++)
        out->data[i] = ((const uint8_t *)in)[i] ^ 0x5a;
    return SCHEMATA_OK;
}

static void takes_other_key_services(void **state)
{
    (void)state;
    struct registry r;
    struct serde s;
    unsigned calls = 0;
    const schemata_kms_t kms = {sizeof kms, "turn", turn, turn, &calls};
    registry_init(&r, "AVRO", avro,
                  "{\"domainRules\":[{\"name\":\"hide\",\"type\":\"ENCRYPT\",\"tags\":[\"PII\"],\"params\":{"
                  "\"encrypt.kek.name\":\"k\",\"encrypt.kms.type\":\"turn\",\"encrypt.kms.key.id\":\"id\"}}]}");
    schemata_conf_t *conf = conf_of(&r, NULL);
    assert_int_equal(schemata_conf_add_kms(conf, &kms), SCHEMATA_OK);
    open_on(&s, conf);
    for (int i = 0; i < 3; i++) {
        serde_write(&s, avro_value);
        serde_read(&s, avro_value);
    }
    assert_true(calls >= 2 && calls <= 4); /* keys are kept */
    serde_close(&s);
    registry_fini(&r);
}

/* ---- memory ------------------------------------------------------------------------------------- */

/* The registry has what it needs beforehand: what fails is the client's. */
static void reserve(struct registry *r)
{
    bool ok = sma_buf_reserve(&r->kek, 4096) && sma_buf_reserve(&r->answer, 16384);
    for (size_t i = 0; i < DEKS_MAX; i++)
        ok = ok && sma_buf_reserve(&r->deks[i], 4096);
    assert_true(ok);
}

static bool flow(struct registry *r, const char *value, schemata_error_t **err)
{
    struct serde s = {.conf = schemata_conf_new()};
    schemata_msg_t m = {.size = sizeof m, .topic = "orders"};
    bool ok = s.conf && !schemata_conf_set(s.conf, "url", "http://127.0.0.1:1", err) &&
              !schemata_conf_set(s.conf, "auto.register.schemas", "false", err) &&
              !schemata_conf_set(s.conf, "use.latest.version", "true", err) &&
              !schemata_conf_set(s.conf, "rule.executors.x.param.secret", "sesame", err);
    if (ok) {
        schemata_conf_set_http(s.conf, serve, release, r);
        s.client = schemata_client_new(s.conf, err);
        s.ser = s.client ? schemata_serializer_new(s.client, s.conf, NULL, err) : NULL;
        s.de = s.ser ? schemata_deserializer_new(s.client, s.conf, NULL, err) : NULL;
        ok = s.de && !schemata_serialize_json(s.ser, &m, value, strlen(value), &s.out, err) &&
             !schemata_deserialize_json(s.de, &m, s.out.data, s.out.len, &s.json, NULL, err);
    }
    serde_close(&s);
    return ok;
}

static void survives_failing_allocations(void **state)
{
    (void)state;
    static const size_t which[] = {0, 5, 6, 9}; /* of `encryptions`: each format, and a payload */
    for (size_t i = 0; i < SMA_COUNT(which); i++) {
        bool has_failed = true;
        for (long n = 0; has_failed; n++) {
            struct registry r;
            schemata_error_t *err = NULL;
            registry_init(&r, encryptions[which[i]].type, encryptions[which[i]].schema, encryptions[which[i]].rules);
            reserve(&r);
            sma_test_fail_alloc(n);
            bool ok = flow(&r, encryptions[which[i]].value, &err);
            has_failed = sma_test_alloc_failed();
            if (!ok && err && schemata_error_status(err) != SCHEMATA_ERR_NOMEM)
                fail_msg("%s, allocation %ld: %s", encryptions[which[i]].what, n, schemata_error_message(err));
            if (!ok && !has_failed)
                fail_msg("%s: failed with enough memory", encryptions[which[i]].what);
            schemata_error_free(err);
            registry_fini(&r);
        }
    }
}

/* ---- migrations --------------------------------------------------------------------------------- */

static void post_version(struct serde *s, const char *body)
{
    assert_int_equal(schemata_rest(s->client, "POST", "/subjects/orders-value/versions", body, strlen(body), NULL,
                                   NULL, NULL, NULL, NULL), SCHEMATA_OK);
}

/* A reader of the latest version says that it cannot migrate; one of the same version has nothing to migrate. */
static void refuses_migrations(void **state)
{
    (void)state;
    const char *const settings[] = {"use.latest.version", "true", NULL};
    struct serde s;
    schemata_error_t *err = NULL;
    schemata_mock_reset("migrations");
    serde_open(&s, "migrations", SCHEMATA_AVRO, NULL, settings);
    post_version(&s, "{\"schema\":\"\\\"int\\\"\"}");
    post_version(&s, "{\"schema\":\"\\\"long\\\"\",\"ruleSet\":{\"migrationRules\":[{\"name\":\"up\","
                     "\"type\":\"JSONATA\",\"kind\":\"TRANSFORM\",\"mode\":\"UPGRADE\"}]}}");
    serde_refused(schemata_deserialize_json(s.de, &s.msg, "\0\0\0\0\1\2", 6, &s.json, NULL, &err),
                  SCHEMATA_ERR_UNSUPPORTED, &err, "\"up\" of type JSONATA");
    assert_int_equal(schemata_deserialize_json(s.de, &s.msg, "\0\0\0\0\2\2", 6, &s.json, NULL, NULL),
                     SCHEMATA_OK);
    serde_close(&s);
}

/* ---- settings ----------------------------------------------------------------------------------- */

static void takes_settings_of_rules(void **state)
{
    (void)state;
    schemata_conf_t *conf = schemata_conf_new();
    assert_int_equal(schemata_conf_set(conf, "rule.executors", "encrypt", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "rule.executors.encrypt.class", "a.b.C", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "rule.executors.encrypt.param.secret", "a", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "rule.executors.other.param.secret", "b", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "rule.actions", "dlq", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_set(conf, "rule.executorss", "x", NULL), SCHEMATA_ERR_CONF);
    assert_int_equal(schemata_conf_set(conf, "execution.environment", "GATEWAY", NULL), SCHEMATA_OK);
    assert_int_equal(schemata_conf_add_rule_action(conf, NULL, note, NULL), SCHEMATA_ERR_ARG);
    schemata_conf_t *copy = schemata_conf_copy(conf);
    schemata_conf_free(conf);
    schemata_conf_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(encrypts_and_decrypts), cmocka_unit_test(rotates),
        cmocka_unit_test(hands_raw_data_over),   cmocka_unit_test(names_what_failed),
        cmocka_unit_test(does_not_decrypt),      cmocka_unit_test(runs_the_programs_rules),
        cmocka_unit_test(takes_other_key_services), cmocka_unit_test(takes_settings_of_rules),
        cmocka_unit_test(refuses_migrations),
        cmocka_unit_test(survives_failing_allocations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
