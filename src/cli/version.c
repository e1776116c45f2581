#include <string.h>

#include "cli/cli.h"

const struct sma_option sma_version_options[] = {
    {.name = "--format",
     .letter = 'f',
     .value = "text|json",
     .standard = "text",
     .help = "how to print it"},
    {.name = NULL},
};

int sma_version_main(const struct sma_arguments *arguments)
{
    const char *format = sma_argument(arguments, "--format");
    if (format && !strcmp(format, "json"))
        printf("{\"version\":\"%s\"}\n", SMA_VERSION);
    else
        printf("schemata %s\n", SMA_VERSION);
    return SMA_EXIT_OK;
}
