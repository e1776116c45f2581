/* schemata inspect: what are these bytes? No registry, no schema. */
#include <unistd.h>

#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/messages.h"
#include "cli/source.h"
#include "core/hash/hash.h"
#include "core/wire/frame.h"

static bool begins(struct sma_str bytes, const char *with, size_t len)
{
    return bytes.len >= len && !memcmp(bytes.ptr, with, len);
}

static uint32_t number_at(struct sma_str bytes, size_t at)
{
    const unsigned char *b = (const unsigned char *)bytes.ptr + at;
    return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

static bool is_text(struct sma_str bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        if (c < 0x20 && c != '\t' && c != '\r' && c != '\n')
            return false;
    }
    return bytes.len > 0 && sma_utf8_valid(bytes, NULL);
}

static void say_uuid(const char *what, struct sma_str bytes, size_t at)
{
    char uuid[37];
    sma_uuid_text(uuid, (const uint8_t *)bytes.ptr + at);
    printf("%s %s, then %zu bytes of data\n", what, uuid, bytes.len - at - 16);
}

static void say_prefix(struct sma_str bytes)
{
    uint32_t id = number_at(bytes, 1);
    if (bytes.len >= 9 && id == 0 && number_at(bytes, 5))
        printf("framing with an 8-byte id: id %u, then %zu bytes of data\n", number_at(bytes, 5),
               bytes.len - 9);
    else
        printf("registry prefix: schema id %u, then %zu bytes of data\n", id, bytes.len - 5);
}

/* The first that fits; the order is that of how little each is likely to be chance. */
static void say(struct sma_str bytes)
{
    static const char avro_file[] = {'O', 'b', 'j', 1};
    bool is_glue = bytes.len >= 18 && bytes.ptr[0] == 3 && (bytes.ptr[1] == 0 || bytes.ptr[1] == 5);
    if (!bytes.len)
        printf("empty: a tombstone\n");
    else if (begins(bytes, avro_file, sizeof avro_file))
        printf("Avro file: it carries its own schema\n");
    else if (begins(bytes, "\xC3\x01", 2) && bytes.len >= 10)
        printf("Avro single object: fingerprint (Rabin) %08x%08x, then %zu bytes of data\n",
               __builtin_bswap32(number_at(bytes, 6)), __builtin_bswap32(number_at(bytes, 2)),
               bytes.len - 10);
    else if (begins(bytes, "\x1F\x8B", 2))
        printf("gzip: unpack it first\n");
    else if (bytes.ptr[0] == 0 && bytes.len >= SMA_FRAME_ID_LEN)
        say_prefix(bytes);
    else if (is_glue)
        say_uuid(bytes.ptr[1] ? "AWS Glue header (zlib): schema version"
                              : "AWS Glue header: schema version",
                 bytes, 2);
    else if (bytes.ptr[0] == 1 && bytes.len >= SMA_FRAME_GUID_LEN)
        say_uuid("registry GUID header: schema", bytes, 1);
    else if (is_text(bytes) && strchr("{[\"", bytes.ptr[0]))
        printf("plain JSON, or text that begins like it\n");
    else if (is_text(bytes))
        printf("text\n");
    else
        printf("unknown: %zu bytes without a framing that is known here\n", bytes.len);
}

int sma_inspect_main(const struct sma_arguments *arguments)
{
    struct sma_arena arena;
    struct sma_buf bytes;
    struct sma_str text;
    struct sma_error err = SMA_ERROR_INIT;
    const char *name = arguments->positional_count ? arguments->positional[0] : "-";
    int code = SMA_EXIT_OK;
    sma_arena_init(&arena, 0);
    sma_buf_init(&bytes, SMA_FILE_BYTES_MAX);
    bool is_file = !strcmp(name, "-") || !access(name, F_OK);
    if (!is_file && sma_hex_read(&bytes, sma_str_z(name))) {
        say(sma_buf_str(&bytes));
    } else {
        enum sma_status st = sma_read_file(&text, &arena, name, &err);
        if (st)
            code = sma_cli_fail(st, &err);
        else
            say(text);
    }
    sma_buf_fini(&bytes);
    sma_arena_fini(&arena);
    return code;
}
