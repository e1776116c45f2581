#include "cli/cli.h"

int main(int argc, char **argv)
{
    return sma_cli_main(argc, argv);
}
