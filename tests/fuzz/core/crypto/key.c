/* Any bytes as a key message: the first byte chooses the algorithm. What was read is written in one
 * form, and reads as the same key again. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "core/crypto/crypto.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_dek_key_bytes key, again;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf message;
    if (!size)
        return 0;
    enum sma_dek_algorithm algorithm = (enum sma_dek_algorithm)(data[0] % 3);
    enum sma_status st = sma_dek_key_read(
        &key, algorithm, sma_str_make((const char *)data + 1, size - 1), &err);
    if (st) {
        if (st != SMA_EINVAL || !err.message[0])
            abort();
        return 0;
    }
    sma_buf_init(&message, SMA_DEK_MESSAGE_BYTES_MAX);
    sma_dek_key_write(&message, &key);
    if (sma_dek_key_read(&again, algorithm, sma_buf_str(&message), &err) ||
        memcmp(key.bytes, again.bytes, sma_dek_key_bytes(algorithm)) != 0)
        abort();
    sma_buf_fini(&message);
    return 0;
}
