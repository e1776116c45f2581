/* The command line. One table (commands.c) describes every command and option; parsing and --help
 * both read it. One file per command. */
#ifndef SMA_CLI_CLI_H
#define SMA_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>

/* Exit codes (cli-and-client 2.2). */
enum sma_exit {
    SMA_EXIT_OK = 0,
    SMA_EXIT_FINDINGS = 1, /* the schema's or the data's fault: incompatible, invalid, not clean */
    SMA_EXIT_USAGE = 2,    /* the command line or a configuration is wrong */
    SMA_EXIT_UNREACHABLE = 3, /* a registry does not answer; a port cannot be had */
    SMA_EXIT_INPUT = 4,       /* an input could not be read */
    SMA_EXIT_REFUSED = 7,     /* the state of things forbids it: a folder is in use */
    SMA_EXIT_BUG = 70         /* ours */
};

struct sma_option {
    const char *name;  /* "--listen" */
    const char *value; /* "HOST:PORT"; NULL = a switch */
    const char *help;
    char letter; /* 'h' for -h; 0 = no short form */
};

#define SMA_OPTION_VALUES_MAX 64

/* One option as it was given, in order. */
struct sma_given {
    const struct sma_option *option;
    const char *value; /* NULL for a switch */
};

struct sma_arguments {
    struct sma_given given[SMA_OPTION_VALUES_MAX];
    size_t given_count;
    char **positional; /* what is no option */
    size_t positional_count;
};

struct sma_command {
    const char *name;
    const char *arguments;            /* "DIR…" for the usage line, may be "" */
    const char *summary;              /* one line */
    const char *details;              /* for --help, may be NULL */
    const struct sma_option *options; /* closed by a row with name NULL; may be NULL */
    size_t positional_min, positional_max;
    const char *example; /* one command line, may be NULL */
    int (*run)(const struct sma_arguments *arguments);
};

/* The whole program: parses argv, runs a command, gives the exit code. */
int sma_cli_main(int argc, char **argv);

/* The last value given for an option, NULL when it was not given. */
const char *sma_argument(const struct sma_arguments *arguments, const char *option);
bool sma_argument_has(const struct sma_arguments *arguments, const char *option);

/* The table, closed by a row with name NULL. */
extern const struct sma_command sma_commands[];

/* Commands. */
extern const struct sma_option sma_serve_options[];
extern const struct sma_option sma_fsck_options[];
int sma_serve_main(const struct sma_arguments *arguments);
int sma_fsck_main(const struct sma_arguments *arguments);
int sma_version_main(const struct sma_arguments *arguments);

#endif
