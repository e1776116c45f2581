/* What is parsed and linked once is read by many threads at a time: run under TSan. */
#include <pthread.h>

#include "tests/unit/core/protobuf/support.h"

#include "core/protobuf/dynamic.h"

#define THREADS 4
#define ROUNDS 50

static const char text[] =
    "syntax = \"proto3\"; package t; import \"google/protobuf/any.proto\"; message M { M m = 1; "
    "map<string, int32> "
    "n = 2; google.protobuf.Any a = 3 [(confluent.field_meta).doc = \"x\"]; }";
static const char json[] =
    "{\"m\":{\"n\":{\"a\":1}},\"a\":{\"@type\":\"x/google.protobuf.Duration\",\"value\":\"1s\"}}";

struct shared {
    struct sma_schema *schema;
    struct sma_proto_codec *codec;
};

/* Results go back to the test's own thread: NULL when all went well. */
static void *work(void *arg)
{
    const struct shared *shared = arg;
    for (int i = 0; i < ROUNDS; i++) {
        struct sma_buf bytes, out;
        struct sma_arena arena;
        struct sma_findings findings;
        struct sma_work budget = {SMA_COMPAT_STEPS_MAX};
        struct sma_schema *held = sma_schema_ref(shared->schema);
        bool ok;
        sma_buf_init(&bytes, 0);
        sma_buf_init(&out, 0);
        sma_arena_init(&arena, 0);
        sma_findings_init(&findings, &arena, 0);
        ok = sma_proto_from_json(&bytes, shared->codec, SMA_STR("t.M"), sma_str_z(json), NULL,
                                 NULL) == SMA_OK &&
             sma_proto_to_json(&out, shared->codec, SMA_STR("t.M"), sma_buf_str(&bytes), NULL,
                               NULL) == SMA_OK &&
             sma_str_eqz(sma_buf_str(&out), json) &&
             sma_format_protobuf.compat(&findings, held, held, SMA_POLICY_STRICT, &budget, NULL) ==
                 SMA_OK &&
             findings.count == 0 &&
             sma_format_protobuf.print(&out, held, SMA_TEXT_SERIALIZED, NULL) == SMA_OK;
        sma_schema_unref(held);
        sma_arena_fini(&arena);
        sma_buf_fini(&bytes);
        sma_buf_fini(&out);
        if (!ok)
            return arg;
    }
    return NULL;
}

static void test_sharing(void **state)
{
    pthread_t threads[THREADS];
    struct shared shared = {pb_parsez(text), NULL};
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    assert_int_equal(sma_proto_codec_new(&shared.codec, shared.schema, &err), SMA_OK);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &shared), 0);
    for (size_t i = 0; i < THREADS; i++) {
        void *result;
        assert_int_equal(pthread_join(threads[i], &result), 0);
        assert_null(result);
    }
    sma_proto_codec_free(shared.codec);
    sma_schema_unref(shared.schema);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_sharing)};
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
