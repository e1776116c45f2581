/* How schemas of a registry are named, on the command line, in paths and as files. */
#include "cli/remote_conf.h"
#include "cli/remote_read.h"
#include "cli/schema_files.h"
#include "cli/source.h"
#include "tests/support/test.h"

static const struct ref_row {
    const char *text;
    enum sma_status st;
    enum sma_sr_kind kind;
    const char *subject;
    enum sma_sr_versions versions;
    int32_t version, id;
} refs[] = {
    {"sr:", SMA_OK, SMA_SR_ALL, "", SMA_SR_LATEST, 0, 0},
    {"sr:orders", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_LATEST, 0, 0},
    {"orders", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_LATEST, 0, 0},
    {"sr:orders@3", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_ONE, 3, 0},
    {"sr:orders@latest", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_LATEST, 0, 0},
    {"sr:orders@-1", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_LATEST, 0, 0},
    {"sr:orders@all", SMA_OK, SMA_SR_SUBJECT, "orders", SMA_SR_EVERY, 0, 0},
    {"sr:a@b", SMA_OK, SMA_SR_SUBJECT, "a@b", SMA_SR_LATEST, 0, 0},
    {"sr:a@b@2", SMA_OK, SMA_SR_SUBJECT, "a@b", SMA_SR_ONE, 2, 0},
    {"sr:a@0", SMA_OK, SMA_SR_SUBJECT, "a@0", SMA_SR_LATEST, 0, 0},
    {"sr:a@99999999999", SMA_OK, SMA_SR_SUBJECT, "a@99999999999", SMA_SR_LATEST, 0, 0},
    {"sr:a@", SMA_OK, SMA_SR_SUBJECT, "a@", SMA_SR_LATEST, 0, 0},
    {"sr:id/812", SMA_OK, SMA_SR_ID, "", SMA_SR_LATEST, 0, 812},
    {"sr:id/0", SMA_EINVAL, SMA_SR_ID, "", SMA_SR_LATEST, 0, 0},
    {"sr:id/x", SMA_EINVAL, SMA_SR_ID, "", SMA_SR_LATEST, 0, 0},
    {"sr:guid/x", SMA_EINVAL, SMA_SR_GUID, "", SMA_SR_LATEST, 0, 0},
    {"sr:guid/1904b637-6bcc-a205-b947-beaf45cf146c", SMA_OK, SMA_SR_GUID, "", SMA_SR_LATEST, 0, 0},
    {"sr::.prod:orders@2", SMA_OK, SMA_SR_SUBJECT, ":.prod:orders", SMA_SR_ONE, 2, 0},
};

static void test_refs(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(refs); i++) {
        struct sma_sr_ref ref;
        struct sma_error err = SMA_ERROR_INIT;
        enum sma_status st = sma_sr_parse(&ref, sma_str_z(refs[i].text), &err);
        bool same = st == refs[i].st && ref.kind == refs[i].kind &&
                    sma_str_eqz(ref.subject, refs[i].subject) &&
                    ref.versions == refs[i].versions && ref.version == refs[i].version &&
                    (st || ref.id == refs[i].id);
        if (!same)
            fail_msg("%s: %s", refs[i].text, err.message);
    }
}

static const struct match_row {
    const char *pattern, *name;
    bool matches;
} matches[] = {
    {"*", "a/b", true},        {"*", "", true},         {"a*", "abc", true},
    {"*c", "abc", true},       {"a*c*", "abcd", true},  {"a?c", "abc", true},
    {"a?c", "ac", false},      {"", "", true},          {"", "a", false},
    {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false}, {"**", "x", true},
    {"[a]", "[a]", true},      {"[a]", "a", false},     {"*-value", "orders-value", true},
    {"*aab", "aaaaab", true},
};

static void test_matches(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(matches); i++)
        if (sma_subject_match(sma_str_z(matches[i].pattern), sma_str_z(matches[i].name)) !=
            matches[i].matches)
            fail_msg("%s on %s", matches[i].pattern, matches[i].name);
}

/* Stars over a long name: the work is the product of the lengths, not more. */
static void test_hostile_pattern(void **state)
{
    char pattern[2001], name[20001];
    (void)state;
    for (size_t i = 0; i + 1 < sizeof pattern; i += 2)
        memcpy(pattern + i, "*a", 2);
    pattern[sizeof pattern - 1] = 0;
    memset(name, 'a', sizeof name - 1);
    name[sizeof name - 2] = 'b';
    name[sizeof name - 1] = 0;
    assert_false(sma_subject_match(sma_str_z(pattern), sma_str_z(name)));
}

static const struct duration_row {
    const char *text;
    int64_t ms; /* 0 = refused */
} durations[] = {
    {"500ms", 500}, {"10s", 10000}, {"2m", 120000}, {"3", 3000}, {"0s", 0},  {"-1s", 0},
    {"1.5s", 0},    {"s", 0},       {"", 0},        {"1h", 0},   {"61m", 0}, {"99999999999999999999s", 0},
};

static void test_durations(void **state)
{
    (void)state;
    for (size_t i = 0; i < SMA_COUNT(durations); i++) {
        int64_t ms = 0;
        bool ok = sma_parse_duration(durations[i].text, &ms);
        if (ok != (durations[i].ms > 0) || ms != durations[i].ms)
            fail_msg("%s gives %lld", durations[i].text, (long long)ms);
    }
}

/* Paths of calls, and names of files, whatever the subject. */
static const struct name_row {
    const char *subject, *path, *file;
} names[] = {
    {"orders-value", "/subjects/orders-value/versions/3", "orders-value.avsc"},
    {"a/b", "/subjects/a%2Fb/versions/3", "a%2Fb.avsc"},
    {"..", "/subjects/%2E%2E/versions/3", "%2E..avsc"},
    {".", "/subjects/%2E/versions/3", "%2E.avsc"},
    {"../../x", "/subjects/..%2F..%2Fx/versions/3", "%2E.%2F..%2Fx.avsc"},
    {"a b%c", "/subjects/a%20b%25c/versions/3", "a%20b%25c.avsc"},
    {"x\ny", "/subjects/x%0Ay/versions/3", "x%0Ay.avsc"},
    {":.prod:o", "/subjects/%3A.prod%3Ao/versions/3", "%3A.prod%3Ao.avsc"},
    {"\xC3\xA4", "/subjects/%C3%A4/versions/3", "\xC3\xA4.avsc"},
    {"?#", "/subjects/%3F%23/versions/3", "%3F#.avsc"},
};

static void test_paths_and_files(void **state)
{
    struct sma_arena arena;
    (void)state;
    sma_arena_init(&arena, 0);
    for (size_t i = 0; i < SMA_COUNT(names); i++) {
        struct sma_remote_schema schema = {.subject = sma_str_z(names[i].subject),
                                           .type = SMA_STR("AVRO")};
        struct sma_str path = sma_remote_path(&arena, "/subjects/%s/versions/%d%z", schema.subject,
                                              3, "");
        struct sma_str file = sma_schema_file_name(&arena, &schema, false);
        assert_string_equal(path.ptr, names[i].path);
        assert_string_equal(file.ptr, names[i].file);
        /* The file's name gives the subject back. */
        struct sma_str stem = sma_path_stem(&arena, file);
        if (!sma_str_eq(stem, schema.subject))
            fail_msg("%s comes back as %.*s", names[i].subject, SMA_STR_ARG(stem));
    }
    sma_arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_refs),      cmocka_unit_test(test_matches),
        cmocka_unit_test(test_hostile_pattern), cmocka_unit_test(test_durations),
        cmocka_unit_test(test_paths_and_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
