/* Digests. GnuTLS stays behind this header. Thread-safe, no state. */
#ifndef SMA_CORE_HASH_HASH_H
#define SMA_CORE_HASH_HASH_H

#include <stdint.h>

#include "base/error.h"
#include "base/str.h"

#define SMA_MD5_LEN 16
#define SMA_SHA256_LEN 32

struct sma_md5;

/* One-shot. SMA_EINTERNAL when the library refuses (FIPS mode). */
enum sma_status sma_md5(uint8_t out[SMA_MD5_LEN], struct sma_str bytes,
                        struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_sha256(uint8_t out[SMA_SHA256_LEN], struct sma_str bytes,
                           struct sma_error *err) SMA_MUST_CHECK;
/* Fingerprint of the Avro specification ("Rabin"): 64 bits, written little-endian on the wire. */
uint64_t sma_crc64_avro(struct sma_str bytes);

/* 16 bytes as a lower-case UUID, 36 characters and a NUL; no version bits are set. */
void sma_uuid_text(char out[37], const uint8_t bytes[16]);
/* Dashed or 32 hex digits, any case. False when malformed. */
bool sma_uuid_parse(uint8_t out[16], struct sma_str text);
/* Random UUID v4 bytes. */
void sma_uuid_random(uint8_t out[16]);

#endif
