/* Parsing of the command line and help, both driven by the table of commands. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

/* ---- "did you mean"
 * -------------------------------------------------------------------------------- */

struct guess {
    const char *word;
    size_t distance;
};

static void consider(struct guess *guess, const char *typed, const char *word)
{
    size_t d = sma_str_distance(sma_str_z(typed), sma_str_z(word));
    if (d < guess->distance)
        *guess = (struct guess){word, d};
}

static int unknown(const char *what, const char *typed, const struct guess *guess)
{
    fprintf(stderr, "schemata: unknown %s \"%s\"", what, typed);
    if (guess->word && guess->distance <= 1 + strlen(typed) / 3)
        fprintf(stderr, "; did you mean \"%s\"?", guess->word);
    fprintf(stderr, "\nTry \"schemata --help\".\n");
    return SMA_EXIT_USAGE;
}

/* ---- help
 * ------------------------------------------------------------------------------------------------
 */

static void print_help(FILE *out)
{
    fprintf(out, "schemata %s: schema registry for Avro, Protobuf and JSON Schema\n\n",
            SMA_VERSION);
    fprintf(out, "Usage: schemata COMMAND [FLAGS] [ARGUMENTS]\n\nCommands:\n");
    for (const struct sma_command *c = sma_commands; c->name; c++)
        fprintf(out, "  %-10s %s\n", c->name, c->summary);
    fprintf(out, "\nExamples:\n");
    for (const struct sma_command *c = sma_commands; c->name; c++)
        if (c->example)
            fprintf(out, "  %s\n", c->example);
    fprintf(out, "\n\"schemata COMMAND --help\" tells more about one command.\n");
}

static void print_option(FILE *out, const struct sma_option *o)
{
    char left[64];
    snprintf(left, sizeof left, "%s%s%s", o->name, o->value ? " " : "", o->value ? o->value : "");
    fprintf(out, "  %-26s %s\n", left, o->help);
}

static void print_command_help(FILE *out, const struct sma_command *c)
{
    fprintf(out, "schemata %s: %s\n\nUsage: schemata %s [FLAGS]%s%s\n", c->name, c->summary,
            c->name, *c->arguments ? " " : "", c->arguments);
    if (c->example)
        fprintf(out, "\nExample:\n  %s\n", c->example);
    if (c->details)
        fprintf(out, "\n%s\n", c->details);
    fprintf(out, "\nFlags:\n");
    for (const struct sma_option *o = c->options; o && o->name; o++)
        print_option(out, o);
    fprintf(out, "  %-26s %s\n", "--help", "this text");
}

/* ---- parsing
 * --------------------------------------------------------------------------------------------- */

static const struct sma_option *find_option(const struct sma_command *c, struct sma_str typed)
{
    for (const struct sma_option *o = c->options; o && o->name; o++) {
        bool is_short = typed.len == 2 && o->letter && typed.ptr[1] == o->letter;
        if (is_short || sma_str_eqz(typed, o->name))
            return o;
    }
    return NULL;
}

static int unknown_option(const struct sma_command *c, const char *typed)
{
    struct guess guess = {NULL, SIZE_MAX};
    for (const struct sma_option *o = c->options; o && o->name; o++)
        consider(&guess, typed, o->name);
    return unknown("flag", typed, &guess);
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
    return SMA_EXIT_OK;
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

static bool wants_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--"); i++)
        if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
            return true;
    return false;
}

static int run_command(const struct sma_command *c, int argc, char **argv)
{
    struct sma_arguments arguments = {.positional = argv};
    bool only_positional = false;
    if (wants_help(argc, argv)) {
        print_command_help(stdout, c);
        return SMA_EXIT_OK;
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
    return code ? code : c->run(&arguments);
}

int sma_cli_main(int argc, char **argv)
{
    struct guess guess = {NULL, SIZE_MAX};
    if (argc < 2) {
        print_help(stderr);
        return SMA_EXIT_USAGE;
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
        print_help(stdout);
        return SMA_EXIT_OK;
    }
    const char *name = argv[1];
    if (!strcmp(name, "--version") || !strcmp(name, "-V"))
        name = "version";
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        if (!strcmp(name, c->name))
            return run_command(c, argc - 2, argv + 2);
        consider(&guess, name, c->name);
    }
    return unknown("command", name, &guess);
}

const char *sma_argument(const struct sma_arguments *arguments, const char *option)
{
    for (size_t i = arguments->given_count; i-- > 0;)
        if (!strcmp(arguments->given[i].option->name, option))
            return arguments->given[i].value;
    return NULL;
}

bool sma_argument_has(const struct sma_arguments *arguments, const char *option)
{
    for (size_t i = 0; i < arguments->given_count; i++)
        if (!strcmp(arguments->given[i].option->name, option))
            return true;
    return false;
}
