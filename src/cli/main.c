/* Parsing of the command line, driven by the table of commands. */
#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

/* ---- "did you mean" ---- */

void sma_suggest(FILE *out, const char *typed, const char *const *words, size_t count)
{
    const char *best = NULL;
    size_t best_distance = SIZE_MAX;
    for (size_t i = 0; i < count; i++) {
        size_t d = words[i] ? sma_str_distance(sma_str_z(typed), sma_str_z(words[i])) : SIZE_MAX;
        if (d < best_distance) {
            best = words[i];
            best_distance = d;
        }
    }
    fprintf(out, "\"%s\"", typed);
    if (best && best_distance <= 1 + strlen(typed) / 3)
        fprintf(out, "; did you mean \"%s\"?", best);
}

static int unknown(const char *what, const char *typed, const char *const *words, size_t count)
{
    fprintf(stderr, "schemata: unknown %s ", what);
    sma_suggest(stderr, typed, words, count);
    fprintf(stderr, "\nTry \"schemata --help\".\n");
    return SMA_EXIT_USAGE;
}

/* ---- the tables ---- */

const struct sma_command *sma_command_find(const char *name)
{
    for (const struct sma_command *c = sma_commands; c->name; c++)
        if (!strcmp(name, c->name))
            return c;
    for (const struct sma_command *c = sma_hidden_commands; c->name; c++)
        if (!strcmp(name, c->name))
            return c;
    return NULL;
}

static bool own_has(const struct sma_command *command, const struct sma_option *option)
{
    for (const struct sma_option *o = command->options; o && o->name; o++)
        if (!strcmp(o->name, option->name))
            return true;
    return false;
}

const struct sma_option *sma_command_option(const struct sma_command *command, size_t i)
{
    const struct sma_option *const tables[] = {
        command->options, command->reports ? sma_report_options : NULL,
        command->asks ? sma_remote_options : NULL, command->changes ? sma_consent_options : NULL,
        sma_global_options};
    for (size_t t = 0; t < sizeof tables / sizeof tables[0]; t++)
        for (const struct sma_option *o = tables[t]; o && o->name; o++)
            if ((t == 0 || !own_has(command, o)) && i-- == 0)
                return o;
    return NULL;
}

bool sma_choice_has(const char *choices, const char *word)
{
    size_t len = strlen(word);
    for (const char *at = choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
        if (len && !strncmp(at, word, len) && (at[len] == '|' || !at[len]))
            return true;
    return false;
}

/* ---- parsing ---- */

static const struct sma_option *find_option(const struct sma_command *c, struct sma_str typed)
{
    const struct sma_option *o;
    for (size_t i = 0; (o = sma_command_option(c, i)); i++) {
        bool is_short = typed.len == 2 && o->letter && typed.ptr[1] == o->letter;
        if (is_short || sma_str_eqz(typed, o->name))
            return o;
    }
    return NULL;
}

#define OPTIONS_MAX 96

static int unknown_option(const struct sma_command *c, const char *typed)
{
    const char *words[OPTIONS_MAX];
    const struct sma_option *o;
    size_t count = 0;
    for (size_t i = 0; count < OPTIONS_MAX && (o = sma_command_option(c, i)); i++)
        words[count++] = o->name;
    return unknown("flag", typed, words, count);
}

bool sma_option_has_choices(const struct sma_option *option)
{
    bool has_bar = false;
    for (const char *c = option->value; c && *c; c++) {
        if (*c == '=' || (*c >= 'A' && *c <= 'Z'))
            return false;
        has_bar |= *c == '|';
    }
    return has_bar;
}

/* A value that is one of a few words is checked here, once for all commands. */
static int check_choice(const struct sma_option *option, const char *value)
{
    if (!sma_option_has_choices(option) || sma_choice_has(option->value, value))
        return SMA_EXIT_OK;
    fprintf(stderr, "schemata: %s %s: not one of %s\n", option->name, value, option->value);
    return SMA_EXIT_USAGE;
}

/* Takes argv[*i] (and its value) as an option. */
static int take_option(struct sma_arguments *out, const struct sma_command *c, int argc,
                       char **argv, int *i)
{
    char *word = argv[*i], *equals = strchr(word, '=');
    struct sma_str name = sma_str_make(word, equals ? (size_t)(equals - word) : strlen(word));
    const struct sma_option *option = find_option(c, name);
    const char *value = equals ? equals + 1 : NULL;
    if (!option)
        return unknown_option(c, word);
    if (!option->value && value) {
        fprintf(stderr, "schemata: %s takes no value\n", option->name);
        return SMA_EXIT_USAGE;
    }
    if (option->value && !value) {
        if (*i + 1 >= argc) {
            fprintf(stderr, "schemata: %s needs a value: %s %s\n", option->name, option->name,
                    option->value);
            return SMA_EXIT_USAGE;
        }
        value = argv[++*i];
    }
    if (out->given_count == SMA_OPTION_VALUES_MAX) {
        fprintf(stderr, "schemata: more than %d flags\n", SMA_OPTION_VALUES_MAX);
        return SMA_EXIT_USAGE;
    }
    out->given[out->given_count++] = (struct sma_given){option, value};
    return value ? check_choice(option, value) : SMA_EXIT_OK;
}

static int check_positional(const struct sma_command *c, const struct sma_arguments *arguments)
{
    if (arguments->positional_count < c->positional_min) {
        fprintf(stderr, "schemata: %s needs more arguments\nUsage: schemata %s [FLAGS] %s\n",
                c->name, c->name, c->arguments);
        return SMA_EXIT_USAGE;
    }
    if (arguments->positional_count > c->positional_max) {
        fprintf(stderr, "schemata: unexpected argument \"%s\"\nTry \"schemata %s --help\".\n",
                arguments->positional[c->positional_max], c->name);
        return SMA_EXIT_USAGE;
    }
    return SMA_EXIT_OK;
}

/* 'h' for -h, 'f' for --help, 0 for neither. */
static char wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++) {
        if (!strcmp(argv[i], "--help"))
            return 'f';
        if (!strcmp(argv[i], "-h"))
            return 'h';
    }
    return 0;
}

/* Output that could not be written is a failure, never a silent success. */
static int finish(int code)
{
    if (!fflush(stdout) && !ferror(stdout))
        return code;
    if (errno == EPIPE)
        return SMA_EXIT_PIPE;
    fprintf(stderr, "schemata: the output cannot be written\n");
    return code > SMA_EXIT_FINDINGS ? code : SMA_EXIT_INPUT;
}

static int run_command(const struct sma_command *c, int argc, char **argv)
{
    struct sma_arguments arguments = {.positional = argv};
    bool only_positional = false;
    char help = wants_help(argc, argv);
    if (help) {
        sma_help_command(stdout, c, help == 'f');
        return finish(SMA_EXIT_OK);
    }
    for (int i = 0; i < argc; i++) {
        bool is_option = !only_positional && argv[i][0] == '-' && argv[i][1];
        if (is_option && !strcmp(argv[i], "--")) {
            only_positional = true;
        } else if (is_option) {
            int code = take_option(&arguments, c, argc, argv, &i);
            if (code)
                return code;
        } else {
            argv[arguments.positional_count++] = argv[i];
        }
    }
    int code = check_positional(c, &arguments);
    return code ? code : finish(c->run(&arguments));
}

static bool is_of(const struct sma_option *table, const char *word, bool *takes_value)
{
    for (const struct sma_option *o = table; o->name; o++) {
        size_t len = strlen(o->name);
        bool is_long = !strncmp(word, o->name, len) && (!word[len] || word[len] == '=');
        bool is_short = o->letter && word[0] == '-' && word[1] == o->letter && !word[2];
        if (is_long || is_short) {
            *takes_value = o->value && !strchr(word, '=');
            return true;
        }
    }
    return false;
}

/* Flags of the program and of the registry in use. */
static bool is_global(const char *word, bool *takes_value)
{
    return is_of(sma_global_options, word, takes_value) ||
           is_of(sma_remote_options, word, takes_value);
}

/* Global flags may stand before the command: the command's name moves in front of them. */
static void command_first(int argc, char **argv)
{
    int i = 1;
    bool takes_value = false;
    while (i < argc && is_global(argv[i], &takes_value))
        i += takes_value ? 2 : 1;
    if (i == 1 || i >= argc)
        return;
    char *name = argv[i];
    memmove(argv + 2, argv + 1, (size_t)(i - 1) * sizeof *argv);
    argv[1] = name;
}

#define COMMANDS_MAX 64

int sma_cli_main(int argc, char **argv)
{
    const char *words[COMMANDS_MAX];
    size_t count = 0;
    signal(SIGPIPE, SIG_IGN);
    if (argc > 1)
        command_first(argc, argv);
    if (argc < 2) {
        sma_help_program(stderr);
        return SMA_EXIT_USAGE;
    }
    const char *name = argv[1];
    if (!strcmp(name, "--help") || !strcmp(name, "-h")) {
        sma_help_program(stdout);
        return finish(SMA_EXIT_OK);
    }
    if (!strcmp(name, "--version") || !strcmp(name, "-V"))
        name = "version";
    const struct sma_command *command = sma_command_find(name);
    if (command)
        return run_command(command, argc - 2, argv + 2);
    for (const struct sma_command *c = sma_commands; c->name && count < COMMANDS_MAX; c++)
        words[count++] = c->name;
    return unknown("command", name, words, count);
}

/* ---- what was given ---- */

static const char *from_environment(const struct sma_arguments *arguments, const char *option)
{
    (void)arguments;
    const struct sma_option *const tables[] = {sma_global_options, sma_report_options,
                                               sma_remote_options};
    for (size_t t = 0; t < 3; t++)
        for (const struct sma_option *o = tables[t]; o->name; o++)
            if (o->env && o->value && !strcmp(o->name, option)) {
                const char *value = getenv(o->env);
                return value && *value ? value : NULL;
            }
    return NULL;
}

const char *sma_argument(const struct sma_arguments *arguments, const char *option)
{
    for (size_t i = arguments->given_count; i-- > 0;)
        if (!strcmp(arguments->given[i].option->name, option))
            return arguments->given[i].value;
    return from_environment(arguments, option);
}

const char *sma_argument_nth(const struct sma_arguments *arguments, const char *option, size_t i)
{
    for (size_t g = 0; g < arguments->given_count; g++)
        if (!strcmp(arguments->given[g].option->name, option) && i-- == 0)
            return arguments->given[g].value;
    return NULL;
}

bool sma_argument_has(const struct sma_arguments *arguments, const char *option)
{
    for (size_t i = 0; i < arguments->given_count; i++)
        if (!strcmp(arguments->given[i].option->name, option))
            return true;
    return false;
}

/* ---- failures ---- */

int sma_cli_exit_code(enum sma_status st, const struct sma_error *err)
{
    if (st && err && err->code > 0 && err->code <= UINT8_MAX)
        return err->code;
    switch (st) {
    case SMA_OK:
        return SMA_EXIT_OK;
    case SMA_EINVAL:
    case SMA_EUNSUPPORTED:
        return SMA_EXIT_USAGE;
    case SMA_ENOMEM:
    case SMA_EINTERNAL:
        return SMA_EXIT_BUG;
    default:
        return SMA_EXIT_INPUT;
    }
}

int sma_cli_fail(enum sma_status st, const struct sma_error *err)
{
    int code = sma_cli_exit_code(st, err);
    fprintf(stderr, "schemata: %s\n", err->message);
    if (code == SMA_EXIT_BUG && st != SMA_ENOMEM)
        fprintf(stderr, "This is a mistake in schemata %s. Please report it with the command line "
                        "and this message.\n",
                SMA_VERSION);
    return code;
}
