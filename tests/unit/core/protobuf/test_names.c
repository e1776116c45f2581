/* Default names and message indexes: compat-protobuf section 9, confluent-rest 16.3; and the table
 * of built-in types against the files themselves. */
#include "tests/unit/core/protobuf/support.h"

#include "core/protobuf/builtin.h"
#include "core/protobuf/parse.h"
#include "core/protobuf/schema.h"

#define P3 "syntax = \"proto3\";\n"

static void test_default_name(void **state)
{
    static const struct {
        const char *text, *name; /* NULL: none */
    } rows[] = {
        {P3 "package a.b; enum E { A = 0; } message M {} message N {}", "a.b.M"},
        {P3 "message M {}", "M"},
        {P3 "package a; enum E { A = 0; }", "a.E"},
        {P3 "import public \"google/protobuf/type.proto\";", "google.protobuf.Type"},
        {P3 "package x; import public \"google/type/dayofweek.proto\";", "google.type.DayOfWeek"},
        {P3 "import public \"nope.proto\";", NULL},
        {P3 "import \"google/protobuf/type.proto\";", NULL},
        {P3 "import public \"google/protobuf/type.proto\"; import \"a\";", NULL},
        {P3 "import public \"google/protobuf/type.proto\"; service S {}", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_str name;
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_schema *schema = pb_parsez(rows[i].text);
        enum sma_status st = sma_proto_default_name(&name, schema, &err);
        if (rows[i].name) {
            assert_int_equal(st, SMA_OK);
            sma_test_same_text(rows[i].text, name, sma_str_z(rows[i].name));
        } else {
            assert_int_equal(st, SMA_EINVAL);
            assert_string_equal(err.message,
                                "Protobuf schema definition contains no type definitions");
        }
        sma_schema_unref(schema);
    }
}

/* Path as text, "0.2.1". */
static void put_path(char *out, size_t room, const struct sma_message_indexes *indexes)
{
    size_t n = 0;
    out[0] = '\0';
    for (size_t i = 0; i < indexes->count; i++)
        n += (size_t)snprintf(out + n, room - n, "%s%d", i ? "." : "", indexes->path[i]);
}

static void test_indexes(void **state)
{
    static const struct {
        const char *name, *path; /* NULL: not there */
    } rows[] = {
        {"a.b.M", "0"},      {".a.b.M", "0"},    {"a.b.N", "1"},
        {"a.b.M.X", "0.0"},  {"a.b.M.Y", "0.1"}, {"a.b.M.Y.Z", "0.1.0"},
        {"a.b.O", "2"},      {"a.b.E", NULL},    {"M", NULL},
        {"a.b", NULL},       {"a.b.", NULL},     {"a.bM", NULL},
        {"a.b.M.Y.Q", NULL}, {"", NULL},         {"a.b.M.E2", NULL},
    };
    struct sma_schema *schema = pb_parsez(
        P3 "package a.b; enum E { A = 0; } message M { enum E2 { B = 0; } message X {} message Y { "
           "message Z {} } } message N {} message O {}");
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct sma_message_indexes indexes;
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = sma_proto_indexes_of(&indexes, schema, sma_str_z(rows[i].name), &err);
        if (!rows[i].path) {
            assert_int_equal(st, SMA_ENOTFOUND);
            continue;
        }
        char path[100];
        struct sma_buf name;
        assert_int_equal(st, SMA_OK);
        put_path(path, sizeof path, &indexes);
        assert_string_equal(path, rows[i].path);
        sma_buf_init(&name, 0);
        assert_int_equal(sma_proto_name_at(&name, schema, &indexes, &err), SMA_OK);
        sma_test_same_text(rows[i].name, sma_buf_str(&name),
                           sma_str_z(rows[i].name + (rows[i].name[0] == '.')));
        sma_buf_fini(&name);
    }
    struct sma_message_indexes nowhere = {{0, 7}, 2};
    struct sma_buf name;
    struct sma_error err = SMA_ERROR_INIT;
    sma_buf_init(&name, 0);
    assert_int_equal(sma_proto_name_at(&name, schema, &nowhere, &err), SMA_ENOTFOUND);
    assert_int_equal(name.len, 0);
    nowhere.path[0] = -1;
    assert_int_equal(sma_proto_name_at(&name, schema, &nowhere, NULL), SMA_ENOTFOUND);
    sma_buf_fini(&name);
    sma_schema_unref(schema);
}

/* Indexes stay what they are when the schema is normalized. */
static void test_normalized_indexes(void **state)
{
    struct sma_message_indexes before, after;
    struct sma_schema *normal = NULL,
                      *schema =
                          pb_parsez(P3 "message B { message D {} message C {} } message A {}");
    (void)state;
    assert_int_equal(pb_try_normalize(&normal, schema, NULL, &(struct sma_error)SMA_ERROR_INIT),
                     SMA_OK);
    assert_int_equal(sma_proto_indexes_of(&before, schema, SMA_STR("B.C"), NULL), SMA_OK);
    assert_int_equal(sma_proto_indexes_of(&after, normal, SMA_STR("B.C"), NULL), SMA_OK);
    assert_int_equal(before.path[1], after.path[1]);
    sma_schema_unref(normal);
    sma_schema_unref(schema);
}

static size_t count_types(struct sma_str scope, struct sma_proto_messages messages,
                          struct sma_proto_enums enums, struct sma_arena *arena, size_t builtin)
{
    size_t count = 0;
    for (size_t i = 0; i < messages.count + enums.count; i++) {
        bool is_message = i < messages.count;
        struct sma_str name = sma_proto_join(arena, scope,
                                             is_message ? messages.items[i].name
                                                        : enums.items[i - messages.count].name);
        const struct sma_proto_type *type = sma_proto_builtin_type(name);
        if (!type || type->builtin != builtin || type->is_enum == is_message)
            fail_msg("%.*s is not in the table", SMA_STR_ARG(name));
        count++;
        if (is_message)
            count += count_types(name, messages.items[i].messages, messages.items[i].enums, arena,
                                 builtin);
    }
    return count;
}

static void test_builtin_table(void **state)
{
    size_t count = 0, table = 0;
    (void)state;
    for (size_t i = 0; i < SMA_PROTO_BUILTIN_COUNT; i++) {
        struct sma_arena arena;
        const struct sma_proto_file *file;
        struct sma_proto_builtin builtin = sma_proto_builtin_at(i);
        struct sma_error err = SMA_ERROR_INIT;
        sma_arena_init(&arena, 0);
        assert_int_equal(sma_proto_builtin_find(builtin.path), i);
        if (sma_proto_parse(&file, &arena, builtin.text, &err))
            fail_msg("%.*s: %s", SMA_STR_ARG(builtin.path), err.message);
        count += count_types(file->package, file->messages, file->enums, &arena, i);
        for (size_t e = 0; e < file->extends.count; e++)
            for (size_t f = 0; f < file->extends.items[e].fields.count; f++) {
                struct sma_str name = sma_proto_join(&arena, file->package,
                                                     file->extends.items[e].fields.items[f].name);
                assert_int_equal(sma_proto_builtin_extension(name), i);
            }
        sma_arena_fini(&arena);
    }
    while (sma_proto_builtin_type_at(table)) {
        if (table > 0)
            assert_true(sma_str_cmp(sma_proto_builtin_type_at(table - 1)->full_name,
                                    sma_proto_builtin_type_at(table)->full_name) < 0);
        table++;
    }
    assert_int_equal(count, table);
    assert_int_equal(sma_proto_builtin_find(SMA_STR("google/type/localized_text.proto")), -1);
    assert_null(sma_proto_builtin_type(SMA_STR("google.protobuf.Nope")));
    assert_int_equal(sma_proto_builtin_extension(SMA_STR("confluent.nope")), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_default_name),
        cmocka_unit_test(test_indexes),
        cmocka_unit_test(test_normalized_indexes),
        cmocka_unit_test(test_builtin_table),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
