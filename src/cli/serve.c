/* schemata serve: gathers settings from file, environment and flags, then hands over to the server.
 */
#include <stdio.h>
#include <unistd.h>

#include "cli/cli.h"
#include "server/server.h"
#include "server/settings.h"

const struct sma_option sma_serve_options[] = {
    {.name = "--listen",
     .value = "HOST:PORT",
     .repeats = true,
     .standard = "127.0.0.1:8081",
     .help = "listen here"},
    {.name = "--data",
     .value = "DIR",
     .standard = "./data",
     .help = "data folder, created when missing"},
    {.name = "--ephemeral",
     .help = "keep everything in a temporary folder that is removed at the end"},
    {.name = "--config", .value = "FILE", .help = "settings in a Java-style .properties file"},
    {.name = "--set", .value = "KEY=VALUE", .repeats = true, .help = "one setting as in the file"},
    {.name = "--port-file",
     .value = "FILE",
     .help = "write the first listener's port to FILE once ready"},
    {.name = "--access-log",
     .value = "WHERE",
     .help = "off, stdout, stderr or a file: one JSON line per request"},
    {.name = "--check-config", .help = "check the settings, print them, do not start"},
    {.name = "--help-settings", .help = "list every setting with its default"},
    {.name = NULL},
};

/* Flags that are just another way to write a setting. */
static const struct {
    const char *option, *key;
} same_as_setting[] = {
    {"--data", "schemata.data.dir"},
    {"--port-file", "schemata.port.file"},
    {"--access-log", "schemata.access.log"},
};

static enum sma_status set_pair(struct sma_settings *settings, struct sma_str pair,
                                struct sma_error *err)
{
    ptrdiff_t equals = sma_str_chr(pair, '=');
    if (equals < 0)
        return sma_fail(err, SMA_EINVAL, "--set needs KEY=VALUE, not \"%.*s\"", SMA_STR_ARG(pair));
    return sma_settings_set(settings, sma_str_head(pair, (size_t)equals),
                            sma_str_from(pair, (size_t)equals + 1), "--set", stderr, err);
}

static enum sma_status take_flag(struct sma_settings *settings, const struct sma_given *given,
                                 bool *has_listener, struct sma_error *err)
{
    struct sma_str name = sma_str_z(given->option->name), value = sma_str_z(given->value);
    if (sma_str_eqz(name, "--listen")) {
        if (!*has_listener)
            settings->listener_count = 0;
        *has_listener = true;
        return sma_settings_add_listener(settings, value, "--listen", err);
    }
    if (sma_str_eqz(name, "--set"))
        return set_pair(settings, value, err);
    if (sma_str_eqz(name, "--ephemeral"))
        return sma_settings_set(settings, SMA_STR("schemata.ephemeral"), SMA_STR("true"),
                                "--ephemeral", stderr, err);
    for (size_t i = 0; i < sizeof same_as_setting / sizeof same_as_setting[0]; i++)
        if (sma_str_eqz(name, same_as_setting[i].option))
            return sma_settings_set(settings, sma_str_z(same_as_setting[i].key), value,
                                    same_as_setting[i].option, stderr, err);
    return SMA_OK;
}

static enum sma_status gather(struct sma_settings *settings, const struct sma_arguments *arguments,
                              struct sma_error *err)
{
    const char *file = sma_argument(arguments, "--config");
    bool has_listener = false;
    enum sma_status st = file ? sma_settings_read_file(settings, file, stderr, err) : SMA_OK;
    if (!st)
        st = sma_settings_read_environment(settings, environ, stderr, err);
    for (size_t i = 0; !st && i < arguments->given_count; i++)
        st = take_flag(settings, &arguments->given[i], &has_listener, err);
    return st ? st : sma_settings_check(settings, err);
}

static int exit_code(enum sma_status st)
{
    switch (st) {
    case SMA_OK:
        return SMA_EXIT_OK;
    case SMA_EBUSY:
        return SMA_EXIT_REFUSED;
    case SMA_ENOTFOUND:
        return SMA_EXIT_INPUT;
    case SMA_EINVAL:
    case SMA_ELIMIT:
        return SMA_EXIT_USAGE;
    case SMA_ENOMEM:
    case SMA_EINTERNAL:
        return SMA_EXIT_BUG;
    default:
        return SMA_EXIT_UNREACHABLE;
    }
}

int sma_serve_main(const struct sma_arguments *arguments)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_settings settings;
    if (sma_argument_has(arguments, "--help-settings")) {
        sma_settings_describe(stdout);
        return SMA_EXIT_OK;
    }
    sma_settings_init(&settings);
    enum sma_status st = gather(&settings, arguments, &err);
    if (!st && sma_argument_has(arguments, "--check-config"))
        sma_settings_print(&settings, stdout);
    else if (!st)
        st = sma_server_run(&settings, &err);
    if (st)
        fprintf(stderr, "schemata: %s\n", err.message);
    sma_settings_fini(&settings);
    return exit_code(st);
}
