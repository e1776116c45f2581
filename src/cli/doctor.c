/* schemata doctor: what works on the way to a registry, step by step, and what to do about the rest.
 * Each step is one line; where one fails, those that need it are left out. */
#include <stdlib.h>
#include <time.h>

#include "cli/commands.h"
#include "cli/remote_session.h"
#include "core/json/writer.h"
#include "http/probe.h"

const struct sma_option sma_doctor_options[] = {
    {.name = "--ca-file", .value = "FILE", .help = "certificate authorities to trust as well"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

#define TIMEOUT_MS 5000
#define CLOCK_SECONDS_MAX 30
#define EXPIRY_DAYS_MIN 21
#define LATENCY_TRIES 5

enum outcome { GOOD, WARN, BAD };

struct doctor {
    struct sma_remote_session *s;
    struct sma_http_probe *probe;
    struct sma_buf json;
    bool wants_json;
    int code; /* of the first failure */
};

/* ---- what is said ---- */

static void say(struct doctor *d, enum outcome outcome, const char *step, const char *remedy,
                const char *fmt, ...) SMA_PRINTF(5, 6);

static void say(struct doctor *d, enum outcome outcome, const char *step, const char *remedy,
                const char *fmt, ...)
{
    static const char *const words[] = {"ok", "warn", "FAIL"};
    char text[1024];
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    if (!d->wants_json) {
        printf("%-5s %-12s %s\n", words[outcome], step, text);
        if (outcome != GOOD && remedy)
            printf("%-5s %-12s -> %s\n", "", "", remedy);
        return;
    }
    struct sma_json_writer w = {&d->json, d->json.len > 1};
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "step", sma_str_z(step));
    sma_jw_member_string(&w, "outcome", sma_str_z(outcome == BAD ? "fail" : words[outcome]));
    sma_jw_member_string(&w, "text", sma_str_z(text));
    if (outcome != GOOD && remedy)
        sma_jw_member_string(&w, "remedy", sma_str_z(remedy));
    sma_jw_object_close(&w);
}

static bool fail(struct doctor *d, int code, const char *step, const char *remedy,
                 const struct sma_error *why)
{
    say(d, BAD, step, remedy, "%s", why->message);
    d->code = d->code ? d->code : code;
    return false;
}

/* ---- the way there ---- */

static bool look_up(struct doctor *d)
{
    struct sma_error why = SMA_ERROR_INIT;
    if (sma_probe_lookup(d->probe, &why))
        return fail(d, SMA_EXIT_UNREACHABLE, "name lookup",
                    "is the host's name right? does this machine's DNS know it (VPN, container "
                    "network)?",
                    &why);
    say(d, GOOD, "name lookup", NULL, "%s: %s", d->probe->host, d->probe->addresses);
    return true;
}

static bool connect_there(struct doctor *d)
{
    struct sma_error why = SMA_ERROR_INIT;
    if (sma_probe_connect(d->probe, TIMEOUT_MS, &why))
        return fail(d, SMA_EXIT_UNREACHABLE, "TCP",
                    "is the registry running, and does a firewall let its port through?", &why);
    say(d, GOOD, "TCP", NULL, "port %s in %.1f ms", d->probe->port,
        (double)d->probe->connect_us / 1000);
    return true;
}

static bool check_tls(struct doctor *d)
{
    struct sma_error why = SMA_ERROR_INIT;
    const char *ca = sma_argument(d->s->arguments, "--ca-file");
    char expires[32] = "unknown";
    struct tm parts;
    if (!d->probe->is_tls) {
        say(d, GOOD, "TLS", NULL, "not used (http://)");
        return true;
    }
    if (sma_probe_tls(d->probe, ca, &why))
        return fail(d, SMA_EXIT_UNREACHABLE, "TLS",
                    "does the port speak TLS? if not, the URL begins with http://", &why);
    if (gmtime_r(&d->probe->expires, &parts))
        strftime(expires, sizeof expires, "%Y-%m-%d", &parts);
    double days = difftime(d->probe->expires, time(NULL)) / 86400;
    if (d->probe->trouble[0]) {
        say(d, BAD, "TLS",
            "name the authority with ssl.ca.location (client.properties) or --ca-file here, or "
            "renew the certificate",
            "%s, issued by %s, valid until %s: %s", d->probe->protocol, d->probe->issuer, expires,
            d->probe->trouble);
        d->code = d->code ? d->code : SMA_EXIT_UNREACHABLE;
        return true;
    }
    say(d, days < EXPIRY_DAYS_MIN ? WARN : GOOD, "TLS", "renew the certificate",
        "%s, %u certificate%s, issued by %s, valid until %s", d->probe->protocol, d->probe->chain,
        d->probe->chain == 1 ? "" : "s", d->probe->issuer, expires);
    return true;
}

static bool check_http(struct doctor *d)
{
    struct sma_error why = SMA_ERROR_INIT;
    struct sma_str date;
    char text[64];
    struct tm there = {0};
    if (sma_probe_ask(d->probe, &why))
        return fail(d, SMA_EXIT_UNREACHABLE, "HTTP", "is this the registry's port?", &why);
    if (!sma_probe_header(d->probe, "Date", &date)) {
        say(d, WARN, "clock", NULL, "the registry does not say its time");
        return true;
    }
    snprintf(text, sizeof text, "%.*s", SMA_STR_ARG(date));
    if (!strptime(text, "%a, %d %b %Y %H:%M:%S", &there)) {
        say(d, WARN, "clock", NULL, "\"%s\" is no date", text);
        return true;
    }
    double off = difftime(time(NULL), timegm(&there));
    say(d, off > CLOCK_SECONDS_MAX || off < -CLOCK_SECONDS_MAX ? WARN : GOOD, "clock",
        "tokens and certificates depend on it: set the clocks by NTP", "%+.0f s from ours", off);
    return true;
}

/* ---- the registry ---- */

static bool check_access(struct doctor *d)
{
    struct sma_error why = SMA_ERROR_INIT;
    const struct sma_json *list;
    enum sma_status st = sma_remote_get(d->s->remote, &d->s->arena, SMA_STR("/subjects"), &list,
                                        &why);
    if (!st) {
        say(d, GOOD, "access", NULL, "/subjects is allowed: %u subjects",
            list->type == SMA_JSON_ARRAY ? list->count : 0);
        return true;
    }
    bool is_denied = why.code == SMA_EXIT_DENIED;
    return fail(d, why.code ? why.code : SMA_EXIT_UNREACHABLE, "access",
                is_denied ? "give credentials: --user and --password-file, --token-file, or "
                            "client.properties"
                          : "is the path behind the host right?",
                &why);
}

static struct sma_str member(const struct sma_json *object, const char *name)
{
    const struct sma_json *v = sma_json_get(object, sma_str_z(name));
    return sma_json_is(v, SMA_JSON_STRING) ? v->text : SMA_STR("");
}

/* An answer of 200 with a body; NULL for everything else. */
static const struct sma_json *answer_of(struct doctor *d, const char *path)
{
    struct sma_remote_answer answer;
    struct sma_error why = SMA_ERROR_INIT;
    enum sma_status st = sma_remote_try(d->s->remote, &d->s->arena, "GET", sma_str_z(path),
                                        SMA_STR(""), &answer, &why);
    return !st && answer.status == 200 ? answer.body : NULL;
}

static void tell_kind(struct doctor *d)
{
    const struct sma_json *answer;
    struct sma_str server;
    if ((answer = answer_of(d, "/schemata/v1/capabilities")) &&
        sma_json_is(answer, SMA_JSON_OBJECT)) {
        say(d, GOOD, "registry", NULL, "schemata %.*s", SMA_STR_ARG(member(answer, "version")));
    } else if ((answer = answer_of(d, "/v1/metadata/version")) && member(answer, "version").len) {
        say(d, GOOD, "registry", NULL, "Confluent %.*s", SMA_STR_ARG(member(answer, "version")));
    } else if ((answer = answer_of(d, "/apis/registry/v2/system/info"))) {
        say(d, GOOD, "registry", NULL, "Apicurio %.*s", SMA_STR_ARG(member(answer, "version")));
    } else if (sma_probe_header(d->probe, "Server", &server) && server.len) {
        say(d, GOOD, "registry", NULL, "unknown; its server calls itself %.*s",
            SMA_STR_ARG(server));
    } else {
        say(d, GOOD, "registry", NULL, "unknown; it speaks the standard API");
    }
}

static void tell_features(struct doctor *d)
{
    static const struct {
        const char *name, *path;
    } features[] = {
        {"contexts", "/contexts"},
        {"modes", "/mode"},
        {"lookup by id with subjects", "/schemas?limit=1"},
        {"key registry", "/dek-registry/v1/keks"},
        {"own API", "/schemata/v1/capabilities"},
    };
    char found[512] = "", missing[512] = "";
    for (size_t i = 0; i < sizeof features / sizeof features[0]; i++) {
        char *list = answer_of(d, features[i].path) ? found : missing;
        size_t used = strlen(list);
        snprintf(list + used, sizeof found - used, "%s%s", used ? ", " : "", features[i].name);
    }
    say(d, GOOD, "features", NULL, "%s%s%s%s", *found ? found : "none", *missing ? " (not: " : "",
        missing, *missing ? ")" : "");
}

static void tell_state(struct doctor *d)
{
    const struct sma_json *mode = answer_of(d, "/mode"), *config = answer_of(d, "/config");
    struct sma_str word = member(mode, "mode");
    bool is_writable = !word.len || sma_str_eqz(word, "READWRITE");
    say(d, is_writable ? GOOD : WARN, "mode",
        "schemata mode set READWRITE --global, when that is not meant", "%.*s",
        word.len ? (int)word.len : 7, word.len ? word.ptr : "unknown");
    word = member(config, "compatibilityLevel");
    say(d, GOOD, "level", NULL, "%.*s", word.len ? (int)word.len : 7,
        word.len ? word.ptr : "unknown");
}

static int by_value(const void *a, const void *b)
{
    const int64_t *x = a, *y = b;
    return (*x > *y) - (*x < *y);
}

static void tell_latency(struct doctor *d)
{
    int64_t us[LATENCY_TRIES];
    for (int i = 0; i < LATENCY_TRIES; i++) {
        struct timespec start, end;
        clock_gettime(CLOCK_MONOTONIC, &start);
        answer_of(d, "/config");
        clock_gettime(CLOCK_MONOTONIC, &end);
        us[i] = (end.tv_sec - start.tv_sec) * 1000000 + (end.tv_nsec - start.tv_nsec) / 1000;
    }
    qsort(us, LATENCY_TRIES, sizeof us[0], by_value);
    say(d, GOOD, "latency", NULL, "%.1f ms (median of %d)", (double)us[LATENCY_TRIES / 2] / 1000,
        LATENCY_TRIES);
}

static void examine(struct doctor *d)
{
    if (!look_up(d) || !connect_there(d) || !check_tls(d) || !check_http(d) || !check_access(d))
        return;
    tell_kind(d);
    tell_features(d);
    tell_state(d);
    tell_latency(d);
}

int sma_doctor_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct sma_http_probe *probe = calloc(1, sizeof *probe);
    struct doctor d = {.s = &s, .probe = probe, .wants_json = sma_wants_json(arguments)};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    sma_buf_init(&d.json, 0);
    sma_buf_putc(&d.json, '[');
    if (!st && !probe)
        st = sma_fail_nomem(&s.err);
    if (!st)
        st = sma_probe_init(probe, sma_str_z(sma_remote_url(s.remote)), &s.err);
    if (!st) {
        examine(&d);
        sma_probe_fini(probe);
    }
    if (!st && d.wants_json && !sma_buf_failed(&d.json))
        printf("%.*s]\n", SMA_STR_ARG(sma_buf_str(&d.json)));
    sma_buf_fini(&d.json);
    free(probe);
    return sma_remote_session_finish(&s, st, d.code);
}
