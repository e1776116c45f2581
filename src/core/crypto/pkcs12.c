#include "core/crypto/pkcs12.h"

#include <gnutls/pkcs12.h>
#include <gnutls/x509.h>
#include <string.h>

/* In a store without a key. */
#define CERTIFICATES_MAX 1024

struct parts {
    gnutls_x509_privkey_t key; /* NULL: none */
    gnutls_x509_crt_t *chain, *others;
    unsigned chain_count, other_count;
};

static void free_certificates(gnutls_x509_crt_t *list, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        gnutls_x509_crt_deinit(list[i]);
    gnutls_free(list);
}

static void parts_fini(struct parts *parts)
{
    if (parts->key)
        gnutls_x509_privkey_deinit(parts->key);
    free_certificates(parts->chain, parts->chain_count);
    free_certificates(parts->others, parts->other_count);
}

static enum sma_status translate(int code, const char *what, struct sma_error *err)
{
    if (code == GNUTLS_E_MEMORY_ERROR)
        return sma_fail_nomem(err);
    if (code == GNUTLS_E_MAC_VERIFY_FAILED || code == GNUTLS_E_DECRYPTION_FAILED)
        return sma_fail(err, SMA_EINVAL, "the password does not open the PKCS #12 store");
    return sma_fail(err, SMA_EINVAL, "%s: %s", what, gnutls_strerror(code));
}

/* Appends the certificates of one bag to parts->others. */
static int take_bag(struct parts *parts, gnutls_pkcs12_bag_t bag, const char *password)
{
    int code = 0, count;
    if (gnutls_pkcs12_bag_get_type(bag, 0) == GNUTLS_BAG_ENCRYPTED)
        code = gnutls_pkcs12_bag_decrypt(bag, password);
    count = gnutls_pkcs12_bag_get_count(bag);
    for (int i = 0; !code && i < count && parts->other_count < CERTIFICATES_MAX; i++) {
        gnutls_datum_t der;
        gnutls_x509_crt_t *at = &parts->others[parts->other_count];
        if (gnutls_pkcs12_bag_get_type(bag, (unsigned)i) != GNUTLS_BAG_CERTIFICATE)
            continue;
        code = gnutls_pkcs12_bag_get_data(bag, (unsigned)i, &der);
        if (!code && !(code = gnutls_x509_crt_init(at))) {
            parts->other_count++;
            code = gnutls_x509_crt_import(*at, &der, GNUTLS_X509_FMT_DER);
        }
    }
    return code;
}

/* A store without a key, which gnutls_pkcs12_simple_parse does not take: certificates alone. */
static int take_certificates(struct parts *parts, gnutls_pkcs12_t store, const char *password)
{
    int code = 0;
    parts->others = gnutls_calloc(CERTIFICATES_MAX, sizeof *parts->others);
    if (!parts->others)
        return GNUTLS_E_MEMORY_ERROR;
    for (int i = 0; !code; i++) {
        gnutls_pkcs12_bag_t bag = NULL;
        code = gnutls_pkcs12_bag_init(&bag);
        if (!code)
            code = gnutls_pkcs12_get_bag(store, i, bag);
        if (!code)
            code = take_bag(parts, bag, password);
        if (bag)
            gnutls_pkcs12_bag_deinit(bag);
    }
    return code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE && parts->other_count ? 0 : code;
}

/* Opens the store. Its MAC is checked first: it tells a wrong password from a broken file. */
static enum sma_status open_store(struct parts *parts, struct sma_str der, const char *password,
                                  struct sma_error *err)
{
    gnutls_datum_t data = {(unsigned char *)(uintptr_t)der.ptr, (unsigned)der.len};
    gnutls_pkcs12_t store = NULL;
    const char *what = "no PKCS #12 store";
    int code = gnutls_pkcs12_init(&store);
    if (!code)
        code = gnutls_pkcs12_import(store, &data, GNUTLS_X509_FMT_DER, 0);
    if (!code)
        code = gnutls_pkcs12_verify_mac(store, password);
    if (!code) {
        what = "PKCS #12 store";
        code = gnutls_pkcs12_simple_parse(store, password, &parts->key, &parts->chain,
                                          &parts->chain_count, &parts->others, &parts->other_count,
                                          NULL, GNUTLS_PKCS12_SP_INCLUDE_SELF_SIGNED);
    }
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) {
        parts_fini(parts);
        *parts = (struct parts){NULL, NULL, NULL, 0, 0};
        code = take_certificates(parts, store, password);
    }
    if (store)
        gnutls_pkcs12_deinit(store);
    return code < 0 ? translate(code, what, err) : SMA_OK;
}

static void put(struct sma_buf *out, gnutls_datum_t *pem)
{
    sma_buf_append(out, pem->data, pem->size);
    explicit_bzero(pem->data, pem->size);
    gnutls_free(pem->data);
}

static enum sma_status put_certificates(struct sma_buf *out, gnutls_x509_crt_t *list,
                                        unsigned count, struct sma_error *err)
{
    for (unsigned i = 0; i < count; i++) {
        gnutls_datum_t pem = {NULL, 0};
        int code = gnutls_x509_crt_export2(list[i], GNUTLS_X509_FMT_PEM, &pem);
        if (code < 0)
            return translate(code, "certificate", err);
        put(out, &pem);
    }
    return SMA_OK;
}

static enum sma_status put_parts(struct sma_buf *out, const struct parts *parts,
                                 struct sma_error *err)
{
    gnutls_datum_t pem = {NULL, 0};
    int code =
        parts->key ? gnutls_x509_privkey_export2_pkcs8(parts->key, GNUTLS_X509_FMT_PEM, NULL,
                                                       GNUTLS_PKCS_PLAIN, &pem)
                   : 0;
    if (code < 0)
        return translate(code, "private key", err);
    if (pem.data)
        put(out, &pem);
    enum sma_status st = put_certificates(out, parts->chain, parts->chain_count, err);
    if (!st)
        st = put_certificates(out, parts->others, parts->other_count, err);
    return !st && sma_buf_failed(out) ? sma_fail_nomem(err) : st;
}

enum sma_status sma_pkcs12_to_pem(struct sma_buf *out, struct sma_str der, const char *password,
                                  struct sma_error *err)
{
    struct parts parts = {NULL, NULL, NULL, 0, 0};
    if (der.len > SMA_PKCS12_BYTES_MAX)
        return sma_fail(err, SMA_ELIMIT, "a store of more than %u bytes", SMA_PKCS12_BYTES_MAX);
    enum sma_status st = open_store(&parts, der, password ? password : "", err);
    if (!st)
        st = put_parts(out, &parts, err);
    parts_fini(&parts);
    return st;
}
