/* The Avro engine as the other floors see it: the format, Parsing Canonical Form and fingerprints.
 * Behaviour: the registry's main line on Avro Java 1.12. Pure functions on bytes. */
#ifndef SMA_CORE_AVRO_AVRO_H
#define SMA_CORE_AVRO_AVRO_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "core/hash/hash.h"
#include "core/schema/schema.h"

extern const struct sma_format sma_format_avro;

/* Appends the Parsing Canonical Form of the specification: full names, no attributes, referenced
 * types written out. `schema` is one that sma_format_avro parsed.
 *
 * Returns   SMA_ELIMIT when the expanded form nests deeper than SMA_AVRO_DEPTH_MAX; SMA_ENOMEM.
 * Threads   safe.
 * Source    Avro specification 1.12, "Parsing Canonical Form for Schemas"; compat-avro section 7.
 */
enum sma_status sma_avro_put_canonical_form(struct sma_buf *out, const struct sma_schema *schema,
                                            struct sma_error *err) SMA_MUST_CHECK;

/* Fingerprints over the Parsing Canonical Form. The 64-bit one is written little-endian on the wire
 * and most significant digit first in text. Errors as above; SMA_EINTERNAL when the digest library
 * refuses. */
enum sma_status sma_avro_fingerprint_rabin(uint64_t *out, const struct sma_schema *schema,
                                           struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_avro_fingerprint_md5(uint8_t out[SMA_MD5_LEN], const struct sma_schema *schema,
                                         struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_avro_fingerprint_sha256(uint8_t out[SMA_SHA256_LEN],
                                            const struct sma_schema *schema,
                                            struct sma_error *err) SMA_MUST_CHECK;

/* Deepest walk through a schema graph (types within types, through names and references). The text
 * itself is bounded by SMA_JSON_DEPTH_MAX, and so is the canonical text; this is for expanded forms
 * and for pairs of schemas. */
#define SMA_AVRO_DEPTH_MAX 1000

#endif
