/* A registry on a real, ephemeral store, and its writes as plain calls that wait for their answer.
 */
#ifndef SMA_TESTS_UNIT_REGISTRY_FIXTURE_H
#define SMA_TESTS_UNIT_REGISTRY_FIXTURE_H

#include "tests/support/test.h"

#include <pthread.h>

#include "registry/codes.h"
#include "registry/loader.h"
#include "registry/read.h"
#include "registry/write.h"

struct fixture {
    struct sma_store *store;
    struct sma_registry *registry;
    struct sma_arena arena;
};

/* What a write answered. Texts are copies that live in the answer. */
struct answer {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool is_done;
    enum sma_status st;
    int code;
    char message[32768];
    int32_t id, version;
    bool is_new;
    char text[4096], metadata[4096];
    uint8_t guid[16];
    size_t count; /* of deleted versions */
    int32_t versions[16];
};

static inline void fixture_open_with(struct fixture *f,
                                     void (*tweak)(struct sma_registry_options *))
{
    const struct sma_store_options store = {.is_ephemeral = true};
    struct sma_registry_options options;
    struct sma_error err = SMA_ERROR_INIT;
    memset(f, 0, sizeof *f);
    sma_arena_init(&f->arena, 0);
    if (sma_store_open(&f->store, &store, &err))
        fail_msg("%s", err.message);
    sma_registry_options_init(&options);
    options.store = f->store;
    options.default_level = SMA_LEVEL_NONE;
    if (tweak)
        tweak(&options);
    if (sma_registry_open(&f->registry, &options, &err))
        fail_msg("%s", err.message);
}

static inline void fixture_open(struct fixture *f)
{
    fixture_open_with(f, NULL);
}

static inline void fixture_close(struct fixture *f)
{
    sma_registry_close(f->registry);
    sma_store_close(f->store);
    sma_arena_fini(&f->arena);
}

static inline void answer_init(struct answer *a)
{
    memset(a, 0, sizeof *a);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->done, NULL);
}

static inline void answer_arrived(struct answer *a, const struct sma_failure *failure)
{
    if (failure) {
        a->st = failure->status;
        a->code = failure->err->code;
        snprintf(a->message, sizeof a->message, "%.*s", SMA_STR_ARG(failure->message));
    }
    pthread_mutex_lock(&a->lock);
    a->is_done = true;
    pthread_cond_signal(&a->done);
    pthread_mutex_unlock(&a->lock);
}

static inline void answer_wait(struct answer *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->is_done)
        pthread_cond_wait(&a->done, &a->lock);
    pthread_mutex_unlock(&a->lock);
    pthread_mutex_destroy(&a->lock);
    pthread_cond_destroy(&a->done);
}

static inline void on_registered(void *ctx, const struct sma_registered *result,
                                 const struct sma_failure *failure)
{
    struct answer *a = ctx;
    if (result) {
        const struct sma_version *row = &result->schema.row;
        a->id = row->id;
        a->version = row->version;
        a->is_new = result->is_new;
        memcpy(a->guid, row->content.hash, 16);
        snprintf(a->text, sizeof a->text, "%.*s", SMA_STR_ARG(row->content.text));
        snprintf(a->metadata, sizeof a->metadata, "%.*s", SMA_STR_ARG(row->content.metadata));
    }
    answer_arrived(a, failure);
}

static inline void on_deleted(void *ctx, const int32_t *versions, size_t count,
                              const struct sma_failure *failure)
{
    struct answer *a = ctx;
    if (!failure) {
        a->count = count;
        for (size_t i = 0; i < count && i < SMA_COUNT(a->versions); i++)
            a->versions[i] = versions[i];
    }
    answer_arrived(a, failure);
}

static inline void on_mode(void *ctx, bool had_mode, enum sma_mode mode,
                           const struct sma_failure *failure)
{
    (void)had_mode;
    (void)mode;
    answer_arrived(ctx, failure);
}

static inline void on_config(void *ctx, const struct sma_config *config,
                             const struct sma_failure *failure)
{
    (void)config;
    answer_arrived(ctx, failure);
}

/* Registers and waits. Safe from several threads at once: allocates nothing of the fixture's. */
static inline void do_register(struct fixture *f, struct answer *a, const char *subject,
                               const struct sma_schema_request *schema)
{
    struct sma_arena arena;
    struct sma_subject parsed;
    sma_arena_init(&arena, 0);
    answer_init(a);
    if (sma_subject_parse(&parsed, &arena, sma_str_z(subject), NULL) == SMA_OK) {
        const struct sma_register_request request = {.subject = &parsed, .schema = *schema};
        sma_register(f->registry, &request, on_registered, a);
        answer_wait(a);
    }
    sma_arena_fini(&arena);
}

static inline void do_register_text(struct fixture *f, struct answer *a, const char *subject,
                                    const char *text)
{
    do_register(f, a, subject, &(struct sma_schema_request){.id = -1, .text = sma_str_z(text)});
}

static inline void do_delete(struct fixture *f, struct answer *a, const char *subject,
                             int32_t version, bool permanent)
{
    struct sma_arena arena;
    struct sma_subject parsed;
    sma_arena_init(&arena, 0);
    answer_init(a);
    if (sma_subject_parse(&parsed, &arena, sma_str_z(subject), NULL) == SMA_OK) {
        if (version)
            sma_delete_version(f->registry, &parsed, version, permanent, on_deleted, a);
        else
            sma_delete_subject(f->registry, &parsed, permanent, on_deleted, a);
        answer_wait(a);
    }
    sma_arena_fini(&arena);
}

static inline void do_mode(struct fixture *f, struct answer *a, const char *scope,
                           enum sma_mode mode, bool force)
{
    struct sma_arena arena;
    struct sma_subject parsed;
    sma_arena_init(&arena, 0);
    answer_init(a);
    if (sma_subject_parse(&parsed, &arena, sma_str_z(scope), NULL) == SMA_OK) {
        const struct sma_mode_request request = {.scope = &parsed, .mode = mode, .force = force};
        sma_mode_put(f->registry, &request, on_mode, a);
        answer_wait(a);
    }
    sma_arena_fini(&arena);
}

/* `json` is a PUT body. */
static inline void do_config(struct fixture *f, struct answer *a, const char *scope,
                             const char *json)
{
    struct sma_arena arena;
    struct sma_subject parsed;
    struct sma_config_update update;
    const struct sma_json *body = NULL;
    sma_arena_init(&arena, 0);
    answer_init(a);
    if (sma_subject_parse(&parsed, &arena, sma_str_z(scope), NULL) == SMA_OK &&
        sma_json_parse(&body, &arena, sma_str_z(json), NULL, NULL, NULL) == SMA_OK &&
        sma_config_update_read(&update, &arena, body, NULL) == SMA_OK) {
        sma_config_put(f->registry, &parsed, &update, on_config, a);
        answer_wait(a);
    }
    sma_arena_fini(&arena);
}

/* A snapshot to read from. */
struct reading {
    struct sma_view *view;
    struct sma_loader loader;
};

static inline void reading_open(struct reading *r, struct fixture *f)
{
    struct sma_error err = SMA_ERROR_INIT;
    if (sma_store_view(&r->view, f->store, &err))
        fail_msg("%s", err.message);
    sma_loader_init(&r->loader, f->registry, r->view, &f->arena);
}

static inline void reading_close(struct reading *r)
{
    sma_loader_fini(&r->loader);
    sma_view_release(r->view);
}

static inline struct sma_subject subject_of(struct fixture *f, const char *text)
{
    struct sma_subject subject;
    assert_int_equal(sma_subject_parse(&subject, &f->arena, sma_str_z(text), NULL), SMA_OK);
    return subject;
}

#define assert_registered(a)                                                                       \
    do {                                                                                           \
        if ((a)->st)                                                                               \
            fail_msg("%d %s", (a)->code, (a)->message);                                            \
    } while (0)

#endif
