/* Keks and deks: the bytes of their records, what is no such record, and the rows they make. */
#include "tests/unit/store/helper.h"

#define DEK_KEY(version)                                                                           \
    "{\"tenant\":\"default\",\"type\":\"DEK\",\"kekName\":\"k\",\"subject\":\"s\","                \
    "\"algorithm\":\"AES256_GCM\",\"version\":" version "}"
#define KEK_KEY "{\"tenant\":\"default\",\"type\":\"KEK\",\"name\":\"k\"}"
#define KEK_VALUE                                                                                  \
    "{\"type\":\"KEK\",\"name\":\"k\",\"kmsType\":\"local-kms\",\"kmsKeyId\":\"id\","              \
    "\"kmsProps\":{},\"shared\":true,\"deleted\":false}"

static const struct sma_dek_key dek_key = {SMA_STR("k"), SMA_STR("s"), SMA_STR("AES256_GCM"), 1};

static void expect_text(struct sma_buf *out, const char *want)
{
    sma_test_same_text("record", sma_buf_str(out), sma_str_z(want));
    sma_buf_fini(out);
    sma_buf_init(out, 0);
}

static void records_have_their_bytes(void **state)
{
    (void)state;
    const struct sma_kek kek = {.name = SMA_STR("k"),
                                .kms_type = SMA_STR("local-kms"),
                                .kms_key_id = SMA_STR("id"),
                                .is_shared = true};
    const struct sma_dek dek = {
        .key = dek_key, .encrypted_key_material = SMA_STR("bQ=="), .is_deleted = true};
    struct sma_buf out;
    sma_buf_init(&out, 0);
    sma_record_kek_key(&out, kek.name);
    expect_text(&out, KEK_KEY);
    sma_record_dek_key(&out, &dek_key);
    expect_text(&out, DEK_KEY("1"));
    sma_record_kek_value(&out, &kek);
    expect_text(&out, KEK_VALUE);
    sma_record_dek_value(&out, &dek);
    expect_text(&out, "{\"type\":\"DEK\",\"kekName\":\"k\",\"subject\":\"s\",\"algorithm\":"
                      "\"AES256_GCM\",\"version\":1,\"encryptedKeyMaterial\":\"bQ==\","
                      "\"deleted\":true}");
    sma_buf_fini(&out);
}

static void contradictions_are_refused(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *key, *value, *reason;
    } rows[] = {
        {"{\"type\":\"KEX\"}", "{}", "record: unknown type \"KEX\""},
        {"{\"type\":\"KEK\"}", "{}", "record: \"name\" is not a string"},
        {"{\"tenant\":\"x\",\"type\":\"KEK\",\"name\":\"k\"}", "{}", "record of another tenant"},
        {DEK_KEY("0"), "{}", "record: \"version\" is not a positive 32-bit integer"},
        {"{\"type\":\"DEK\",\"kekName\":\"k\",\"subject\":\"s\",\"algorithm\":\"DES\","
         "\"version\":1}",
         "{}", "record: \"algorithm\" is not AES128_GCM"},
        {KEK_KEY, "{\"name\":\"q\",\"kmsType\":\"t\",\"kmsKeyId\":\"i\"}",
         "record: key and value differ in \"name\""},
        {KEK_KEY, "{\"kmsKeyId\":\"i\"}", "record: \"kmsType\" is not a string"},
        {KEK_KEY, "{\"kmsType\":\"t\",\"kmsKeyId\":\"i\",\"kmsProps\":[]}",
         "record: \"kmsProps\" is not an object"},
        {DEK_KEY("1"), "{\"version\":2}", "record: key and value differ in \"version\""},
        {DEK_KEY("1"), "{\"subject\":\":.c:s\"}", "record: key and value differ in \"subject\""},
        {DEK_KEY("1"), "{\"encryptedKeyMaterial\":1}",
         "record: \"encryptedKeyMaterial\" is not a string"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        write_refused(f, raw(rows[i].key, rows[i].value), rows[i].reason);
}

static void keks_are_kept(void **state)
{
    struct fixture *f = *state;
    struct sma_kek kek;
    struct sma_str *names;
    size_t count;
    write_one(f, raw("{\"name\":\"k\",\"type\":\"KEK\"}", KEK_VALUE)); /* any order of members */
    assert_int_equal(sma_view_kek(look(f), &f->arena, SMA_STR("k"), &kek, NULL), SMA_OK);
    sma_test_same_text("props", kek.kms_props, SMA_STR("{}"));
    assert_true(kek.is_shared && !kek.is_deleted);
    assert_int_equal(kek.ts_ms, 1000);
    write_one(f, raw(KEK_KEY, "{\"kmsType\":\"t\",\"kmsKeyId\":\"i\",\"deleted\":true}"));
    assert_int_equal(sma_view_kek_names(look(f), &f->arena, SMA_LIVE, &names, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 0);
    assert_int_equal(sma_view_kek_names(f->view, &f->arena, SMA_ONLY_DELETED, &names, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 1);
    write_one(f, raw(KEK_KEY, NULL));
    assert_int_equal(sma_view_kek(look(f), &f->arena, SMA_STR("k"), &kek, NULL), SMA_ENOTFOUND);
}

static void deks_are_kept(void **state)
{
    struct fixture *f = *state;
    struct sma_dek dek;
    struct sma_dek_key key = dek_key;
    struct sma_str *subjects;
    int32_t *versions;
    int64_t keys, stamp;
    size_t count;
    write_one(f, raw(DEK_KEY("1"), "{\"encryptedKeyMaterial\":\"bQ==\"}"));
    write_one(f, raw(DEK_KEY("2"), "{\"deleted\":true}"));
    write_one(f, raw(KEK_KEY, KEK_VALUE)); /* behind its deks, as compaction may leave it */
    key.version = 0;
    assert_int_equal(sma_view_dek(look(f), &f->arena, &key, SMA_LIVE, &dek, NULL), SMA_OK);
    assert_int_equal(dek.key.version, 1);
    sma_test_same_text("material", dek.encrypted_key_material, SMA_STR("bQ=="));
    assert_int_equal(sma_view_dek(f->view, &f->arena, &key, SMA_WITH_DELETED, &dek, NULL), SMA_OK);
    assert_int_equal(dek.key.version, 2);
    assert_true(dek.is_deleted);
    key.version = 2;
    assert_int_equal(sma_view_dek(f->view, &f->arena, &key, SMA_LIVE, &dek, NULL), SMA_ENOTFOUND);
    assert_int_equal(
        sma_view_dek_versions(f->view, &f->arena, &key, SMA_WITH_DELETED, &versions, &count, NULL),
        SMA_OK);
    assert_int_equal(count, 2);
    assert_true(versions[0] == 1 && versions[1] == 2);
    assert_int_equal(sma_view_dek_subjects(f->view, &f->arena, SMA_STR("k"), SMA_WITH_DELETED,
                                           &subjects, &count, NULL),
                     SMA_OK);
    assert_int_equal(count, 1);
    sma_test_same_text("subject", subjects[0], SMA_STR("s"));
    assert_int_equal(sma_view_key_count(f->view, &keys, NULL), SMA_OK);
    assert_int_equal(keys, 3);
    assert_int_equal(sma_view_stamp(f->view, SMA_STR("d:k"), &stamp, NULL), SMA_OK);
    assert_int_equal(stamp, 3);
}

/* By the beginnings of their deks' subjects; a soft-deleted dek or kek counts only when asked for. */
static void keks_are_found_by_subject(void **state)
{
    struct fixture *f = *state;
    static const struct {
        const char *prefix;
        enum sma_deleted deleted;
        size_t count;
    } rows[] = {
        {"", SMA_LIVE, 1},     {"s", SMA_LIVE, 1},         {"s", SMA_WITH_DELETED, 2},
        {"st", SMA_LIVE, 0},   {"gone", SMA_LIVE, 0},      {"gone", SMA_WITH_DELETED, 1},
        {":.c:", SMA_LIVE, 0}, {"s%", SMA_WITH_DELETED, 0}};
    bool is_in_use;
    write_one(f, raw(KEK_KEY, KEK_VALUE));
    write_one(f, raw(DEK_KEY("1"), "{}"));
    write_one(f, raw(DEK_KEY("2"), "{}"));
    write_one(f, raw("{\"type\":\"KEK\",\"name\":\"q\"}",
                     "{\"kmsType\":\"t\",\"kmsKeyId\":\"i\",\"deleted\":true}"));
    write_one(f, raw("{\"type\":\"DEK\",\"kekName\":\"q\",\"subject\":\"s2\","
                     "\"algorithm\":\"AES256_SIV\",\"version\":1}",
                     "{}"));
    write_one(f, raw("{\"type\":\"DEK\",\"kekName\":\"k\",\"subject\":\"gone\","
                     "\"algorithm\":\"AES256_SIV\",\"version\":1}",
                     "{\"deleted\":true}"));
    look(f);
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_str *names;
        size_t count;
        assert_int_equal(sma_view_kek_names_by_subject(f->view, &f->arena,
                                                       sma_str_z(rows[i].prefix), rows[i].deleted,
                                                       &names, &count, NULL),
                         SMA_OK);
        if (count != rows[i].count)
            fail_msg("\"%s\": %zu keks, not %zu", rows[i].prefix, count, rows[i].count);
    }
    assert_int_equal(sma_view_kek_in_use(f->view, SMA_STR("k"), SMA_LIVE, &is_in_use, NULL),
                     SMA_OK);
    assert_true(is_in_use);
    assert_int_equal(
        sma_view_kek_in_use(f->view, SMA_STR("q"), SMA_ONLY_DELETED, &is_in_use, NULL), SMA_OK);
    assert_false(is_in_use);
}

static void a_store_that_ends_with_a_dek_opens_again(void **state)
{
    struct fixture *f = *state;
    struct sma_dek dek;
    write_one(f, raw(DEK_KEY("1"), "{}"));
    fixture_close(f);
    fixture_open(f);
    assert_int_equal(sma_view_dek(look(f), &f->arena, &dek_key, SMA_LIVE, &dek, NULL), SMA_OK);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_have_their_bytes),
        TEST(contradictions_are_refused),
        TEST(keks_are_kept),
        TEST(deks_are_kept),
        TEST(keks_are_found_by_subject),
        TEST(a_store_that_ends_with_a_dek_opens_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
