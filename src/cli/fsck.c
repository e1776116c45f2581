/* schemata fsck: is the state what its history says? */
#include <stdio.h>

#include "cli/cli.h"
#include "store/store.h"

const struct sma_option sma_fsck_options[] = {
    {.name = "--data", .value = "DIR", .standard = "./data", .help = "data folder"},
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

int sma_fsck_main(const struct sma_arguments *arguments)
{
    const char *dir = sma_argument(arguments, "--data");
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf report;
    bool is_clean = false;
    if (!dir)
        dir = "./data";
    sma_buf_init(&report, REPORT_BYTES_MAX);
    enum sma_status st = sma_store_fsck(dir, &report, &is_clean, &err);
    fwrite(sma_buf_str(&report).ptr, 1, report.len, stdout);
    sma_buf_fini(&report);
    if (st)
        return failed(st, &err);
    printf("%s: %s\n", dir, is_clean ? "clean" : "NOT clean");
    return is_clean ? SMA_EXIT_OK : SMA_EXIT_FINDINGS;
}
