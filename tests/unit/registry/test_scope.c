/* Which configuration and mode hold: the chain of scopes, table by table. */
#include "tests/unit/registry/fixture.h"

#include "registry/scope.h"

struct setting {
    const char *scope, *value;
};

static const struct config_row {
    const char *name;
    struct setting set[4];
    const char *subject;
    enum sma_level level;
    enum sma_tristate normalize;
} config_rows[] = {
    {"nothing set: the server's", {{0}}, "s", SMA_LEVEL_FORWARD, SMA_UNSET},
    {"global", {{"", "{\"compatibility\":\"FULL\"}"}}, "s", SMA_LEVEL_FULL, SMA_UNSET},
    {"own level",
     {{"", "{\"compatibility\":\"FULL\"}"}, {"s", "{\"compatibility\":\"NONE\"}"}},
     "s",
     SMA_LEVEL_NONE,
     SMA_UNSET},
    {"own without level: the server's, not the global one",
     {{"", "{\"compatibility\":\"FULL\"}"}, {"s", "{\"normalize\":false}"}},
     "s",
     SMA_LEVEL_FORWARD,
     SMA_FALSE},
    {"own without switch: the global one",
     {{"", "{\"compatibility\":\"FULL\",\"normalize\":true}"}, {"s", "{}"}},
     "s",
     SMA_LEVEL_FORWARD,
     SMA_TRUE},
    {"context",
     {{"", "{\"compatibility\":\"FULL\"}"}, {":.c:", "{\"compatibility\":\"NONE\"}"}},
     ":.c:s",
     SMA_LEVEL_NONE,
     SMA_UNSET},
    {"the default context's setting is not another context's",
     {{"", "{\"compatibility\":\"FULL\"}"}},
     ":.c:s",
     SMA_LEVEL_FORWARD,
     SMA_UNSET},
    {"a context's setting is not the default context's",
     {{":.c:", "{\"compatibility\":\"NONE\"}"}},
     "s",
     SMA_LEVEL_FORWARD,
     SMA_UNSET},
    {"global context, last",
     {{":.__GLOBAL:", "{\"compatibility\":\"FULL\"}"}},
     ":.c:s",
     SMA_LEVEL_FULL,
     SMA_UNSET},
    {"global context behind the global setting",
     {{":.__GLOBAL:", "{\"compatibility\":\"FULL\"}"}, {"", "{\"compatibility\":\"NONE\"}"}},
     "s",
     SMA_LEVEL_NONE,
     SMA_UNSET},
    {"own in a context falls back to the default context's switches",
     {{"", "{\"normalize\":true}"}, {":.c:s", "{\"compatibility\":\"NONE\"}"}},
     ":.c:s",
     SMA_LEVEL_NONE,
     SMA_TRUE},
};

static void forward(struct sma_registry_options *options)
{
    options->default_level = SMA_LEVEL_FORWARD;
}

static void config_in_scope(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(config_rows); i++) {
        const struct config_row *row = &config_rows[i];
        struct fixture f;
        struct reading r;
        struct answer a;
        struct sma_config config;
        fixture_open_with(&f, forward);
        for (size_t k = 0; k < SMA_COUNT(row->set) && row->set[k].scope; k++) {
            do_config(&f, &a, row->set[k].scope, row->set[k].value);
            assert_registered(&a);
        }
        reading_open(&r, &f);
        struct sma_subject subject = subject_of(&f, row->subject);
        assert_int_equal(sma_scope_config(&config, &r.loader, &subject, NULL), SMA_OK);
        if (config.level != row->level || config.normalize != row->normalize)
            fail_msg("%s: %s, normalize %d", row->name, sma_level_name(config.level),
                     config.normalize);
        reading_close(&r);
        fixture_close(&f);
    }
}

static const struct mode_row {
    const char *name;
    struct {
        const char *scope;
        enum sma_mode mode;
    } set[3];
    const char *subject;
    enum sma_mode mode;
} mode_rows[] = {
    {"nothing set", {{0}}, "s", SMA_MODE_READWRITE},
    {"global", {{"", SMA_MODE_READONLY}}, "s", SMA_MODE_READONLY},
    {"own beats global",
     {{"", SMA_MODE_READONLY}, {"s", SMA_MODE_READWRITE}},
     "s",
     SMA_MODE_READWRITE},
    {"own beats a global override",
     {{"", SMA_MODE_READONLY_OVERRIDE}, {"s", SMA_MODE_READWRITE}},
     "s",
     SMA_MODE_READWRITE},
    {"the default context's is not another's",
     {{"", SMA_MODE_READONLY}},
     ":.c:s",
     SMA_MODE_READWRITE},
    {"context", {{":.c:", SMA_MODE_READONLY}}, ":.c:s", SMA_MODE_READONLY},
    {"global context", {{":.__GLOBAL:", SMA_MODE_FORWARD}}, ":.c:s", SMA_MODE_FORWARD},
    {"global context, default context", {{":.__GLOBAL:", SMA_MODE_FORWARD}}, "s", SMA_MODE_FORWARD},
    {"context beats global context",
     {{":.__GLOBAL:", SMA_MODE_FORWARD}, {":.c:", SMA_MODE_IMPORT}},
     ":.c:s",
     SMA_MODE_IMPORT},
};

static void mode_in_scope(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(mode_rows); i++) {
        const struct mode_row *row = &mode_rows[i];
        struct fixture f;
        struct reading r;
        struct answer a;
        enum sma_mode mode;
        fixture_open(&f);
        for (size_t k = 0; k < SMA_COUNT(row->set) && row->set[k].scope; k++) {
            do_mode(&f, &a, row->set[k].scope, row->set[k].mode, true);
            assert_registered(&a);
        }
        reading_open(&r, &f);
        struct sma_subject subject = subject_of(&f, row->subject);
        assert_int_equal(sma_scope_mode(&mode, &r.loader, &subject, NULL), SMA_OK);
        if (mode != row->mode)
            fail_msg("%s: %s", row->name, sma_mode_name(mode));
        reading_close(&r);
        fixture_close(&f);
    }
}

static void scopes_do_not_repeat(void **state)
{
    static const struct {
        const char *subject;
        const char *scopes[3];
    } cases[] = {
        {"s", {"s", "", ":.__GLOBAL:"}},
        {"", {"", ":.__GLOBAL:", NULL}},
        {":.c:s", {":.c:s", ":.c:", ":.__GLOBAL:"}},
        {":.c:", {":.c:", ":.__GLOBAL:", NULL}},
        {":.__GLOBAL:", {":.__GLOBAL:", NULL, NULL}},
    };
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(cases); i++) {
        struct sma_scopes scopes;
        struct sma_subject subject;
        size_t count = 0;
        assert_int_equal(sma_subject_parse(&subject, &arena, sma_str_z(cases[i].subject), NULL),
                         SMA_OK);
        assert_int_equal(sma_scopes_of(&scopes, &arena, &subject, NULL), SMA_OK);
        for (; count < 3 && cases[i].scopes[count]; count++) {
            assert_true(count < scopes.count);
            sma_test_same_text(cases[i].subject, scopes.items[count],
                               sma_str_z(cases[i].scopes[count]));
        }
        assert_int_equal(scopes.count, count);
    }
    sma_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(config_in_scope),
        cmocka_unit_test(mode_in_scope),
        cmocka_unit_test(scopes_do_not_repeat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
