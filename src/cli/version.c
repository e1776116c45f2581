#include <stdio.h>

#include "cli/cli.h"

int sma_version_main(const struct sma_arguments *arguments)
{
    (void)arguments;
    printf("schemata %s\n", SMA_VERSION);
    return SMA_EXIT_OK;
}
