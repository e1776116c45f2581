#include "http/request_id.h"

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

void sma_http_request_id(struct sma_http_random *random, char out[SMA_HTTP_REQUEST_ID_LEN])
{
    static const char digits[] = "0123456789abcdef";
    uint64_t half[2] = {next(random), next(random)};
    half[0] = (half[0] & ~(uint64_t)0xf000) | 0x4000;                 /* version 4 */
    half[1] = (half[1] & ~((uint64_t)3 << 62)) | ((uint64_t)2 << 62); /* variant 10 */
    static const unsigned char dash_before[] = {4, 6, 8, 10};
    for (int i = 0, n = 0, dash = 0; i < 16; i++) {
        unsigned byte = half[i / 8] >> (56 - 8 * (i % 8)) & 0xff;
        if (dash < 4 && i == dash_before[dash]) {
            out[n++] = '-';
            dash++;
        }
        out[n++] = digits[byte >> 4];
        out[n++] = digits[byte & 15];
    }
}
