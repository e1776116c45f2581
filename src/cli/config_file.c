/* schemata config-file: what the settings are and where each comes from. Secrets are told to be there,
 * not shown. */
#include <stdlib.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/project.h"
#include "cli/remote_conf.h"
#include "cli/table.h"

const struct sma_option sma_config_file_options[] = {
    {.name = "--show", .help = "every value that is set, with its origin (as without flags)"},
    {.name = "--all", .help = "built-in values too"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

struct showing {
    struct sma_arena arena;
    const struct sma_arguments *arguments;
    struct sma_project project;
    struct sma_remote_conf conf;
    struct sma_table table;
    struct sma_error err;
};

static void row(struct showing *w, const char *name, struct sma_str value, struct sma_str origin)
{
    sma_table_text(&w->table, sma_str_z(name));
    sma_table_text(&w->table, value);
    sma_table_text(&w->table, origin.len ? origin : SMA_STR("built in"));
}

/* A URL may carry a password; only what stands before and after it shows. */
static struct sma_str without_password(struct showing *w, struct sma_str text)
{
    struct sma_buf out;
    struct sma_str made;
    sma_buf_init(&out, 0);
    while (text.len) {
        ptrdiff_t comma = sma_str_chr(text, ',');
        struct sma_str url = comma < 0 ? text : sma_str_head(text, (size_t)comma);
        ptrdiff_t slashes = sma_str_chr(url, '/'), at = sma_str_rchr(url, '@');
        text = sma_str_from(text, url.len + (comma >= 0));
        if (at > slashes + 1 && slashes > 0) {
            sma_buf_puts(&out, sma_str_head(url, (size_t)slashes + 2));
            sma_buf_putz(&out, "***");
            url = sma_str_from(url, (size_t)at);
        }
        sma_buf_puts(&out, url);
        if (comma >= 0)
            sma_buf_putc(&out, ',');
    }
    made = sma_buf_failed(&out) ? sma_str_make(NULL, 0)
                                : sma_arena_copy(&w->arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return made;
}

static void show_properties(struct showing *w)
{
    bool all = sma_argument_has(w->arguments, "--all");
    for (int i = 0; i < SMA_P_COUNT; i++) {
        enum sma_client_prop prop = (enum sma_client_prop)i;
        const char *text = sma_client_conf_text(w->conf.conf, prop);
        bool is_set = sma_client_conf_has(w->conf.conf, prop);
        if (!text || (!is_set && !all))
            continue;
        struct sma_str value = sma_str_z(text);
        if (is_set && !strcmp(sma_client_props[i].type, "secret"))
            value = SMA_STR("***");
        else if (prop == SMA_P_URL)
            value = without_password(w, value);
        row(w, sma_client_props[i].key, value, w->conf.origin[i]);
    }
    for (size_t i = 0; i < w->conf.conf->header_count; i++)
        row(w, "request.header", sma_str_z(w->conf.conf->headers[i].name),
            SMA_STR("a client.properties file"));
}

static void show_text(struct showing *w, const char *name, struct sma_str value,
                      struct sma_str origin)
{
    if (value.len)
        row(w, name, value, origin);
}

static void show_project(struct showing *w)
{
    const struct sma_project *p = &w->project;
    show_text(w, "check.level", p->level, p->path);
    show_text(w, "check.history", p->history, p->path);
    show_text(w, "check.deleted", p->deleted, p->path);
    show_text(w, "check.new", p->new_subjects, p->path);
    show_text(w, "check.fail-on", p->fail_on, p->path);
    show_text(w, "check.baseline", p->baseline, p->path);
    for (size_t i = 0; i < p->against.count; i++)
        show_text(w, "check.against", p->against.items[i], p->path);
    show_text(w, "lint.use", p->lint_use, p->path);
    for (size_t i = 0; i < p->source_count; i++)
        for (size_t f = 0; f < p->sources[i].files.count; f++)
            show_text(w, "sources.files", p->sources[i].files.items[f], p->path);
    for (size_t i = 0; i < p->subject_count; i++) {
        struct sma_str name =
            sma_arena_printf(&w->arena, "subjects.%.*s.level", SMA_STR_ARG(p->subjects[i].name));
        if (name.ptr)
            show_text(w, name.ptr, p->subjects[i].level, p->path);
    }
}

/* Global flags: from the command line, from their variables. */
static void show_flags(struct showing *w)
{
    const struct sma_option *o;
    const struct sma_command *command = sma_command_find("check");
    for (size_t i = 0; command && (o = sma_command_option(command, i)); i++) {
        const char *value = o->env ? getenv(o->env) : NULL;
        if (value && *value)
            row(w, o->name, sma_str_z(value), sma_str_z(o->env));
    }
    if (w->conf.profile)
        show_text(w, "profile", w->conf.profile->name,
                  sma_argument_has(w->arguments, "--profile") ? SMA_STR("--profile")
                  : sma_argument(w->arguments, "--profile")   ? SMA_STR("SCHEMATA_PROFILE")
                                                              : w->conf.user.path);
    show_text(w, "color", w->conf.user.color, w->conf.user.path);
}

int sma_config_file_main(const struct sma_arguments *arguments)
{
    static const char *const columns[] = {"setting", "value", "from", NULL};
    struct showing w = {.arguments = arguments, .err = SMA_ERROR_INIT};
    sma_arena_init(&w.arena, 0);
    enum sma_status st = sma_project_load(&w.project, &w.arena, sma_argument(arguments, "--config"),
                                          &w.err);
    if (!st)
        st = sma_remote_conf_load(&w.conf, &w.arena, arguments, &w.project, NULL, false, &w.err);
    sma_table_init(&w.table, &w.arena, columns);
    if (!st) {
        show_flags(&w);
        show_properties(&w);
        show_project(&w);
        st = sma_table_print(&w.table, arguments, &w.err);
    }
    int code = st ? sma_cli_fail(st, &w.err) : SMA_EXIT_OK;
    sma_remote_conf_fini(&w.conf);
    sma_arena_fini(&w.arena);
    return code;
}
