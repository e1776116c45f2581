/* The table of commands. Help is printed from it; nothing is described twice. */
#include "cli/cli.h"

static const struct sma_option no_options[] = {{0}};

const struct sma_command sma_commands[] = {
    {"serve", "", "run the schema registry",
     "Serves the Confluent REST API on an embedded SQLite state. Ready in milliseconds; SIGTERM "
     "or\n"
     "Ctrl-C finishes what is in flight and stops. Flags win over SCHEMA_REGISTRY_* variables, "
     "and\n"
     "those over the file given with --config.",
     sma_serve_options, 0, 0, "schemata serve --listen 127.0.0.1:8081 --data ./data",
     sma_serve_main},
    {"fsck", "", "check a data folder",
     "Replays the history of a data folder into an empty file and compares the two states, checks\n"
     "the file itself and that no id, version or reference is wrong. The server must not be "
     "running\n"
     "on the folder. Exit status: 0 clean, 1 not clean, 7 the folder is in use.",
     sma_fsck_options, 0, 0, "schemata fsck --data ./data", sma_fsck_main},
    {"version", "", "print the version", NULL, no_options, 0, 0, "schemata version",
     sma_version_main},
    {0},
};
