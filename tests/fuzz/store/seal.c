/* Input: a metadata text. Opened as it is, whatever it claims to be; and sealed, when it is metadata: then
 * the key opens it again, and no other does. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/identity.h"
#include "store/seal.h"

static void check(bool holds)
{
    if (!holds)
        abort();
}

static struct sma_content with(struct sma_content content, struct sma_str metadata)
{
    content.metadata = metadata;
    return content;
}

static void seal_and_open(struct sma_content plain, struct sma_arena *arena,
                          const struct sma_seal *seal, const struct sma_seal *other)
{
    struct sma_str sealed;
    uint8_t hash[SMA_HASH_LEN];
    enum sma_status st = sma_seal_metadata(&sealed, arena, seal, plain.metadata, NULL);
    if (st || !sealed.ptr || sma_content_hash(plain.hash, &plain, NULL))
        return;
    struct sma_content content = with(plain, sealed);
    check(!sma_seal_open(&content, arena, seal, NULL));
    check(sma_str_eq(content.sealed, sealed) && !sma_str_eq(content.metadata, sealed));
    check(!sma_content_hash(hash, &content, NULL) && !memcmp(hash, plain.hash, sizeof hash));
    content = with(plain, sealed);
    check(!sma_seal_open(&content, arena, other, NULL));
    check(sma_str_eq(content.sealed, sealed) && sma_str_eq(content.metadata, sealed));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct sma_content content = {.text = SMA_STR("\"int\""),
                                  .metadata = sma_str_make((const char *)data, size)};
    struct sma_seal *seal = NULL, *other = NULL;
    struct sma_arena arena;
    struct sma_content stored = content;
    sma_arena_init(&arena, 0);
    check(!sma_seal_new(&seal, SMA_STR("secret"), SMA_STR("old"), NULL));
    check(!sma_seal_new(&other, SMA_STR("other"), SMA_STR(""), NULL));
    check(!sma_seal_open(&stored, &arena, seal, NULL));
    seal_and_open(content, &arena, seal, other);
    sma_seal_free(other);
    sma_seal_free(seal);
    sma_arena_fini(&arena);
    return 0;
}
