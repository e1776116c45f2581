/* Sensitive metadata at rest: what is encrypted, what is not, and who opens it. */
#include "tests/support/test.h"

#include "base/arena.h"
#include "store/identity.h"
#include "store/seal.h"

static struct sma_arena arena;

static struct sma_seal *seal_of(const char *secret, const char *old)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_seal *seal = NULL;
    if (sma_seal_new(&seal, sma_str_z(secret), sma_str_z(old), &err))
        fail_msg("%s", err.message);
    return seal;
}

static struct sma_str sealed_by(const struct sma_seal *seal, const char *metadata)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_str out;
    if (sma_seal_metadata(&out, &arena, seal, sma_str_z(metadata), &err))
        fail_msg("%s", err.message);
    return out;
}

/* The content of a row whose plain metadata is `plain` and which stores `stored`. */
static struct sma_content stored_content(const char *plain, struct sma_str stored)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_content content = {.text = SMA_STR("\"int\""), .metadata = sma_str_z(plain)};
    assert_int_equal(sma_content_hash(content.hash, &content, &err), SMA_OK);
    content.metadata = stored;
    return content;
}

static struct sma_content opened_by(const struct sma_seal *seal, struct sma_content content)
{
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_seal_open(&content, &arena, seal, &err), SMA_OK);
    return content;
}

static bool holds(struct sma_str text, const char *part)
{
    return text.ptr && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

/* sealed NULL: nothing is sensitive. Otherwise two pieces of the sealed text around the values. */
static const struct row {
    const char *name, *metadata, *before, *after, *hidden;
} rows[] = {
    {"one value", "{\"properties\":{\"owner\":\"some-one\"},\"sensitive\":[\"owner\"]}",
     "{\"properties\":{\"__enc__\":\"true\",\"owner\":\"", "\"},\"sensitive\":[\"owner\"]}",
     "some-one"},
    {"the mark has its place in the order",
     "{\"properties\":{\"A\":\"a\",\"owner\":\"some-one\"},\"sensitive\":[\"owner\"]}",
     "{\"properties\":{\"A\":\"a\",\"__enc__\":\"true\",\"owner\":\"",
     "\"},\"sensitive\":[\"owner\"]}", "some-one"},
    {"behind all others", "{\"properties\":{\"A\":\"some-one\"},\"sensitive\":[\"A\"]}",
     "{\"properties\":{\"A\":\"", "\",\"__enc__\":\"true\"},\"sensitive\":[\"A\"]}", "some-one"},
    {"others stay readable",
     "{\"tags\":{\"x\":[\"t\"]},\"properties\":{\"a\":\"some-one\",\"b\":\"plain\"},\"sensitive\":["
     "\"a\"]}",
     "{\"tags\":{\"x\":[\"t\"]},\"properties\":{\"__enc__\":\"true\",\"a\":\"",
     "\",\"b\":\"plain\"},\"sensitive\":[\"a\"]}", "some-one"},
    {"an empty value", "{\"properties\":{\"a\":\"\"},\"sensitive\":[\"a\"]}",
     "{\"properties\":{\"__enc__\":\"true\",\"a\":\"", "\"},\"sensitive\":[\"a\"]}", "\"a\":\"\""},
    {"a name that is not there", "{\"properties\":{\"a\":\"1\"},\"sensitive\":[\"b\"]}", NULL, NULL,
     NULL},
    {"a property with the mark's name",
     "{\"properties\":{\"__enc__\":\"no\",\"a\":\"1\"},\"sensitive\":[\"a\"]}", NULL, NULL, NULL},
    {"no names", "{\"properties\":{\"a\":\"1\"}}", NULL, NULL, NULL},
    {"no properties", "{\"sensitive\":[\"a\"]}", NULL, NULL, NULL},
    {"nothing", "{}", NULL, NULL, NULL},
};

static void check_row(void **state)
{
    const struct row *row = *state;
    struct sma_seal *seal = seal_of("secret", ""), *other = seal_of("other", "");
    struct sma_str sealed = sealed_by(seal, row->metadata);
    if (!row->before) {
        assert_null(sealed.ptr);
    } else {
        assert_true(sma_str_starts(sealed, sma_str_z(row->before)));
        assert_true(sma_str_ends(sealed, sma_str_z(row->after)));
        assert_false(holds(sealed, row->hidden));
        struct sma_content content = stored_content(row->metadata, sealed);
        struct sma_content opened = opened_by(seal, content);
        sma_test_same_text(row->name, opened.metadata, sma_str_z(row->metadata));
        sma_test_same_text(row->name, opened.sealed, sealed);
        opened = opened_by(other, content);
        sma_test_same_text("another secret opens nothing", opened.metadata, sealed);
        sma_test_same_text("but it is known for sealed", opened.sealed, sealed);
        opened = opened_by(NULL, content);
        sma_test_same_text("nor does none", opened.metadata, sealed);
    }
    sma_seal_free(other);
    sma_seal_free(seal);
}

#define SECRET_ROW "{\"properties\":{\"a\":\"s3\"},\"sensitive\":[\"a\"]}"

static void test_old_secret(void **state)
{
    struct sma_seal *old = seal_of("old", ""), *both = seal_of("new", "old");
    struct sma_content content = stored_content(SECRET_ROW, sealed_by(old, SECRET_ROW));
    (void)state;
    sma_test_same_text("read with the old one", opened_by(both, content).metadata,
                       SMA_STR(SECRET_ROW));
    content = stored_content(SECRET_ROW, sealed_by(both, SECRET_ROW));
    assert_true(holds(opened_by(old, content).metadata, "__enc__"));
    sma_seal_free(both);
    sma_seal_free(old);
}

static void test_not_sealed(void **state)
{
    static const char own[] = "{\"properties\":{\"__enc__\":\"true\",\"a\":\"s3\"},\"sensitive\":[\"a\"]}";
    struct sma_seal *seal = seal_of("secret", "");
    struct sma_content content = opened_by(seal, stored_content(own, sma_str_z(own)));
    (void)state;
    sma_test_same_text("a client's own property", content.metadata, sma_str_z(own));
    assert_null(content.sealed.ptr);
    content = opened_by(seal, stored_content(SECRET_ROW, SMA_STR(SECRET_ROW)));
    assert_null(content.sealed.ptr);
    /* A value that was tampered with, or put where another belongs. */
    struct sma_str sealed = sealed_by(seal, SECRET_ROW);
    char *changed = malloc(sealed.len);
    assert_non_null(changed);
    memcpy(changed, sealed.ptr, sealed.len);
    char *value = memmem(changed, sealed.len, "\"a\":\"", 5);
    value[7] = value[7] == 'A' ? 'B' : 'A';
    struct sma_str tampered = sma_str_make(changed, sealed.len);
    sma_test_same_text("tampered with", opened_by(seal, stored_content(SECRET_ROW, tampered)).metadata,
                       tampered);
    content = opened_by(seal, stored_content("{\"properties\":{\"a\":\"other\"},\"sensitive\":[\"a\"]}",
                                             sealed));
    sma_test_same_text("another content's", content.metadata, sealed);
    free(changed);
    sma_seal_free(seal);
}

static void test_secrets(void **state)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_seal *seal = NULL;
    (void)state;
    assert_int_equal(sma_seal_new(&seal, SMA_STR(""), SMA_STR(""), &err), SMA_OK);
    assert_null(seal);
    assert_int_equal(sma_seal_new(&seal, SMA_STR(""), SMA_STR("old"), &err), SMA_EINVAL);
    assert_null(sealed_by(NULL, SECRET_ROW).ptr);
    seal = seal_of("secret", "");
    assert_false(sma_str_eq(sealed_by(seal, SECRET_ROW), sealed_by(seal, SECRET_ROW)));
    sma_seal_free(seal);
}

/* GnuTLS allocates for itself; of ours, every allocation fails once. */
static void test_memory(void **state)
{
    struct sma_error err = SMA_ERROR_INIT;
    (void)state;
    for (long n = 0;; n++) {
        struct sma_seal *seal = NULL;
        struct sma_str sealed = SMA_STR("");
        struct sma_content content = stored_content(SECRET_ROW, SMA_STR(""));
        struct sma_arena own;
        sma_arena_init(&own, 0);
        sma_error_clear(&err);
        sma_test_fail_alloc(n);
        enum sma_status st = sma_seal_new(&seal, SMA_STR("secret"), SMA_STR("old"), &err);
        if (!st)
            st = sma_seal_metadata(&sealed, &own, seal, SMA_STR(SECRET_ROW), &err);
        content.metadata = sealed;
        if (!st)
            st = sma_seal_open(&content, &own, seal, &err);
        bool has_failed = sma_test_alloc_failed();
        bool is_open = sma_str_eqz(content.metadata, SECRET_ROW);
        sma_seal_free(seal);
        sma_arena_fini(&own);
        if (!has_failed) {
            assert_int_equal(st, SMA_OK);
            assert_true(is_open);
            break;
        }
        assert_int_equal(st, SMA_ENOMEM);
    }
}

int main(void)
{
    struct CMUnitTest tests[SMA_COUNT(rows) + 4];
    memset(tests, 0, sizeof tests);
    for (size_t i = 0; i < SMA_COUNT(rows); i++)
        tests[i] = (struct CMUnitTest){
            .name = rows[i].name, .test_func = check_row, .initial_state = (void *)&rows[i]};
    tests[SMA_COUNT(rows)] = (struct CMUnitTest)cmocka_unit_test(test_old_secret);
    tests[SMA_COUNT(rows) + 1] = (struct CMUnitTest)cmocka_unit_test(test_not_sealed);
    tests[SMA_COUNT(rows) + 2] = (struct CMUnitTest)cmocka_unit_test(test_secrets);
    tests[SMA_COUNT(rows) + 3] = (struct CMUnitTest)cmocka_unit_test(test_memory);
    sma_arena_init(&arena, 0);
    int failures = _cmocka_run_group_tests("seal", tests, SMA_COUNT(tests), NULL, NULL);
    sma_arena_fini(&arena);
    return failures != 0;
}
