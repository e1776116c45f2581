/* schemata fsck: is the state what its history says? */
#include <stdio.h>

#include "cli/cli.h"
#include "store/store.h"

const struct sma_option sma_fsck_options[] = {
    {.name = "--data", .value = "DIR", .standard = "./data", .help = "data folder"},
    {.name = "--rebuild",
     .value = "NEW-DIR",
     .help = "replay the history into a new folder instead, and leave this one as it is"},
    {.name = NULL},
};

#define REPORT_BYTES_MAX (1u << 20)

static int failed(enum sma_status st, const struct sma_error *err)
{
    fprintf(stderr, "schemata: %s\n", err->message);
    if (st == SMA_EBUSY)
        return SMA_EXIT_REFUSED;
    return st == SMA_EINTERNAL || st == SMA_ENOMEM ? SMA_EXIT_BUG : SMA_EXIT_INPUT;
}

static int rebuild(const char *dir, const char *to)
{
    struct sma_error err = SMA_ERROR_INIT;
    int64_t records = 0;
    enum sma_status st = sma_store_rebuild(dir, to, &records, &err);
    if (st)
        return failed(st, &err);
    printf("%s: %lld records replayed\n", to, (long long)records);
    return SMA_EXIT_OK;
}

int sma_fsck_main(const struct sma_arguments *arguments)
{
    const char *dir = sma_argument(arguments, "--data");
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf report;
    bool is_clean = false;
    if (!dir)
        dir = "./data";
    if (sma_argument(arguments, "--rebuild"))
        return rebuild(dir, sma_argument(arguments, "--rebuild"));
    sma_buf_init(&report, REPORT_BYTES_MAX);
    enum sma_status st = sma_store_fsck(dir, &report, &is_clean, &err);
    fwrite(sma_buf_str(&report).ptr, 1, report.len, stdout);
    sma_buf_fini(&report);
    if (st)
        return failed(st, &err);
    printf("%s: %s\n", dir, is_clean ? "clean" : "NOT clean");
    return is_clean ? SMA_EXIT_OK : SMA_EXIT_FINDINGS;
}
