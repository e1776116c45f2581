/* `schemata help`: the table of commands as JSON, the schema of reports, or help for people. */
#include <string.h>

#include "cli/cli.h"
#include "cli/report_schema.h"
#include "core/json/writer.h"

const struct sma_option sma_help_options[] = {
    {.name = "--json", .help = "every command and flag as one JSON object"},
    {.name = "--schema", .help = "the JSON Schema of reports in the format json"},
    {.name = "--project-schema", .help = "the JSON Schema of schemata.yaml, for editors"},
    {.name = NULL},
};

static void put_text(struct sma_json_writer *w, const char *name, const char *text)
{
    if (text)
        sma_jw_member_string(w, name, sma_str_z(text));
}

static void put_option(struct sma_json_writer *w, const struct sma_option *o)
{
    char letter[2] = {o->letter, 0};
    sma_jw_object_open(w);
    put_text(w, "name", o->name);
    put_text(w, "short", o->letter ? letter : NULL);
    put_text(w, "value", o->value);
    put_text(w, "help", o->help);
    put_text(w, "default", o->standard);
    put_text(w, "env", o->env);
    sma_jw_member_bool(w, "repeats", o->repeats);
    sma_jw_object_close(w);
}

static void put_command(struct sma_json_writer *w, const struct sma_command *c)
{
    const struct sma_option *o;
    sma_jw_object_open(w);
    put_text(w, "name", c->name);
    put_text(w, "group", c->group);
    put_text(w, "arguments", c->arguments);
    put_text(w, "summary", c->summary);
    put_text(w, "details", c->details);
    sma_jw_name(w, "flags");
    sma_jw_array_open(w);
    for (size_t i = 0; (o = sma_command_option(c, i)); i++)
        put_option(w, o);
    sma_jw_array_close(w);
    sma_jw_name(w, "examples");
    sma_jw_array_open(w);
    for (size_t i = 0; c->examples && c->examples[i]; i++)
        sma_jw_string(w, sma_str_z(c->examples[i]));
    sma_jw_array_close(w);
    sma_jw_object_close(w);
}

void sma_help_json(FILE *out)
{
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    struct sma_json_writer w = sma_json_writer_on(&buf);
    sma_jw_object_open(&w);
    sma_jw_member_i64(&w, "schemata", 1);
    put_text(&w, "version", SMA_VERSION);
    sma_jw_name(&w, "commands");
    sma_jw_array_open(&w);
    for (const struct sma_command *c = sma_commands; c->name; c++)
        put_command(&w, c);
    sma_jw_array_close(&w);
    sma_jw_object_close(&w);
    sma_buf_putc(&buf, '\n');
    fwrite(sma_buf_str(&buf).ptr, 1, buf.len, out);
    sma_buf_fini(&buf);
}

int sma_help_main(const struct sma_arguments *arguments)
{
    const struct sma_command *command = NULL;
    if (sma_argument_has(arguments, "--json")) {
        sma_help_json(stdout);
        return SMA_EXIT_OK;
    }
    if (sma_argument_has(arguments, "--project-schema")) {
        fputs(sma_project_schema, stdout);
        return SMA_EXIT_OK;
    }
    if (sma_argument_has(arguments, "--schema")) {
        fputs(sma_report_schema, stdout);
        return SMA_EXIT_OK;
    }
    if (!arguments->positional_count) {
        sma_help_program(stdout);
        return SMA_EXIT_OK;
    }
    command = sma_command_find(arguments->positional[0]);
    if (!command) {
        fprintf(stderr, "schemata: no command \"%s\"\n", arguments->positional[0]);
        return SMA_EXIT_USAGE;
    }
    sma_help_command(stdout, command, true);
    return SMA_EXIT_OK;
}
