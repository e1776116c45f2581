/* What makes two contents the same schema: the registry's MD5 ("guid", confluent-rest 9) and an
 * unambiguous SHA-256 beside it. The MD5 runs over parts without separators, so two different
 * contents can be made to share it; the digest tells them apart. */
#ifndef SMA_STORE_IDENTITY_H
#define SMA_STORE_IDENTITY_H

#include <stdint.h>

#include "base/error.h"
#include "store/store.h"

#define SMA_DIGEST_LEN 32 /* SHA-256 */

/* The hash that clients see as the guid's 16 bytes.
 *
 * content   its `hash` is not looked at; references in stored order with their subjects as stored.
 * Returns   SMA_EINVAL when metadata or rule set is not an object of the known shape (unknown
 *           members are ignored; numbers and booleans count as their text); SMA_ELIMIT; SMA_ENOMEM.
 * Threads   safe: no state.
 * Source    confluent-rest 9: maps and sets in Java string order, absent parts contribute nothing,
 *           a rule without kind or mode counts as TRANSFORM and WRITEREAD. */
enum sma_status sma_content_hash(uint8_t out[SMA_HASH_LEN], const struct sma_content *content,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Both at once. given_md5: the hash that a record states for encrypted metadata (confluent-rest
 * 17.6), or NULL; it then takes the metadata's place, because every encryption of the same metadata
 * reads differently. */
enum sma_status sma_content_identify(uint8_t hash[SMA_HASH_LEN], uint8_t digest[SMA_DIGEST_LEN],
                                     const struct sma_content *content, const uint8_t *given_md5,
                                     struct sma_error *err) SMA_MUST_CHECK;

#endif
