/* Framing as pure functions: what is written is read back, every cut of it is refused, lengths that lie
 * lead nowhere. */
#include "schemata/schemata.h"
#include "tests/support/test.h"

static const struct read_row {
    const char *name;
    const char *bytes;
    size_t len;
    bool with_indexes;
    schemata_status_t want;
    schemata_wire_kind_t kind;
    int32_t id;
    int32_t count, first; /* indexes */
    size_t header_len;
} reads[] = {
    {"id", "\0\0\0\1\2xyz", 8, false, SCHEMATA_OK, SCHEMATA_WIRE_ID, 258, 0, 0, 5},
    {"id and nothing", "\0\0\0\0\7", 5, false, SCHEMATA_OK, SCHEMATA_WIRE_ID, 7, 0, 0, 5},
    {"largest id", "\0\x7f\xff\xff\xff", 5, false, SCHEMATA_OK, SCHEMATA_WIRE_ID, INT32_MAX, 0, 0,
     5},
    {"the index 0 in short", "\0\0\0\0\7\0x", 7, true, SCHEMATA_OK, SCHEMATA_WIRE_ID, 7, 1, 0, 6},
    {"the index 0 in long", "\0\0\0\0\7\2\0x", 8, true, SCHEMATA_OK, SCHEMATA_WIRE_ID, 7, 1, 0, 7},
    {"indexes 3 and 1", "\0\0\0\0\7\4\6\2x", 9, true, SCHEMATA_OK, SCHEMATA_WIRE_ID, 7, 2, 3, 8},
    {"GUID", "\1ABCDEFGHIJKLMNOPx", 18, false, SCHEMATA_OK, SCHEMATA_WIRE_GUID, 0, 0, 0, 17},
    {"GUID with an index", "\1ABCDEFGHIJKLMNOP\0x", 19, true, SCHEMATA_OK, SCHEMATA_WIRE_GUID, 0, 1,
     0, 18},
    {"nothing", "", 0, false, SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"plain JSON", "{\"a\":1}", 7, false, SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"no indexes there", "\0\0\0\0\7", 5, true, SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"a count that lies", "\0\0\0\0\7\x80\x84\xaf\x5f\0", 10, true, SCHEMATA_ERR_FRAMING, 0, 0, 0,
     0, 0},
    {"a negative count", "\0\0\0\0\7\1\0", 7, true, SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"a negative index", "\0\0\0\0\7\2\1", 7, true, SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"a varint without end", "\0\0\0\0\7\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 15, true,
     SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
    {"16 indexes", "\0\0\0\0\7\x20\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2", 22, true, SCHEMATA_OK,
     SCHEMATA_WIRE_ID, 7, 16, 1, 22},
    {"17 indexes", "\0\0\0\0\7\x22\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2\2", 23, true,
     SCHEMATA_ERR_FRAMING, 0, 0, 0, 0, 0},
};

/* The bytes are copied to a block of their exact size, so that ASan sees a read past the end. */
static schemata_status_t read_exact(const char *bytes, size_t len, bool with_indexes,
                                    schemata_wire_t *wire)
{
    char *copy = malloc(len ? len : 1);
    memcpy(copy, bytes, len);
    schemata_status_t st = schemata_wire_read(copy, len, with_indexes, wire);
    const char *sentence = schemata_wire_explain(copy, len);
    assert_true(sentence && *sentence);
    free(copy);
    return st;
}

static void frames_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(reads); i++) {
        const struct read_row *row = &reads[i];
        schemata_wire_t wire = {.id = 0};
        schemata_status_t st = read_exact(row->bytes, row->len, row->with_indexes, &wire);
        if (st != row->want)
            fail_msg("%s: %s", row->name, schemata_status_name(st));
        if (!st && (wire.kind != row->kind || wire.id != row->id || wire.n_indexes != row->count ||
                    wire.header_len != row->header_len ||
                    (row->count && wire.indexes[0] != row->first)))
            fail_msg("%s: kind %d id %d, %d indexes from %d, header %zu", row->name, wire.kind,
                     wire.id, wire.n_indexes, wire.indexes[0], wire.header_len);
    }
}

static void every_prefix_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(reads); i++)
        for (size_t len = 0; !reads[i].want && len < reads[i].header_len; len++) {
            schemata_wire_t wire = {.id = -7};
            if (read_exact(reads[i].bytes, len, reads[i].with_indexes, &wire) !=
                SCHEMATA_ERR_FRAMING)
                fail_msg("%s: %zu bytes were enough", reads[i].name, len);
            assert_int_equal(wire.id, -7);
        }
}

static void what_is_written_is_read(void **state)
{
    (void)state;
    static const int32_t ids[] = {0, 1, 255, 256, 65536, INT32_MAX};
    static const int32_t paths[][3] = {{0, 0, 0}, {0, 1, 2}, {300, 0, INT32_MAX}};
    const schemata_guid_t guid = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 255}};
    uint8_t bytes[256];
    schemata_wire_t wire;
    for (size_t i = 0; i < SMA_COUNT(ids); i++)
        for (size_t p = 0; p < SMA_COUNT(paths); p++)
            for (size_t n = 0; n <= 3; n++) {
                size_t len = schemata_wire_write_id(bytes, sizeof bytes, ids[i], paths[p], n);
                assert_int_equal(schemata_wire_read(bytes, len, n > 0, &wire), SCHEMATA_OK);
                assert_int_equal(wire.id, ids[i]);
                assert_int_equal(wire.header_len, len);
                assert_int_equal(wire.n_indexes, n);
                assert_memory_equal(wire.indexes, paths[p], n * sizeof(int32_t));
                len = schemata_wire_write_guid(bytes, sizeof bytes, &guid, paths[p], n);
                assert_int_equal(schemata_wire_read(bytes, len, n > 0, &wire), SCHEMATA_OK);
                assert_memory_equal(&wire.guid, &guid, sizeof guid);
            }
}

/* Too little room: the size needed, and not a byte written. */
static void small_buffers_stay_untouched(void **state)
{
    (void)state;
    static const int32_t path[] = {1, 2};
    uint8_t bytes[8];
    for (size_t cap = 0; cap < 8; cap++) {
        memset(bytes, 0xee, sizeof bytes);
        assert_int_equal(schemata_wire_write_id(bytes, cap, 9, path, 2), 8);
        for (size_t i = 0; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], 0xee);
    }
    assert_int_equal(schemata_wire_write_id(NULL, 0, 9, NULL, 0), 5);
    assert_int_equal(schemata_wire_write_id(bytes, 8, 9, NULL, 2), 0);
    assert_int_equal(schemata_wire_write_id(bytes, 8, 9, path, SCHEMATA_MAX_INDEXES + 1), 0);
    assert_int_equal(schemata_wire_write_guid(bytes, 8, NULL, NULL, 0), 0);
    assert_int_equal(schemata_wire_read(NULL, 3, false, (schemata_wire_t *)bytes),
                     SCHEMATA_ERR_ARG);
    assert_int_equal(schemata_wire_read("\0\0\0\0\1", 5, false, NULL), SCHEMATA_ERR_ARG);
}

static void every_byte_has_a_sentence(void **state)
{
    (void)state;
    for (int first = 0; first < 256; first++)
        for (size_t len = 0; len <= 17; len++) {
            char bytes[17] = {(char)first};
            schemata_wire_t wire;
            (void)read_exact(bytes, len, len % 2, &wire);
        }
    assert_non_null(strstr(schemata_wire_explain("{", 1), "plain JSON"));
    assert_non_null(strstr(schemata_wire_explain(NULL, 0), "tombstone"));
    assert_non_null(strstr(schemata_wire_explain("\0\0", 2), "cut off"));
    assert_non_null(strstr(schemata_wire_explain("Obj\1", 4), "container file"));
}

static void versions_and_names(void **state)
{
    (void)state;
    assert_int_equal(schemata_version(), SCHEMATA_VERSION_HEX);
    assert_string_equal(schemata_version_str(), SMA_VERSION);
    char hex[16];
    snprintf(hex, sizeof hex, "%u.%u.%u", schemata_version() >> 24 & 255,
             schemata_version() >> 16 & 255, schemata_version() >> 8 & 255);
    assert_string_equal(hex, SMA_VERSION);
    for (int st = SCHEMATA_OK; st <= SCHEMATA_ERR_INTERNAL; st++)
        assert_string_not_equal(schemata_status_name((schemata_status_t)st), "?");
    assert_string_equal(schemata_status_name(SCHEMATA_ERR_TIMEOUT), "TIMEOUT");
    assert_string_equal(schemata_status_name(SCHEMATA_ERR_WOULD_BLOCK), "WOULD_BLOCK");
    assert_string_equal(schemata_status_name(SCHEMATA_ERR_INTERNAL), "INTERNAL");
    assert_string_equal(schemata_status_name((schemata_status_t)99), "?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read),
        cmocka_unit_test(every_prefix_is_refused),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(small_buffers_stay_untouched),
        cmocka_unit_test(every_byte_has_a_sentence),
        cmocka_unit_test(versions_and_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
