/* Key services: the local one against bytes that the Python client made, Vault against a transport
 * that the test plays. */
#include "tests/support/test.h"

#include "core/crypto/crypto.h"
#include "kms/kms.h"

/* Secret "mysecret", plain: the key message of AES128_GCM with key bytes 00 01 02 … */
static const unsigned char local_wrapped[] = {
    0x21, 0xa3, 0x06, 0x4e, 0x63, 0x3b, 0xa8, 0xa9, 0x33, 0x08, 0x21, 0x66, 0xcf, 0x49, 0xf8, 0xf9,
    0xfd, 0x60, 0x16, 0xce, 0x25, 0x61, 0x00, 0x96, 0x95, 0xe1, 0x69, 0x42, 0x8a, 0x8b, 0x2d, 0x58,
    0xdb, 0x78, 0xdc, 0xdf, 0xbc, 0xac, 0x8d, 0xcc, 0xef, 0xa7, 0xc7, 0x37, 0x96, 0xb6};
static const unsigned char local_plain[] = {0x1a, 0x10, 0, 1, 2,  3,  4,  5,  6,
                                            7,    8,    9, 10, 11, 12, 13, 14, 15};

#define BYTES(array) sma_str_make((const char *)(array), sizeof(array))

static const struct sma_kms_prop my_secret[] = {{SMA_STR_INIT("secret"), SMA_STR_INIT("mysecret")}};
static const struct sma_kms_props owners = {my_secret, 1, NULL};

/* ---- properties, services -------------------------------------------------------------------- */

static void properties_lie_over_each_other(void **state)
{
    (void)state;
    const struct sma_kms_prop items[] = {{SMA_STR("secret"), SMA_STR("")},
                                         {SMA_STR("namespace"), SMA_STR("n")}};
    const struct sma_kms_props over = {items, 2, &owners};
    sma_test_same_text("under", sma_kms_prop(&over, "secret"), SMA_STR("mysecret"));
    sma_test_same_text("over", sma_kms_prop(&over, "namespace"), SMA_STR("n"));
    assert_null(sma_kms_prop(&over, "token.id").ptr);
    assert_null(sma_kms_prop(NULL, "token.id").ptr);
}

static void unknown_services_are_refused(void **state)
{
    (void)state;
    const struct sma_kms kms = {.props = &owners};
    const struct sma_kms_kek kek = {.type = SMA_STR("aws-kms"), .key_id = SMA_STR("arn:x")};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_true(sma_kms_knows(SMA_STR("local-kms")) && sma_kms_knows(SMA_STR("hcvault")));
    assert_false(sma_kms_knows(kek.type));
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), &err), SMA_EUNSUPPORTED);
    assert_string_equal(err.message, "there is no key service \"aws-kms\" in this build");
}

/* ---- local ----------------------------------------------------------------------------------- */

static void the_local_service_reads_what_python_wrote(void **state)
{
    (void)state;
    const struct sma_kms kms = {.props = &owners};
    const struct sma_kms_kek kek = {.type = SMA_STR("local-kms"), .key_id = SMA_STR("any")};
    struct sma_buf out, wrapped;
    sma_buf_init(&out, 0);
    sma_buf_init(&wrapped, 0);
    assert_int_equal(sma_kms_unwrap(&out, &kms, &kek, BYTES(local_wrapped), NULL), SMA_OK);
    sma_test_same_text("plain", sma_buf_str(&out), BYTES(local_plain));
    assert_int_equal(sma_kms_wrap(&wrapped, &kms, &kek, sma_buf_str(&out), NULL), SMA_OK);
    sma_buf_clear(&out);
    assert_int_equal(sma_kms_unwrap(&out, &kms, &kek, sma_buf_str(&wrapped), NULL), SMA_OK);
    sma_test_same_text("again", sma_buf_str(&out), BYTES(local_plain));
    sma_buf_fini(&out);
    sma_buf_fini(&wrapped);
}

static void the_local_service_needs_its_secret(void **state)
{
    (void)state;
    const struct sma_kms kms = {.props = NULL}, other = {.props = &owners};
    const struct sma_kms_prop wrong[] = {{SMA_STR("secret"), SMA_STR("not mine")}};
    const struct sma_kms_kek kek = {.type = SMA_STR("local-kms"), .key_id = SMA_STR("any")};
    const struct sma_kms_kek theirs = {SMA_STR("local-kms"), SMA_STR("any"), wrong, 1};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_unwrap(&out, &kms, &kek, BYTES(local_wrapped), &err),
                     SMA_EUNSUPPORTED);
    assert_string_equal(err.message, "local-kms: no secret is set (property \"secret\")");
    sma_error_clear(&err);
    assert_int_equal(sma_kms_unwrap(&out, &other, &theirs, BYTES(local_wrapped), &err), SMA_EINVAL);
    assert_string_equal(err.message,
                        "local-kms: cannot decrypt: another key, or changed bytes");
    assert_int_equal(out.len, 0);
    sma_buf_fini(&out);
}

/* ---- Vault ----------------------------------------------------------------------------------- */

/* What the transport saw, and what it answers in turn. */
struct play {
    int status[4];
    const char *answer[4];
    enum sma_status st; /* instead of an answer */
    int calls;
    char seen[2048];
};

static enum sma_status play(void *ctx, const struct sma_kms_http_request *request,
                            struct sma_kms_http_response *response, struct sma_error *err)
{
    struct play *p = ctx;
    size_t at = strlen(p->seen);
    at += (size_t)snprintf(p->seen + at, sizeof p->seen - at, "%s %.*s%.*s", request->method,
                           SMA_STR_ARG(request->origin), SMA_STR_ARG(request->path));
    for (size_t i = 3; i < request->header_count; i++)
        at += (size_t)snprintf(p->seen + at, sizeof p->seen - at, " %s=%.*s",
                               request->headers[i].name, SMA_STR_ARG(request->headers[i].value));
    snprintf(p->seen + at, sizeof p->seen - at, " %.*s\n", SMA_STR_ARG(request->body));
    if (p->st)
        return sma_fail(err, p->st, "the transport says so");
    response->status = p->status[p->calls];
    return sma_kms_http_take(response, sma_str_z(p->answer[p->calls++]), err);
}

#define KEY_ID "https://vault:8200/team/transit/keys/k 1"

static void vault_wraps_and_unwraps(void **state)
{
    (void)state;
    struct play p = {.status = {200, 200},
                     .answer = {"{\"data\":{\"ciphertext\":\"vault:v1:abc\",\"key_version\":1}}",
                      "{\"data\":{\"plaintext\":\"aGVsbG8=\"}}"}};
    const struct sma_kms_prop props[] = {{SMA_STR("token.id"), SMA_STR("s.t")},
                                         {SMA_STR("namespace"), SMA_STR("ns/a")}};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    const struct sma_kms_kek kek = {SMA_STR("hcvault"), SMA_STR(KEY_ID), props, 2};
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("hello"), NULL), SMA_OK);
    sma_test_same_text("wrapped", sma_buf_str(&out), SMA_STR("vault:v1:abc"));
    sma_buf_clear(&out);
    assert_int_equal(sma_kms_unwrap(&out, &kms, &kek, SMA_STR("vault:v1:abc"), NULL), SMA_OK);
    sma_test_same_text("plain", sma_buf_str(&out), SMA_STR("hello"));
    sma_test_same_text(
        "requests", sma_str_z(p.seen),
        SMA_STR("POST https://vault:8200/v1/team/transit/encrypt/k%201 X-Vault-Token=s.t "
                "X-Vault-Namespace=ns/a {\"plaintext\":\"aGVsbG8=\",\"context\":\"\"}\n"
                "POST https://vault:8200/v1/team/transit/decrypt/k%201 X-Vault-Token=s.t "
                "X-Vault-Namespace=ns/a {\"ciphertext\":\"vault:v1:abc\",\"context\":\"\"}\n"));
    sma_buf_fini(&out);
}

static void vault_logs_in_with_a_role(void **state)
{
    (void)state;
    struct play p = {.status = {200, 200},
                     .answer = {"{\"auth\":{\"client_token\":\"fresh\"}}",
                      "{\"data\":{\"ciphertext\":\"vault:v1:abc\"}}"}};
    const struct sma_kms_prop props[] = {{SMA_STR("approle.role.id"), SMA_STR("r")},
                                         {SMA_STR("approle.secret.id"), SMA_STR("s\"")}};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    const struct sma_kms_kek kek = {SMA_STR("hcvault"), SMA_STR("http://v/t/keys/k"), props, 2};
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), NULL), SMA_OK);
    sma_test_same_text("requests", sma_str_z(p.seen),
                       SMA_STR("POST http://v/v1/auth/approle/login "
                               "{\"role_id\":\"r\",\"secret_id\":\"s\\\"\"}\n"
                               "POST http://v/v1/t/encrypt/k X-Vault-Token=fresh "
                               "{\"plaintext\":\"eA==\",\"context\":\"\"}\n"));
    sma_buf_fini(&out);
}

static void vaults_failures_are_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int status;
        const char *answer;
        enum sma_status st;
        const char *message;
    } rows[] = {
        {"forbidden", 403, "{\"errors\":[\"permission denied\"]}", SMA_ECONFLICT,
         "hcvault: the service answers 403: permission denied"},
        {"no token", 401, "", SMA_ECONFLICT, "hcvault: the service answers 401"},
        {"unknown key", 400, "{\"errors\":[\"encryption key not found\"]}", SMA_EINVAL,
         "hcvault: the service answers 400: encryption key not found"},
        {"throttled", 429, "{}", SMA_EBUSY, "hcvault: the service answers 429"},
        {"sealed", 503, "{\"errors\":[7]}", SMA_EIO, "hcvault: the service answers 503"},
        {"a redirect", 307, "", SMA_EIO, "hcvault: the service answers 307"},
        {"HTML", 200, "<html>", SMA_EIO, "hcvault: the service's answer is no JSON"},
        {"nothing in it", 200, "{\"data\":{}}", SMA_EIO,
         "hcvault: the service's answer has no ciphertext"},
        {"no text", 200, "{\"data\":{\"ciphertext\":1}}", SMA_EIO,
         "hcvault: the service's answer has no ciphertext"},
        {"no object", 200, "[]", SMA_EIO, "hcvault: the service's answer has no ciphertext"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct play p = {.status = {rows[i].status}, .answer = {rows[i].answer}};
        const struct sma_kms kms = {.http = play, .http_ctx = &p};
        const struct sma_kms_kek kek = {.type = SMA_STR("hcvault"), .key_id = SMA_STR(KEY_ID)};
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_buf out;
        sma_buf_init(&out, 0);
        assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), &err), rows[i].st);
        sma_test_same_text(rows[i].name, sma_str_z(err.message), sma_str_z(rows[i].message));
        assert_int_equal(out.len, 0);
        sma_buf_fini(&out);
    }
}

static void vault_answers_have_a_limit(void **state)
{
    (void)state;
    char *answer = malloc(SMA_KMS_ANSWER_BYTES_MAX + 2);
    memset(answer, ' ', SMA_KMS_ANSWER_BYTES_MAX + 1);
    answer[SMA_KMS_ANSWER_BYTES_MAX + 1] = '\0';
    struct play p = {.status = {200}, .answer = {answer}};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    const struct sma_kms_kek kek = {.type = SMA_STR("hcvault"), .key_id = SMA_STR(KEY_ID)};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), &err), SMA_EIO);
    assert_string_equal(err.message, "hcvault: the answer is longer than 65536 bytes");
    free(answer);
}

static void vault_key_ids_are_checked(void **state)
{
    (void)state;
    static const char *const wrong[] = {
        "",
        "transit/keys/k",
        "ftp://v/transit/keys/k",
        "HTTP://v/transit/keys/k",
        "http:///transit/keys/k",
        "http://v",
        "http://v/keys/k",
        "http://v/transit/keys/",
        "http://v/transit/keys",
        "http://v/transit/key/k",
        "http://user@v/transit/keys/k",
        "http://v/../sys/keys/k",
        "http://v/transit/./keys/k",
        "http://v//transit/keys/k",
        "http://v/transit/keys/..",
        "http://v?x=/transit/keys/k",
        "http://v\r\nHost: x/transit/keys/k",
    };
    for (size_t i = 0; i < SMA_COUNT(wrong); i++) {
        struct play p = {.calls = 0};
        const struct sma_kms kms = {.http = play, .http_ctx = &p};
        const struct sma_kms_kek kek = {.type = SMA_STR("hcvault"), .key_id = sma_str_z(wrong[i])};
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_buf out;
        sma_buf_init(&out, 0);
        if (sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), &err) != SMA_EUNSUPPORTED || p.seen[0])
            fail_msg("%s: %s", wrong[i], err.message);
    }
}

static void vault_credentials_are_checked(void **state)
{
    (void)state;
    struct play p = {.calls = 0};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    const struct sma_kms_prop props[] = {{SMA_STR("token.id"), SMA_STR("a\r\nX: y")}};
    const struct sma_kms_kek kek = {SMA_STR("hcvault"), SMA_STR(KEY_ID), props, 1};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), &err), SMA_EUNSUPPORTED);
    assert_string_equal(err.message,
                        "hcvault: property \"token.id\" has a character that no header takes");
    assert_int_equal(sma_kms_unwrap(&out, &kms, &kek, SMA_STR("\xff"), NULL), SMA_EINVAL);
    assert_string_equal(p.seen, "");
}

static void without_a_network_vault_is_refused(void **state)
{
    (void)state;
    struct play p = {.st = SMA_ECONFLICT};
    const struct sma_kms none = {.props = NULL}, closed = {.http = play, .http_ctx = &p};
    const struct sma_kms_kek kek = {.type = SMA_STR("hcvault"), .key_id = SMA_STR(KEY_ID)};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &none, &kek, SMA_STR("x"), &err), SMA_EUNSUPPORTED);
    assert_string_equal(err.message, "hcvault: no way to the network was given");
    sma_error_clear(&err);
    assert_int_equal(sma_kms_wrap(&out, &closed, &kek, SMA_STR("x"), &err), SMA_ECONFLICT);
    assert_string_equal(err.message, "hcvault: the transport says so");
}

static void further_key_ids_are_tried(void **state)
{
    (void)state;
    struct play p = {.status = {403, 403, 200},
                     .answer = {"", "", "{\"data\":{\"ciphertext\":\"vault:v1:z\"}}"}};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    const struct sma_kms_prop props[] = {
        {SMA_STR("encrypt.alternate.kms.key.ids"),
         SMA_STR(" http://b/t/keys/k ,, broken, http://c/t/keys/k")}};
    const struct sma_kms_kek kek = {SMA_STR("hcvault"), SMA_STR("http://a/t/keys/k"), props, 1};
    struct sma_buf out;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), NULL), SMA_OK);
    assert_int_equal(p.calls, 3);
    sma_test_same_text("wrapped", sma_buf_str(&out), SMA_STR("vault:v1:z"));
    sma_buf_fini(&out);
}

/* One beyond the limit is not tried. */
static void key_ids_have_a_limit(void **state)
{
    (void)state;
    struct play p = {.st = SMA_EIO};
    const struct sma_kms kms = {.http = play, .http_ctx = &p};
    char list[1024] = "";
    for (int i = 0; i < SMA_KMS_KEY_IDS_MAX + 1; i++)
        strcat(list, "http://b/t/keys/k,");
    const struct sma_kms_prop props[] = {
        {SMA_STR("encrypt.alternate.kms.key.ids"), sma_str_z(list)}};
    const struct sma_kms_kek kek = {SMA_STR("hcvault"), SMA_STR("http://a/t/keys/k"), props, 1};
    struct sma_buf out;
    int lines = 0;
    sma_buf_init(&out, 0);
    assert_int_equal(sma_kms_wrap(&out, &kms, &kek, SMA_STR("x"), NULL), SMA_EIO);
    for (const char *c = p.seen; *c; c++)
        lines += *c == '\n';
    assert_int_equal(lines, SMA_KMS_KEY_IDS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(properties_lie_over_each_other),
        cmocka_unit_test(unknown_services_are_refused),
        cmocka_unit_test(the_local_service_reads_what_python_wrote),
        cmocka_unit_test(the_local_service_needs_its_secret),
        cmocka_unit_test(vault_wraps_and_unwraps),
        cmocka_unit_test(vault_logs_in_with_a_role),
        cmocka_unit_test(vaults_failures_are_told_apart),
        cmocka_unit_test(vault_answers_have_a_limit),
        cmocka_unit_test(vault_key_ids_are_checked),
        cmocka_unit_test(vault_credentials_are_checked),
        cmocka_unit_test(without_a_network_vault_is_refused),
        cmocka_unit_test(further_key_ids_are_tried),
        cmocka_unit_test(key_ids_have_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
