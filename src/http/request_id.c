#include "http/request_id.h"

#include <endian.h>
#include <string.h>
#include <sys/random.h>

#include "http/clock.h"

/* Spreads a weak seed over all bits (SplitMix64, public domain constants). */
static uint64_t mix(uint64_t *x)
{
    uint64_t z = (*x += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

void sma_http_random_init(struct sma_http_random *random)
{
    if (getrandom(random->state, sizeof random->state, 0) == sizeof random->state)
        return;
    uint64_t seed = sma_http_now_ns() ^ (uint64_t)(uintptr_t)random;
    for (int i = 0; i < 4; i++)
        random->state[i] = mix(&seed);
}

static uint64_t rotate(uint64_t x, int by)
{
    return (x << by) | (x >> (64 - by));
}

/* xoshiro256** */
static uint64_t next(struct sma_http_random *random)
{
    uint64_t *s = random->state;
    uint64_t result = rotate(s[1] * 5, 7) * 9, t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate(s[3], 45);
    return result;
}

/* Eight hex digits, the high one first: four bits become a byte each, and all eight bytes become
 * letters at once (10 to 15 are 0x27 further on than 0 to 9). */
static void put_hex(char *out, uint32_t value)
{
    uint64_t x = value;
    x = (x | x << 16) & 0x0000ffff0000ffffu;
    x = (x | x << 8) & 0x00ff00ff00ff00ffu;
    x = (x | x << 4) & 0x0f0f0f0f0f0f0f0fu;
    uint64_t is_letter = ((x + 0x0606060606060606u) >> 4) & 0x0101010101010101u;
    x += 0x3030303030303030u + is_letter * 0x27;
    x = htobe64(x);
    memcpy(out, &x, sizeof x);
}

void sma_http_request_id(struct sma_http_random *random, char out[SMA_HTTP_REQUEST_ID_LEN])
{
    uint64_t half[2] = {next(random), next(random)};
    half[0] = (half[0] & ~(uint64_t)0xf000) | 0x4000;                 /* version 4 */
    half[1] = (half[1] & ~((uint64_t)3 << 62)) | ((uint64_t)2 << 62); /* variant 10 */
    char hex[32];
    for (int i = 0; i < 4; i++)
        put_hex(hex + 8 * i, (uint32_t)(half[i / 2] >> (i % 2 ? 0 : 32)));
    memcpy(out, hex, 8);
    out[8] = '-';
    memcpy(out + 9, hex + 8, 4);
    out[13] = '-';
    memcpy(out + 14, hex + 12, 4);
    out[18] = '-';
    memcpy(out + 19, hex + 16, 4);
    out[23] = '-';
    memcpy(out + 24, hex + 20, 12);
}
