/* Drives the installed library for tests/client/run.py: properties, then one command. What comes out is
 * one "key=value" per line.
 *
 *     drive KEY=VALUE… -- get ID | latest SUBJECT | register SUBJECT FILE | rest METHOD PATH
 *                       | stall ID SECONDS | threads COUNT ID | watch SUBJECT VERSION | repeat COUNT ID */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <schemata/schemata.h>

static double now_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void say(const char *key, const char *value)
{
    printf("%s=", key);
    for (; value && *value; value++)
        putchar(*value == '\n' || *value == '\r' ? ' ' : *value);
    putchar('\n');
}

static int finish(schemata_status_t st, schemata_error_t *err)
{
    say("status", schemata_status_name(st));
    say("message", schemata_error_message(err));
    say("hint", schemata_error_hint(err));
    say("url", schemata_error_url(err));
    printf("http=%d\ncode=%d\nretriable=%d\ncached=%d\n", schemata_error_http_status(err),
           schemata_error_code(err), schemata_error_retriable(err), schemata_error_cached(err));
    schemata_error_free(err);
    return 0;
}

static int finish_schema(schemata_schema_t *s, schemata_error_t *err)
{
    if (s) {
        say("schema", schemata_schema_text(s, NULL));
        say("subject", schemata_schema_subject(s));
        printf("id=%d\nversion=%d\n", schemata_schema_id(s), schemata_schema_version(s));
    }
    schemata_schema_unref(s);
    return finish(s ? SCHEMATA_OK : schemata_error_status(err), err);
}

static schemata_schema_t *read_schema(const char *path, schemata_error_t **err)
{
    static char text[1 << 20];
    FILE *file = fopen(path, "r");
    size_t len = file ? fread(text, 1, sizeof text, file) : 0;
    if (file)
        fclose(file);
    schemata_type_t type = strstr(path, ".proto")  ? SCHEMATA_PROTOBUF
                           : strstr(path, ".json") ? SCHEMATA_JSON
                                                   : SCHEMATA_AVRO;
    return schemata_parse(type, text, len, path, NULL, 0, NULL, err);
}

static int register_file(schemata_client_t *cl, const char *subject, const char *path)
{
    schemata_error_t *err = NULL;
    schemata_schema_t *given = read_schema(path, &err);
    schemata_schema_t *made = given ? schemata_register(cl, subject, given, NULL, &err) : NULL;
    schemata_schema_unref(given);
    return finish_schema(made, err);
}

static int rest(schemata_client_t *cl, const char *method, const char *path)
{
    schemata_error_t *err = NULL;
    char *out = NULL;
    int status = 0;
    schemata_status_t st =
        schemata_rest(cl, method, path, NULL, 0, &out, NULL, &status, NULL, &err);
    say("body", out);
    printf("answered=%d\n", status);
    schemata_free(out);
    return finish(st, err);
}

struct many {
    schemata_client_t *cl;
    int32_t id;
    int failures;
    pthread_t thread;
};

static void *get_one(void *ctx)
{
    struct many *m = ctx;
    schemata_schema_t *s = schemata_get_by_id(m->cl, m->id, NULL, NULL, NULL);
    m->failures = !s;
    schemata_schema_unref(s);
    return NULL;
}

static int threads(schemata_client_t *cl, int count, int32_t id)
{
    struct many *many = calloc((size_t)count, sizeof *many);
    pthread_attr_t small;
    int failures = 0, made = 0;
    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    for (; made < count; made++) {
        many[made] = (struct many){.cl = cl, .id = id};
        if (pthread_create(&many[made].thread, &small, get_one, &many[made]))
            break;
    }
    for (int i = 0; i < made; i++) {
        pthread_join(many[i].thread, NULL);
        failures += many[i].failures;
    }
    free(many);
    printf("made=%d\nfailures=%d\n", made, failures);
    return finish(SCHEMATA_OK, NULL);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

/* The 99th percentile of hits of id 1 in µs over `seconds`. */
static double p99_of_hits(schemata_client_t *cl, double seconds)
{
    static double took[1 << 20];
    size_t n = 0;
    double end = now_ms() + seconds * 1e3;
    while (now_ms() < end && n < sizeof took / sizeof *took) {
        double before = now_ms();
        schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
        took[n++] = (now_ms() - before) * 1e3;
    }
    qsort(took, n, sizeof *took, by_value);
    return n ? took[n * 99 / 100] : -1;
}

/* Hits of id 1 while `id`, which the server never answers, is being fetched by eight threads. */
static int stall(schemata_client_t *cl, int32_t id, double seconds)
{
    struct many stalled[8];
    schemata_schema_unref(schemata_get_by_id(cl, 1, NULL, NULL, NULL));
    p99_of_hits(cl, 0.1);
    printf("before_us=%.3f\n", p99_of_hits(cl, seconds));
    for (int i = 0; i < 8; i++) {
        stalled[i] = (struct many){.cl = cl, .id = id + i};
        if (pthread_create(&stalled[i].thread, NULL, get_one, &stalled[i]))
            return 1;
    }
    printf("during_us=%.3f\n", p99_of_hits(cl, seconds));
    double start = now_ms();
    for (int i = 0; i < 8; i++)
        pthread_join(stalled[i].thread, NULL);
    printf("waited_ms=%.0f\n", now_ms() - start);
    return finish(SCHEMATA_OK, NULL);
}

/* Asks for the latest version every few milliseconds and says when the answer changes, until it is that
 * version. */
static int watch(schemata_client_t *cl, const char *subject, int until)
{
    double start = now_ms();
    int last = -2;
    while (last != until && now_ms() - start < 60e3) {
        const struct timespec pause = {0, 5000000};
        schemata_schema_t *s = schemata_get_version(cl, subject, SCHEMATA_LATEST, NULL, NULL);
        int version = s ? schemata_schema_version(s) : -1;
        schemata_schema_unref(s);
        if (version != last)
            printf("turn=%.0f %d\n", now_ms() - start, version);
        fflush(stdout);
        last = version;
        nanosleep(&pause, NULL);
    }
    return finish(SCHEMATA_OK, NULL);
}

static int repeat(schemata_client_t *cl, int count, int32_t id)
{
    schemata_error_t *err = NULL;
    int ok = 0;
    for (int i = 0; i < count; i++) {
        schemata_schema_t *s = schemata_get_by_id(cl, id + i, NULL, NULL, err ? NULL : &err);
        ok += s != NULL;
        schemata_schema_unref(s);
    }
    printf("ok=%d\n", ok);
    return finish(schemata_error_status(err), err);
}

static int run(schemata_client_t *cl, char **argv, int argc)
{
    schemata_error_t *err = NULL;
    const char *command = argc ? argv[0] : "";
    schemata_schema_t *found;
    if (!strcmp(command, "get") && argc == 2) {
        found = schemata_get_by_id(cl, atoi(argv[1]), NULL, NULL, &err);
        return finish_schema(found, err);
    }
    if (!strcmp(command, "latest") && argc == 2) {
        found = schemata_get_version(cl, argv[1], SCHEMATA_LATEST, NULL, &err);
        return finish_schema(found, err);
    }
    if (!strcmp(command, "register") && argc == 3)
        return register_file(cl, argv[1], argv[2]);
    if (!strcmp(command, "rest") && argc == 3)
        return rest(cl, argv[1], argv[2]);
    if (!strcmp(command, "threads") && argc == 3)
        return threads(cl, atoi(argv[1]), atoi(argv[2]));
    if (!strcmp(command, "stall") && argc == 3)
        return stall(cl, atoi(argv[1]), atof(argv[2]));
    if (!strcmp(command, "watch") && argc == 3)
        return watch(cl, argv[1], atoi(argv[2]));
    if (!strcmp(command, "repeat") && argc == 3)
        return repeat(cl, atoi(argv[1]), atoi(argv[2]));
    fprintf(stderr, "drive: no such command\n");
    return 2;
}

static void log_line(void *ctx, schemata_log_level_t level, const char *facility, const char *text)
{
    (void)ctx;
    printf("log=%d %s %s\n", level, facility, text);
}

int main(int argc, char **argv)
{
    schemata_error_t *err = NULL;
    schemata_conf_t *conf = schemata_conf_new();
    int at = 1, status;
    if (schemata_conf_load_env(conf, &err))
        return finish(schemata_error_status(err), err);
    for (; at < argc && strcmp(argv[at], "--") != 0; at++) {
        char *equals = strchr(argv[at], '=');
        if (!equals)
            return 2;
        *equals = '\0';
        if (schemata_conf_set(conf, argv[at], equals + 1, &err))
            return finish(schemata_error_status(err), err);
    }
    schemata_conf_set_log(conf, log_line, NULL);
    schemata_client_t *cl = schemata_client_new(conf, &err);
    schemata_conf_free(conf);
    if (!cl)
        return finish(schemata_error_status(err), err);
    double start = now_ms();
    status = run(cl, argv + at + 1, argc - at - 1);
    schemata_stats_t stats = {.size = sizeof stats};
    schemata_stats_get(cl, &stats);
    printf("ms=%.0f\nrequests=%llu\nretries=%llu\nfailovers=%llu\n", now_ms() - start,
           (unsigned long long)stats.requests, (unsigned long long)stats.retries,
           (unsigned long long)stats.failovers);
    schemata_client_unref(cl);
    return status;
}
