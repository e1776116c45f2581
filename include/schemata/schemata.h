/* libschemata: a client of schema registries with the Confluent REST API, with caching serializers for
 * Avro, Protobuf and JSON Schema. `pkg-config --cflags --libs schemata`.
 *
 * Threads: a configuration, an error, a report, a buffer and a message belong to one thread at a time. A
 * client, a schema, a serializer and a deserializer may be shared by any number of threads. After fork()
 * the child may use schemas and the wire functions; a client must be made anew there.
 *
 * Time: no call takes longer than its own timeout_ms, or request.timeout.total.ms. With SCHEMATA_NOWAIT
 * none waits at all.
 *
 * Structs that begin with `size` grow at the end: set size to sizeof, zero the rest. */
#ifndef SCHEMATA_H
#define SCHEMATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- build ------------------------------------------------------------ */
#if defined(_WIN32)
#  define SCHEMATA_API __declspec(dllimport)   /* dllexport while building */
#elif defined(__GNUC__)
#  define SCHEMATA_API __attribute__((visibility("default")))
#else
#  define SCHEMATA_API
#endif
#if defined(__GNUC__)
#  define SCHEMATA_MUST_USE __attribute__((warn_unused_result))
#else
#  define SCHEMATA_MUST_USE
#endif

/* Of the header; schemata_version() is the library's. */
#define SCHEMATA_VERSION_HEX 0x00010000u        /* 0xMMmmpp00 */
SCHEMATA_API uint32_t    schemata_version(void);
SCHEMATA_API const char *schemata_version_str(void);
/* space-separated: "avro protobuf json http tls rules.encrypt ..." */
SCHEMATA_API const char *schemata_features(void);

/* ---- opaque handles (all reference counted) --------------------------- */
typedef struct schemata_conf         schemata_conf_t;
typedef struct schemata_client       schemata_client_t;
typedef struct schemata_schema       schemata_schema_t;
typedef struct schemata_serializer   schemata_serializer_t;
typedef struct schemata_deserializer schemata_deserializer_t;
typedef struct schemata_error        schemata_error_t;
typedef struct schemata_report       schemata_report_t;   /* diagnostics */

/* ---- status and errors ------------------------------------------------ */
typedef enum schemata_status {
    SCHEMATA_OK = 0,
    SCHEMATA_ERR_ARG,            /* caller bug: NULL, bad enum, bad size     */
    SCHEMATA_ERR_CONF,           /* unknown key or bad value                 */
    SCHEMATA_ERR_NOMEM,
    SCHEMATA_ERR_BUFFER,         /* caller's fixed buffer is too small       */
    SCHEMATA_ERR_FRAMING,        /* payload is not in the registry format    */
    SCHEMATA_ERR_PARSE,          /* schema text does not parse               */
    SCHEMATA_ERR_REFERENCE,      /* a reference cannot be resolved           */
    SCHEMATA_ERR_DATA,           /* value does not fit the schema            */
    SCHEMATA_ERR_INCOMPATIBLE,   /* refused by a compatibility rule          */
    SCHEMATA_ERR_NOT_FOUND,      /* subject, version or id unknown           */
    SCHEMATA_ERR_AUTH,           /* 401 or 403                               */
    SCHEMATA_ERR_CONFLICT,       /* registry state forbids it (mode, in use) */
    SCHEMATA_ERR_UNREACHABLE,    /* transport error on every URL             */
    SCHEMATA_ERR_TIMEOUT,        /* deadline passed                          */
    SCHEMATA_ERR_SERVER,         /* 5xx, or an answer we cannot read         */
    SCHEMATA_ERR_WOULD_BLOCK,    /* SCHEMATA_NOWAIT and not in the cache     */
    SCHEMATA_ERR_RULE,           /* a data-contract rule said no             */
    SCHEMATA_ERR_UNSUPPORTED,    /* not in this build                        */
    SCHEMATA_ERR_INTERNAL
} schemata_status_t;

SCHEMATA_API const char *schemata_status_name(schemata_status_t s);

/* Every fallible call takes a trailing `schemata_error_t **err`, which may be
 * NULL. On failure *err owns a new object; on success it is left alone. What
 * the getters give lives as long as the error. All of them take NULL.
 *
 *   message    one line: what is wrong and where, without secrets
 *   hint       what to do about it, or NULL
 *   http_status, code, url   what the registry answered, and which one; 0, 0,
 *              NULL when nothing did
 *   retriable  trying again later may help (the library has tried already)
 *   cached     the registry said so a moment ago and was not asked again
 *   report     every difference or violation, or NULL; owned by the error */
SCHEMATA_API void              schemata_error_free(schemata_error_t *e);
SCHEMATA_API schemata_status_t schemata_error_status(const schemata_error_t *e);
SCHEMATA_API const char       *schemata_error_message(const schemata_error_t *e);
SCHEMATA_API const char       *schemata_error_hint(const schemata_error_t *e);   /* or NULL */
SCHEMATA_API int               schemata_error_http_status(const schemata_error_t *e);  /* 0: none */
SCHEMATA_API int               schemata_error_code(const schemata_error_t *e);   /* 40403 ... */
SCHEMATA_API bool              schemata_error_retriable(const schemata_error_t *e);
SCHEMATA_API bool              schemata_error_cached(const schemata_error_t *e); /* negative cache */
SCHEMATA_API const char       *schemata_error_url(const schemata_error_t *e);    /* no secrets */
SCHEMATA_API const schemata_report_t *schemata_error_report(const schemata_error_t *e);

/* ---- process-wide, optional, before any other call -------------------- */
typedef struct schemata_allocator {
    void *(*alloc)(void *ctx, size_t size);
    void *(*resize)(void *ctx, void *p, size_t size);
    void  (*release)(void *ctx, void *p);
    void  *ctx;
} schemata_allocator_t;
/* Memory of the library's own objects goes through `a` (NULL: malloc); parsing uses malloc always. To be
 * called once, before any other call of the library, or not at all.
 *
 * flags     SCHEMATA_INIT_NO_CURL_GLOBAL: the program calls curl_global_init itself.
 * Returns   SCHEMATA_ERR_ARG for an unknown flag, an incomplete allocator, or a second call. */
#define SCHEMATA_INIT_NO_CURL_GLOBAL 0x1u
SCHEMATA_API schemata_status_t schemata_init(const schemata_allocator_t *a, uint32_t flags);

/* ---- configuration ---------------------------------------------------- */
/* All defaults. NULL when out of memory. */
SCHEMATA_API schemata_conf_t *schemata_conf_new(void);
SCHEMATA_API schemata_conf_t *schemata_conf_copy(const schemata_conf_t *c);
SCHEMATA_API void             schemata_conf_free(schemata_conf_t *c);
/* Sets one property: its name or an alias, with or without "schema.registry." in front; the text is
 * copied and checked. request.header.NAME adds a header to every request.
 *
 * Returns   SCHEMATA_ERR_CONF for an unknown name (the hint has the nearest) or a bad value. */
SCHEMATA_API schemata_status_t schemata_conf_set(schemata_conf_t *c, const char *key,
                                                 const char *value, schemata_error_t **err);
/* client.properties as the Java and Python clients read it (comments, joined
 * lines, escapes). Unknown keys that do not begin with "schema.registry." are
 * taken for Kafka's own and skipped when `prefix_only` is true, and errors
 * otherwise. Messages name file and line. */
SCHEMATA_API schemata_status_t schemata_conf_load(schemata_conf_t *c, const char *path,
                                                  bool prefix_only, schemata_error_t **err);
/* The variables that people have: SCHEMA_REGISTRY_URL, _USERNAME and _PASSWORD, _BASIC_AUTH_USER_INFO,
 * _API_KEY and _API_SECRET; then SCHEMATA_ and the name of any property in capitals with _ for dots.
 * Other SCHEMA_REGISTRY_ names are the server's and left alone. */
SCHEMATA_API schemata_status_t schemata_conf_load_env(schemata_conf_t *c, schemata_error_t **err);

typedef struct schemata_prop {           /* drives docs and --help */
    const char *key, *alias, *type, *dflt, *range, *doc;
} schemata_prop_t;
/* The table of all properties; constant. */
SCHEMATA_API const schemata_prop_t *schemata_conf_props(size_t *n);

typedef enum { SCHEMATA_LOG_ERROR = 3, SCHEMATA_LOG_WARN = 4,
               SCHEMATA_LOG_INFO = 6, SCHEMATA_LOG_DEBUG = 7 } schemata_log_level_t;
/* Called from any thread, without locks held; the text ends when the call does. */
typedef void (*schemata_log_fn)(void *ctx, schemata_log_level_t lvl,
                                const char *facility, const char *text);
SCHEMATA_API void schemata_conf_set_log(schemata_conf_t *c, schemata_log_fn fn, void *ctx);

/* Gives a bearer token, malloc'ed (the library frees it), and how long it is good for; called by one
 * thread at a time when there is none or its time has come. */
typedef schemata_status_t (*schemata_token_fn)(void *ctx, char **token, int64_t *expires_in_ms);
SCHEMATA_API void schemata_conf_set_token_source(schemata_conf_t *c, schemata_token_fn fn, void *ctx);

/* Bring your own HTTP: for programs with their own event loop or TLS stack. `fn`
 * is called by any number of threads, fills in `resp` and returns SCHEMATA_OK
 * also when nobody answered (status 0 and transport_error). `free_resp` (or
 * NULL) is called for every response once it has been read. */
typedef struct schemata_http_request {
    size_t size;                         /* sizeof, set by the library */
    const char *method, *url;
    const char *const *headers;          /* "Name: value", NULL-terminated */
    const void *body; size_t body_len;
    int64_t deadline_ms;                 /* monotonic */
} schemata_http_request_t;
typedef struct schemata_http_response {
    size_t size;
    int status;                          /* 0: transport failed */
    const void *body; size_t body_len;
    int64_t retry_after_ms;
    const char *transport_error;
    void *owner;                         /* the transport's, for its free_resp */
} schemata_http_response_t;
typedef schemata_status_t (*schemata_http_fn)(void *ctx, const schemata_http_request_t *req,
                                              schemata_http_response_t *resp);
SCHEMATA_API void schemata_conf_set_http(schemata_conf_t *c, schemata_http_fn fn,
                                         void (*free_resp)(void *ctx, schemata_http_response_t *),
                                         void *ctx);

/* ---- client ----------------------------------------------------------- */
/* Copies what it needs from `c`. Asks nobody yet. "mock://scope" and
 * "file:bundle" URLs open no socket: a registry inside the process, and the
 * schemas of a file (read here and now; nothing can be registered).
 *
 * Returns NULL with SCHEMATA_ERR_CONF when the configuration makes no sense. */
SCHEMATA_API SCHEMATA_MUST_USE schemata_client_t *
schemata_client_new(const schemata_conf_t *c, schemata_error_t **err);
/* The last unref frees the client, once the calls that other threads are in have
 * ended; what the worker has under way is broken off. */
SCHEMATA_API schemata_client_t *schemata_client_ref(schemata_client_t *cl);
SCHEMATA_API void               schemata_client_unref(schemata_client_t *cl);

#define SCHEMATA_NOWAIT     0x01u   /* cache only; worker.threads=1 fetches in the background */
#define SCHEMATA_REFRESH    0x02u   /* bypass the cache, then fill it       */
#define SCHEMATA_DELETED    0x04u   /* include soft-deleted                 */
#define SCHEMATA_NORMALIZE  0x08u
#define SCHEMATA_PERMANENT  0x10u
#define SCHEMATA_STALE_OK   0x20u   /* expired "latest" beats an error      */

typedef enum { SCHEMATA_AVRO = 1, SCHEMATA_PROTOBUF, SCHEMATA_JSON } schemata_type_t;
typedef struct { uint8_t b[16]; } schemata_guid_t;
typedef struct schemata_kv { const char *key, *value; } schemata_kv_t;

typedef struct schemata_call {      /* NULL means defaults */
    size_t   size;                  /* sizeof(schemata_call_t) */
    uint32_t flags;
    int32_t  timeout_ms;            /* <= 0: request.timeout.total.ms */
    const char *context;            /* ".prod"; NULL: default context */
} schemata_call_t;

/* Each returns a new reference to an immutable, shareable schema, or NULL with
 *
 *   NOT_FOUND, AUTH, UNREACHABLE, TIMEOUT, SERVER   as named above
 *   REFERENCE      the schema refers to one that is not there
 *   PARSE, UNSUPPORTED   it is there and cannot be read
 *   WOULD_BLOCK    with SCHEMATA_NOWAIT
 *
 * What never changes (by id, GUID, version, text) is asked for once and kept; latest versions for
 * latest.cache.ttl.sec from their fetch; that something is missing for some seconds. Many threads that
 * miss the same thing at once make one request. */
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_get_by_id(schemata_client_t *cl, int32_t id, const char *subject_or_null,
                   const schemata_call_t *o, schemata_error_t **err);
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_get_by_guid(schemata_client_t *cl, const schemata_guid_t *g,
                     const schemata_call_t *o, schemata_error_t **err);
#define SCHEMATA_LATEST (-1)
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_get_version(schemata_client_t *cl, const char *subject, int32_t version,
                     const schemata_call_t *o, schemata_error_t **err);
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_get_latest_with_metadata(schemata_client_t *cl, const char *subject,
                                  const schemata_kv_t *kv, size_t n,
                                  const schemata_call_t *o, schemata_error_t **err);
/* Look up (never write) and register; `s` may come from schemata_parse(). The
 * result has id, and version and GUID where the registry says them. Registering
 * forgets what was known as latest or missing of the subject. */
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_lookup(schemata_client_t *cl, const char *subject, const schemata_schema_t *s,
                const schemata_call_t *o, schemata_error_t **err);
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_register(schemata_client_t *cl, const char *subject, const schemata_schema_t *s,
                  const schemata_call_t *o, schemata_error_t **err);
/* Remote check against that version, SCHEMATA_LATEST, or 0: all that the subject's level names; *report
 * lists what broke and against which version. */
SCHEMATA_API schemata_status_t
schemata_test_compatibility(schemata_client_t *cl, const char *subject, int32_t version,
                            const schemata_schema_t *s, const schemata_call_t *o,
                            schemata_report_t **report, schemata_error_t **err);
/* Anything else in the REST API, with the same auth, retry and failover. With `http_status`, refusals
 * other than 401, 403 and those that were retried in vain are answers (SCHEMATA_OK); without, errors.
 * `*out` is NUL-terminated; schemata_free it. */
SCHEMATA_API schemata_status_t
schemata_rest(schemata_client_t *cl, const char *method, const char *path_and_query,
              const void *body, size_t len, char **out, size_t *out_len, int *http_status,
              const schemata_call_t *o, schemata_error_t **err);

/* Fill the cache before traffic starts; returns how many are now cached, and
 * the first failure in *err. */
SCHEMATA_API int  schemata_prefetch_ids(schemata_client_t *cl, const int32_t *ids, size_t n,
                                        const schemata_call_t *o, schemata_error_t **err);
SCHEMATA_API void schemata_cache_clear(schemata_client_t *cl, bool latest_only);

/* Counters since the client was made. hits, misses, coalesced: answered from the cache, fetched, waited
 * for another thread's fetch. requests: HTTP requests, of which retries (rounds) and failovers (next
 * URLs). Latencies are of requests. */
typedef struct schemata_stats {
    size_t   size;
    uint64_t hits, misses, negative_hits, coalesced, evictions, stale_served;
    uint64_t requests, retries, failovers, errors;
    uint64_t bytes_cached, schemas_cached;
    uint64_t latency_us_p50, latency_us_p99;
} schemata_stats_t;
SCHEMATA_API void schemata_stats_get(schemata_client_t *cl, schemata_stats_t *out);
SCHEMATA_API void schemata_free(void *p);        /* for char* out-params */

/* ---- schemas, with no registry needed --------------------------------- */
/* A schema from text. `refs` are what it refers to, each with its schema (parsed
 * or fetched before). NULL with SCHEMATA_ERR_PARSE and a report that names line
 * and column, or SCHEMATA_ERR_REFERENCE. */
typedef struct schemata_ref_in {                 /* a reference, given locally */
    const char *name, *subject; int32_t version;
    const schemata_schema_t *schema;             /* may be NULL: fetch it */
} schemata_ref_in_t;
SCHEMATA_API SCHEMATA_MUST_USE schemata_schema_t *
schemata_parse(schemata_type_t type, const char *text, size_t len, const char *file_name,
               const schemata_ref_in_t *refs, size_t n_refs,
               schemata_report_t **report, schemata_error_t **err);
/* What the getters give lives as long as the schema. text: as written or as the
 * registry has it; canonical: as a registry compares it; both UTF-8. */
SCHEMATA_API schemata_schema_t *schemata_schema_ref(schemata_schema_t *s);
SCHEMATA_API void               schemata_schema_unref(schemata_schema_t *s);
SCHEMATA_API schemata_type_t    schemata_schema_type(const schemata_schema_t *s);
SCHEMATA_API int32_t            schemata_schema_id(const schemata_schema_t *s);      /* -1: none */
SCHEMATA_API int32_t            schemata_schema_version(const schemata_schema_t *s); /* -1: none */
SCHEMATA_API bool               schemata_schema_guid(const schemata_schema_t *s, schemata_guid_t *g);
SCHEMATA_API const char        *schemata_schema_subject(const schemata_schema_t *s);
SCHEMATA_API const char        *schemata_schema_text(const schemata_schema_t *s, size_t *len);
SCHEMATA_API const char        *schemata_schema_canonical(const schemata_schema_t *s, size_t *len);
SCHEMATA_API const char        *schemata_schema_record_name(const schemata_schema_t *s);

typedef enum { SCHEMATA_BACKWARD = 1, SCHEMATA_FORWARD = 2, SCHEMATA_FULL = 3 } schemata_dir_t;
/* The rule engine of the server and the CLI, in process. Oldest first in
 * `older`. SCHEMATA_ERR_INCOMPATIBLE comes with the differences in *report, or
 * in the error when `report` is NULL. */
SCHEMATA_API schemata_status_t
schemata_check(const schemata_schema_t *candidate, const schemata_schema_t *const *older,
               size_t n, schemata_dir_t dir, schemata_report_t **report, schemata_error_t **err);

typedef struct schemata_pos { const char *file; uint32_t line, col, end_line, end_col; } schemata_pos_t;
typedef struct schemata_diag {
    size_t      size;
    const char *rule;            /* "avro/field-no-default" */
    int         severity;        /* 3 error, 4 warning, 6 info */
    schemata_dir_t direction;    /* which readers break */
    const char *path;            /* JSON pointer, or full proto name */
    const char *message, *why, *fix;
    const char *fingerprint;     /* stable across commits */
    int32_t     against_version; /* -1: not from a registry */
    schemata_pos_t here, there;  /* line 0: unknown */
} schemata_diag_t;
SCHEMATA_API size_t schemata_report_count(const schemata_report_t *r);
SCHEMATA_API const schemata_diag_t *schemata_report_at(const schemata_report_t *r, size_t i);
SCHEMATA_API char  *schemata_report_render(const schemata_report_t *r, const char *format);
SCHEMATA_API void   schemata_report_free(schemata_report_t *r);

/* ---- wire format: pure functions, no allocation, no I/O --------------- */
typedef enum { SCHEMATA_WIRE_NONE, SCHEMATA_WIRE_ID, SCHEMATA_WIRE_GUID } schemata_wire_kind_t;
#define SCHEMATA_MAX_INDEXES 16
typedef struct schemata_wire {
    schemata_wire_kind_t kind;
    int32_t         id;
    schemata_guid_t guid;
    int32_t         n_indexes;                     /* protobuf only */
    int32_t         indexes[SCHEMATA_MAX_INDEXES];
    size_t          header_len;                    /* bytes before the data */
} schemata_wire_t;
#define SCHEMATA_KEY_HEADER   "__key_schema_id"
#define SCHEMATA_VALUE_HEADER "__value_schema_id"

SCHEMATA_API schemata_status_t schemata_wire_read(const void *p, size_t len, bool with_indexes,
                                                  schemata_wire_t *out);
/* Returns bytes written, or the size needed when cap is too small. */
SCHEMATA_API size_t schemata_wire_write_id(void *p, size_t cap, int32_t id,
                                           const int32_t *idx, size_t n_idx);
SCHEMATA_API size_t schemata_wire_write_guid(void *p, size_t cap, const schemata_guid_t *g,
                                             const int32_t *idx, size_t n_idx);
/* A sentence for logs: "no 0x00 marker; 0x7b looks like plain JSON". */
SCHEMATA_API const char *schemata_wire_explain(const void *p, size_t len);

/* ---- serializing ------------------------------------------------------ */
/* Bytes that a call fills. Begin with all zeros and use it again: its memory grows and stays, so that
 * steady state allocates nothing. Not NUL-terminated. One thread at a time. After a failed call `len`
 * is 0. */
typedef struct schemata_buf { uint8_t *data; size_t len, cap; } schemata_buf_t;  /* zero-init */
/* Gives the memory back and leaves all zeros. */
SCHEMATA_API void schemata_buf_free(schemata_buf_t *b);

/* Adds a header to the message being produced; copies `value`. What it returns is what the call
 * returns. schemata/rdkafka.h has it for librdkafka. */
typedef schemata_status_t (*schemata_header_put_fn)(void *ctx, const char *name,
                                                    const void *value, size_t len);
/* False when the message has no such header; else *value stays valid until the call has ended. */
typedef bool (*schemata_header_get_fn)(void *ctx, const char *name,
                                       const void **value, size_t *len);
/* Where a message belongs. All strings are borrowed for the call. */
typedef struct schemata_msg {
    size_t      size;                    /* sizeof(schemata_msg_t), set by the caller */
    const char *topic;
    bool        is_key;
    const char *subject;                 /* NULL: ask the strategy */
    schemata_header_put_fn put_header;   /* needed for id-in-header */
    schemata_header_get_fn get_header;
    void       *header_ctx;
    uint32_t    flags;                   /* SCHEMATA_NOWAIT ... */
    int32_t     timeout_ms;
    const char *message;                 /* Protobuf: full name; NULL: the file's first message */
} schemata_msg_t;

/* A program's own subject strategy: puts the subject into `out`, allocated like any buffer of the
 * library's; `record_name` is NULL when the schema has none or is not known yet. Called without locks,
 * once per kind of message, from any thread that serializes. */
typedef schemata_status_t (*schemata_subject_fn)(void *ctx, const schemata_msg_t *m,
                                                 const char *record_name, schemata_buf_t *out);
SCHEMATA_API void schemata_conf_set_subject_strategy(schemata_conf_t *c, schemata_subject_fn fn,
                                                     void *ctx);

/* A serializer: one for all topics, shared by any number of threads, which do not get into each other's
 * way. Which schema a message is written with (cf. the properties): the given one is registered
 * (auto.register.schemas), or found by use.schema.id or use.schema.guid, or it is the latest version
 * (use.latest.with.metadata, use.latest.version), or the given one is looked up. The answer is kept; a
 * latest version as long as latest.cache.ttl.sec says.
 *
 * cl        the serializer keeps a reference; may be NULL with serializer.framing=none and a schema.
 * schema    the serializer keeps a reference; its references are registered on the way. May be NULL when
 *           use.latest.version, use.latest.with.metadata, use.schema.id or use.schema.guid is set.
 * Returns   NULL with SCHEMATA_ERR_CONF when it would not know what to write, _ARG, _NOMEM. */
SCHEMATA_API SCHEMATA_MUST_USE schemata_serializer_t *
schemata_serializer_new(schemata_client_t *cl, const schemata_conf_t *c,
                        const schemata_schema_t *schema, schemata_error_t **err);
/* No other thread may use it any more. NULL is fine. */
SCHEMATA_API void schemata_serializer_free(schemata_serializer_t *s);
/* JSON in, framed bytes out. Avro and Protobuf values are encoded, JSON Schema messages validated and
 * passed on as they are.
 *
 * json      UTF-8; NULL for a tombstone: then out->len is 0 and nobody is asked.
 * out       the message, with the id in front unless it went into a header by put_header.
 * Returns   SCHEMATA_ERR_DATA with the JSON pointer of what does not fit (for JSON Schema a report of
 *           everything that is wrong); _ARG for a message without topic or put_header where they are
 *           needed; _NOT_FOUND for a look-up without result, _INCOMPATIBLE for a schema that the registry
 *           or the strict check refuses, _WOULD_BLOCK with SCHEMATA_NOWAIT; _RULE; whatever asking the
 *           registry gives (_UNREACHABLE, _TIMEOUT, _SERVER, _AUTH, …).
 * Threads   safe; takes no lock and allocates nothing once a kind of message has been seen. */
SCHEMATA_API schemata_status_t
schemata_serialize_json(schemata_serializer_t *s, const schemata_msg_t *m,
                        const char *json, size_t len, schemata_buf_t *out, schemata_error_t **err);
/* Bytes already encoded by the caller: pick the id, run rules, add framing.
 *
 * idx       Protobuf: message indexes, at most SCHEMATA_MAX_INDEXES; none: those of m->message.
 * Otherwise as schemata_serialize_json; the data are not looked at. */
SCHEMATA_API schemata_status_t
schemata_serialize_raw(schemata_serializer_t *s, const schemata_msg_t *m,
                       const void *data, size_t len, const int32_t *idx, size_t n_idx,
                       schemata_buf_t *out, schemata_error_t **err);

/* ---- deserializing ---------------------------------------------------- */
/* A deserializer: one for all topics, shared by any number of threads.
 *
 * cl        as for serializers; may be NULL with deserializer.framing=none.
 * reader_or_null  what to read as: Avro resolves the writer's data to it (defaults, aliases, promotions,
 *           unions), Protobuf reads by tag, JSON Schema validates against it. NULL: the latest version
 *           when use.latest.version or use.latest.with.metadata is set, else the writer's own schema.
 * Returns   NULL with SCHEMATA_ERR_CONF for bare data without a schema, _ARG, _NOMEM. */
SCHEMATA_API SCHEMATA_MUST_USE schemata_deserializer_t *
schemata_deserializer_new(schemata_client_t *cl, const schemata_conf_t *c,
                          const schemata_schema_t *reader_or_null, schemata_error_t **err);
/* No other thread may use it any more. NULL is fine. */
SCHEMATA_API void schemata_deserializer_free(schemata_deserializer_t *d);

/* What a message was. Set `size` before the first call; release it after each call that succeeded.
 * Without a reader schema `reader` is NULL; for a tombstone all is empty. */
typedef struct schemata_decoded {
    size_t size;                                  /* sizeof(schemata_decoded_t), set by the caller */
    schemata_wire_t    wire;
    schemata_schema_t *writer, *reader;           /* references; see release */
    const void        *data; size_t data_len;     /* inside the input, or what rules made of it */
    void              *own;                       /* private: that, until the release */
} schemata_decoded_t;
/* Drops the two references and what rules made. Pass NULL instead of an info block to skip them. */
SCHEMATA_API void schemata_decoded_release(schemata_decoded_t *info);
/* Framed bytes in, JSON out.
 *
 * p         NULL for a tombstone: then json_out->len is 0 and nobody is asked. Never read past `len`.
 * info      may be NULL.
 * Returns   SCHEMATA_ERR_FRAMING for bytes that no serializer wrote, _DATA for data that are damaged, lie
 *           about lengths, nest too deep, exceed payload.max.bytes or cannot be read as the reader's
 *           schema, _NOT_FOUND for an id that the registry does not know; others as serializing.
 * Threads   safe; no lock and, but for Protobuf, no allocation for schemas that have been met. */
SCHEMATA_API schemata_status_t
schemata_deserialize_json(schemata_deserializer_t *d, const schemata_msg_t *m,
                          const void *p, size_t len, schemata_buf_t *json_out,
                          schemata_decoded_t *info, schemata_error_t **err);
/* Resolve framing and schema only; decode with your own code. info->data is what is behind the frame. */
SCHEMATA_API schemata_status_t
schemata_deserialize_raw(schemata_deserializer_t *d, const schemata_msg_t *m,
                         const void *p, size_t len, schemata_decoded_t *info,
                         schemata_error_t **err);

/* Streaming form: the decoder calls you, nothing is built in memory. A function returns 0 to go on; any
 * other value ends the call with SCHEMATA_ERR_DATA. Those that are NULL are not called. Pointers are
 * valid during the call; text is UTF-8 and, but for `symbol` and `logical_type` (NULL: none), not
 * NUL-terminated. Records and messages come as maps with their fields' names as keys. */
typedef struct schemata_visitor {
    size_t size;
    int (*null_v)(void *c);
    int (*bool_v)(void *c, bool v);
    int (*int_v)(void *c, int64_t v);
    int (*uint_v)(void *c, uint64_t v);
    int (*double_v)(void *c, double v);
    int (*string_v)(void *c, const char *s, size_t n);
    int (*bytes_v)(void *c, const void *p, size_t n, const char *logical_type);
    int (*enum_v)(void *c, const char *symbol, int32_t index);
    int (*key)(void *c, const char *name, size_t n);
    int (*map_begin)(void *c, size_t size_hint);
    int (*map_end)(void *c);
    int (*array_begin)(void *c, size_t size_hint);
    int (*array_end)(void *c);
} schemata_visitor_t;
/* As schemata_deserialize_json; `vctx` is handed to each function. After a failure the visitor may have
 * seen a part of the message. */
SCHEMATA_API schemata_status_t
schemata_deserialize_visit(schemata_deserializer_t *d, const schemata_msg_t *m,
                           const void *p, size_t len, const schemata_visitor_t *v, void *vctx,
                           schemata_decoded_t *info, schemata_error_t **err);

/* ---- data-contract rules ---------------------------------------------- */
typedef struct schemata_rule_ctx schemata_rule_ctx_t;    /* accessors in schemata/rules.h */
typedef schemata_status_t (*schemata_rule_fn)(void *ctx, const schemata_rule_ctx_t *rc,
                                              schemata_buf_t *json_in_out, bool *pass);
SCHEMATA_API schemata_status_t
schemata_conf_add_rule_executor(schemata_conf_t *c, const char *rule_type,
                                schemata_rule_fn fn, void *ctx);
typedef struct schemata_kms {
    size_t size;
    const char *scheme;                                  /* "hcvault", "aws-kms" ... */
    schemata_status_t (*unwrap)(void *ctx, const char *key_id, const void *in, size_t n,
                                schemata_buf_t *out);
    schemata_status_t (*wrap)(void *ctx, const char *key_id, const void *in, size_t n,
                              schemata_buf_t *out);
    void *ctx;
} schemata_kms_t;
SCHEMATA_API schemata_status_t schemata_conf_add_kms(schemata_conf_t *c, const schemata_kms_t *k);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif
