/* The validator against the public JSON-Schema-Test-Suite, when it lies beside the tree: every case
 * of the drafts that are there, and every schema's quick verdict against its full report. Cases of
 * optional/format run with formats asserted. */
#include <dirent.h>

#include "core/jsonschema/validator.h"
#include "tests/support/test.h"

#define SUITE "../shared/corpus/json-schema-test-suite"
#define BASE "http://localhost:1234/"
#define REMOTES_MAX 128
#define PATH_MAX_BYTES 1024

struct remotes {
    struct sma_validator_document documents[REMOTES_MAX];
    char *texts[REMOTES_MAX];
    size_t count;
    struct sma_arena arena;
};

struct tally {
    size_t groups, cases, failures;
};

static bool exists(const char *path)
{
    DIR *d = opendir(path);
    if (d)
        closedir(d);
    return d != NULL;
}

static const struct sma_json *parse(struct sma_arena *arena, const char *path, char **text)
{
    struct sma_error err = SMA_ERROR_INIT;
    const struct sma_json *root;
    size_t len;
    *text = sma_test_read_file(path, &len);
    if (sma_json_parse(&root, arena, sma_str_make(*text, len), NULL, NULL, &err))
        fail_msg("%s: %s", path, err.message);
    return root;
}

/* Every document below `folder`, under the URI where the suite's server would show it;
 * drafts that this validator does not know are left out. */
static void load_remotes(struct remotes *remotes, const char *folder, const char *uri)
{
    DIR *d = opendir(folder);
    assert_non_null(d);
    for (struct dirent *e; (e = readdir(d));) {
        char path[PATH_MAX_BYTES], name[PATH_MAX_BYTES];
        if (e->d_name[0] == '.' || !strcmp(e->d_name, "draft-next") || !strcmp(e->d_name, "draft3"))
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        snprintf(name, sizeof name, "%s%s", uri, e->d_name);
        if (exists(path)) {
            strcat(name, "/");
            load_remotes(remotes, path, name);
            continue;
        }
        assert_true(remotes->count < REMOTES_MAX);
        struct sma_validator_document *document = &remotes->documents[remotes->count];
        document->root = parse(&remotes->arena, path, &remotes->texts[remotes->count++]);
        document->uri = sma_arena_copy(&remotes->arena, sma_str_z(name));
    }
    closedir(d);
}

static void run_case(const struct sma_validator *program, struct sma_validator_scratch **scratch,
                     const char *where, const struct sma_json *test, struct tally *tally)
{
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_violations violations;
    struct sma_arena arena;
    bool want = sma_json_getz(test, "valid")->boolean, valid = !want;
    const struct sma_json *data = sma_json_getz(test, "data");
    sma_arena_init(&arena, 0);
    sma_violations_init(&violations, &arena, 0);
    enum sma_status st = sma_validator_check(program, scratch, data, &valid, &err);
    if (!st)
        st = sma_validator_report(program, scratch, data, &violations, &err);
    tally->cases++;
    if (st || valid != want || (violations.count == 0) != want) {
        tally->failures++;
        print_error("%s / %.*s: wanted %d, got %d with %zu violations %s\n", where,
                    SMA_STR_ARG(sma_json_getz(test, "description")->text), want, valid,
                    violations.count, err.message);
    }
    sma_arena_fini(&arena);
}

static void run_file(const char *path, enum sma_draft draft, bool formats,
                     const struct remotes *remotes, struct tally *tally)
{
    struct sma_arena arena;
    struct sma_validator_scratch *scratch = NULL;
    struct sma_validator_options options = {.default_draft = draft, .assert_format = formats};
    char *text;
    sma_arena_init(&arena, 0);
    const struct sma_json *groups = parse(&arena, path, &text);
    for (uint32_t g = 0; g < groups->count; g++) {
        const struct sma_json *group = &groups->items[g];
        const struct sma_json *tests = sma_json_getz(group, "tests");
        struct sma_error err = SMA_ERROR_INIT;
        struct sma_validator *program = NULL;
        char where[PATH_MAX_BYTES];
        snprintf(where, sizeof where, "%s: %.*s", path + sizeof SUITE,
                 SMA_STR_ARG(sma_json_getz(group, "description")->text));
        tally->groups++;
        if (sma_validator_compile(&program, sma_json_getz(group, "schema"), remotes->documents,
                                  remotes->count, &options, &err)) {
            tally->failures += tests->count;
            print_error("%s: %s\n", where, err.message);
            continue;
        }
        for (uint32_t t = 0; t < tests->count; t++)
            run_case(program, &scratch, where, &tests->items[t], tally);
        sma_validator_unref(program);
    }
    sma_validator_scratch_free(scratch);
    sma_arena_fini(&arena);
    free(text);
}

/* Optional files that ask for something this validator decided otherwise. */
static const struct {
    const char *file, *reason;
} left_out[] = {
    {"optional/content.json", "content keywords are annotations here, never assertions"},
    {"optional/dependencies-compatibility.json",
     "dependencies is no keyword from 2019-09 on, so it has no effect"},
};

static bool is_left_out(const char *path)
{
    for (size_t i = 0; i < SMA_COUNT(left_out); i++) {
        if (strstr(path, left_out[i].file)) {
            print_message("%s: left out, %s\n", path + sizeof SUITE, left_out[i].reason);
            return true;
        }
    }
    return false;
}

static void run_folder(const char *folder, enum sma_draft draft, bool formats,
                       const struct remotes *remotes, struct tally *tally)
{
    DIR *d = opendir(folder);
    for (struct dirent *e; d && (e = readdir(d));) {
        char path[PATH_MAX_BYTES];
        size_t len = strlen(e->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
        if (len > 5 && !strcmp(e->d_name + len - 5, ".json") && !is_left_out(path))
            run_file(path, draft, formats, remotes, tally);
    }
    if (d)
        closedir(d);
}

static void check_draft(const char *name, enum sma_draft draft)
{
    char folder[PATH_MAX_BYTES];
    struct remotes remotes = {.count = 0};
    struct tally required = {0}, optional = {0}, formats = {0};
    snprintf(folder, sizeof folder, SUITE "/tests/%s", name);
    if (!exists(folder)) {
        print_message("%s: not there, skipped\n", folder);
        return;
    }
    sma_arena_init(&remotes.arena, 0);
    load_remotes(&remotes, SUITE "/remotes", BASE);
    snprintf(folder, sizeof folder, SUITE "/tests/%s", name);
    run_folder(folder, draft, false, &remotes, &required);
    snprintf(folder, sizeof folder, SUITE "/tests/%s/optional", name);
    run_folder(folder, draft, false, &remotes, &optional);
    snprintf(folder, sizeof folder, SUITE "/tests/%s/optional/format", name);
    run_folder(folder, draft, true, &remotes, &formats);
    print_message("%s: %zu groups, %zu cases, %zu failures; optional: %zu cases, %zu failures; "
                  "optional/format: %zu cases, %zu failures\n",
                  name, required.groups, required.cases, required.failures, optional.cases,
                  optional.failures, formats.cases, formats.failures);
    for (size_t i = 0; i < remotes.count; i++)
        free(remotes.texts[i]);
    sma_arena_fini(&remotes.arena);
    assert_true(required.cases > 0);
    assert_int_equal(required.failures, 0);
    assert_int_equal(optional.failures, 0);
    assert_int_equal(formats.failures, 0);
}

static void check_draft4(void **state)
{
    (void)state;
    check_draft("draft4", SMA_DRAFT_4);
}

static void check_draft6(void **state)
{
    (void)state;
    check_draft("draft6", SMA_DRAFT_6);
}

static void check_draft7(void **state)
{
    (void)state;
    check_draft("draft7", SMA_DRAFT_7);
}

static void check_2019_09(void **state)
{
    (void)state;
    check_draft("draft2019-09", SMA_DRAFT_2019_09);
}

static void check_2020_12(void **state)
{
    (void)state;
    check_draft("draft2020-12", SMA_DRAFT_2020_12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(check_draft4),  cmocka_unit_test(check_draft6),
        cmocka_unit_test(check_draft7),  cmocka_unit_test(check_2019_09),
        cmocka_unit_test(check_2020_12),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
