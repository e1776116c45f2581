/* The closure of references: order, contexts, limits. */
#include "tests/unit/registry/fixture.h"

#include "registry/references.h"

static char text[1 << 16];

/* An Avro record with one field per referenced type. */
static const char *record(const char *name, const char *const *types, size_t count)
{
    size_t at = (size_t)snprintf(text, sizeof text,
                                 "{\"type\":\"record\",\"name\":\"%s\",\"fields\":[", name);
    for (size_t i = 0; i < count; i++)
        at += (size_t)snprintf(text + at, sizeof text - at, "%s{\"name\":\"f%zu\",\"type\":\"%s\"}",
                               i ? "," : "", i, types[i]);
    snprintf(text + at, sizeof text - at, "]}");
    return text;
}

static void put(struct fixture *f, const char *subject, const char *name, const char *const *types,
                const struct sma_reference *references, size_t count)
{
    struct answer a;
    do_register(f, &a, subject,
                &(struct sma_schema_request){.id = -1,
                                             .text = sma_str_z(record(name, types, count)),
                                             .references = references,
                                             .reference_count = count});
    assert_registered(&a);
}

static struct sma_reference to(const char *name, const char *subject, int32_t version)
{
    return (struct sma_reference){sma_str_z(name), sma_str_z(subject), version};
}

static void dependencies_come_first_each_once(void **state)
{
    struct fixture f;
    struct reading r;
    struct sma_closure closure;
    static const char *const b[] = {"A"}, *const c[] = {"A"};
    (void)state;
    fixture_open(&f);
    put(&f, "a", "A", NULL, NULL, 0);
    put(&f, "b", "B", b, (struct sma_reference[]){to("A", "a", 1)}, 1);
    put(&f, "c", "C", c, (struct sma_reference[]){to("A", "a", 1)}, 1);
    const struct sma_reference direct[] = {to("B", "b", -1), to("C", "c", 1)};
    reading_open(&r, &f);
    assert_int_equal(sma_closure_load(&closure, &r.loader, SMA_STR("."), direct, 2, NULL), SMA_OK);
    assert_int_equal(closure.resolved_count, 3);
    sma_test_same_text("1", closure.resolved[0].reference.name, SMA_STR("A"));
    sma_test_same_text("2", closure.resolved[1].reference.name, SMA_STR("B"));
    sma_test_same_text("3", closure.resolved[2].reference.name, SMA_STR("C"));
    assert_false(closure.resolved[0].is_direct);
    assert_true(closure.resolved[1].is_direct);
    assert_true(closure.resolved[2].is_direct);
    assert_int_equal(closure.direct[0].version, 1);
    assert_true(closure.targets[0].was_latest);
    assert_false(closure.targets[1].was_latest);
    reading_close(&r);
    fixture_close(&f);
}

/* A subject of a reference means the referrer's context, one level at a time. */
static void contexts_of_references(void **state)
{
    struct fixture f;
    struct reading r;
    struct sma_closure closure;
    struct sma_error err = SMA_ERROR_INIT;
    static const char *const b[] = {"A"};
    (void)state;
    fixture_open(&f);
    put(&f, ":.c:a", "A", NULL, NULL, 0);
    put(&f, ":.c:b", "B", b, (struct sma_reference[]){to("A", "a", 1)}, 1);
    reading_open(&r, &f);
    const struct sma_reference outside = to("B", ":.c:b", 1), inside = to("B", "b", 1);
    assert_int_equal(sma_closure_load(&closure, &r.loader, SMA_STR("."), &outside, 1, NULL),
                     SMA_OK);
    assert_int_equal(closure.resolved_count, 2);
    assert_int_equal(sma_closure_load(&closure, &r.loader, SMA_STR(".c"), &inside, 1, NULL),
                     SMA_OK);
    assert_int_equal(sma_closure_load(&closure, &r.loader, SMA_STR("."), &inside, 1, &err),
                     SMA_EINVAL);
    assert_int_equal(err.code, 42201);
    assert_string_equal(err.message, "No schema reference found for subject \"b\" and version 1");
    reading_close(&r);
    fixture_close(&f);
}

static void direct_references_have_a_limit(void **state)
{
    enum { MAX = SMA_REFERENCES_MAX };
    static struct sma_reference references[MAX + 1];
    struct fixture f;
    struct answer a;
    static char names[MAX + 1][32];
    (void)state;
    fixture_open(&f);
    for (int i = 0; i <= MAX; i++) {
        snprintf(names[i], sizeof names[i], "T%d", i);
        put(&f, names[i], names[i], NULL, NULL, 0);
        references[i] = to(names[i], names[i], 1);
    }
    for (size_t count = MAX; count <= MAX + 1; count++) {
        do_register(&f, &a, "s",
                    &(struct sma_schema_request){.id = -1,
                                                 .text = SMA_STR("\"int\""),
                                                 .references = references,
                                                 .reference_count = count});
        if (count == MAX) {
            assert_registered(&a);
            continue;
        }
        assert_int_equal(a.code, 42201);
        assert_string_equal(a.message, "The schema has more than 256 references");
    }
    fixture_close(&f);
}

/* 4 schemas with 255 references each, and one that refers to the four: 1024 in its closure. One
 * reference more is too many. */
static void the_closure_has_a_limit(void **state)
{
    enum { GROUPS = 4, LEAVES = SMA_REFERENCES_TRANSITIVE_MAX / GROUPS - 1 };
    static char names[LEAVES][32];
    static const char *types[LEAVES];
    static struct sma_reference leaves[LEAVES];
    struct sma_reference top[GROUPS + 1];
    char group_names[GROUPS][32];
    struct fixture f;
    struct answer a;
    (void)state;
    fixture_open(&f);
    for (int g = 0; g < GROUPS; g++) {
        for (int i = 0; i < LEAVES; i++) {
            snprintf(names[i], sizeof names[i], "L%d_%d", g, i);
            put(&f, names[i], names[i], NULL, NULL, 0);
            types[i] = names[i];
            leaves[i] = to(names[i], names[i], 1);
        }
        snprintf(group_names[g], sizeof group_names[g], "G%d", g);
        put(&f, group_names[g], group_names[g], types, leaves, LEAVES);
        top[g] = to(group_names[g], group_names[g], 1);
    }
    put(&f, "extra", "Extra", NULL, NULL, 0);
    top[GROUPS] = to("Extra", "extra", 1);
    for (size_t count = GROUPS; count <= GROUPS + 1; count++) {
        do_register(
            &f, &a, "top",
            &(struct sma_schema_request){
                .id = -1, .text = SMA_STR("\"int\""), .references = top, .reference_count = count});
        if (count == GROUPS) {
            assert_registered(&a);
            continue;
        }
        assert_int_equal(a.code, 42201);
        assert_string_equal(a.message, "The schema leads to more than 1024 references");
    }
    fixture_close(&f);
}

static void the_text_has_a_limit(void **state)
{
    enum { PART = 1 << 20, PARTS = SMA_RESOLVED_BYTES_MAX / PART };
    struct fixture f;
    struct answer a;
    struct sma_reference references[PARTS + 1];
    char names[PARTS + 1][32];
    char *big = malloc(PART + 1);
    (void)state;
    assert_non_null(big);
    fixture_open(&f);
    for (int i = 0; i <= PARTS; i++) {
        snprintf(names[i], sizeof names[i], "T%02d", i);
        int head = snprintf(big, PART, "{\"type\":\"record\",\"name\":\"%s\",\"doc\":\"", names[i]);
        static const char tail[] = "\",\"fields\":[]}";
        size_t doc = PART - (size_t)head - (sizeof tail - 1);
        memset(big + head, 'd', doc);
        strcpy(big + head + doc, tail);
        do_register_text(&f, &a, names[i], big);
        assert_registered(&a);
        references[i] = to(names[i], names[i], 1);
    }
    for (size_t count = PARTS; count <= PARTS + 1; count++) {
        do_register(&f, &a, "s",
                    &(struct sma_schema_request){.id = -1,
                                                 .text = SMA_STR("\"int\""),
                                                 .references = references,
                                                 .reference_count = count});
        if (count == PARTS) {
            assert_registered(&a);
            continue;
        }
        assert_int_equal(a.code, 42201);
        assert_string_equal(a.message, "The referenced schemas have more than 8388608 bytes");
    }
    fixture_close(&f);
    free(big);
}

/* The hashed parts run together, so two lists of references can share a guid. The second content
 * must not be taken for the first: it is refused, and the first stays what it is. */
static void a_shared_hash_is_no_identity(void **state)
{
    struct fixture f;
    struct answer a;
    const struct sma_reference one = to("N", "ab", 1), two = to("Na", "b", 1);
    (void)state;
    fixture_open(&f);
    put(&f, "ab", "N", NULL, NULL, 0);
    put(&f, "b", "Na", NULL, NULL, 0);
    for (int i = 0; i < 2; i++) {
        do_register(&f, &a, i ? "second" : "first",
                    &(struct sma_schema_request){.id = -1,
                                                 .text = SMA_STR("\"int\""),
                                                 .references = i ? &two : &one,
                                                 .reference_count = 1});
        if (i)
            assert_int_equal(a.code, 42201);
        else
            assert_registered(&a);
    }
    assert_non_null(strstr(a.message, "same hash"));
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(dependencies_come_first_each_once),
        cmocka_unit_test(contexts_of_references),
        cmocka_unit_test(direct_references_have_a_limit),
        cmocka_unit_test(the_closure_has_a_limit),
        cmocka_unit_test(the_text_has_a_limit),
        cmocka_unit_test(a_shared_hash_is_no_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
