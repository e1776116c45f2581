/* The command line. One table (commands.c) describes every command, flag, default, environment
 * variable and example; parsing, help, `help --json`, man pages and completions all read it. One
 * file per command. */
#ifndef SMA_CLI_CLI_H
#define SMA_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "base/error.h"

/* Exit codes (cli-and-client 2.2). */
enum sma_exit {
    SMA_EXIT_OK = 0,
    SMA_EXIT_FINDINGS = 1, /* the schema's or the data's fault: incompatible, invalid, not clean */
    SMA_EXIT_USAGE = 2,    /* the command line or a configuration is wrong */
    SMA_EXIT_UNREACHABLE = 3, /* a registry does not answer; a port cannot be had */
    SMA_EXIT_INPUT = 4,       /* an input could not be read */
    SMA_EXIT_DENIED = 5,      /* 401 or 403 */
    SMA_EXIT_NOT_FOUND = 6,   /* subject, version or id */
    SMA_EXIT_REFUSED = 7,     /* the state of things forbids it: a folder is in use */
    SMA_EXIT_PARTLY = 8,      /* a bulk job finished with some items failed */
    SMA_EXIT_BUG = 70,        /* ours */
    SMA_EXIT_INTERRUPTED = 130, /* Ctrl-C */
    SMA_EXIT_PIPE = 141       /* the reader of our output has gone */
};

struct sma_option {
    const char *name;  /* "--listen" */
    const char *value; /* "HOST:PORT", or the choices "a|b|c"; NULL = a switch */
    const char *help;
    const char *standard; /* the default as a person would write it; NULL = none */
    const char *env;      /* the environment variable that gives it when the flag is absent */
    char letter;          /* 'h' for -h; 0 = no short form */
    bool repeats;         /* may be given more than once; otherwise the last one wins */
};

#define SMA_OPTION_VALUES_MAX 256

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
    const char *group;                /* heading in the list of commands */
    const char *arguments;            /* "DIR…" for the usage line, may be "" */
    const char *summary;              /* one line */
    const char *details;              /* for --help and the man page, may be NULL */
    const struct sma_option *options; /* closed by a row with name NULL; may be NULL */
    bool reports;                     /* takes the flags of reports and of schema sources too */
    bool asks;                        /* may talk to a registry: takes its flags too */
    bool subjects;                    /* its arguments are subjects: shells offer them */
    bool changes;                     /* changes a registry: takes the flags of consent too */
    size_t positional_min, positional_max;
    const char *const *examples; /* closed by NULL; may be NULL */
    int (*run)(const struct sma_arguments *arguments);
};

/* The whole program: parses argv, runs a command, gives the exit code. */
int sma_cli_main(int argc, char **argv);

/* The last value given for an option; then that of its environment variable; NULL without either.
 */
const char *sma_argument(const struct sma_arguments *arguments, const char *option);
bool sma_argument_has(const struct sma_arguments *arguments, const char *option);
/* The i-th value given for an option that repeats, NULL past the end. */
const char *sma_argument_nth(const struct sma_arguments *arguments, const char *option, size_t i);

/* The exit code for a failure that is not about a schema: unreadable input 4, usage 2, ours 70.
 * Failures around a registry carry theirs in err->code (sma_remote_fail), which wins. */
int sma_cli_exit_code(enum sma_status st, const struct sma_error *err);
/* Prints "schemata: message" on stderr and gives that code. */
int sma_cli_fail(enum sma_status st, const struct sma_error *err);

/* Whether a word is one of the choices "a|b|c". */
bool sma_choice_has(const char *choices, const char *word);
/* Whether the option's value is one of a few words, "a|b|c"; a capital letter stands for anything.
 */
bool sma_option_has_choices(const struct sma_option *option);
/* Prints `"typed"; did you mean "x"?` with the nearest of `count` words (NULL words are skipped).
 */
void sma_suggest(FILE *out, const char *typed, const char *const *words, size_t count);

/* The tables, each closed by a row with name NULL. */
extern const struct sma_command sma_commands[];
extern const struct sma_command sma_hidden_commands[]; /* for scripts of ours; in no list */
extern const struct sma_option sma_global_options[];
extern const struct sma_option sma_report_options[];
extern const struct sma_option sma_remote_options[];
extern const struct sma_option sma_consent_options[];
/* NULL when there is none of that name. */
const struct sma_command *sma_command_find(const char *name);
/* Walks the flags of a command: its own, those of reports, of registries and of consent, the global
 * ones. NULL past the end. */
const struct sma_option *sma_command_option(const struct sma_command *command, size_t i);

/* Help. */
void sma_help_program(FILE *out);
void sma_help_command(FILE *out, const struct sma_command *command, bool is_full);
void sma_help_json(FILE *out);

/* Commands. */
extern const struct sma_option sma_serve_options[];
extern const struct sma_option sma_fsck_options[];
extern const struct sma_option sma_help_options[];
extern const struct sma_option sma_man_options[];
extern const struct sma_option sma_version_options[];
int sma_serve_main(const struct sma_arguments *arguments);
int sma_fsck_main(const struct sma_arguments *arguments);
int sma_version_main(const struct sma_arguments *arguments);
int sma_help_main(const struct sma_arguments *arguments);
int sma_completion_main(const struct sma_arguments *arguments);
int sma_man_main(const struct sma_arguments *arguments);

#endif
