/* Keks and deks below HTTP: what happens when rows move while the key service works, and when memory
 * runs out. Codes and shapes are in tests/http/golden/dek_*.http. */
#include "tests/unit/registry/fixture.h"

#include "core/crypto/crypto.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "kms/kms.h"
#include "registry/dek.h"

/* ---- a key service that the test plays ------------------------------------------------------- */

/* Vault that wraps by writing "vault:v1:" in front; `meanwhile` runs once, in the middle of a call. */
struct service {
    struct fixture *f;
    void (*meanwhile)(struct fixture *f);
    int calls;
};

static struct service service;

static enum sma_status serve(void *ctx, const struct sma_kms_http_request *request,
                             struct sma_kms_http_response *response, struct sma_error *err)
{
    struct service *s = ctx;
    struct sma_arena arena;
    const struct sma_json *body;
    void (*meanwhile)(struct fixture *f) = s->meanwhile;
    s->calls++;
    s->meanwhile = NULL;
    if (meanwhile)
        meanwhile(s->f);
    sma_arena_init(&arena, 0);
    enum sma_status st = sma_json_parse(&body, &arena, request->body, NULL, NULL, err);
    if (!st) {
        const struct sma_json *plain = sma_json_getz(body, "plaintext");
        struct sma_str text =
            plain ? plain->text : sma_str_from(sma_json_getz(body, "ciphertext")->text, 9);
        struct sma_str answer = sma_arena_printf(
            &arena, plain ? "{\"data\":{\"ciphertext\":\"vault:v1:%.*s\"}}"
                          : "{\"data\":{\"plaintext\":\"%.*s\"}}",
            SMA_STR_ARG(text));
        response->status = 200;
        st = answer.ptr ? sma_kms_http_take(response, answer, err) : sma_fail_nomem(err);
    }
    sma_arena_fini(&arena);
    return st;
}

static const struct sma_kms kms = {.http = serve, .http_ctx = &service};

static void with_service(struct sma_registry_options *options)
{
    options->kms = &kms;
}

/* ---- calls that wait ------------------------------------------------------------------------- */

struct key_answer {
    struct answer base;
    bool has_kek, has_dek, is_deleted, is_shared;
    char wrapped[512], plain[512];
};

static void on_key(void *ctx, const struct sma_key_result *result,
                   const struct sma_failure *failure)
{
    struct key_answer *a = ctx;
    if (result) {
        a->has_kek = result->kek != NULL;
        a->has_dek = result->dek != NULL;
        if (result->kek)
            a->is_shared = result->kek->is_shared;
        if (result->dek) {
            a->is_deleted = result->dek->is_deleted;
            snprintf(a->wrapped, sizeof a->wrapped, "%.*s",
                     SMA_STR_ARG(result->dek->encrypted_key_material));
        }
        snprintf(a->plain, sizeof a->plain, "%.*s", SMA_STR_ARG(result->key_material));
    }
    answer_arrived(&a->base, failure);
}

static void key_answer_init(struct key_answer *a)
{
    memset(a, 0, sizeof *a);
    answer_init(&a->base);
}

static void create_kek_with(struct fixture *f, struct key_answer *a, const char *kms_key_id,
                            bool is_shared)
{
    const struct sma_kek_request request = {.name = SMA_STR("k"),
                                            .kms_type = SMA_STR("hcvault"),
                                            .kms_key_id = sma_str_z(kms_key_id),
                                            .is_shared = is_shared,
                                            .test_sharing = is_shared};
    key_answer_init(a);
    sma_kek_create(f->registry, &request, on_key, a);
    answer_wait(&a->base);
}

static void create_kek(struct fixture *f, struct key_answer *a, bool is_shared)
{
    create_kek_with(f, a, "http://v/t/keys/k", is_shared);
}

static void share_kek(struct fixture *f, bool is_shared)
{
    const struct sma_kek_update update = {
        .name = SMA_STR("k"), .has_shared = true, .is_shared = is_shared};
    struct key_answer a;
    key_answer_init(&a);
    sma_kek_change(f->registry, &update, on_key, &a);
    answer_wait(&a.base);
    assert_int_equal(a.base.st, SMA_OK);
    assert_int_equal(a.is_shared, is_shared);
}

static const struct sma_dek_key key = {SMA_STR_INIT("k"), SMA_STR_INIT("s"),
                                       SMA_STR_INIT("AES128_GCM"), 1};

static void create_dek(struct fixture *f, struct key_answer *a, const char *material, bool rewrap)
{
    const struct sma_dek_request request = {
        .key = key, .encrypted_key_material = sma_str_z(material), .rewrap = rewrap};
    key_answer_init(a);
    sma_dek_create(f->registry, &request, on_key, a);
    answer_wait(&a->base);
}

static void delete_key(struct fixture *f, const struct sma_dek_key *which, bool is_permanent)
{
    const struct sma_key_target target = {.key = *which, .is_permanent = is_permanent};
    struct key_answer a;
    key_answer_init(&a);
    sma_key_delete(f->registry, &target, on_key, &a);
    answer_wait(&a.base);
    assert_int_equal(a.base.st, SMA_OK);
    assert_false(a.has_kek || a.has_dek);
}

static void expect_code(const struct key_answer *a, enum sma_status st, int code)
{
    if (a->base.st != st || a->base.code != code)
        fail_msg("%s %d \"%s\"", sma_status_name(a->base.st), a->base.code, a->base.message);
}

/* ---- tests ----------------------------------------------------------------------------------- */

static int setup(void **state)
{
    static struct fixture f;
    fixture_open_with(&f, with_service);
    service = (struct service){.f = &f};
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    fixture_close(*state);
    return 0;
}

static void deks_are_made_and_rewrapped(void **state)
{
    struct fixture *f = *state;
    struct key_answer made, again;
    create_kek(f, &made, true);
    expect_code(&made, SMA_OK, 0);
    assert_int_equal(service.calls, 2); /* there and back */
    create_dek(f, &made, "", false);
    expect_code(&made, SMA_OK, 0);
    assert_true(made.has_dek && made.plain[0] && made.wrapped[0]);
    create_dek(f, &again, "", true);
    expect_code(&again, SMA_OK, 0);
    assert_string_equal(made.plain, again.plain);
    create_dek(f, &again, "", false);
    expect_code(&again, SMA_ECONFLICT, SMA_CODE_KEY_EXISTS);
}

static void a_new_dek_is_not_made_twice(void **state)
{
    struct fixture *f = *state;
    struct key_answer a;
    create_kek(f, &a, false);
    create_dek(f, &a, "", false);
    expect_code(&a, SMA_EINVAL, SMA_CODE_INVALID_KEY);
    assert_int_equal(service.calls, 0); /* a kek that is not shared is none of its business */
}

static void stop_sharing(struct fixture *f)
{
    share_kek(f, false);
}

static void create_other(struct fixture *f)
{
    struct key_answer a;
    create_dek(f, &a, "", false);
    expect_code(&a, SMA_OK, 0);
}

static void remove_dek(struct fixture *f)
{
    delete_key(f, &key, false);
    delete_key(f, &key, true);
}

/* The same name for another key of the service, which does not unwrap what this one has wrapped. */
static void replace_kek(struct fixture *f)
{
    const struct sma_dek_key kek = {.kek_name = SMA_STR("k")};
    struct key_answer a;
    delete_key(f, &kek, false);
    delete_key(f, &kek, true);
    create_kek_with(f, &a, "http://v/t/keys/other", true);
    expect_code(&a, SMA_OK, 0);
}

static void rewrap_dek(struct fixture *f)
{
    struct key_answer a;
    /* "vault:v1:" and a key message in base64, in base64 */
    create_dek(f, &a, "dmF1bHQ6djE6R2hBQUFRSURCQVVHQndnSkNnc01EUTRQ", true);
    expect_code(&a, SMA_OK, 0);
    assert_string_equal(a.plain, "GhAAAQIDBAUGBwgJCgsMDQ4P");
}

/* Each row: rows move while the service works on a dek for the caller. */
static void what_moved_meanwhile_is_noticed(void **state)
{
    static const struct {
        const char *name;
        bool has_dek, rewrap;
        const char *material;
        void (*meanwhile)(struct fixture *f);
        enum sma_status st;
        int code;
    } rows[] = {
        {"the same dek by someone else", false, false, "", create_other, SMA_ECONFLICT,
         SMA_CODE_KEY_EXISTS},
        {"no longer shared: a key of the registry's is not the client's", false, false, "",
         stop_sharing, SMA_EINVAL, SMA_CODE_INVALID_KEY},
        {"the dek to rewrap is gone", true, true, "", remove_dek, SMA_EBUSY, 0},
        {"the dek to rewrap has another key", true, true, "", rewrap_dek, SMA_EBUSY, 0},
        {"the kek is another one", false, false, "", replace_kek, SMA_EBUSY, 0},
        {"the kek is another one than a client's key was looked at with", false, false,
         "dmF1bHQ6djE6R2hBQUFRSURCQVVHQndnSkNnc01EUTRQ", replace_kek, SMA_EBUSY, 0},
        {"nothing", true, true, "", NULL, SMA_OK, 0},
    };
    for (size_t i = 0; i < SMA_COUNT(rows); i++) {
        struct fixture *f = *state;
        struct key_answer a;
        fixture_close(f);
        fixture_open_with(f, with_service);
        create_kek(f, &a, true);
        expect_code(&a, SMA_OK, 0);
        if (rows[i].has_dek) {
            create_dek(f, &a, "", false);
            expect_code(&a, SMA_OK, 0);
        }
        service.meanwhile = rows[i].meanwhile;
        create_dek(f, &a, rows[i].material, rows[i].rewrap);
        if (a.base.st != rows[i].st || a.base.code != rows[i].code)
            fail_msg("%s: %s %d \"%s\"", rows[i].name, sma_status_name(a.base.st), a.base.code,
                     a.base.message);
    }
}

/* It was another kek that the service was tried with. */
static void a_kek_replaced_while_its_sharing_is_tested(void **state)
{
    struct fixture *f = *state;
    const struct sma_kek_update update = {
        .name = SMA_STR("k"), .has_doc = true, .doc = SMA_STR("d"), .test_sharing = true};
    struct key_answer a;
    create_kek(f, &a, true);
    expect_code(&a, SMA_OK, 0);
    service.meanwhile = replace_kek;
    key_answer_init(&a);
    sma_kek_change(f->registry, &update, on_key, &a);
    answer_wait(&a.base);
    expect_code(&a, SMA_EBUSY, 0);
    key_answer_init(&a);
    sma_kek_change(f->registry, &update, on_key, &a);
    answer_wait(&a.base);
    expect_code(&a, SMA_OK, 0);
}

/* Shared while a client posts its own wrapped key: taken, and shown without a plain one or refused. */
static void a_kek_shared_meanwhile(void **state)
{
    struct fixture *f = *state;
    struct key_answer a;
    struct sma_kek kek;
    struct sma_dek dek;
    struct sma_view *view;
    struct sma_str plain;
    create_kek(f, &a, false);
    create_dek(f, &a, "bQ==", false);
    expect_code(&a, SMA_OK, 0);
    assert_string_equal(a.plain, "");
    share_kek(f, true);
    /* what was stored before does not unwrap: the answer says so, nothing else */
    struct sma_loader loader;
    assert_int_equal(sma_store_view(&view, f->store, NULL), SMA_OK);
    sma_loader_init(&loader, f->registry, view, &f->arena);
    assert_int_equal(sma_read_dek(&dek, &kek, &loader, &key, false, NULL), SMA_OK);
    sma_loader_fini(&loader);
    sma_view_release(view);
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_dek_unwrap(&plain, f->registry, &f->arena, &kek, &dek, &err), SMA_EIO);
    assert_int_equal(err.code, SMA_CODE_DEK_FAILED);
}

/* Nothing is half done, whatever allocation fails: on the caller's thread, or the writer's. */
static void memory_may_run_out(void **state)
{
    struct fixture *f = *state;
    struct key_answer a;
    long n = 0;
    create_kek(f, &a, true);
    expect_code(&a, SMA_OK, 0);
    for (;; n++) {
        sma_test_fail_alloc(n);
        create_dek(f, &a, "", false);
        if (!sma_test_alloc_failed())
            break;
        if (a.base.st != SMA_ENOMEM && a.base.st != SMA_OK)
            expect_code(&a, SMA_ENOMEM, 0);
        if (a.base.st == SMA_OK) /* an allocation that the flow can do without: the next round begins anew */
            remove_dek(f);
    }
    expect_code(&a, SMA_OK, 0);
    assert_true(n > 10); /* the loop has tried something */
    create_dek(f, &a, "", true);
    expect_code(&a, SMA_OK, 0);
    assert_true(a.plain[0]);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(deks_are_made_and_rewrapped), TEST(a_new_dek_is_not_made_twice),
        TEST(what_moved_meanwhile_is_noticed),
        TEST(a_kek_replaced_while_its_sharing_is_tested), TEST(a_kek_shared_meanwhile),
        TEST(memory_may_run_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
