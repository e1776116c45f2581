/* Registration when many want it at once: every answer must be one that some order of the requests,
 * one after the other, would have given. */
#include "tests/unit/registry/fixture.h"

#include <semaphore.h>

enum { THREADS = 6, ROUNDS = 20 };

struct job {
    struct fixture *f;
    const char *subject;
    char text[256];
    struct sma_reference reference;
    size_t reference_count;
    bool is_delete; /* of version 1 of the subject */
    struct answer a;
};

static void *work(void *arg)
{
    struct job *job = arg;
    if (job->is_delete)
        do_delete(job->f, &job->a, job->subject, 1, false);
    else
        do_register(job->f, &job->a, job->subject,
                    &(struct sma_schema_request){.id = -1,
                                                 .text = sma_str_z(job->text),
                                                 .references = &job->reference,
                                                 .reference_count = job->reference_count});
    return NULL;
}

static void run_all(struct job *jobs, size_t count)
{
    pthread_t threads[THREADS];
    for (size_t i = 0; i < count; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

static struct job *new_jobs(struct fixture *f)
{
    struct job *jobs = calloc(THREADS, sizeof *jobs);
    assert_non_null(jobs);
    for (int i = 0; i < THREADS; i++)
        jobs[i].f = f;
    return jobs;
}

static void one_schema_many_times(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open(&f);
    struct job *jobs = new_jobs(&f);
    for (int round = 0; round < ROUNDS; round++) {
        int new_count = 0;
        for (int i = 0; i < THREADS; i++) {
            jobs[i].subject = "same";
            snprintf(jobs[i].text, sizeof jobs[i].text,
                     "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", round + 1);
        }
        run_all(jobs, THREADS);
        for (int i = 0; i < THREADS; i++) {
            assert_registered(&jobs[i].a);
            assert_int_equal(jobs[i].a.id, round + 1);
            assert_int_equal(jobs[i].a.version, round + 1);
            new_count += jobs[i].a.is_new;
        }
        assert_int_equal(new_count, 1);
    }
    free(jobs);
    fixture_close(&f);
}

/* Versions without gaps (I5), ids handed out once (I4), nobody left behind. */
static void many_schemas_one_subject(void **state)
{
    struct fixture f;
    bool seen[THREADS * ROUNDS + 1] = {false};
    (void)state;
    fixture_open(&f);
    struct job *jobs = new_jobs(&f);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < THREADS; i++) {
            jobs[i].subject = "busy";
            snprintf(jobs[i].text, sizeof jobs[i].text,
                     "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", round * THREADS + i + 1);
        }
        run_all(jobs, THREADS);
        for (int i = 0; i < THREADS; i++) {
            assert_registered(&jobs[i].a);
            assert_true(jobs[i].a.is_new);
            assert_in_range(jobs[i].a.version, round * THREADS + 1, (round + 1) * THREADS);
            assert_int_equal(jobs[i].a.id, jobs[i].a.version);
            assert_false(seen[jobs[i].a.version]);
            seen[jobs[i].a.version] = true;
        }
    }
    struct sma_registry_figures figures;
    sma_registry_figures(f.registry, &figures);
    assert_int_equal(figures.registered, THREADS * ROUNDS);
    assert_int_equal(figures.waiting, 0);
    free(jobs);
    fixture_close(&f);
}

static void one_schema_many_subjects(void **state)
{
    static const char *const subjects[THREADS] = {"a", "b", "c", "d", "e", "f"};
    struct fixture f;
    (void)state;
    fixture_open(&f);
    struct job *jobs = new_jobs(&f);
    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < THREADS; i++) {
            jobs[i].subject = subjects[i];
            snprintf(jobs[i].text, sizeof jobs[i].text,
                     "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}", round + 1);
        }
        run_all(jobs, THREADS);
        for (int i = 0; i < THREADS; i++) {
            assert_registered(&jobs[i].a);
            assert_int_equal(jobs[i].a.id, round + 1);
        }
    }
    free(jobs);
    fixture_close(&f);
}

static void backward(struct sma_registry_options *options)
{
    options->default_level = SMA_LEVEL_BACKWARD;
}

/* Both fit the first version, neither fits the other: exactly one may pass (I6). */
static void the_check_is_part_of_the_write(void **state)
{
    struct fixture f;
    (void)state;
    fixture_open_with(&f, backward);
    struct job *jobs = new_jobs(&f);
    for (int round = 0; round < ROUNDS; round++) {
        char subject[32];
        struct answer a;
        snprintf(subject, sizeof subject, "s%d", round);
        do_register_text(&f, &a, subject, "{\"type\":\"record\",\"name\":\"R\",\"fields\":[]}");
        assert_registered(&a);
        for (int i = 0; i < 2; i++) {
            jobs[i].subject = subject;
            snprintf(jobs[i].text, sizeof jobs[i].text,
                     "{\"type\":\"record\",\"name\":\"R\",\"fields\":[{\"name\":\"g\",\"type\":"
                     "\"%s\",\"default\":%s}]}",
                     i ? "boolean" : "int", i ? "true" : "0");
        }
        run_all(jobs, 2);
        assert_int_equal((jobs[0].a.st == SMA_OK) + (jobs[1].a.st == SMA_OK), 1);
        for (int i = 0; i < 2; i++)
            if (jobs[i].a.st)
                assert_int_equal(jobs[i].a.code, 40901);
    }
    free(jobs);
    fixture_close(&f);
}

/* A referrer comes while its target goes: one of them is refused (I7). */
static void no_reference_dangles(void **state)
{
    struct fixture f;
    int refused_deletes = 0;
    (void)state;
    fixture_open(&f);
    struct job *jobs = new_jobs(&f);
    for (int round = 0; round < 2 * ROUNDS; round++) {
        char target[32], referrer[32];
        struct answer a;
        snprintf(target, sizeof target, "t%d", round);
        snprintf(referrer, sizeof referrer, "r%d", round);
        do_register_text(&f, &a, target, "{\"type\":\"fixed\",\"name\":\"T\",\"size\":1}");
        assert_registered(&a);
        jobs[0].subject = target;
        jobs[0].is_delete = true;
        jobs[1].subject = referrer;
        strcpy(jobs[1].text, "{\"type\":\"array\",\"items\":\"T\"}");
        jobs[1].reference = (struct sma_reference){SMA_STR("T"), sma_str_z(target), 1};
        jobs[1].reference_count = 1;
        run_all(jobs, 2);
        if (jobs[0].a.st) {
            assert_int_equal(jobs[0].a.code, 42206);
            assert_registered(&jobs[1].a);
            refused_deletes++;
        } else {
            assert_int_equal(jobs[1].a.code, 42201);
        }
    }
    print_message("%d of %d deletions were refused\n", refused_deletes, 2 * ROUNDS);
    free(jobs);
    fixture_close(&f);
}

/* ---- a full house
 * --------------------------------------------------------------------------------- */

struct stopper {
    struct sma_write write;
    sem_t entered, go;
};

static enum sma_status stop_writer(struct sma_write *write, struct sma_txn *txn,
                                   struct sma_error *err)
{
    struct stopper *stopper = (struct stopper *)write;
    (void)txn;
    (void)err;
    sem_post(&stopper->entered);
    sem_wait(&stopper->go);
    return SMA_OK;
}

static void stopped(struct sma_write *write, enum sma_status st, const struct sma_error *err)
{
    (void)write;
    (void)st;
    (void)err;
}

static void nobody_waits(struct sma_registry_options *options)
{
    options->waiting_max = 0;
}

/* While the writer is busy, a second registration under the subject would have to wait. */
static void waiting_has_a_limit(void **state)
{
    struct stopper stopper = {.write = {.run = stop_writer, .done = stopped}};
    struct fixture f;
    struct answer first, second;
    struct sma_schema_request a = {.id = -1, .text = SMA_STR("\"int\"")};
    struct sma_schema_request b = {.id = -1, .text = SMA_STR("\"long\"")};
    (void)state;
    fixture_open_with(&f, nobody_waits);
    struct sma_subject subject = subject_of(&f, "s");
    const struct sma_register_request one = {.subject = &subject, .schema = a};
    const struct sma_register_request two = {.subject = &subject, .schema = b};
    sem_init(&stopper.entered, 0, 0);
    sem_init(&stopper.go, 0, 0);
    assert_int_equal(sma_store_submit(f.store, &stopper.write, NULL), SMA_OK);
    sem_wait(&stopper.entered);
    answer_init(&first);
    answer_init(&second);
    sma_register(f.registry, &one, on_registered, &first);
    sma_register(f.registry, &two, on_registered, &second);
    answer_wait(&second); /* at once: the writer still stands */
    assert_int_equal(second.st, SMA_EBUSY);
    sem_post(&stopper.go);
    answer_wait(&first);
    assert_registered(&first);
    sem_destroy(&stopper.entered);
    sem_destroy(&stopper.go);
    fixture_close(&f);
}

static void those_who_wait_are_served(void **state)
{
    struct stopper stopper = {.write = {.run = stop_writer, .done = stopped}};
    struct fixture f;
    enum { WAITING = 5 };
    static struct answer answers[WAITING];
    struct sma_register_request requests[WAITING];
    char texts[WAITING][64];
    (void)state;
    fixture_open(&f);
    struct sma_subject subject = subject_of(&f, "s");
    sem_init(&stopper.entered, 0, 0);
    sem_init(&stopper.go, 0, 0);
    assert_int_equal(sma_store_submit(f.store, &stopper.write, NULL), SMA_OK);
    sem_wait(&stopper.entered);
    for (int i = 0; i < WAITING; i++) {
        snprintf(texts[i], sizeof texts[i], "{\"type\":\"fixed\",\"name\":\"F\",\"size\":%d}",
                 i + 1);
        requests[i] = (struct sma_register_request){
            .subject = &subject, .schema = {.id = -1, .text = sma_str_z(texts[i])}};
        answer_init(&answers[i]);
        sma_register(f.registry, &requests[i], on_registered, &answers[i]);
    }
    struct sma_registry_figures figures;
    sma_registry_figures(f.registry, &figures);
    assert_int_equal(figures.waiting, WAITING - 1);
    sem_post(&stopper.go);
    for (int i = 0; i < WAITING; i++) {
        answer_wait(&answers[i]);
        assert_registered(&answers[i]);
        assert_int_equal(answers[i].version, i + 1); /* in the order they came */
    }
    sem_destroy(&stopper.entered);
    sem_destroy(&stopper.go);
    fixture_close(&f);
}

/* What was decided before a setting changed is decided again. */
static void a_stale_decision_is_made_again(void **state)
{
    struct stopper stopper = {.write = {.run = stop_writer, .done = stopped}};
    struct fixture f;
    static struct answer mode, late;
    (void)state;
    fixture_open(&f);
    struct sma_subject subject = subject_of(&f, "s"), global = subject_of(&f, "");
    const struct sma_mode_request readonly = {.scope = &global, .mode = SMA_MODE_READONLY};
    const struct sma_register_request request = {.subject = &subject,
                                                 .schema = {.id = -1, .text = SMA_STR("\"int\"")}};
    sem_init(&stopper.entered, 0, 0);
    sem_init(&stopper.go, 0, 0);
    assert_int_equal(sma_store_submit(f.store, &stopper.write, NULL), SMA_OK);
    sem_wait(&stopper.entered);
    answer_init(&mode);
    answer_init(&late);
    sma_mode_put(f.registry, &readonly, on_mode, &mode);      /* first in the queue */
    sma_register(f.registry, &request, on_registered, &late); /* still sees READWRITE */
    sem_post(&stopper.go);
    answer_wait(&mode);
    answer_wait(&late);
    assert_registered(&mode);
    assert_int_equal(late.code, 42205);
    struct sma_registry_figures figures;
    sma_registry_figures(f.registry, &figures);
    assert_int_equal(figures.retried, 1);
    sem_destroy(&stopper.entered);
    sem_destroy(&stopper.go);
    fixture_close(&f);
}

/* The same as above, one after the other inside the writer, both ways round. */
static void the_writer_looks_at_references_again(void **state)
{
    (void)state;
    for (int delete_first = 0; delete_first < 2; delete_first++) {
        struct stopper stopper = {.write = {.run = stop_writer, .done = stopped}};
        struct fixture f;
        static struct answer target, deleted, registered;
        fixture_open(&f);
        do_register_text(&f, &target, "t", "{\"type\":\"fixed\",\"name\":\"T\",\"size\":1}");
        assert_registered(&target);
        struct sma_subject t = subject_of(&f, "t"), r = subject_of(&f, "r");
        const struct sma_reference reference = {SMA_STR("T"), SMA_STR("t"), 1};
        const struct sma_register_request request = {
            .subject = &r,
            .schema = {.id = -1,
                       .text = SMA_STR("{\"type\":\"array\",\"items\":\"T\"}"),
                       .references = &reference,
                       .reference_count = 1}};
        sem_init(&stopper.entered, 0, 0);
        sem_init(&stopper.go, 0, 0);
        assert_int_equal(sma_store_submit(f.store, &stopper.write, NULL), SMA_OK);
        sem_wait(&stopper.entered);
        answer_init(&deleted);
        answer_init(&registered);
        if (delete_first)
            sma_delete_subject(f.registry, &t, false, on_deleted, &deleted);
        sma_register(f.registry, &request, on_registered, &registered);
        if (!delete_first)
            sma_delete_subject(f.registry, &t, false, on_deleted, &deleted);
        sem_post(&stopper.go);
        answer_wait(&deleted);
        answer_wait(&registered);
        assert_int_equal(deleted.code, delete_first ? 0 : 42206);
        assert_int_equal(registered.code, delete_first ? 42201 : 0);
        sem_destroy(&stopper.entered);
        sem_destroy(&stopper.go);
        fixture_close(&f);
    }
}

/* ---- what a kept answer hangs on
 * ------------------------------------------------------------------ */

struct tags {
    struct answer a;
    char text[1024];
};

static void on_tagged(void *ctx, const struct sma_registered *result,
                      const struct sma_failure *failure)
{
    struct tags *tags = ctx;
    for (size_t i = 0; result && i < result->depends->count; i++) {
        strncat(tags->text, result->depends->tags[i].ptr, result->depends->tags[i].len);
        strcat(tags->text, " ");
    }
    answer_arrived(&tags->a, failure);
}

static void a_known_schema_names_what_it_rests_on(void **state)
{
    struct fixture f;
    static struct tags fresh, known;
    (void)state;
    fixture_open(&f);
    struct sma_subject subject = subject_of(&f, ":.c:s");
    const struct sma_register_request request = {.subject = &subject,
                                                 .schema = {.id = -1, .text = SMA_STR("\"int\"")}};
    answer_init(&fresh.a);
    sma_register(f.registry, &request, on_tagged, &fresh);
    answer_wait(&fresh.a);
    assert_string_equal(fresh.text, "");
    answer_init(&known.a);
    sma_register(f.registry, &request, on_tagged, &known);
    answer_wait(&known.a);
    assert_string_equal(known.text, "c::.c:s c::.c: c::.__GLOBAL: m::.c:s m::.c: m::.__GLOBAL: "
                                    "s::.c:s ");
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_schema_many_times),
        cmocka_unit_test(many_schemas_one_subject),
        cmocka_unit_test(one_schema_many_subjects),
        cmocka_unit_test(the_check_is_part_of_the_write),
        cmocka_unit_test(no_reference_dangles),
        cmocka_unit_test(waiting_has_a_limit),
        cmocka_unit_test(those_who_wait_are_served),
        cmocka_unit_test(a_stale_decision_is_made_again),
        cmocka_unit_test(the_writer_looks_at_references_again),
        cmocka_unit_test(a_known_schema_names_what_it_rests_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
