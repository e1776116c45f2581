/* The Rabin fingerprint of the Avro specification ("Schema Fingerprints"). */
#include "core/hash/hash.h"

#define EMPTY 0xc15d213aa4d7a795u

static uint64_t shift_byte(uint64_t fp)
{
    for (int i = 0; i < 8; i++)
        fp = (fp >> 1) ^ (EMPTY & -(fp & 1));
    return fp;
}

uint64_t sma_crc64_avro(struct sma_str bytes)
{
    uint64_t table[256], fp = EMPTY;
    for (uint64_t i = 0; i < 256; i++)
        table[i] = shift_byte(i);
    for (size_t i = 0; i < bytes.len; i++)
        fp = (fp >> 8) ^ table[(fp ^ (uint8_t)bytes.ptr[i]) & 0xff];
    return fp;
}
