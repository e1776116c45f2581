/* Key services: who wraps and unwraps data keys under a key encryption key. The same code serves the
 * registry's shared keks and a client's ENCRYPT rule.
 *
 *   local-kms   a secret shared by all parties (property "secret"): AES-128-GCM under a key derived
 *               from it; the key id says nothing
 *   hcvault     the transit engine of HashiCorp Vault or OpenBao. key id:
 *               https://HOST[:PORT]/MOUNT/keys/NAME. Properties: "token.id", or "approle.role.id"
 *               and "approle.secret.id" (a login before each call); "namespace"
 *
 * This floor has no network: requests go through a function that the caller gives, which also
 * decides what hosts may be talked to. No state, no lock; everything is safe to call from any thread
 * as far as that function is. */
#ifndef SMA_KMS_KMS_H
#define SMA_KMS_KMS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* ---- properties ---------------------------------------------------------------------------- */

struct sma_kms_prop {
    struct sma_str name, value;
};

/* The first one of a name counts; then those of `under` (may be NULL). */
struct sma_kms_props {
    const struct sma_kms_prop *items;
    size_t count;
    const struct sma_kms_props *under;
};

/* ptr NULL when there is none. An empty value counts as none. */
struct sma_str sma_kms_prop(const struct sma_kms_props *props, const char *name);

#define SMA_KMS_LOCAL_SECRET "secret"
#define SMA_KMS_VAULT_TOKEN "token.id"
#define SMA_KMS_VAULT_NAMESPACE "namespace"
#define SMA_KMS_VAULT_ROLE_ID "approle.role.id"
#define SMA_KMS_VAULT_SECRET_ID "approle.secret.id"
/* Comma list of further key ids of the same type, tried in order after the kek's own. */
#define SMA_KMS_ALTERNATE_KEY_IDS "encrypt.alternate.kms.key.ids"
#define SMA_KMS_KEY_IDS_MAX 16

/* ---- transport ----------------------------------------------------------------------------- */

struct sma_kms_header {
    const char *name;
    struct sma_str value; /* printable ASCII */
};

struct sma_kms_http_request {
    const char *method;    /* "POST" */
    struct sma_str origin; /* "https://vault:8200": scheme in lower case, host, port if given */
    struct sma_str path;   /* "/v1/transit/encrypt/name", percent-encoded, no query */
    const struct sma_kms_header *headers;
    size_t header_count;
    struct sma_str body; /* JSON */
};

/* What an answer may be long. */
#define SMA_KMS_ANSWER_BYTES_MAX (64u << 10)

struct sma_kms_http_response {
    int status;
    struct sma_buf body; /* fill it with sma_kms_http_take */
};

/* For transports: one more piece of the answer. SMA_EIO when it becomes too long, SMA_ENOMEM. */
enum sma_status sma_kms_http_take(struct sma_kms_http_response *response, struct sma_str piece,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* One exchange. Must time out, must not follow redirects to another origin, must check
 * certificates.
 *
 * Returns   SMA_OK with an answer of any status; SMA_ECONFLICT when this origin may not be talked to;
 *           SMA_EBUSY when too many calls are under way; SMA_EIO when there was no answer. */
typedef enum sma_status sma_kms_http_fn(void *ctx, const struct sma_kms_http_request *request,
                                        struct sma_kms_http_response *response,
                                        struct sma_error *err);

/* How its owner reaches key services. Must not change while it is used. */
struct sma_kms {
    const struct sma_kms_props *props; /* the owner's; a kek's own go before them. May be NULL */
    sma_kms_http_fn *http;             /* NULL: services behind a network are refused */
    void *http_ctx;
};

/* ---- wrapping ------------------------------------------------------------------------------ */

struct sma_kms_kek {
    struct sma_str type;   /* kmsType */
    struct sma_str key_id; /* kmsKeyId */
    const struct sma_kms_prop *props; /* kmsProps */
    size_t prop_count;
};

/* True when this build has that service. */
bool sma_kms_knows(struct sma_str type);

/* Appends the wrapped form of `plain` (bytes; encryptedKeyMaterial is their base64).
 *
 * Returns   SMA_EUNSUPPORTED when there is no such service, or no sense in the key id or properties;
 *           SMA_EINVAL when the service takes the request for wrong (400); SMA_ECONFLICT when it
 *           refuses (401, 403), or the transport does; SMA_EBUSY, SMA_EIO, SMA_ENOMEM. The message is
 *           that of the last key id tried. */
enum sma_status sma_kms_wrap(struct sma_buf *out, const struct sma_kms *kms,
                             const struct sma_kms_kek *kek, struct sma_str plain,
                             struct sma_error *err) SMA_MUST_CHECK;
/* Appends the plain form; SMA_EINVAL when the bytes were not wrapped with this key. Wipe `out` in the
 * end (core/crypto). */
enum sma_status sma_kms_unwrap(struct sma_buf *out, const struct sma_kms *kms,
                               const struct sma_kms_kek *kek, struct sma_str wrapped,
                               struct sma_error *err) SMA_MUST_CHECK;

#endif
