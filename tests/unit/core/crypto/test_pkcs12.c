/* PKCS #12 stores: what openssl makes of a key and its certificates, and what is no store. The stores are
 * in tests/golden/pkcs12; their password is "pa55". */
#include "core/crypto/pkcs12.h"
#include "tests/support/test.h"

static size_t times(const char *text, const char *part)
{
    size_t n = 0;
    for (; (text = strstr(text, part)) != NULL; text++)
        n++;
    return n;
}

static const struct row {
    const char *name, *password;
    enum sma_status want;
    size_t keys, certificates;
    const char *says;
} rows[] = {
    {"key-and-chain.p12", "pa55", SMA_OK, 1, 2, NULL},
    {"certificates.p12", "pa55", SMA_OK, 0, 2, NULL},
    {"key-and-chain.p12", "wrong", SMA_EINVAL, 0, 0, "the password does not open"},
    {"key-and-chain.p12", NULL, SMA_EINVAL, 0, 0, "the password does not open"},
};

static struct sma_buf load(const char *name)
{
    char path[128];
    struct sma_buf bytes;
    size_t len = 0;
    snprintf(path, sizeof path, "tests/golden/pkcs12/%s", name);
    char *text = sma_test_read_file(path, &len);
    sma_buf_init(&bytes, 0);
    sma_buf_append(&bytes, text, len);
    free(text);
    return bytes;
}

static void stores_become_pem(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_buf der = load(rows[i].name), pem;
        struct sma_error err = SMA_ERROR_INIT;
        sma_buf_init(&pem, 0);
        enum sma_status st = sma_pkcs12_to_pem(&pem, sma_buf_str(&der), rows[i].password, &err);
        if (st != rows[i].want || (rows[i].says && !strstr(err.message, rows[i].says)))
            fail_msg("%s: %d %s", rows[i].name, st, err.message);
        const char *text = pem.ptr ? pem.ptr : "";
        assert_int_equal(times(text, "-----BEGIN PRIVATE KEY-----"), rows[i].keys);
        assert_int_equal(times(text, "-----BEGIN CERTIFICATE-----"), rows[i].certificates);
        sma_buf_fini(&pem);
        sma_buf_fini(&der);
    }
}

/* Cut at any place, or with any byte changed: an error or the same content, never a crash. */
static void broken_stores_are_refused(void **state)
{
    (void)state;
    struct sma_buf der = load("certificates.p12");
    size_t refused = 0;
    for (size_t i = 0; i < der.len; i += 7) {
        struct sma_buf pem;
        sma_buf_init(&pem, 0);
        assert_int_not_equal(
            sma_pkcs12_to_pem(&pem, sma_str_head(sma_buf_str(&der), i), "pa55", NULL), SMA_OK);
        sma_buf_clear(&pem);
        der.ptr[i] ^= 0x55;
        refused += sma_pkcs12_to_pem(&pem, sma_buf_str(&der), "pa55", NULL) != SMA_OK;
        der.ptr[i] ^= 0x55;
        sma_buf_fini(&pem);
    }
    assert_true(refused > der.len / 7 * 9 / 10);
    sma_buf_fini(&der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stores_become_pem),
        cmocka_unit_test(broken_stores_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
