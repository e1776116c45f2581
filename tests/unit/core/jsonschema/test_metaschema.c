/* The embedded meta-schemas: found under every spelling of their URIs, and what they say of
 * themselves. */
#include "base/arena.h"
#include "core/json/json.h"
#include "core/jsonschema/metaschema.h"
#include "tests/support/test.h"

static const struct row {
    const char *uri;
    const char *id; /* NULL: not embedded */
} rows[] = {
    {"http://json-schema.org/draft-04/schema", "http://json-schema.org/draft-04/schema#"},
    {"https://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-04/schema#"},
    {"http://json-schema.org/draft-06/schema#", "http://json-schema.org/draft-06/schema#"},
    {"http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-07/schema#"},
    {"http://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2019-09/schema"},
    {"https://json-schema.org/draft/2020-12/schema#",
     "https://json-schema.org/draft/2020-12/schema"},
    {"https://json-schema.org/draft/2019-09/meta/core",
     "https://json-schema.org/draft/2019-09/meta/core"},
    {"https://json-schema.org/draft/2020-12/meta/meta-data",
     "https://json-schema.org/draft/2020-12/meta/meta-data"},
    {"json-schema.org/draft-07/schema", NULL},
    {"ftp://json-schema.org/draft-07/schema", NULL},
    {"http://json-schema.org/draft-07/schema#/definitions/x", NULL},
    {"http://json-schema.org/draft-03/schema", NULL},
    {"", NULL},
    {"#", NULL},
};

static struct sma_str id_of(struct sma_arena *arena, struct sma_str text)
{
    const struct sma_json *doc = NULL;
    assert_int_equal(sma_json_parse(&doc, arena, text, NULL, NULL, NULL), SMA_OK);
    const struct sma_json *id = sma_json_getz(doc, "$id");
    if (!id)
        id = sma_json_getz(doc, "id");
    assert_true(sma_json_is(id, SMA_JSON_STRING));
    return id->text;
}

static void finds_by_uri(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_str text;
        bool is_found = sma_jsonschema_metaschema(sma_str_z(rows[i].uri), &text);
        if (is_found != (rows[i].id != NULL))
            fail_msg("%s: %s", rows[i].uri, is_found ? "found" : "not found");
        if (!is_found)
            continue;
        struct sma_arena arena;
        sma_arena_init(&arena, 0);
        sma_test_same_text(rows[i].uri, id_of(&arena, text), sma_str_z(rows[i].id));
        sma_arena_fini(&arena);
    }
}

/* Every listed document is found under its listed URI and calls itself by it. */
static void list_agrees_with_documents(void **state)
{
    (void)state;
    struct sma_str uri, text, again;
    size_t count = 0;
    for (; sma_jsonschema_metaschema_at(count, &uri, &text); count++) {
        struct sma_arena arena;
        sma_arena_init(&arena, 0);
        struct sma_str id = id_of(&arena, text);
        if (sma_str_ends(id, SMA_STR("#")))
            id.len--;
        sma_test_same_text("identifier", id, uri);
        assert_true(sma_jsonschema_metaschema(uri, &again));
        assert_ptr_equal(again.ptr, text.ptr);
        sma_arena_fini(&arena);
    }
    assert_int_equal(count, 19);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(finds_by_uri),
        cmocka_unit_test(list_agrees_with_documents),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
