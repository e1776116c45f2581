#include "tests/support/test.h"

#include "core/wire/frame.h"

static void test_id_prefix(void **state)
{
    (void)state;
    uint8_t bytes[SMA_FRAME_ID_LEN + 3] = {0};
    struct sma_frame frame;
    sma_frame_put_id(bytes, 0x01020304);
    memcpy(bytes + SMA_FRAME_ID_LEN, "abc", 3);
    assert_memory_equal(bytes, "\0\1\2\3\4abc", 8);
    assert_int_equal(sma_frame_read(&frame, sma_str_make((char *)bytes, 8), NULL), SMA_OK);
    assert_int_equal(frame.kind, SMA_FRAME_BY_ID);
    assert_int_equal(frame.id, 0x01020304);
    assert_true(sma_str_eq(frame.rest, SMA_STR("abc")));
}

static void test_guid_header(void **state)
{
    (void)state;
    uint8_t bytes[SMA_FRAME_GUID_LEN], guid[16];
    struct sma_frame frame;
    for (int i = 0; i < 16; i++)
        guid[i] = (uint8_t)(i * 17);
    sma_frame_put_guid(bytes, guid);
    assert_int_equal(sma_frame_read(&frame, sma_str_make((char *)bytes, sizeof bytes), NULL),
                     SMA_OK);
    assert_int_equal(frame.kind, SMA_FRAME_BY_GUID);
    assert_memory_equal(frame.guid, guid, 16);
    assert_int_equal(frame.rest.len, 0);
}

static void test_broken_prefixes(void **state)
{
    (void)state;
    static const struct {
        struct sma_str bytes;
        const char *message;
    } rows[] = {
        {SMA_STR_INIT(""), "message is empty: no magic byte"},
        {SMA_STR_INIT("\2rest"), "Unknown magic byte!"},
        {SMA_STR_INIT("\0\0\0\1"), "message of 4 bytes is shorter than its 5 byte prefix"},
        {SMA_STR_INIT("\1"
                      "0123456789abcde"),
         "message of 16 bytes is shorter than its 17 byte prefix"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_frame frame;
        assert_int_equal(sma_frame_read(&frame, rows[i].bytes, &err), SMA_EINVAL);
        assert_string_equal(err.message, rows[i].message);
    }
}

static const struct indexes_row {
    const char *name;
    int32_t path[4];
    size_t count;
    struct sma_str bytes;
} indexes_rows[] = {
    {"[0]", {0}, 1, SMA_STR_INIT("\x00")},
    {"[1]", {1}, 1, SMA_STR_INIT("\x02\x02")},
    {"[0,0]", {0, 0}, 2, SMA_STR_INIT("\x04\x00\x00")},
    {"[2,1]", {2, 1}, 2, SMA_STR_INIT("\x04\x04\x02")},
    {"[300]", {300}, 1, SMA_STR_INIT("\x02\xd8\x04")},
    {"[2147483647]", {2147483647}, 1, SMA_STR_INIT("\x02\xfe\xff\xff\xff\x0f")},
};

static void test_indexes(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(indexes_rows); i++) {
        const struct indexes_row *row = &indexes_rows[i];
        struct sma_message_indexes indexes = {.count = row->count}, back;
        uint8_t bytes[SMA_MESSAGE_INDEXES_BYTES_MAX + 2];
        struct sma_str rest;
        memcpy(indexes.path, row->path, sizeof row->path);
        size_t n = sma_message_indexes_put(bytes, &indexes);
        sma_test_same_text(row->name, sma_str_make((char *)bytes, n), row->bytes);
        memcpy(bytes + n, "zz", 2);
        assert_int_equal(
            sma_message_indexes_read(&back, &rest, sma_str_make((char *)bytes, n + 2), NULL),
            SMA_OK);
        assert_int_equal(back.count, row->count);
        assert_memory_equal(back.path, row->path, row->count * sizeof row->path[0]);
        assert_true(sma_str_eq(rest, SMA_STR("zz")));
        for (size_t cut = 0; cut < n; cut++)
            assert_int_equal(
                sma_message_indexes_read(&back, &rest, sma_str_make((char *)bytes, cut), NULL),
                SMA_EINVAL);
    }
}

static void test_indexes_forms_and_limits(void **state)
{
    (void)state;
    struct sma_message_indexes indexes;
    struct sma_str rest;
    assert_int_equal(sma_message_indexes_read(&indexes, &rest, SMA_STR("\x02\x00"), NULL), SMA_OK);
    assert_int_equal(indexes.count, 1);
    assert_int_equal(indexes.path[0], 0);
    assert_int_equal(sma_message_indexes_read(&indexes, &rest, SMA_STR("\x01"), NULL), SMA_EINVAL);
    assert_int_equal(sma_message_indexes_read(&indexes, &rest, SMA_STR("\x02\x01"), NULL),
                     SMA_EINVAL);
    assert_int_equal(
        sma_message_indexes_read(&indexes, &rest, SMA_STR("\xff\xff\xff\xff\x7f"), NULL),
        SMA_EINVAL);
    for (int extra = 0; extra < 2; extra++) {
        char bytes[2 + SMA_MESSAGE_INDEXES_MAX + 1] = {0};
        int count = (SMA_MESSAGE_INDEXES_MAX + extra) * 2; /* zigzag */
        bytes[0] = (char)(count | 0x80);
        bytes[1] = (char)(count >> 7);
        assert_int_equal(
            sma_message_indexes_read(&indexes, &rest, sma_str_make(bytes, sizeof bytes), NULL),
            extra ? SMA_ELIMIT : SMA_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_id_prefix),
        cmocka_unit_test(test_guid_header),
        cmocka_unit_test(test_broken_prefixes),
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_indexes_forms_and_limits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
