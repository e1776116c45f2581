/* schemata explain: the page of a rule, offline. */
#include <string.h>

#include "cli/commands.h"
#include "cli/rules.h"

const struct sma_option sma_explain_options[] = {
    {.name = "--list", .help = "every rule with its title"},
    {.name = NULL},
};

static void list_all(struct sma_arena *arena)
{
    struct sma_str name;
    for (size_t i = 0; (name = sma_rule_at(arena, i)).ptr; i++) {
        struct sma_str title = sma_rule_title(arena, name);
        printf("%-55.*s %.*s\n", SMA_STR_ARG(name), SMA_STR_ARG(title));
    }
}

#define RULES_MAX 512

static int unknown_rule(struct sma_arena *arena, const char *typed)
{
    const char *words[RULES_MAX];
    size_t count = 0;
    struct sma_str name;
    for (size_t i = 0; count < RULES_MAX && (name = sma_rule_at(arena, i)).ptr; i++)
        words[count++] = name.ptr;
    fprintf(stderr, "schemata: no rule ");
    sma_suggest(stderr, typed, words, count);
    fprintf(stderr, "\n\"schemata explain --list\" names all of them.\n");
    return SMA_EXIT_USAGE;
}

int sma_explain_main(const struct sma_arguments *arguments)
{
    struct sma_arena arena;
    struct sma_buf page;
    int code = SMA_EXIT_OK;
    bool list = sma_argument_has(arguments, "--list");
    sma_arena_init(&arena, 0);
    sma_buf_init(&page, 0);
    if (list)
        list_all(&arena);
    if (!list && !arguments->positional_count) {
        fprintf(stderr, "schemata: explain wants the name of a rule, or --list\n");
        code = SMA_EXIT_USAGE;
    }
    for (size_t i = 0; !code && i < arguments->positional_count; i++) {
        if (page.len)
            sma_buf_putc(&page, '\n');
        if (!sma_rule_page(&page, sma_str_z(arguments->positional[i])))
            code = unknown_rule(&arena, arguments->positional[i]);
    }
    fwrite(sma_buf_str(&page).ptr, 1, code ? 0 : page.len, stdout);
    sma_buf_fini(&page);
    sma_arena_fini(&arena);
    return code;
}
