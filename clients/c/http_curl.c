#include "clients/c/http_curl.h"

#include <curl/curl.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "clients/c/clock.h"
#include "clients/c/memory.h"
#include "core/crypto/pkcs12.h"

#define IDLE_HANDLES_MAX 16
#define REDIRECTS_MAX 5

/* PEM text from the configuration, as a file that only we see. */
struct pem_file {
    int fd; /* -1: none */
    char path[40];
};

struct sma_client_curl {
    schemata_conf_t *conf;
    int64_t connect_ms, read_ms, body_max;
    char *proxy;
    struct pem_file ca_pem, certificate_pem, key_pem, trust_store, key_store;
    char *env_ca, *env_folder;
    const char *ca, *ca_folder, *certificate, *key; /* paths or NULL */
    atomic_bool is_stopping;
    pthread_mutex_t mutex;
    CURL *idle[IDLE_HANDLES_MAX];
    size_t idle_count;
};

/* What resp->body points into. */
struct answer {
    struct sma_buf body;
    char error[CURL_ERROR_SIZE + 64];
    bool is_too_long, is_out_of_memory;
};

/* ---- once per process -----------------------------------------------------------------------------
 */

static atomic_bool is_initialized;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialize(void)
{
    if (!atomic_load(&is_initialized))
        curl_global_init(CURL_GLOBAL_DEFAULT);
}

void sma_client_curl_is_initialized(void)
{
    atomic_store(&is_initialized, true);
}

/* ---- TLS material ---------------------------------------------------------------------------------
 */

/* PEM text behind a path: the TLS library takes files only. */
static schemata_status_t keep_pem(struct pem_file *file, const char **out, struct sma_str pem,
                                  const char *key, schemata_error_t **err)
{
    file->fd = memfd_create("schemata-pem", MFD_CLOEXEC);
    while (file->fd >= 0 && pem.len) {
        ssize_t n = write(file->fd, pem.ptr, pem.len);
        if (n <= 0)
            break;
        pem = sma_str_from(pem, (size_t)n);
    }
    if (file->fd < 0 || pem.len)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: no room for it", key);
    snprintf(file->path, sizeof file->path, "/proc/self/fd/%d", file->fd);
    *out = file->path;
    return SCHEMATA_OK;
}

/* Nothing when the property is not set. */
static schemata_status_t pem_text(struct pem_file *file, const char **out, const schemata_conf_t *c,
                                  enum sma_client_prop prop, schemata_error_t **err)
{
    const char *pem = sma_client_conf_text(c, prop);
    return pem ? keep_pem(file, out, sma_str_z(pem), sma_client_props[prop].key, err) : SCHEMATA_OK;
}

/* A file that the TLS library would complain about later, and less clearly. */
static schemata_status_t pem_path(const char **out, const schemata_conf_t *c,
                                  enum sma_client_prop prop, schemata_error_t **err)
{
    const char *path = sma_client_conf_text(c, prop);
    if (!path)
        return SCHEMATA_OK;
    if (access(path, R_OK))
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: cannot open %s: %s",
                               sma_client_props[prop].key, path, strerrordesc_np(errno));
    *out = path;
    return SCHEMATA_OK;
}

static schemata_status_t read_store(struct sma_buf *out, const char *key, const char *path,
                                    schemata_error_t **err)
{
    char block[4096];
    size_t got, total = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: cannot open %s", key, path);
    while (!sma_buf_failed(out) && (got = fread(block, 1, sizeof block, file)) > 0) {
        total += got;
        sma_buf_append(out, block, got);
    }
    fclose(file);
    explicit_bzero(block, sizeof block);
    if (sma_buf_failed(out) && total > SMA_PKCS12_BYTES_MAX)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: %s is too large for a store", key, path);
    return sma_buf_failed(out) ? sma_client_no_memory(err) : SCHEMATA_OK;
}

/* Java's own kind is refused with the way out. */
static schemata_status_t refuse_jks(const char *key, const char *path, schemata_error_t **err)
{
    schemata_status_t st =
        sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: %s is a JKS store", key, path);
    sma_client_hint(err,
                    "convert it: keytool -importkeystore -srckeystore %s -destkeystore store.p12 "
                    "-deststoretype PKCS12",
                    path);
    return st;
}

static schemata_status_t open_pkcs12(struct pem_file *file, const char **out, struct sma_str bytes,
                                     const char *password, const char *key, const char *path,
                                     schemata_error_t **err)
{
    struct sma_buf pem;
    struct sma_error problem = SMA_ERROR_INIT;
    sma_buf_init(&pem, 0);
    schemata_status_t st =
        sma_pkcs12_to_pem(&pem, bytes, password, &problem)
            ? sma_client_fail_core(err, SCHEMATA_ERR_CONF, &problem)
            : keep_pem(file, out, sma_buf_str(&pem), key, err);
    if (problem.status)
        sma_client_error_prefix(err, "%s: %s: ", key, path);
    if (pem.ptr)
        explicit_bzero(pem.ptr, pem.len);
    sma_buf_fini(&pem);
    return st;
}

/* A trust or key store: PEM as it is, PKCS #12 turned into it. */
static schemata_status_t store(struct pem_file *file, const char **out, const schemata_conf_t *c,
                               enum sma_client_prop prop, enum sma_client_prop password,
                               schemata_error_t **err)
{
    const char *path = sma_client_conf_text(c, prop), *key = sma_client_props[prop].key;
    struct sma_buf bytes;
    if (!path)
        return SCHEMATA_OK;
    sma_buf_init(&bytes, SMA_PKCS12_BYTES_MAX);
    schemata_status_t st = read_store(&bytes, key, path, err);
    struct sma_str text = sma_buf_str(&bytes);
    if (!st && sma_str_starts(text, SMA_STR("-----BEGIN")))
        *out = path;
    else if (!st && sma_str_starts(text, SMA_STR("\xfe\xed\xfe\xed")))
        st = refuse_jks(key, path, err);
    else if (!st)
        st = open_pkcs12(file, out, text, sma_client_conf_text(c, password), key, path, err);
    if (bytes.ptr)
        explicit_bzero(bytes.ptr, bytes.len);
    sma_buf_fini(&bytes);
    return st;
}

/* Text wins over a path, a path over a store, and each over the environment. */
static schemata_status_t load_tls(struct sma_client_curl *curl, schemata_error_t **err)
{
    const schemata_conf_t *c = curl->conf;
    const char *store_key = NULL;
    schemata_status_t st = store(&curl->trust_store, &curl->ca, c, SMA_P_SSL_TRUSTSTORE,
                                 SMA_P_SSL_TRUSTSTORE_PASSWORD, err);
    if (!st)
        st = store(&curl->key_store, &curl->certificate, c, SMA_P_SSL_KEYSTORE,
                   SMA_P_SSL_KEY_PASSWORD, err);
    store_key = curl->certificate;
    if (!st)
        st = pem_path(&curl->ca, c, SMA_P_SSL_CA, err);
    if (!st)
        st = pem_path(&curl->certificate, c, SMA_P_SSL_CERTIFICATE, err);
    if (!st)
        st = pem_path(&curl->key, c, SMA_P_SSL_KEY, err);
    if (!st)
        st = pem_text(&curl->ca_pem, &curl->ca, c, SMA_P_SSL_CA_PEM, err);
    if (!st)
        st = pem_text(&curl->certificate_pem, &curl->certificate, c, SMA_P_SSL_CERTIFICATE_PEM,
                      err);
    if (!st)
        st = pem_text(&curl->key_pem, &curl->key, c, SMA_P_SSL_KEY_PEM, err);
    if (!curl->ca) { /* as OpenSSL's programs and curl's do */
        curl->ca = curl->env_ca = sma_client_copy(secure_getenv("SSL_CERT_FILE"));
        curl->ca_folder = curl->env_folder = sma_client_copy(secure_getenv("SSL_CERT_DIR"));
    }
    if (!curl->key)
        curl->key = store_key ? store_key : curl->certificate; /* both in one file */
    if (!st && !*sma_client_conf_text(c, SMA_P_SSL_IDENTIFICATION))
        sma_client_log(c, SCHEMATA_LOG_WARN, "tls",
                       "ssl.endpoint.identification.algorithm is empty: the name in the registry's "
                       "certificate is not compared with its host");
    return st;
}

/* ---- life -----------------------------------------------------------------------------------------
 */

static schemata_status_t load_proxy(struct sma_client_curl *curl, schemata_error_t **err)
{
    const char *proxy = sma_client_conf_text(curl->conf, SMA_P_PROXY);
    const char *host = sma_client_conf_text(curl->conf, SMA_P_PROXY_HOST);
    struct sma_buf url;
    if (!proxy && !host)
        return SCHEMATA_OK;
    sma_buf_init(&url, 0);
    if (proxy)
        sma_buf_putz(&url, proxy);
    else
        sma_buf_printf(&url, "http://%s:%s", host,
                       sma_client_conf_text(curl->conf, SMA_P_PROXY_PORT));
    curl->proxy = sma_buf_failed(&url) ? NULL : sma_client_copy_str(sma_buf_str(&url));
    sma_buf_fini(&url);
    return curl->proxy ? SCHEMATA_OK : sma_client_no_memory(err);
}

schemata_status_t sma_client_curl_new(struct sma_client_curl **out, const schemata_conf_t *c,
                                      schemata_error_t **err)
{
    struct sma_client_curl *curl = sma_client_alloc(sizeof *curl);
    schemata_status_t st;
    pthread_once(&once, initialize);
    if (!curl)
        return sma_client_no_memory(err);
    curl->ca_pem.fd = curl->certificate_pem.fd = curl->key_pem.fd = -1;
    curl->trust_store.fd = curl->key_store.fd = -1;
    pthread_mutex_init(&curl->mutex, NULL);
    curl->conf = schemata_conf_copy(c);
    if (!curl->conf) {
        sma_client_curl_free(curl);
        return sma_client_no_memory(err);
    }
    curl->connect_ms = sma_client_conf_int(c, SMA_P_CONNECT_TIMEOUT_MS);
    curl->read_ms = sma_client_conf_int(c, SMA_P_READ_TIMEOUT_MS);
    curl->body_max = sma_client_conf_int(c, SMA_P_RESPONSE_MAX_BYTES);
    st = load_proxy(curl, err);
    if (!st)
        st = load_tls(curl, err);
    if (st)
        sma_client_curl_free(curl);
    else
        *out = curl;
    return st;
}

static void close_pem(struct pem_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
}

void sma_client_curl_free(struct sma_client_curl *curl)
{
    if (!curl)
        return;
    for (size_t i = 0; i < curl->idle_count; i++)
        curl_easy_cleanup(curl->idle[i]);
    close_pem(&curl->ca_pem);
    close_pem(&curl->certificate_pem);
    close_pem(&curl->key_pem);
    close_pem(&curl->trust_store);
    close_pem(&curl->key_store);
    pthread_mutex_destroy(&curl->mutex);
    sma_client_free(curl->env_ca);
    sma_client_free(curl->env_folder);
    sma_client_free_secret(curl->proxy);
    schemata_conf_free(curl->conf);
    sma_client_free(curl);
}

void sma_client_curl_stop(struct sma_client_curl *curl)
{
    if (curl)
        atomic_store(&curl->is_stopping, true);
}

/* ---- handles --------------------------------------------------------------------------------------
 */

static CURL *take_handle(struct sma_client_curl *curl)
{
    CURL *handle = NULL;
    pthread_mutex_lock(&curl->mutex);
    if (curl->idle_count)
        handle = curl->idle[--curl->idle_count];
    pthread_mutex_unlock(&curl->mutex);
    return handle ? handle : curl_easy_init();
}

static void put_handle(struct sma_client_curl *curl, CURL *handle)
{
    curl_easy_reset(handle); /* keeps its connections */
    pthread_mutex_lock(&curl->mutex);
    if (curl->idle_count < IDLE_HANDLES_MAX) {
        curl->idle[curl->idle_count++] = handle;
        handle = NULL;
    }
    pthread_mutex_unlock(&curl->mutex);
    if (handle)
        curl_easy_cleanup(handle);
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct answer *answer = ctx;
    (void)size; /* always 1 */
    answer->is_too_long = count > answer->body.max - answer->body.len;
    if (!answer->is_too_long)
        sma_buf_append(&answer->body, bytes, count);
    answer->is_out_of_memory = sma_buf_failed(&answer->body);
    return answer->is_too_long || answer->is_out_of_memory ? 0 : count;
}

static int watch(void *ctx, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d)
{
    struct sma_client_curl *curl = ctx;
    (void)a, (void)b, (void)c, (void)d;
    return atomic_load(&curl->is_stopping);
}

static bool set_tls(struct sma_client_curl *curl, CURL *h)
{
    const schemata_conf_t *c = curl->conf;
    const char *password = sma_client_conf_text(c, SMA_P_SSL_KEY_PASSWORD);
    const char *identification = sma_client_conf_text(c, SMA_P_SSL_IDENTIFICATION);
    /* A CA that is named is the only one: the system's folder does not count beside it. */
    return (!curl->ca || !curl_easy_setopt(h, CURLOPT_CAINFO, curl->ca)) &&
           (!(curl->ca || curl->ca_folder) ||
            !curl_easy_setopt(h, CURLOPT_CAPATH, curl->ca_folder)) &&
           (!curl->certificate || !curl_easy_setopt(h, CURLOPT_SSLCERT, curl->certificate)) &&
           (!curl->key || !curl_easy_setopt(h, CURLOPT_SSLKEY, curl->key)) &&
           (!password || curl->key == curl->key_store.path ||
            !curl_easy_setopt(h, CURLOPT_KEYPASSWD, password)) &&
           !curl_easy_setopt(h, CURLOPT_SSL_VERIFYPEER, 1L) &&
           !curl_easy_setopt(h, CURLOPT_SSL_VERIFYHOST, *identification ? 2L : 0L);
}

static bool set_common(struct sma_client_curl *curl, CURL *h, struct answer *answer)
{
    return !curl_easy_setopt(h, CURLOPT_NOSIGNAL, 1L) &&
           !curl_easy_setopt(h, CURLOPT_PROTOCOLS_STR, "http,https") &&
           !curl_easy_setopt(h, CURLOPT_FOLLOWLOCATION, 0L) &&
           !curl_easy_setopt(h, CURLOPT_PATH_AS_IS, 1L) &&
           !curl_easy_setopt(h, CURLOPT_ACCEPT_ENCODING, "gzip") &&
           !curl_easy_setopt(h, CURLOPT_ERRORBUFFER, answer->error) &&
           !curl_easy_setopt(h, CURLOPT_WRITEFUNCTION, take_body) &&
           !curl_easy_setopt(h, CURLOPT_WRITEDATA, answer) &&
           !curl_easy_setopt(h, CURLOPT_NOPROGRESS, 0L) &&
           !curl_easy_setopt(h, CURLOPT_XFERINFOFUNCTION, watch) &&
           !curl_easy_setopt(h, CURLOPT_XFERINFODATA, curl) &&
           (!curl->proxy || !curl_easy_setopt(h, CURLOPT_PROXY, curl->proxy)) && set_tls(curl, h);
}

static struct curl_slist *header_list(const schemata_http_request_t *req)
{
    struct curl_slist *list = curl_slist_append(NULL, "Expect:"), *grown;
    for (const char *const *h = req->headers; list && h && *h; h++) {
        grown = curl_slist_append(list, *h);
        if (!grown)
            curl_slist_free_all(list);
        list = grown;
    }
    return list;
}

static bool set_request(struct sma_client_curl *curl, CURL *h, const schemata_http_request_t *req,
                        const char *url)
{
    int64_t left = req->deadline_ms - sma_client_now_ms();
    int64_t total = left < curl->read_ms ? left : curl->read_ms;
    int64_t connect = total < curl->connect_ms ? total : curl->connect_ms;
    if (total < 1)
        total = connect = 1;
    bool has_body = req->body_len || !strcmp(req->method, "POST") || !strcmp(req->method, "PUT");
    return !curl_easy_setopt(h, CURLOPT_TIMEOUT_MS, (long)total) &&
           !curl_easy_setopt(h, CURLOPT_CONNECTTIMEOUT_MS, (long)connect) &&
           !curl_easy_setopt(h, CURLOPT_URL, url) &&
           (!has_body ||
            (!curl_easy_setopt(h, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)req->body_len) &&
             !curl_easy_setopt(h, CURLOPT_POSTFIELDS, req->body_len ? req->body : ""))) &&
           !curl_easy_setopt(h, CURLOPT_CUSTOMREQUEST, req->method);
}

/* libcurl leaves SIGPIPE of TLS connections to the application: it must neither see nor die of it.
 */
static CURLcode perform(CURL *h)
{
    sigset_t pipe, old, pending;
    CURLcode code;
    sigemptyset(&pipe);
    sigaddset(&pipe, SIGPIPE);
    sigpending(&pending);
    bool was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe, &old);
    code = curl_easy_perform(h);
    if (!was_pending) {
        const struct timespec at_once = {0, 0};
        while (sigtimedwait(&pipe, NULL, &at_once) == SIGPIPE)
            ;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    return code;
}

/* ---- redirects ------------------------------------------------------------------------------------
 */

static bool same_part(CURLU *a, CURLU *b, CURLUPart part, unsigned flags)
{
    char *left = NULL, *right = NULL;
    bool same = !curl_url_get(a, part, &left, flags) && !curl_url_get(b, part, &right, flags) &&
                !strcasecmp(left, right);
    curl_free(left);
    curl_free(right);
    return same;
}

static bool same_origin(const char *one, const char *other)
{
    CURLU *a = curl_url(), *b = curl_url();
    bool same = a && b && !curl_url_set(a, CURLUPART_URL, one, 0) &&
                !curl_url_set(b, CURLUPART_URL, other, 0) &&
                same_part(a, b, CURLUPART_SCHEME, 0) && same_part(a, b, CURLUPART_HOST, 0) &&
                same_part(a, b, CURLUPART_PORT, CURLU_DEFAULT_PORT);
    curl_url_cleanup(a);
    curl_url_cleanup(b);
    return same;
}

/* ---- one request ----------------------------------------------------------------------------------
 */

static schemata_status_t say(schemata_http_response_t *resp, struct answer *answer,
                             schemata_status_t st, const char *text)
{
    snprintf(answer->error, sizeof answer->error, "%s", text);
    resp->status = 0;
    resp->transport_error = answer->error;
    return st;
}

static schemata_status_t finish(struct sma_client_curl *curl, CURL *h, CURLcode code,
                                struct answer *answer, schemata_http_response_t *resp)
{
    long status = 0;
    curl_off_t retry_after = 0;
    if (answer->is_out_of_memory)
        return SCHEMATA_ERR_NOMEM;
    if (answer->is_too_long) {
        char text[96];
        snprintf(text, sizeof text, "the answer is longer than %lld bytes",
                 (long long)curl->body_max);
        return say(resp, answer, SCHEMATA_ERR_SERVER, text);
    }
    if (code) {
        if (!answer->error[0])
            snprintf(answer->error, sizeof answer->error, "%s", curl_easy_strerror(code));
        resp->status = 0;
        resp->transport_error = answer->error;
        return SCHEMATA_OK;
    }
    curl_easy_getinfo(h, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(h, CURLINFO_RETRY_AFTER, &retry_after);
    resp->status = (int)status;
    resp->retry_after_ms = retry_after > 0 && retry_after < 86400 ? retry_after * 1000 : 0;
    resp->body = sma_buf_str(&answer->body).ptr;
    resp->body_len = answer->body.len;
    return SCHEMATA_OK;
}

/* Follows what stays at home; gives the last answer. */
static schemata_status_t exchange(struct sma_client_curl *curl, CURL *h,
                                  const schemata_http_request_t *req, struct answer *answer,
                                  schemata_http_response_t *resp)
{
    char *moved = NULL;
    schemata_status_t st = SCHEMATA_OK;
    for (int hops = 0;; hops++) {
        char *next = NULL;
        sma_buf_clear(&answer->body);
        answer->error[0] = '\0';
        if (!set_request(curl, h, req, moved ? moved : req->url)) {
            st = say(resp, answer, SCHEMATA_OK, "the request cannot be made");
            break;
        }
        st = finish(curl, h, perform(h), answer, resp);
        if (st || resp->status < 300 || resp->status >= 400 || resp->status == 304)
            break;
        curl_easy_getinfo(h, CURLINFO_REDIRECT_URL, &next);
        if (!next || hops == REDIRECTS_MAX) {
            st = say(resp, answer, SCHEMATA_ERR_SERVER, "redirected without end or aim");
            break;
        }
        if (!same_origin(req->url, next)) {
            st = say(resp, answer, SCHEMATA_ERR_SERVER, "redirected to another origin: refused");
            break;
        }
        char *copy = sma_client_copy(next);
        sma_client_free(moved);
        moved = copy;
        if (!moved) {
            st = SCHEMATA_ERR_NOMEM;
            break;
        }
    }
    sma_client_free(moved);
    return st;
}

schemata_status_t sma_client_curl_run(void *ctx, const schemata_http_request_t *req,
                                      schemata_http_response_t *resp)
{
    struct sma_client_curl *curl = ctx;
    struct answer *answer = sma_client_alloc(sizeof *answer);
    CURL *h = answer ? take_handle(curl) : NULL;
    struct curl_slist *headers = h ? header_list(req) : NULL;
    schemata_status_t st = SCHEMATA_ERR_NOMEM;
    *resp = (schemata_http_response_t){.size = sizeof *resp};
    if (headers) {
        sma_buf_init(&answer->body, (size_t)curl->body_max);
        if (!set_common(curl, h, answer) || curl_easy_setopt(h, CURLOPT_HTTPHEADER, headers))
            st = say(resp, answer, SCHEMATA_OK, "libcurl refuses an option of the configuration");
        else
            st = exchange(curl, h, req, answer, resp);
    }
    if (h)
        put_handle(curl, h);
    curl_slist_free_all(headers);
    if (st == SCHEMATA_ERR_NOMEM) {
        if (answer)
            sma_buf_fini(&answer->body);
        sma_client_free(answer);
        answer = NULL;
        resp->body = NULL;
        resp->transport_error = NULL;
    }
    resp->owner = answer;
    return st;
}

void sma_client_curl_release(void *ctx, schemata_http_response_t *resp)
{
    struct answer *answer = resp->owner;
    (void)ctx;
    if (answer)
        sma_buf_fini(&answer->body);
    sma_client_free(answer);
    *resp = (schemata_http_response_t){.size = sizeof *resp};
}
