/* schemata fingerprint: the names by which others know a schema. */
#include "cli/commands.h"
#include "cli/session.h"
#include "core/avro/avro.h"
#include "core/hash/hash.h"

const struct sma_option sma_fingerprint_options[] = {
    {.name = NULL},
};

static void put_hex(const char *name, const uint8_t *bytes, size_t len)
{
    printf("%-8s ", name);
    for (size_t i = 0; i < len; i++)
        printf("%02x", bytes[i]);
    printf("\n");
}

static enum sma_status print_avro(const struct sma_schema *schema, struct sma_error *err)
{
    uint64_t rabin;
    uint8_t md5[SMA_MD5_LEN], sha256[SMA_SHA256_LEN];
    enum sma_status st = sma_avro_fingerprint_rabin(&rabin, schema, err);
    if (!st)
        st = sma_avro_fingerprint_md5(md5, schema, err);
    if (!st)
        st = sma_avro_fingerprint_sha256(sha256, schema, err);
    if (st)
        return st;
    printf("%-8s %016llx\n", "rabin", (unsigned long long)rabin);
    put_hex("md5", md5, sizeof md5);
    put_hex("sha256", sha256, sizeof sha256);
    return SMA_OK;
}

/* Of the canonical text: what a registry stores. */
static enum sma_status print_canonical(const struct sma_schema *schema, struct sma_error *err)
{
    uint8_t md5[SMA_MD5_LEN], sha256[SMA_SHA256_LEN];
    enum sma_status st = sma_md5(md5, schema->canonical, err);
    if (!st)
        st = sma_sha256(sha256, schema->canonical, err);
    if (st)
        return st;
    put_hex("md5", md5, sizeof md5);
    put_hex("sha256", sha256, sizeof sha256);
    return SMA_OK;
}

int sma_fingerprint_main(const struct sma_arguments *arguments)
{
    struct sma_session s;
    struct sma_side side;
    struct sma_file *file = NULL;
    enum sma_build_fault fault = SMA_FAULT_NONE;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_session_open(&s, arguments, "fingerprint");
    sma_side_init(&side, &s.arena, &s.project);
    if (!st)
        st = sma_session_one(&s, &side, arguments->positional[0], &file, &fault, &why);
    if (!st && fault)
        st = sma_session_say_fault(&s, &side, file, fault, &why) ? SMA_OK : sma_fail_nomem(&s.err);
    else if (!st)
        st = file->format == &sma_format_avro ? print_avro(file->schema, &s.err)
                                              : print_canonical(file->schema, &s.err);
    sma_side_fini(&side);
    if (!st && !fault) {
        sma_session_close(&s);
        return SMA_EXIT_OK;
    }
    return sma_session_finish(&s, st);
}
