/* The content hash against the guid vectors of confluent-rest 9, and what the digest tells apart.
 */
#include "core/hash/hash.h"
#include "store/identity.h"
#include "tests/support/test.h"

#define A "{\"type\":\"record\",\"name\":\"A\",\"fields\":[{\"name\":\"f\",\"type\":\"int\"}]}"
#define R "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"a\",\"type\":\"A\"}]}"

static const struct sma_reference to_a[] = {{SMA_STR_INIT("A"), SMA_STR_INIT("sub-a"), 1}};

static const struct row {
    const char *name, *text, *metadata, *rule_set, *guid;
    bool has_reference;
} rows[] = {
    {"primitive", "\"string\"", NULL, NULL, "095d71cf-1255-6b9d-5e33-0ad575b3df5d", false},
    {"record", A, NULL, NULL, "70a52980-d44f-6430-85f1-db7dc904f6d8", false},
    {"empty metadata", A, "{}", NULL, "0f784537-fa9d-a196-f249-69e293bc9f60", false},
    {"property", A, "{\"properties\":{\"confluent:version\":\"1\"}}", NULL,
     "3fb074f1-64b7-c181-76bb-70724e70369a", false},
    {"reference", R, NULL, NULL, "9c010734-ed05-aaa1-1387-3ba46ac49b48", true},
    {"tags, sensitive and a rule", A,
     "{\"tags\":{\"A.f\":[\"GDPR\",\"PII\"]},\"properties\":{\"owner\":\"x\"},"
     "\"sensitive\":[\"owner\"]}",
     "{\"domainRules\":[{\"name\":\"r1\",\"kind\":\"CONDITION\",\"mode\":\"WRITE\","
     "\"type\":\"CEL\",\"expr\":\"true\",\"disabled\":false}]}",
     "2834d230-50c6-d6a0-4a80-57d780ebda9e", false},
    {"order and repetition do not matter in maps and sets", A,
     "{\"sensitive\":[\"owner\",\"owner\"],\"properties\":{\"owner\":\"x\"},"
     "\"tags\":{\"A.f\":[\"PII\",\"GDPR\",\"PII\"]},\"unknown\":[1]}",
     "{\"migrationRules\":[],\"domainRules\":[{\"expr\":\"true\",\"type\":\"CEL\",\"doc\":null,"
     "\"mode\":\"WRITE\",\"kind\":\"CONDITION\",\"name\":\"r1\",\"tags\":[],\"params\":{}}]}",
     "2834d230-50c6-d6a0-4a80-57d780ebda9e", false},
};

static struct sma_content content_of(const struct row *row)
{
    return (struct sma_content){
        .text = sma_str_z(row->text),
        .references = row->has_reference ? to_a : NULL,
        .reference_count = row->has_reference ? 1 : 0,
        .metadata = sma_str_z(row->metadata),
        .rule_set = sma_str_z(row->rule_set),
    };
}

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_content content = content_of(row);
    struct sma_error err = SMA_ERROR_INIT;
    uint8_t hash[SMA_HASH_LEN], again[SMA_HASH_LEN], digest[SMA_DIGEST_LEN];
    char text[37];

    if (sma_content_hash(hash, &content, &err))
        fail_msg("%s: %s", row->name, err.message);
    sma_uuid_text(text, hash);
    sma_test_same_text(row->name, sma_str_z(text), sma_str_z(row->guid));
    assert_int_equal(sma_content_identify(again, digest, &content, NULL, &err), SMA_OK);
    assert_memory_equal(hash, again, sizeof hash);
}

static void hash_of(uint8_t hash[SMA_HASH_LEN], uint8_t digest[SMA_DIGEST_LEN],
                    const struct sma_content *content, const uint8_t *md5)
{
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_content_identify(hash, digest, content, md5, &err))
        fail_msg("%s", err.message);
}

/* Each pair must differ in the hash as well. */
static void parts_count(void **state)
{
    static const struct {
        const char *name;
        struct row a, b;
    } pairs[] = {
        {"disabled",
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"r\"}]}"},
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"r\",\"disabled\":true}]}"}},
        {"enableAt",
         {.text = A, .rule_set = "{\"domainRules\":[]}"},
         {.text = A, .rule_set = "{\"domainRules\":[],\"enableAt\":\"CLIENT\"}"}},
        {"null and empty rule set", {.text = A}, {.text = A, .rule_set = "{}"}},
        {"rule order",
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"a\"},{\"name\":\"b\"}]}"},
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"b\"},{\"name\":\"a\"}]}"}},
        {"mode",
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"a\"}]}"},
         {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"a\",\"mode\":\"READ\"}]}"}},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(pairs); i++) {
        struct sma_content a = content_of(&pairs[i].a), b = content_of(&pairs[i].b);
        uint8_t ha[SMA_HASH_LEN], hb[SMA_HASH_LEN], da[SMA_DIGEST_LEN], db[SMA_DIGEST_LEN];
        hash_of(ha, da, &a, NULL);
        hash_of(hb, db, &b, NULL);
        if (!memcmp(ha, hb, sizeof ha) || !memcmp(da, db, sizeof da))
            fail_msg("%s: same identity", pairs[i].name);
    }
}

static void defaults_of_a_rule_are_hashed(void **state)
{
    struct row short_form = {.text = A, .rule_set = "{\"domainRules\":[{\"name\":\"a\"}]}"};
    struct row long_form = {.text = A,
                            .rule_set = "{\"domainRules\":[{\"name\":\"a\",\"kind\":\"TRANSFORM\","
                                        "\"mode\":\"WRITEREAD\"}]}"};
    struct sma_content a = content_of(&short_form), b = content_of(&long_form);
    uint8_t ha[SMA_HASH_LEN], hb[SMA_HASH_LEN], da[SMA_DIGEST_LEN], db[SMA_DIGEST_LEN];
    (void)state;
    hash_of(ha, da, &a, NULL);
    hash_of(hb, db, &b, NULL);
    assert_memory_equal(ha, hb, sizeof ha);
    assert_memory_equal(da, db, sizeof da);
}

/* U+10000 sorts before U+E000 in UTF-16 and after it in UTF-8. */
static void keys_sort_as_in_java(void **state)
{
    struct row row = {.text = "x",
                      .metadata = "{\"properties\":{\"\xee\x80\x80\":\"2\","
                                  "\"\xf0\x90\x80\x80\":\"1\"}}"};
    struct sma_content content = content_of(&row);
    uint8_t hash[SMA_HASH_LEN], want[SMA_MD5_LEN];
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    assert_int_equal(sma_content_hash(hash, &content, &err), SMA_OK);
    assert_int_equal(sma_md5(want, SMA_STR("x\1\xf0\x90\x80\x80\x31\xee\x80\x80\x32"), &err),
                     SMA_OK);
    assert_memory_equal(hash, want, sizeof hash);
}

/* No separators in the hashed stream: these two share a guid, and only the digest knows better. */
static void digest_tells_collisions_apart(void **state)
{
    const struct sma_reference one[] = {{SMA_STR_INIT("ab"), SMA_STR_INIT("c"), 1}};
    const struct sma_reference other[] = {{SMA_STR_INIT("a"), SMA_STR_INIT("bc"), 1}};
    struct sma_content a = {.text = SMA_STR(R), .references = one, .reference_count = 1};
    struct sma_content b = {.text = SMA_STR(R), .references = other, .reference_count = 1};
    uint8_t ha[SMA_HASH_LEN], hb[SMA_HASH_LEN], da[SMA_DIGEST_LEN], db[SMA_DIGEST_LEN];
    (void)state;
    hash_of(ha, da, &a, NULL);
    hash_of(hb, db, &b, NULL);
    assert_memory_equal(ha, hb, sizeof ha);
    assert_memory_not_equal(da, db, sizeof da);
}

static void stated_hash_replaces_the_metadata(void **state)
{
    const uint8_t md5[SMA_HASH_LEN] = {1, 2, 3};
    struct sma_content a = {.text = SMA_STR(A), .metadata = SMA_STR("{\"properties\":{}}")};
    struct sma_content b = {.text = SMA_STR(A), .metadata = SMA_STR("{}")};
    uint8_t ha[SMA_HASH_LEN], hb[SMA_HASH_LEN], da[SMA_DIGEST_LEN], db[SMA_DIGEST_LEN];
    (void)state;
    hash_of(ha, da, &a, md5);
    hash_of(hb, db, &b, md5);
    assert_memory_equal(ha, md5, sizeof md5);
    assert_memory_equal(da, db, sizeof da);
}

static void broken_parts_are_refused(void **state)
{
    static const struct {
        const char *metadata, *rule_set, *message;
    } broken[] = {
        {"[]", NULL, "\"metadata\" is not an object"},
        {"{", NULL, "metadata: "},
        {"{\"tags\":[]}", NULL, "\"tags\" is not an object"},
        {"{\"tags\":{\"a\":\"b\"}}", NULL, "\"tags\" is not an array of strings"},
        {"{\"properties\":{\"a\":{}}}", NULL, "\"properties\" is not an object of strings"},
        {"{\"sensitive\":[[]]}", NULL, "\"sensitive\" is not an array of strings"},
        {NULL, "{\"domainRules\":{}}", "\"domainRules\" is not an array of rules"},
        {NULL, "{\"domainRules\":[1]}", "\"rule\" is not an object"},
        {NULL, "{\"domainRules\":[{\"name\":[]}]}", "\"name\" is not a string"},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(broken); i++) {
        struct row row = {
            .text = A, .metadata = broken[i].metadata, .rule_set = broken[i].rule_set};
        struct sma_content content = content_of(&row);
        struct sma_error err = SMA_ERROR_INIT;
        uint8_t hash[SMA_HASH_LEN];
        if (sma_content_hash(hash, &content, &err) != SMA_EINVAL ||
            !sma_str_starts(sma_str_z(err.message), sma_str_z(broken[i].message)))
            fail_msg("%s: got \"%s\"", broken[i].message, err.message);
    }
}

int main(void)
{
    const struct CMUnitTest others[] = {
        cmocka_unit_test(parts_count),
        cmocka_unit_test(defaults_of_a_rule_are_hashed),
        cmocka_unit_test(keys_sort_as_in_java),
        cmocka_unit_test(digest_tells_collisions_apart),
        cmocka_unit_test(stated_hash_replaces_the_metadata),
        cmocka_unit_test(broken_parts_are_refused),
    };
    struct CMUnitTest tests[SMA_COUNT(rows)];
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){rows[i].name, check_row, NULL, NULL, (void *)&rows[i]};
    int failures = _cmocka_run_group_tests("guid vectors", tests, SMA_COUNT(rows), NULL, NULL);
    failures += cmocka_run_group_tests(others, NULL, NULL);
    return failures != 0;
}
