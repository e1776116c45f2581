/* Associations: what the transcripts of tests/http cannot show. Records that older versions wrote,
 * decisions that race, operations of many parts, memory that runs out. */
#include "tests/unit/registry/fixture.h"

#include "registry/association.h"
#include "store/record.h"

enum { THREADS = 6, ROUNDS = 20, CHANGES_MAX = 8 };

/* ---- doing it and waiting ----------------------------------------------------------------------
 */

struct outcome {
    enum sma_status st;
    int code;
    char message[512];
    size_t count;
    char subjects[2][64];
    bool is_frozen[2];
    int32_t version; /* of the first schema, 0 = none */
    int calls;
};

struct changing {
    pthread_mutex_t lock;
    pthread_cond_t done;
    bool is_done;
    size_t last; /* index of the latest outcome */
    struct outcome outcomes[CHANGES_MAX];
};

static void changed(void *ctx, size_t index, const struct sma_assoc_result *result,
                    const struct sma_failure *failure)
{
    struct changing *c = ctx;
    struct outcome *o = &c->outcomes[index];
    assert_true(index >= c->last);
    c->last = index;
    o->calls++;
    if (failure) {
        o->st = failure->status;
        o->code = failure->err->code;
        snprintf(o->message, sizeof o->message, "%.*s", SMA_STR_ARG(failure->message));
        return;
    }
    o->count = result->count;
    for (size_t i = 0; i < result->count; i++) {
        snprintf(o->subjects[i], sizeof o->subjects[i], "%.*s",
                 SMA_STR_ARG(result->items[i].subject));
        o->is_frozen[i] = result->items[i].is_frozen;
        if (result->items[i].schema && !o->version)
            o->version = result->items[i].schema->row.version;
    }
}

static void finished(void *ctx)
{
    struct changing *c = ctx;
    pthread_mutex_lock(&c->lock);
    c->is_done = true;
    pthread_cond_signal(&c->done);
    pthread_mutex_unlock(&c->lock);
}

static void change_all(struct fixture *f, struct changing *c,
                       const struct sma_assoc_change *changes, size_t count)
{
    memset(c, 0, sizeof *c);
    pthread_mutex_init(&c->lock, NULL);
    pthread_cond_init(&c->done, NULL);
    sma_associations_change(f->registry, changes, count, changed, finished, c);
    pthread_mutex_lock(&c->lock);
    while (!c->is_done)
        pthread_cond_wait(&c->done, &c->lock);
    pthread_mutex_unlock(&c->lock);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->done);
}

static struct outcome change(struct fixture *f, const struct sma_assoc_change *one)
{
    struct changing c;
    change_all(f, &c, one, 1);
    assert_int_equal(c.outcomes[0].calls, 1);
    return c.outcomes[0];
}

static struct sma_assoc_wish with_schema(const char *type, const char *text)
{
    return (struct sma_assoc_wish){
        .type = sma_str_z(type), .has_schema = true, .schema = {.id = -1, .text = sma_str_z(text)}};
}

static struct sma_assoc_wish shared(const char *type, const char *subject)
{
    return (struct sma_assoc_wish){.type = sma_str_z(type), .subject = sma_str_z(subject)};
}

static struct sma_assoc_change wanting(enum sma_assoc_kind kind, const char *name, const char *id,
                                       const struct sma_assoc_wish *wishes, size_t count)
{
    return (struct sma_assoc_change){
        .kind = kind,
        .resource = {.name = sma_str_z(name), .ns = SMA_STR("n"), .id = sma_str_z(id)},
        .context = SMA_STR("."),
        .wishes = wishes,
        .wish_count = count};
}

static struct sma_assoc_change removing(const char *id, const bool *cascades)
{
    return (struct sma_assoc_change){.kind = SMA_ASSOC_DELETE,
                                     .is_by_id = true,
                                     .resource = {.id = sma_str_z(id)},
                                     .cascades = cascades};
}

static size_t count_of(struct fixture *f, const struct sma_assoc_filter *filter)
{
    struct reading r;
    struct sma_assoc_row *rows;
    size_t count = 0;
    reading_open(&r, f);
    assert_int_equal(sma_view_associations(r.view, &f->arena, filter, &rows, &count, NULL), SMA_OK);
    reading_close(&r);
    return count;
}

#define expect_ok(o)                                                                               \
    do {                                                                                           \
        if ((o).st)                                                                                \
            fail_msg("%d %s", (o).code, (o).message);                                              \
    } while (0)
#define expect_code(o, want)                                                                       \
    do {                                                                                           \
        if ((o).code != (want))                                                                    \
            fail_msg("%d %s, wanted %d", (o).code, (o).message, (want));                           \
    } while (0)

/* ---- records as others wrote them --------------------------------------------------------------
 */

struct raw_write {
    struct sma_write write;
    const struct sma_record *record;
    struct answer a;
};

static enum sma_status run_raw(struct sma_write *write, struct sma_txn *txn, struct sma_error *err)
{
    return sma_txn_append(txn, ((struct raw_write *)write)->record, err);
}

static void raw_done(struct sma_write *write, enum sma_status st, const struct sma_error *err)
{
    struct sma_failure failure = {st, err, sma_str_z(err->message)};
    answer_arrived(&((struct raw_write *)write)->a, st ? &failure : NULL);
}

static void put_raw(struct fixture *f, const char *name, const char *type, const char *id,
                    const char *subject, const char *lifecycle, bool is_frozen)
{
    const struct sma_assoc assoc = {.key = {sma_str_z(name), SMA_STR("n"), SMA_STR("topic"),
                                            sma_str_z(type), sma_str_z(subject)},
                                    .guid = SMA_STR("g"),
                                    .resource_id = sma_str_z(id),
                                    .lifecycle = sma_str_z(lifecycle),
                                    .is_frozen = is_frozen,
                                    .create_ts_ms = 5};
    struct sma_buf key, value;
    struct raw_write raw = {.write = {.run = run_raw, .done = raw_done}};
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    sma_record_assoc_key(&key, &assoc.key);
    sma_record_assoc_value(&value, &assoc);
    const struct sma_record record = {sma_buf_str(&key), sma_buf_str(&value)};
    raw.record = &record;
    answer_init(&raw.a);
    assert_int_equal(sma_store_submit(f->store, &raw.write, NULL), SMA_OK);
    answer_wait(&raw.a);
    assert_registered(&raw.a);
    sma_buf_fini(&key);
    sma_buf_fini(&value);
}

/* The first servers with associations wrote STRONG ones that were not frozen. */
static void strong_but_not_frozen(void **state)
{
    struct fixture f;
    struct answer a;
    struct sma_assoc_wish wish = with_schema("value", "\"string\"");
    struct sma_assoc_change put = wanting(SMA_ASSOC_UPSERT, "t", "i", &wish, 1);
    (void)state;
    fixture_open(&f);
    do_register_text(&f, &a, "s", "\"int\"");
    assert_registered(&a);
    put_raw(&f, "t", "value", "i", "s", "STRONG", false);

    struct outcome o = change(&f, &put); /* evolves, as it could then */
    expect_ok(o);
    assert_int_equal(o.version, 2);
    assert_false(o.is_frozen[0]);

    wish = (struct sma_assoc_wish){.frozen = SMA_TRUE};
    expect_code(change(&f, &put), 42212);
    wish = (struct sma_assoc_wish){.lifecycle = SMA_LIFECYCLE_WEAK};
    o = change(&f, &put); /* lets go of the subject */
    expect_ok(o);
    assert_string_equal(o.subjects[0], "s");
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.lifecycle = SMA_STR("WEAK")}), 1);
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.lifecycle = SMA_STR("STRONG")}), 0);
    fixture_close(&f);
}

/* Its own subject a topic cannot share. */
static void own_subject_stays_strong(void **state)
{
    struct fixture f;
    struct answer a;
    const struct sma_assoc_wish wish = {.lifecycle = SMA_LIFECYCLE_WEAK};
    struct sma_assoc_change put = wanting(SMA_ASSOC_UPSERT, "t", "i", &wish, 1);
    (void)state;
    fixture_open(&f);
    do_register_text(&f, &a, ":.n:t-value", "\"int\"");
    put_raw(&f, "t", "value", "i", ":.n:t-value", "STRONG", false);
    struct outcome o = change(&f, &put);
    expect_code(o, 42212);
    assert_non_null(strstr(o.message, "WEAK associations cannot use subject ':.n:t-value'"));
    fixture_close(&f);
}

/* Not frozen, it goes without asking, and leaves its subject. */
static void strong_but_not_frozen_goes(void **state)
{
    static const bool no = false;
    struct fixture f;
    struct answer a;
    struct sma_assoc_change gone = removing("i", &no);
    (void)state;
    fixture_open(&f);
    do_register_text(&f, &a, "s", "\"int\"");
    put_raw(&f, "t", "value", "i", "s", "STRONG", false);
    expect_ok(change(&f, &gone));
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.limit = 0}), 0);
    do_delete(&f, &a, "s", 1, false);
    assert_registered(&a);
    fixture_close(&f);
}

/* The subject is gone before its topic: nothing is left to take along. */
static void cascade_without_subject(void **state)
{
    static const bool yes = true;
    struct fixture f;
    struct sma_assoc_change gone = removing("i", &yes);
    (void)state;
    fixture_open(&f);
    put_raw(&f, "t", "value", "i", ":.n:t-value", "STRONG", true);
    expect_ok(change(&f, &gone));
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.limit = 0}), 0);
    fixture_close(&f);
}

/* A cascade that cannot be done whole is not done in part. */
static void cascade_is_whole(void **state)
{
    static const bool yes = true;
    struct fixture f;
    struct answer a;
    const struct sma_reference to_it = {SMA_STR("x"), SMA_STR(":.n:t-value"), 1};
    struct sma_assoc_change gone = removing("i", &yes);
    (void)state;
    fixture_open(&f);
    do_register_text(&f, &a, ":.n:t-key", "\"int\"");
    do_register_text(&f, &a, ":.n:t-value", "{\"type\":\"fixed\",\"name\":\"F\",\"size\":1}");
    do_register(&f, &a, "user",
                &(struct sma_schema_request){.id = -1,
                                             .text = SMA_STR("[\"null\",\"F\"]"),
                                             .references = &to_it,
                                             .reference_count = 1});
    assert_registered(&a);
    put_raw(&f, "t", "key", "i", ":.n:t-key", "STRONG", true);
    put_raw(&f, "t", "value", "i", ":.n:t-value", "STRONG", true);
    expect_code(change(&f, &gone), 42206);
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.limit = 0}), 2);
    do_register_text(&f, &a, ":.n:t-key", "\"int\""); /* is there still */
    assert_false(a.is_new);
    fixture_close(&f);
}

/* ---- many parts --------------------------------------------------------------------------------
 */

static void parts_in_order(void **state)
{
    struct fixture f;
    struct changing c;
    struct sma_registry_figures figures;
    const struct sma_assoc_wish strong = with_schema("value", "\"int\""),
                                weak = shared("value", ":.n:a-value"),
                                lost = shared("value", "lost"), bad = shared("other", "s");
    static const bool yes = true;
    struct sma_assoc_change changes[] = {
        wanting(SMA_ASSOC_CREATE, "a", "1", &strong, 1), /* 0 */
        wanting(SMA_ASSOC_CREATE, "b", "2", &strong, 1), /* 1: fails after it */
        wanting(SMA_ASSOC_UPSERT, "b", "2", &lost, 1),
        wanting(SMA_ASSOC_DELETE, "b", "2", NULL, 0),
        wanting(SMA_ASSOC_UPSERT, "c", "3", &weak, 1),   /* 2: the subject belongs to a */
        wanting(SMA_ASSOC_CREATE, "d", "4", &strong, 1), /* 3: read whole, so nothing is done */
        wanting(SMA_ASSOC_UPSERT, "d", "4", &bad, 1),
        wanting(SMA_ASSOC_DELETE, "a", "1", NULL, 0), /* 4 */
    };
    static const size_t requests[] = {0, 1, 1, 1, 2, 3, 3, 4};
    static const int codes[] = {0, 0, 40908, 0, 40905, 42212, 0, 0};
    static const int calls[] = {1, 1, 1, 0, 1, 1, 0, 1};
    (void)state;
    fixture_open(&f);
    for (size_t i = 0; i < SMA_COUNT(changes); i++) {
        changes[i].request = requests[i];
        changes[i].cascades = &yes;
    }
    change_all(&f, &c, changes, SMA_COUNT(changes));
    for (size_t i = 0; i < SMA_COUNT(changes); i++) {
        expect_code(c.outcomes[i], codes[i]);
        assert_int_equal(c.outcomes[i].calls, calls[i]);
    }
    assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.limit = 0}), 1); /* b */
    sma_registry_figures(f.registry, &figures);
    assert_int_equal(figures.registered, 2);
    fixture_close(&f);
}

static void no_change_at_all(void **state)
{
    struct fixture f;
    struct changing c;
    (void)state;
    fixture_open(&f);
    change_all(&f, &c, NULL, 0);
    assert_true(c.is_done);
    fixture_close(&f);
}

/* ---- races -------------------------------------------------------------------------------------
 */

struct job {
    struct fixture *f;
    struct sma_assoc_change change;
    struct sma_assoc_wish wish;
    const char *refers; /* not NULL: a registration that refers to this subject instead */
    struct outcome o;
    struct answer a;
};

static void *work(void *arg)
{
    struct job *job = arg;
    if (!job->refers) {
        job->o = change(job->f, &job->change);
        return NULL;
    }
    const struct sma_reference to_it = {SMA_STR("x"), sma_str_z(job->refers), 1};
    do_register(
        job->f, &job->a, "user",
        &(struct sma_schema_request){
            .id = -1, .text = SMA_STR("\"bytes\""), .references = &to_it, .reference_count = 1});
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

/* However many want it, a topic gets one association of a type; and when they mean topics of one
 * name with different ids, one of them gets it. */
static void one_per_type(void **state)
{
    struct fixture f;
    struct answer a;
    struct job *jobs = calloc(THREADS, sizeof *jobs);
    (void)state;
    assert_non_null(jobs);
    fixture_open(&f);
    do_register_text(&f, &a, "s0", "\"int\"");
    do_register_text(&f, &a, "s1", "\"int\"");
    for (int round = 0; round < ROUNDS; round++) {
        char name[16], ids[THREADS][32];
        bool is_one_topic = round % 2;
        int won = 0;
        snprintf(name, sizeof name, "t%d", round);
        for (int i = 0; i < THREADS; i++) {
            jobs[i].f = &f;
            jobs[i].wish = shared("value", i % 2 ? "s1" : "s0");
            snprintf(ids[i], sizeof ids[i], "%d.%d", round, is_one_topic ? 0 : i);
            jobs[i].change = wanting(SMA_ASSOC_CREATE, name, ids[i], &jobs[i].wish, 1);
        }
        run_all(jobs, THREADS);
        for (int i = 0; i < THREADS; i++) {
            if (jobs[i].o.st)
                expect_code(jobs[i].o, 40903);
            won += !jobs[i].o.st;
        }
        /* Those with the subject of the first, whose wish is the same. */
        assert_int_equal(won, is_one_topic ? THREADS / 2 : 1);
        assert_int_equal(count_of(&f, &(struct sma_assoc_filter){.resource_name = sma_str_z(name)}),
                         1);
    }
    free(jobs);
    fixture_close(&f);
}

/* Either the topic takes its subject, or somebody refers to it: never both. */
static void owned_or_referred_to(void **state)
{
    struct fixture f;
    struct job *jobs = calloc(2, sizeof *jobs);
    (void)state;
    assert_non_null(jobs);
    for (int round = 0; round < ROUNDS; round++) {
        struct answer a;
        fixture_open(&f);
        do_register_text(&f, &a, ":.n:t-value", "\"int\"");
        assert_registered(&a);
        jobs[0] = (struct job){.f = &f, .wish = with_schema("value", "\"int\"")};
        jobs[0].change = wanting(SMA_ASSOC_CREATE, "t", "i", &jobs[0].wish, 1);
        jobs[1] = (struct job){.f = &f, .refers = ":.n:t-value"};
        run_all(jobs, 2);
        if (jobs[0].o.st)
            expect_code(jobs[0].o, 42206);
        else
            expect_code(jobs[1].a, 42205);
        assert_true(!jobs[0].o.st != !jobs[1].a.st);
        fixture_close(&f);
    }
    free(jobs);
}

/* Either the topic takes its subject, or another topic shares it: never both. */
static void owned_or_shared(void **state)
{
    struct fixture f;
    struct job *jobs = calloc(2, sizeof *jobs);
    (void)state;
    assert_non_null(jobs);
    for (int round = 0; round < ROUNDS; round++) {
        struct answer a;
        fixture_open(&f);
        do_register_text(&f, &a, ":.n:t-value", "\"int\"");
        assert_registered(&a);
        jobs[0] = (struct job){.f = &f, .wish = with_schema("value", "\"int\"")};
        jobs[0].change = wanting(SMA_ASSOC_CREATE, "t", "i", &jobs[0].wish, 1);
        jobs[1] = (struct job){.f = &f, .wish = shared("value", ":.n:t-value")};
        jobs[1].change = wanting(SMA_ASSOC_UPSERT, "u", "j", &jobs[1].wish, 1);
        run_all(jobs, 2);
        if (jobs[0].o.st)
            expect_code(jobs[0].o, 40904);
        else
            expect_code(jobs[1].o, 40905);
        assert_true(!jobs[0].o.st != !jobs[1].o.st);
        fixture_close(&f);
    }
    free(jobs);
}

/* ---- whatever happens --------------------------------------------------------------------------
 */

static const char *const topics[] = {"t", "u"};
static const char *const types[] = {"key", "value"};
static const char *const shared_subjects[] = {"s0", "s1", ":.n:t-value"};
static const char *const texts[] = {"\"int\"", "\"long\"", "\"string\""};

static unsigned pick(uint64_t *seed, unsigned below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (unsigned)(*seed % below);
}

/* A random wish; POST and PUT, with and without a schema, for what is shared and for what is not.
 */
static void change_at_random(struct fixture *f, uint64_t *seed)
{
    struct changing c;
    struct sma_assoc_wish wishes[2];
    size_t count = 1 + pick(seed, 2);
    unsigned topic = pick(seed, 2);
    for (size_t i = 0; i < count; i++)
        wishes[i] = pick(seed, 2) ? shared(types[(i + topic) % 2], shared_subjects[pick(seed, 3)])
                                  : with_schema(types[(i + topic) % 2], texts[pick(seed, 3)]);
    struct sma_assoc_change one = wanting(pick(seed, 3) ? SMA_ASSOC_CREATE : SMA_ASSOC_UPSERT,
                                          topics[topic], topics[topic], wishes, count);
    change_all(f, &c, &one, 1);
}

static void remove_at_random(struct fixture *f, uint64_t *seed)
{
    struct changing c;
    const bool cascades = pick(seed, 3);
    struct sma_assoc_change one = removing(topics[pick(seed, 2)], &cascades);
    const struct sma_str type = sma_str_z(types[pick(seed, 2)]);
    if (pick(seed, 2)) {
        one.types = &type;
        one.type_count = 1;
    }
    change_all(f, &c, &one, 1);
}

static void refer_at_random(struct fixture *f, uint64_t *seed)
{
    struct answer *a = malloc(sizeof *a);
    const char *const targets[] = {"s0", "s1", ":.n:t-value", ":.n:u-key"};
    const struct sma_reference to_it = {SMA_STR("x"), sma_str_z(targets[pick(seed, 4)]), -1};
    assert_non_null(a);
    do_register(f, a, "user",
                &(struct sma_schema_request){.id = -1,
                                             .text = sma_str_z(texts[pick(seed, 3)]),
                                             .references = &to_it,
                                             .reference_count = 1});
    free(a);
}

static void touch_subject_at_random(struct fixture *f, uint64_t *seed)
{
    struct answer *a = malloc(sizeof *a);
    const char *subject = shared_subjects[pick(seed, 3)];
    assert_non_null(a);
    if (pick(seed, 2))
        do_register_text(f, a, subject, texts[pick(seed, 3)]);
    else
        do_delete(f, a, pick(seed, 3) ? subject : "user", (int32_t)pick(seed, 3), pick(seed, 2));
    free(a);
}

struct walker {
    struct fixture *f;
    uint64_t seed;
};

static void *walk_at_random(void *arg)
{
    static void (*const steps[])(struct fixture *, uint64_t *) = {
        change_at_random, change_at_random, remove_at_random, refer_at_random,
        touch_subject_at_random};
    struct walker *walker = arg;
    for (int i = 0; i < 150; i++)
        steps[pick(&walker->seed, SMA_COUNT(steps))](walker->f, &walker->seed);
    return NULL;
}

/* What must hold of every association, whoever raced with whom. */
static void check_rules(struct fixture *f, const struct sma_assoc_row *rows, size_t count,
                        struct sma_view *view)
{
    for (size_t i = 0; i < count; i++) {
        const struct sma_assoc_row *a = &rows[i];
        bool is_strong = sma_str_eqz(a->lifecycle, "STRONG"), has_live;
        int32_t *used;
        size_t used_count;
        assert_int_equal(a->is_frozen, is_strong);
        assert_int_equal(sma_view_has_subject(view, a->subject, SMA_LIVE, &has_live, NULL), SMA_OK);
        assert_true(has_live);
        assert_int_equal(sma_view_referenced_versions(view, &f->arena, a->subject, SMA_WITH_DELETED,
                                                      SMA_WITH_DELETED, &used, &used_count, NULL),
                         SMA_OK);
        assert_true(!is_strong || !used_count);
        for (size_t k = i + 1; k < count; k++) {
            const struct sma_assoc_row *b = &rows[k];
            if (sma_str_eq(a->resource_name, b->resource_name)) {
                assert_false(sma_str_eq(a->association_type, b->association_type));
                assert_true(sma_str_eq(a->lifecycle, b->lifecycle));
            }
            if (sma_str_eq(a->subject, b->subject))
                assert_true(!is_strong && !sma_str_eqz(b->lifecycle, "STRONG"));
        }
    }
}

static void rules_hold_whatever_happens(void **state)
{
    (void)state;
    for (uint64_t run = 1; run <= 4; run++) {
        struct fixture f;
        struct walker walkers[4];
        pthread_t threads[SMA_COUNT(walkers)];
        struct reading r;
        struct sma_assoc_row *rows;
        size_t count;
        fixture_open(&f);
        for (size_t i = 0; i < SMA_COUNT(walkers); i++) {
            walkers[i] = (struct walker){&f, run * 7919 + i * 104729};
            assert_int_equal(pthread_create(&threads[i], NULL, walk_at_random, &walkers[i]), 0);
        }
        for (size_t i = 0; i < SMA_COUNT(walkers); i++)
            pthread_join(threads[i], NULL);
        reading_open(&r, &f);
        assert_int_equal(sma_view_associations(r.view, &f.arena,
                                               &(struct sma_assoc_filter){.limit = 0}, &rows,
                                               &count, NULL),
                         SMA_OK);
        check_rules(&f, rows, count, r.view);
        reading_close(&r);
        fixture_close(&f);
    }
}

/* ---- memory ------------------------------------------------------------------------------------
 */

/* Whatever allocation fails, the change is wholly there or wholly absent, and works afterwards. */
static void memory_runs_out(void **state)
{
    static const bool yes = true;
    struct fixture f;
    struct sma_assoc_wish wishes[] = {with_schema("key", "\"int\""),
                                      with_schema("value", "\"long\"")};
    struct sma_assoc_change create = wanting(SMA_ASSOC_CREATE, "t", "i", wishes, 2);
    struct sma_assoc_change gone = removing("i", &yes);
    (void)state;
    fixture_open(&f);
    for (int kind = 0; kind < 2; kind++) {
        for (long n = 0;; n++) {
            sma_test_fail_alloc(n);
            struct outcome o = change(&f, kind ? &gone : &create);
            bool is_failed = sma_test_alloc_failed();
            size_t count = count_of(&f, &(struct sma_assoc_filter){.limit = 0});
            if (o.st) {
                assert_true(is_failed);
                assert_int_equal(count, kind ? 2 : 0);
            } else {
                assert_int_equal(count, kind ? 0 : 2);
                break;
            }
        }
    }
    fixture_close(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strong_but_not_frozen),
        cmocka_unit_test(own_subject_stays_strong),
        cmocka_unit_test(strong_but_not_frozen_goes),
        cmocka_unit_test(cascade_without_subject),
        cmocka_unit_test(cascade_is_whole),
        cmocka_unit_test(parts_in_order),
        cmocka_unit_test(no_change_at_all),
        cmocka_unit_test(one_per_type),
        cmocka_unit_test(owned_or_referred_to),
        cmocka_unit_test(owned_or_shared),
        cmocka_unit_test(rules_hold_whatever_happens),
        cmocka_unit_test(memory_runs_out),
    };
    return cmocka_run_group_tests(tests, NULL, NULL) != 0;
}
