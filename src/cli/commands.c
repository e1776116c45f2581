/* The table of commands. Parsing, help, man pages and completions are made from it; nothing is
 * described twice. */
#include "cli/commands.h"

#define EXAMPLES(...)                                                                              \
    (const char *const[])                                                                          \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }
#define MANY 100000

static const char reference_details[] =
    "A schema is named by a file, a folder, a quoted pattern ('**/*.avsc'), - for stdin,\n"
    "git:REV:path for a file or folder at a git revision, or bundle:FILE[#SUBJECT[@VERSION]].\n"
    "Names that a schema refers to are looked for in the files of the tree and below each\n"
    "--include. ";

const struct sma_option sma_global_options[] = {
    {.name = "--config",
     .value = "FILE",
     .env = "SCHEMATA_CONFIG",
     .standard = "schemata.yaml, looked for upwards",
     .help = "the project file"},
    {.name = "--color",
     .value = "auto|always|never",
     .standard = "auto",
     .help = "colours; NO_COLOR and FORCE_COLOR count too"},
    {.name = "--quiet", .letter = 'q', .help = "no summary when all is well"},
    {.name = "--verbose", .letter = 'v', .help = "what was compared with what; accepted findings"},
    {.name = "--help", .letter = 'h', .help = "this text; -h is the short one"},
    {.name = NULL},
};

const struct sma_option sma_report_options[] = {
    {.name = "--format",
     .letter = 'f',
     .env = "SCHEMATA_FORMAT",
     .standard = "auto",
     .value = "auto|human|concise|json|ndjson|sarif|junit|github|gitlab|rdjson|markdown",
     .help = "what goes to stdout"},
    {.name = "--output",
     .letter = 'o',
     .value = "FORMAT=FILE",
     .repeats = true,
     .help = "write a report to a file as well"},
    {.name = "--fail-on",
     .value = "error|warning|info",
     .standard = "error",
     .help = "the least severity that gives exit status 1"},
    {.name = "--exit-zero", .help = "exit status 0 in place of 1"},
    {.name = "--subject",
     .letter = 's',
     .value = "SUBJECT",
     .standard = "the file's name without extension",
     .help = "the subject of the one schema given"},
    {.name = "--type", .value = "avro|json|protobuf", .help = "what the schemas are"},
    {.name = "--include",
     .value = "DIR",
     .repeats = true,
     .help = "where Protobuf imports start from"},
    {.name = "--stdin-name", .value = "NAME", .help = "name (and so subject and type) of -"},
    {.name = NULL},
};

const struct sma_command sma_commands[] = {
    {.name = "check",
     .group = "Schemas",
     .arguments = "[REF…]",
     .summary = "is this change safe?",
     .reports = true,
     .positional_max = MANY,
     .details = reference_details,
     .options = sma_check_options,
     .run = sma_check_main,
     .examples =
         EXAMPLES("schemata check", "schemata check schemas/ --against git:origin/main -l FULL",
                  "schemata check new.avsc --against old.avsc -o sarif=out.sarif")},
    {.name = "validate",
     .group = "Schemas",
     .arguments = "[REF…]",
     .summary = "would a registry take these schemas?",
     .reports = true,
     .positional_max = MANY,
     .details = reference_details,
     .options = sma_validate_options,
     .run = sma_validate_main,
     .examples = EXAMPLES("schemata validate schemas/",
                          "schemata validate user.schema.json --instance user.json")},
    {.name = "explain",
     .group = "Schemas",
     .arguments = "RULE…",
     .summary = "what a rule means, and the ways out",
     .positional_max = MANY,
     .options = sma_explain_options,
     .run = sma_explain_main,
     .examples = EXAMPLES("schemata explain avro/type-mismatch", "schemata explain --list")},
    {.name = "serve",
     .group = "Server",
     .arguments = "",
     .summary = "run the schema registry",
     .details = "Serves the Confluent REST API on an embedded SQLite state. Ready in milliseconds; "
                "SIGTERM or\nCtrl-C finishes what is in flight and stops. Flags win over "
                "SCHEMA_REGISTRY_* variables, and\nthose over the file given with --config.",
     .options = sma_serve_options,
     .run = sma_serve_main,
     .examples = EXAMPLES("schemata serve --listen 127.0.0.1:8081 --data ./data")},
    {.name = "fsck",
     .group = "Server",
     .arguments = "",
     .summary = "check a data folder",
     .details =
         "Replays the history of a data folder into an empty file and compares the two states, "
         "checks\nthe file itself and that no id, version or reference is wrong. The server must "
         "not be running\non the folder. Exit status: 0 clean, 1 not clean, 7 the folder is in "
         "use.",
     .options = sma_fsck_options,
     .run = sma_fsck_main,
     .examples = EXAMPLES("schemata fsck --data ./data")},
    {.name = "help",
     .group = "This program",
     .arguments = "[COMMAND]",
     .summary = "help for people and programs",
     .positional_max = 1,
     .options = sma_help_options,
     .run = sma_help_main,
     .examples = EXAMPLES("schemata help check", "schemata help --json")},
    {.name = "completion",
     .group = "This program",
     .arguments = "bash|zsh|fish",
     .summary = "completion for a shell",
     .positional_min = 1,
     .positional_max = 1,
     .run = sma_completion_main,
     .examples = EXAMPLES("source <(schemata completion bash)")},
    {.name = "man",
     .group = "This program",
     .arguments = "[COMMAND]",
     .summary = "a manual page",
     .positional_max = 1,
     .options = sma_man_options,
     .run = sma_man_main,
     .examples = EXAMPLES("schemata man check | man -l -")},
    {.name = "version",
     .group = "This program",
     .arguments = "",
     .summary = "print the version",
     .options = sma_version_options,
     .run = sma_version_main,
     .examples = EXAMPLES("schemata version")},
    {.name = NULL},
};
