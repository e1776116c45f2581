/* The three algorithms: names and sizes. */
#include "core/crypto/crypto.h"

static const struct {
    const char *name;
    size_t key_bytes, overhead;
} table[] = {
    [SMA_AES128_GCM] = {"AES128_GCM", 16, 12 + 16},
    [SMA_AES256_GCM] = {"AES256_GCM", 32, 12 + 16},
    [SMA_AES256_SIV] = {"AES256_SIV", 64, 16},
};

bool sma_dek_algorithm_parse(enum sma_dek_algorithm *out, struct sma_str name)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        if (sma_str_eqz(name, table[i].name)) {
            *out = (enum sma_dek_algorithm)i;
            return true;
        }
    return false;
}

const char *sma_dek_algorithm_name(enum sma_dek_algorithm algorithm)
{
    return table[algorithm].name;
}

size_t sma_dek_key_bytes(enum sma_dek_algorithm algorithm)
{
    return table[algorithm].key_bytes;
}

size_t sma_dek_overhead(enum sma_dek_algorithm algorithm)
{
    return table[algorithm].overhead;
}
