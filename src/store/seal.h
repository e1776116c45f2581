/* Sensitive metadata at rest (confluent-rest 17.6): the values of the properties that `sensitive`
 * names are encrypted before they become part of a record, and opened when a row is read. Nothing
 * above the store sees the difference.
 *
 *   {"properties":{"owner":"x","team":"t"},"sensitive":["owner"]}
 *   {"properties":{"__enc__":"true","owner":"<base64>","team":"t"},"sensitive":["owner"]}
 *
 * A value is AES128-GCM with a random nonce under a key that HKDF-SHA256 makes of the secret, so
 * whoever has the secret can open any copy of the records. The record states the hash of the plain
 * content beside it. */
#ifndef SMA_STORE_SEAL_H
#define SMA_STORE_SEAL_H

#include "store/store.h"

struct sma_seal;

/* secret: for new records and for reading; old_secret: for reading only, may be empty. *out is NULL
 * when there is no secret at all. The handle holds no copy of the secrets, only keys, and wipes them
 * when freed. Threads may share it. SMA_EINVAL for an old secret alone. */
enum sma_status sma_seal_new(struct sma_seal **out, struct sma_str secret,
                             struct sma_str old_secret, struct sma_error *err) SMA_MUST_CHECK;
void sma_seal_free(struct sma_seal *seal);

/* The sealed form of a metadata text, in `arena`; ptr NULL when nothing in it is sensitive, or when
 * it has a property `__enc__` of its own, as in the original. `seal` may be NULL: then nothing is
 * sealed. SMA_EINTERNAL when the system gives no randomness. */
enum sma_status sma_seal_metadata(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_seal *seal, struct sma_str metadata,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* A content as stored, its hash and references filled in, made readable: when its metadata is
 * sealed, `sealed` becomes the stored text and `metadata` what it says. What no key opens stays as
 * it is stored. A client's own property `__enc__` is not mistaken for a seal. */
enum sma_status sma_seal_open(struct sma_content *content, struct sma_arena *arena,
                              const struct sma_seal *seal, struct sma_error *err) SMA_MUST_CHECK;

#endif
