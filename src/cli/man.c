/* `schemata man`: manual pages in roff, made from the table of commands. */
#include <string.h>

#include "cli/cli.h"

const struct sma_option sma_man_options[] = {
    {.name = NULL},
};

/* Text that roff takes literally: backslashes and hyphens escaped, no line that begins with a
 * control character. */
static void put(FILE *out, const char *text)
{
    bool at_start = true;
    for (const char *c = text; *c; c++) {
        if (at_start && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        at_start = *c == '\n';
        if (*c == '\\')
            fputs("\\e", out);
        else if (*c == '-')
            fputs("\\-", out);
        else
            fputc(*c, out);
    }
}

static void put_option(FILE *out, const struct sma_option *o)
{
    fprintf(out, ".TP\n.B ");
    if (o->letter)
        fprintf(out, "\\-%c, ", o->letter);
    put(out, o->name);
    if (o->value) {
        fputs(" \\fI", out);
        put(out, o->value);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    put(out, o->help);
    if (o->standard) {
        fputs(" (default ", out);
        put(out, o->standard);
        fputc(')', out);
    }
    if (o->env)
        fprintf(out, ". Environment: %s", o->env);
    fputs(".\n", out);
}

static void put_examples(FILE *out, const struct sma_command *c)
{
    for (size_t i = 0; c->examples && c->examples[i]; i++) {
        fputs(".PP\n.nf\n", out);
        put(out, c->examples[i]);
        fputs("\n.fi\n", out);
    }
}

static void command_page(FILE *out, const struct sma_command *c)
{
    const struct sma_option *o;
    fprintf(out, ".TH SCHEMATA\\-%s 1 \"\" \"schemata %s\"\n.SH NAME\nschemata\\-%s \\- ", c->name,
            SMA_VERSION, c->name);
    put(out, c->summary);
    fprintf(out, "\n.SH SYNOPSIS\n.B schemata %s\n[FLAGS] ", c->name);
    put(out, c->arguments);
    fputc('\n', out);
    if (c->details) {
        fputs(".SH DESCRIPTION\n", out);
        put(out, c->details);
        fputc('\n', out);
    }
    fputs(".SH FLAGS\n", out);
    for (size_t i = 0; (o = sma_command_option(c, i)); i++)
        put_option(out, o);
    if (c->examples)
        fputs(".SH EXAMPLES\n", out);
    put_examples(out, c);
    fputs(".SH SEE ALSO\n.BR schemata (1)\n", out);
}

static void program_page(FILE *out)
{
    fprintf(out,
            ".TH SCHEMATA 1 \"\" \"schemata %s\"\n.SH NAME\nschemata \\- schema registry and "
            "schema checks for Avro, Protobuf and JSON Schema\n.SH SYNOPSIS\n.B schemata\n"
            "COMMAND [FLAGS] [ARGUMENTS]\n.SH COMMANDS\n",
            SMA_VERSION);
    for (const struct sma_command *c = sma_commands; c->name; c++) {
        fprintf(out, ".TP\n.B %s\n", c->name);
        put(out, c->summary);
        fputc('\n', out);
    }
    fputs(".SH EXIT STATUS\n0 done; 1 the schema or the data is at fault; 2 usage or "
          "configuration; 3 a registry cannot be reached;\n4 an input cannot be read; 5 not "
          "allowed; 6 not found; 7 refused by the state of things; 8 some items failed;\n70 a bug "
          "of ours; 130 interrupted; 141 the reader of the output has gone.\n",
          out);
}

int sma_man_main(const struct sma_arguments *arguments)
{
    if (!arguments->positional_count) {
        program_page(stdout);
        return SMA_EXIT_OK;
    }
    const struct sma_command *c = sma_command_find(arguments->positional[0]);
    if (!c) {
        fprintf(stderr, "schemata: no command \"%s\"\n", arguments->positional[0]);
        return SMA_EXIT_USAGE;
    }
    command_page(stdout, c);
    return SMA_EXIT_OK;
}
