#include "tests/support/test.h"

#include "core/hash/hash.h"

static void hex(char *out, const uint8_t *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

static void test_digests(void **state)
{
    (void)state;
    uint8_t md5[SMA_MD5_LEN], sha[SMA_SHA256_LEN];
    char text[65];
    assert_int_equal(sma_md5(md5, SMA_STR(""), NULL), SMA_OK);
    hex(text, md5, sizeof md5);
    assert_string_equal(text, "d41d8cd98f00b204e9800998ecf8427e");
    assert_int_equal(sma_md5(md5, SMA_STR("\"string\""), NULL), SMA_OK);
    hex(text, md5, sizeof md5);
    assert_string_equal(text, "095d71cf12556b9d5e330ad575b3df5d"); /* confluent-rest section 9 */
    assert_int_equal(sma_sha256(sha, SMA_STR("abc"), NULL), SMA_OK);
    hex(text, sha, sizeof sha);
    assert_string_equal(text, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_crc64_avro(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        uint64_t want;
    } rows[] = {
        {"\"int\"", 0x7275d51a3f395c8f},
        {"\"bytes\"", 0x4fc016dac3201965},
        {"{\"type\":\"array\",\"items\":\"int\"}", 0x522b814fc963b4be},
        {"{\"type\":\"map\",\"values\":\"long\"}", 0x4e33b109e4f4746f},
        {"{\"name\":\"a.F\",\"type\":\"fixed\",\"size\":12}", 0x0c6ec4e214247033},
        {"{\"name\":\"E\",\"type\":\"enum\",\"symbols\":[\"B\",\"A\"]}", 0xe6e42317f7c5b1a1},
        {"{\"name\":\"R\",\"type\":\"record\",\"fields\":[]}", 0xbb62c914b860f139},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        if (sma_crc64_avro(sma_str_z(rows[i].text)) != rows[i].want)
            fail_msg("%s", rows[i].text);
}

static void test_uuid(void **state)
{
    (void)state;
    uint8_t bytes[16], again[16], other[16];
    char text[37];
    assert_true(sma_uuid_parse(bytes, SMA_STR("095D71CF-1255-6b9d-5e33-0ad575b3df5d")));
    sma_uuid_text(text, bytes);
    assert_string_equal(text, "095d71cf-1255-6b9d-5e33-0ad575b3df5d");
    assert_true(sma_uuid_parse(again, SMA_STR("095d71cf12556b9d5e330ad575b3df5d")));
    assert_memory_equal(bytes, again, 16);
    static const char *const wrong[] = {"", "095d71cf", "095d71cf12556b9d5e330ad575b3df5g",
                                        "095d71cf+1255-6b9d-5e33-0ad575b3df5d",
                                        "095d71cf12556b9d5e330ad575b3df5d0"};
    for (size_t i = 0; i < SMA_COUNT(wrong); i++)
        assert_false(sma_uuid_parse(bytes, sma_str_z(wrong[i])));
    sma_uuid_random(bytes);
    sma_uuid_random(other);
    assert_memory_not_equal(bytes, other, 16);
    assert_int_equal(bytes[6] >> 4, 4);
    assert_int_equal(bytes[8] >> 6, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_digests),
        cmocka_unit_test(test_crc64_avro),
        cmocka_unit_test(test_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
