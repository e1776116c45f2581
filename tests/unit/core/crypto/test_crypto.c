/* Data keys and ciphertexts against what Tink made (Python, tink 1.16): key bytes 00 01 02 … in every
 * vector. */
#include "tests/support/test.h"

#include "core/crypto/crypto.h"

#define KEY16 "000102030405060708090a0b0c0d0e0f"
#define KEY32 KEY16 "101112131415161718191a1b1c1d1e1f"
#define KEY64 KEY32 "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
#define LONG "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" /* two blocks and one byte */

static struct sma_str unhex(char *out, const char *hex)
{
    size_t len = strlen(hex) / 2;
    for (size_t i = 0; i < len; i++) {
        unsigned byte;
        if (sscanf(hex + 2 * i, "%2x", &byte) != 1)
            fail_msg("no hex: %s", hex);
        out[i] = (char)byte;
    }
    return sma_str_make(out, len);
}

static const struct {
    enum sma_dek_algorithm algorithm;
    const char *message, *plain, *cipher;
} vectors[] = {
    {SMA_AES128_GCM, "1a10" KEY16, "", "d4e6b91c1385aa6781102266329ef54aed342bfc10c9a053e36d7cd8"},
    {SMA_AES128_GCM, "1a10" KEY16, "hello",
     "f72b642de624fa445e5dce152a6118016e6fddf3ff7376ceae121ba5f92f8a1640"},
    {SMA_AES128_GCM, "1a10" KEY16, LONG,
     "5d02a192e0c4d5f9e12a9879ae14faad5e5d9052ac8b9583df56a1e264fcafa45c0a721b32c138c1b81112be1b2902"
     "4fa0f3e2465bf25342b0ef67c34b"},
    {SMA_AES256_GCM, "1a20" KEY32, "", "36c61cf7a88356f67f19ad2b4cdab814fc322376e462ed2a9027d533"},
    {SMA_AES256_GCM, "1a20" KEY32, "hello",
     "dc1da7cc9a900c7cbc544b0f337d62313abbfcd94305d9defb7fc083c3711cb0d7"},
    {SMA_AES256_GCM, "1a20" KEY32, LONG,
     "6689ec98edd0b616530db8e36bd7e673afa498a05b86dd40416fa9ebce57d2cbb2a6966d8359e6ef180dd8383390c7"
     "4f0f198a6c4be08d2a827c2d816e"},
    {SMA_AES256_SIV, "1240" KEY64, "", "6ff5b8ef53fc365606cd3ea047374885"},
    {SMA_AES256_SIV, "1240" KEY64, "hello", "4c796974c0dfa6582b0961c08ee00b524803219221"},
    {SMA_AES256_SIV, "1240" KEY64, LONG,
     "0239b812f1c2607f97775327bccaeab8af1ba57b36a15630bd40f81bbc0689ff76d1b0b2178b03cc06c0fbbd98b657"
     "bdc7"},
};

static void read_vector_key(struct sma_dek_key_bytes *key, size_t i)
{
    char message[SMA_DEK_MESSAGE_BYTES_MAX];
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_dek_key_read(key, vectors[i].algorithm, unhex(message, vectors[i].message), &err))
        fail_msg("vector %zu: %s", i, err.message);
}

static void tinks_ciphertexts_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(vectors); i++) {
        struct sma_dek_key_bytes key;
        struct sma_buf plain;
        char bytes[256];
        read_vector_key(&key, i);
        sma_buf_init(&plain, 0);
        sma_buf_putz(&plain, "kept ");
        assert_int_equal(sma_dek_decrypt(&plain, &key, unhex(bytes, vectors[i].cipher), NULL),
                         SMA_OK);
        sma_test_same_text("plain", sma_str_from(sma_buf_str(&plain), 5),
                           sma_str_z(vectors[i].plain));
        sma_crypto_wipe_buf(&plain);
    }
}

static void what_is_encrypted_comes_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(vectors); i++) {
        struct sma_dek_key_bytes key;
        struct sma_buf cipher, again, plain;
        char bytes[256];
        struct sma_str want = sma_str_z(vectors[i].plain);
        read_vector_key(&key, i);
        sma_buf_init(&cipher, 0);
        sma_buf_init(&again, 0);
        sma_buf_init(&plain, 0);
        assert_int_equal(sma_dek_encrypt(&cipher, &key, want, NULL), SMA_OK);
        assert_int_equal(sma_dek_encrypt(&again, &key, want, NULL), SMA_OK);
        assert_int_equal(cipher.len, want.len + sma_dek_overhead(vectors[i].algorithm));
        if (vectors[i].algorithm == SMA_AES256_SIV)
            sma_test_same_text("SIV", sma_buf_str(&cipher), unhex(bytes, vectors[i].cipher));
        assert_int_equal(sma_str_eq(sma_buf_str(&cipher), sma_buf_str(&again)),
                         vectors[i].algorithm == SMA_AES256_SIV);
        assert_int_equal(sma_dek_decrypt(&plain, &key, sma_buf_str(&cipher), NULL), SMA_OK);
        sma_test_same_text("plain", sma_buf_str(&plain), want);
        sma_buf_fini(&cipher);
        sma_buf_fini(&again);
        sma_buf_fini(&plain);
    }
}

/* Every byte changed, every length cut. */
static void changed_bytes_are_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(vectors); i++) {
        struct sma_dek_key_bytes key;
        struct sma_buf plain;
        char bytes[256];
        struct sma_str cipher = unhex(bytes, vectors[i].cipher);
        read_vector_key(&key, i);
        sma_buf_init(&plain, 0);
        for (size_t at = 0; at < cipher.len; at++) {
            bytes[at] = (char)(bytes[at] ^ 0x40);
            assert_int_equal(sma_dek_decrypt(&plain, &key, cipher, NULL), SMA_EINVAL);
            bytes[at] = (char)(bytes[at] ^ 0x40);
            assert_int_equal(sma_dek_decrypt(&plain, &key, sma_str_head(cipher, at), NULL),
                             SMA_EINVAL);
        }
        key.bytes[0] ^= 1;
        assert_int_equal(sma_dek_decrypt(&plain, &key, cipher, NULL), SMA_EINVAL);
        assert_int_equal(plain.len, 0);
        sma_buf_fini(&plain);
    }
}

static void buffers_with_a_limit_say_so(void **state)
{
    (void)state;
    struct sma_dek_key_bytes key;
    struct sma_buf out;
    read_vector_key(&key, 1);
    sma_buf_init(&out, 32);
    assert_int_equal(sma_dek_encrypt(&out, &key, SMA_STR("hello"), NULL), SMA_ENOMEM);
    sma_buf_fini(&out);
}

static void key_messages(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum sma_dek_algorithm algorithm;
        const char *message, *error; /* NULL: fine */
    } rows[] = {
        {"with its version", SMA_AES128_GCM, "08001a10" KEY16, NULL},
        {"unknown fields of every kind", SMA_AES128_GCM,
         "12020810" "2007" "29" "0102030405060708" "35" "01020304" "1a10" KEY16, NULL},
        {"the last of two counts", SMA_AES128_GCM, "1a01ff1a10" KEY16, NULL},
        {"nothing", SMA_AES128_GCM, "", "the data key has 0 bytes; AES128_GCM needs 16"},
        {"bare bytes", SMA_AES128_GCM, KEY16, "the data key is no key message"},
        {"another size", SMA_AES256_GCM, "1a10" KEY16,
         "the data key has 16 bytes; AES256_GCM needs 32"},
        {"another algorithm", SMA_AES256_SIV, "1a20" KEY32,
         "the data key has 0 bytes; AES256_SIV needs 64"},
        {"another version", SMA_AES128_GCM, "08011a10" KEY16,
         "the data key has version 1; only 0 is known"},
        {"a length that lies", SMA_AES128_GCM, "1a11" KEY16, "the data key is no key message"},
        {"a length of 2^64-1", SMA_AES128_GCM, "1affffffffffffffffff01" KEY16,
         "the data key is no key message"},
        {"a number without end", SMA_AES128_GCM, "08ffffffffffffffffffffffff",
         "the data key is no key message"},
        {"a group", SMA_AES128_GCM, "0b0c1a10" KEY16, "the data key is no key message"},
        {"cut", SMA_AES128_GCM, "1a", "the data key is no key message"},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_dek_key_bytes key;
        struct sma_error err = SMA_ERROR_INIT;
        char bytes[256];
        enum sma_status st =
            sma_dek_key_read(&key, rows[i].algorithm, unhex(bytes, rows[i].message), &err);
        if (st != (rows[i].error ? SMA_EINVAL : SMA_OK))
            fail_msg("%s: %s", rows[i].name, err.message);
        sma_test_same_text(rows[i].name, sma_str_z(err.message),
                           sma_str_z(rows[i].error ? rows[i].error : ""));
    }
}

static void key_messages_have_a_limit(void **state)
{
    (void)state;
    struct sma_dek_key_bytes key;
    char bytes[SMA_DEK_MESSAGE_BYTES_MAX + 1];
    memset(bytes, 0, sizeof bytes);
    unhex(bytes, "1a10" KEY16);
    for (size_t at = 18; at < sizeof bytes; at += 2)
        memcpy(bytes + at, "\x20\x00", at + 2 <= sizeof bytes ? 2 : 1);
    assert_int_equal(sma_dek_key_read(&key, SMA_AES128_GCM,
                                      sma_str_make(bytes, SMA_DEK_MESSAGE_BYTES_MAX), NULL),
                     SMA_OK);
    assert_int_equal(
        sma_dek_key_read(&key, SMA_AES128_GCM, sma_str_make(bytes, sizeof bytes), NULL),
        SMA_EINVAL);
}

static void generated_keys_are_written_and_read(void **state)
{
    (void)state;
    static const char *const names[] = {"AES128_GCM", "AES256_GCM", "AES256_SIV"};
    for (size_t i = 0; i < SMA_COUNT(names); i++) {
        enum sma_dek_algorithm algorithm;
        struct sma_dek_key_bytes key, other, again;
        struct sma_buf message;
        assert_true(sma_dek_algorithm_parse(&algorithm, sma_str_z(names[i])));
        assert_string_equal(sma_dek_algorithm_name(algorithm), names[i]);
        assert_int_equal(sma_dek_key_generate(&key, algorithm, NULL), SMA_OK);
        assert_int_equal(sma_dek_key_generate(&other, algorithm, NULL), SMA_OK);
        assert_memory_not_equal(key.bytes, other.bytes, sma_dek_key_bytes(algorithm));
        sma_buf_init(&message, SMA_DEK_MESSAGE_BYTES_MAX);
        sma_dek_key_write(&message, &key);
        assert_int_equal(sma_dek_key_read(&again, algorithm, sma_buf_str(&message), NULL), SMA_OK);
        assert_memory_equal(key.bytes, again.bytes, sma_dek_key_bytes(algorithm));
        sma_crypto_wipe_buf(&message);
    }
    enum sma_dek_algorithm ignored;
    assert_false(sma_dek_algorithm_parse(&ignored, SMA_STR("aes256_gcm")));
    assert_false(sma_dek_algorithm_parse(&ignored, SMA_STR("")));
}

static void secrets_become_keys(void **state)
{
    (void)state;
    uint8_t key[33];
    char want[16];
    assert_int_equal(sma_hkdf_sha256(key, 16, SMA_STR("mysecret"), NULL), SMA_OK);
    unhex(want, "1ae4d97ac1e81594bfd1993c1a75ee36");
    assert_memory_equal(key, want, 16);
    assert_int_equal(sma_hkdf_sha256(key, 32, SMA_STR(""), NULL), SMA_OK);
    assert_int_equal(sma_hkdf_sha256(key, 33, SMA_STR("mysecret"), NULL), SMA_EINTERNAL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tinks_ciphertexts_are_read),
        cmocka_unit_test(what_is_encrypted_comes_back),
        cmocka_unit_test(changed_bytes_are_refused),
        cmocka_unit_test(buffers_with_a_limit_say_so),
        cmocka_unit_test(key_messages),
        cmocka_unit_test(key_messages_have_a_limit),
        cmocka_unit_test(generated_keys_are_written_and_read),
        cmocka_unit_test(secrets_become_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
