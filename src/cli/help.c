/* Help for people, printed from the table of commands. */
#include <string.h>

#include "cli/cli.h"

static void print_groups(FILE *out)
{
    const char *group = "";
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        if (strcmp(group, c->group))
            fprintf(out, "\n%s:\n", c->group);
        group = c->group;
        fprintf(out, "  %-16s %s\n", c->name, c->summary);
    }
}

/* The first of each group: enough to see what the program is for. */
static void print_examples(FILE *out)
{
    const char *group = "";
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        if (strcmp(group, c->group) && c->examples)
            fprintf(out, "  %s\n", c->examples[0]);
        group = c->group;
    }
}

void sma_help_program(FILE *out)
{
    fprintf(out,
            "schemata %s: schema registry and schema checks for Avro, Protobuf and JSON Schema\n\n"
            "Usage: schemata COMMAND [FLAGS] [ARGUMENTS]\n\nExamples:\n",
            SMA_VERSION);
    print_examples(out);
    print_groups(out);
    fprintf(out, "\n\"schemata COMMAND -h\" tells more about one command, --help everything.\n");
}

static void print_option(FILE *out, const struct sma_option *o)
{
    char left[96], letter[8] = "    ";
    if (o->letter)
        snprintf(letter, sizeof letter, "-%c, ", o->letter);
    snprintf(left, sizeof left, "%s%s%s%s", letter, o->name, o->value ? " " : "",
             o->value ? o->value : "");
    int width = 34; /* in characters: printf counts bytes */
    for (const char *c = left; *c; c++)
        width += ((unsigned char)*c & 0xC0) == 0x80;
    fprintf(out, "  %-*s %s", width, left, o->help);
    if (o->standard)
        fprintf(out, " (default %s)", o->standard);
    if (o->env)
        fprintf(out, " [%s]", o->env);
    fprintf(out, "%s\n", o->repeats ? "; may be repeated" : "");
}

static void print_options(FILE *out, const struct sma_command *c, bool is_full)
{
    const struct sma_option *o;
    fprintf(out, "\nFlags:\n");
    if (is_full) {
        for (size_t i = 0; (o = sma_command_option(c, i)); i++)
            print_option(out, o);
        return;
    }
    for (o = c->options; o && o->name; o++)
        print_option(out, o);
    fprintf(out, "\n--help tells more and lists every flag.\n");
}

void sma_help_command(FILE *out, const struct sma_command *c, bool is_full)
{
    fprintf(out, "schemata %s: %s\n\nUsage: schemata %s [FLAGS]%s%s\n", c->name, c->summary,
            c->name, *c->arguments ? " " : "", c->arguments);
    if (c->examples)
        fprintf(out, "\n%s:\n", c->examples[1] ? "Examples" : "Example");
    for (size_t i = 0; c->examples && c->examples[i]; i++)
        fprintf(out, "  %s\n", c->examples[i]);
    if (is_full && c->details)
        fprintf(out, "\n%s\n", c->details);
    print_options(out, c, is_full);
}
