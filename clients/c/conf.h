/* Configuration: a table of properties (conf_table.c), their values as text, and what cannot be
 * text (callbacks). Values are checked when they are set, so the getters cannot fail. */
#ifndef SMA_CLIENT_CONF_H
#define SMA_CLIENT_CONF_H

#include "clients/c/error.h"
#include "schemata/rules.h"

enum sma_client_prop {
    SMA_P_URL,
    SMA_P_URL_RANDOMIZE,
    SMA_P_BASIC_SOURCE,
    SMA_P_BASIC_USER_INFO,
    SMA_P_BEARER_SOURCE,
    SMA_P_BEARER_TOKEN,
    SMA_P_BEARER_TOKEN_FILE,
    SMA_P_BEARER_ENDPOINT,
    SMA_P_BEARER_CLIENT_ID,
    SMA_P_BEARER_CLIENT_SECRET,
    SMA_P_BEARER_SCOPE,
    SMA_P_BEARER_LOGICAL_CLUSTER,
    SMA_P_BEARER_IDENTITY_POOL,
    SMA_P_BEARER_BUFFER_SECONDS,
    SMA_P_SSL_CA,
    SMA_P_SSL_CERTIFICATE,
    SMA_P_SSL_KEY,
    SMA_P_SSL_KEY_PASSWORD,
    SMA_P_SSL_CA_PEM,
    SMA_P_SSL_CERTIFICATE_PEM,
    SMA_P_SSL_KEY_PEM,
    SMA_P_SSL_TRUSTSTORE,
    SMA_P_SSL_TRUSTSTORE_PASSWORD,
    SMA_P_SSL_KEYSTORE,
    SMA_P_SSL_IDENTIFICATION,
    SMA_P_CONNECT_TIMEOUT_MS,
    SMA_P_READ_TIMEOUT_MS,
    SMA_P_TOTAL_TIMEOUT_MS,
    SMA_P_RESPONSE_MAX_BYTES,
    SMA_P_MAX_RETRIES,
    SMA_P_RETRY_WAIT_MS,
    SMA_P_RETRY_MAX_WAIT_MS,
    SMA_P_PROXY,
    SMA_P_PROXY_HOST,
    SMA_P_PROXY_PORT,
    SMA_P_CACHE_CAPACITY,
    SMA_P_CACHE_MAX_BYTES,
    SMA_P_CACHE_DIR,
    SMA_P_WORKER_THREADS,
    SMA_P_LATEST_TTL_SEC,
    SMA_P_LATEST_STALE_SEC,
    SMA_P_LATEST_STALE_OK,
    SMA_P_MISSING_ID_TTL_SEC,
    SMA_P_MISSING_VERSION_TTL_SEC,
    SMA_P_MISSING_SCHEMA_TTL_SEC,
    SMA_P_AUTO_REGISTER,
    SMA_P_NORMALIZE,
    SMA_P_USE_LATEST,
    SMA_P_USE_LATEST_METADATA,
    SMA_P_USE_ID,
    SMA_P_USE_GUID,
    SMA_P_LATEST_STRICT,
    SMA_P_ID_STRICT,
    SMA_P_STRATEGY,
    SMA_P_STRATEGY_KEY,
    SMA_P_STRATEGY_VALUE,
    SMA_P_STRATEGY_FALLBACK,
    SMA_P_STRATEGY_CLUSTER,
    SMA_P_REFERENCE_STRATEGY,
    SMA_P_SKIP_KNOWN_TYPES,
    SMA_P_REFERENCE_LOOKUP_ONLY,
    SMA_P_ID_SERIALIZER,
    SMA_P_ID_SERIALIZER_KEY,
    SMA_P_ID_SERIALIZER_VALUE,
    SMA_P_ID_DESERIALIZER,
    SMA_P_ID_DESERIALIZER_KEY,
    SMA_P_ID_DESERIALIZER_VALUE,
    SMA_P_SERIALIZER_FRAMING,
    SMA_P_DESERIALIZER_FRAMING,
    SMA_P_AVRO_UNIONS,
    SMA_P_AVRO_BYTES,
    SMA_P_PROTO_DEFAULTS,
    SMA_P_PROTO_NAMES,
    SMA_P_JSON_VALIDATE,
    SMA_P_PAYLOAD_MAX_BYTES,
    SMA_P_RULE_ENVIRONMENT,
    SMA_P_COUNT
};

struct sma_client_header {
    char *name, *value;
};

struct sma_client_executor {
    char *rule_type;
    schemata_rule_fn fn;
    void *ctx;
};

struct sma_client_action {
    char *name;
    schemata_rule_action_fn fn;
    void *ctx;
};

struct schemata_conf {
    char *values[SMA_P_COUNT]; /* NULL = the default */
    struct sma_client_header *headers;
    size_t header_count;
    schemata_log_fn log;
    void *log_ctx;
    schemata_token_fn token;
    void *token_ctx;
    schemata_http_fn http;
    void (*http_free)(void *ctx, schemata_http_response_t *resp);
    void *http_ctx;
    schemata_subject_fn subject;
    void *subject_ctx;
    struct sma_client_executor *executors;
    size_t executor_count;
    struct sma_client_action *actions;
    size_t action_count;
    struct sma_client_header *rule_params; /* rule.executors.X.param.NAME, by NAME */
    size_t rule_param_count;
    schemata_kms_t *kms; /* each scheme once; the scheme's text is ours */
    size_t kms_count;
};

extern const schemata_prop_t sma_client_props[SMA_P_COUNT];

/* The key service of a scheme ("hcvault"), or NULL. */
const schemata_kms_t *sma_client_conf_kms(const schemata_conf_t *c, struct sma_str scheme);

/* The value as set, else the default; NULL when there is neither. Borrowed. */
const char *sma_client_conf_text(const schemata_conf_t *c, enum sma_client_prop prop);
int64_t sma_client_conf_int(const schemata_conf_t *c, enum sma_client_prop prop);
bool sma_client_conf_bool(const schemata_conf_t *c, enum sma_client_prop prop);
/* Whether somebody set it (the default does not count). */
bool sma_client_conf_has(const schemata_conf_t *c, enum sma_client_prop prop);
/* The key's or the value's own property when it is set, else the common one. */
const char *sma_client_conf_sided(const schemata_conf_t *c, bool is_key,
                                  enum sma_client_prop of_keys, enum sma_client_prop of_values,
                                  enum sma_client_prop common);

/* The property of that name or alias, with or without "schema.registry." in front; SMA_P_COUNT when
 * there is none. */
enum sma_client_prop sma_client_prop_find(struct sma_str name);
/* True for request.header.NAME; *header is NAME. */
bool sma_client_prop_is_header(struct sma_str name, struct sma_str *header);
/* True for the settings of rule executors: *param is NAME of rule.executors.X.param.NAME; ptr NULL for the
 * others (which class runs them, say), which mean nothing here: executors are built in or the program's. */
bool sma_client_prop_is_rule(struct sma_str name, struct sma_str *param);
/* The setting of that NAME; NULL when there is none. Borrowed. */
const char *sma_client_conf_rule_param(const schemata_conf_t *c, const char *name);
/* NULL when the program has none. Borrowed. */
const struct sma_client_executor *sma_client_conf_executor(const schemata_conf_t *c,
                                                           struct sma_str type);
const struct sma_client_action *sma_client_conf_action(const schemata_conf_t *c,
                                                       struct sma_str name);

/* To the application's log function, if it has one. */
void sma_client_log(const schemata_conf_t *c, schemata_log_level_t level, const char *facility,
                    const char *fmt, ...) SMA_PRINTF(4, 5);

#endif
