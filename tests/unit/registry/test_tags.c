/* Tags as the use cases need them, revisions of a version, aliases the other way round. */
#include "tests/unit/registry/fixture.h"

#include "registry/aliases.h"
#include "registry/tags.h"

#define R(f, g)                                                                                    \
    "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"f\",\"type\":\"int\"" f           \
    "},{\"name\":\"g\",\"type\":\"int\"" g "}]}"
#define TAGS(list) ",\"confluent:tags\":[" list "]"

static int setup(void **state)
{
    static struct fixture f;
    fixture_open(&f);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static struct sma_version row_of(struct reading *r, const char *subject, int32_t version)
{
    const struct sma_version *row;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_loader_row(&row, &r->loader, sma_str_z(subject), version, &err))
        fail_msg("%s %d: %s", subject, version, err.message);
    return *row;
}

static size_t find(struct reading *r, const struct sma_version *row, const char *name)
{
    struct sma_str wanted = sma_str_z(name);
    struct sma_tagged_list found;
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_tags_find(&found, &r->loader, row, &(struct sma_tag_list){&wanted, 1}, &err))
        fail_msg("%s: %s", name, err.message);
    return found.count;
}

static void entities_are_found_by_tag(void **state)
{
    struct fixture *f = *state;
    struct answer a;
    struct reading r;
    do_register_text(f, &a, "s", R(TAGS("\"A\",\"B\""), TAGS("\"B\"")));
    assert_registered(&a);
    reading_open(&r, f);
    struct sma_version row = row_of(&r, "s", 1);
    assert_int_equal(find(&r, &row, "A"), 1);
    assert_int_equal(find(&r, &row, "B"), 2);
    assert_int_equal(find(&r, &row, "*"), 2);
    assert_int_equal(find(&r, &row, "A,B"), 0);
    reading_close(&r);
}

static const struct sma_str tag_a[] = {SMA_STR_INIT("A")}, tag_c[] = {SMA_STR_INIT("C")};

static void edits_follow_what_is_taken_over(void **state)
{
    static const struct sma_tag_edit edits[] = {
        {.path = SMA_STR_INIT("R.f"), .kind = SMA_ENTITY_FIELD, .add = {tag_c, 1}},
        {.path = SMA_STR_INIT("R.f"), .kind = SMA_ENTITY_FIELD, .remove = {tag_a, 1}},
    };
    const struct sma_tag_changes changes = {edits, 2, true};
    struct fixture *f = *state;
    struct answer a;
    struct reading r;
    do_register_text(f, &a, "s", R(TAGS("\"A\",\"B\""), TAGS("\"G\"")));
    reading_open(&r, f);
    struct sma_version row = row_of(&r, "s", 1);
    for (long n = 0;; n++) {
        struct sma_schema_request request = {.text = SMA_STR(R("", ""))};
        sma_test_fail_alloc(n);
        enum sma_status st =
            sma_tags_edit(&request, &r.loader, SMA_STR("."), &changes, &row, NULL);
        if (!sma_test_alloc_failed()) {
            assert_int_equal(st, SMA_OK);
            sma_test_same_text("edited", request.text,
                               SMA_STR(R(TAGS("\"B\",\"C\""), TAGS("\"G\""))));
            break;
        }
        if (st) /* the caches do without memory */
            assert_int_equal(st, SMA_ENOMEM);
    }
    struct sma_schema_request request = {.text = SMA_STR("\"int\"")};
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_tags_edit(&request, &r.loader, SMA_STR("."), &changes, NULL, &err),
                     SMA_EINVAL);
    assert_int_equal(err.code, SMA_CODE_INVALID_SCHEMA);
    assert_string_equal(err.message, "No matching path 'R.f' found in the schema");
    reading_close(&r);
}

static void revise(struct fixture *f, struct answer *a, const char *subject,
                   const struct sma_revision *revision, const struct sma_tag_changes *changes)
{
    struct sma_subject parsed = subject_of(f, subject);
    const struct sma_register_request request = {
        .subject = &parsed, .schema = {.id = -1}, .tags = *changes, .revision = revision};
    answer_init(a);
    sma_register(f->registry, &request, on_registered, a);
    answer_wait(a);
}

static void a_version_is_revised(void **state)
{
    static const struct sma_tag_edit edit = {
        .path = SMA_STR_INIT("R.g"), .kind = SMA_ENTITY_FIELD, .add = {tag_a, 1}};
    const struct sma_tag_changes changes = {&edit, 1, false}, none = {NULL, 0, false};
    struct fixture *f = *state;
    struct answer a;
    do_register_text(f, &a, "s", R("", ""));
    do_register_text(f, &a, "s", "\"int\"");
    revise(f, &a, "s", &(struct sma_revision){.of = 1}, &changes);
    assert_registered(&a);
    assert_int_equal(a.version, 3);
    assert_string_equal(a.text, R("", TAGS("\"A\"")));
    assert_string_equal(a.metadata, "{\"properties\":{\"confluent:version\":\"3\"}}");
    revise(f, &a, "s", &(struct sma_revision){.of = SMA_LATEST}, &none);
    assert_int_equal(a.version, 4);
    assert_string_equal(a.text, R("", TAGS("\"A\"")));
    revise(f, &a, "s", &(struct sma_revision){.of = 9}, &none);
    assert_int_equal(a.code, SMA_CODE_VERSION_NOT_FOUND);
    revise(f, &a, "t", &(struct sma_revision){.of = 1}, &none);
    assert_int_equal(a.code, SMA_CODE_SUBJECT_NOT_FOUND);
}

static void rules_are_taken_out_by_name(void **state)
{
    struct fixture *f = *state;
    struct sma_str two[] = {SMA_STR("a"), SMA_STR("z")}, text;
    const struct sma_names names = {two, 2};
    const struct sma_rule_set *rules, *kept;
    assert_int_equal(
        sma_rule_set_parse(&rules, &f->arena,
                           SMA_STR("{\"migrationRules\":[{\"name\":\"z\",\"mode\":\"UPGRADE\"}],"
                                   "\"domainRules\":[{\"name\":\"a\"},{\"name\":\"b\"}],"
                                   "\"enableAt\":\"ALL\"}"),
                           NULL),
        SMA_OK);
    assert_int_equal(sma_rule_set_without(&kept, &f->arena, rules, &names, NULL), SMA_OK);
    assert_int_equal(sma_rule_set_text(&text, &f->arena, kept, NULL), SMA_OK);
    sma_test_same_text("kept", text,
                       SMA_STR("{\"domainRules\":[{\"name\":\"b\",\"kind\":\"TRANSFORM\",\"mode\":"
                               "\"WRITEREAD\",\"disabled\":false}],\"enableAt\":\"ALL\"}"));
    assert_int_equal(sma_rule_set_without(&kept, &f->arena, NULL, &names, NULL), SMA_OK);
    assert_null(kept);
}

static void aliases_are_found_by_target(void **state)
{
    static const char *const settings[][2] = {
        {"x2", "{\"alias\":\"b\"}"},        {"x1", "{\"alias\":\"b\"}"},
        {"y", "{\"alias\":\"b\"}"},         {"x3", "{\"alias\":\":.c:z\"}"},
        {"x4", "{\"compatibility\":\"FULL\"}"}, {":.c:x5", "{\"alias\":\"b\"}"},
    };
    struct fixture *f = *state;
    struct sma_alias_targets targets;
    struct answer a;
    struct reading r;
    for (size_t i = 0; i < SMA_COUNT(settings); i++) {
        do_config(f, &a, settings[i][0], settings[i][1]);
        assert_int_equal(a.st, SMA_OK);
    }
    reading_open(&r, f);
    assert_int_equal(
        sma_read_alias_targets(&targets, &r.loader, SMA_STR("."), SMA_STR("x"), NULL), SMA_OK);
    assert_int_equal(targets.count, 2);
    sma_test_same_text("first", targets.items[0].subject, SMA_STR(":.c:z"));
    const struct sma_alias_target *b = sma_alias_target_find(&targets, SMA_STR("b"));
    assert_ptr_equal(b, &targets.items[1]);
    assert_int_equal(b->count, 2);
    sma_test_same_text("sorted", b->aliases[0], SMA_STR("x1"));
    assert_null(sma_alias_target_find(&targets, SMA_STR("a")));
    assert_int_equal(sma_read_alias_targets(&targets, &r.loader, (struct sma_str){NULL, 0},
                                            SMA_STR("x"), NULL),
                     SMA_OK);
    assert_non_null(sma_alias_target_find(&targets, SMA_STR(":.c:b")));
    reading_close(&r);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entities_are_found_by_tag),   TEST(edits_follow_what_is_taken_over),
        TEST(a_version_is_revised),        TEST(rules_are_taken_out_by_name),
        TEST(aliases_are_found_by_target),
    };
    return cmocka_run_group_tests_name("tags", tests, NULL, NULL) != 0;
}
