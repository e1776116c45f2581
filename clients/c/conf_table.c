/* The table of properties: names, aliases, types, defaults, ranges. The only source of them. */
#include "clients/c/conf.h"

#define ROW(key, alias, type, dflt, range, doc)                                                    \
    {                                                                                              \
        key, alias, type, dflt, range, doc                                                         \
    }
#define STRATEGIES "TOPIC|RECORD|TOPIC_RECORD|ASSOCIATED"

const schemata_prop_t sma_client_props[SMA_P_COUNT] = {
    [SMA_P_URL] = ROW("schema.registry.url", "url", "list", NULL, NULL,
                      "Base URLs of the registry, comma separated; mock://SCOPE and file:BUNDLE need no server"),
    [SMA_P_URL_RANDOMIZE] = ROW("schema.registry.url.randomize", "url.randomize", "bool", "false",
                                NULL, "Start with a random URL of the list"),
    [SMA_P_BASIC_SOURCE] =
        ROW("basic.auth.credentials.source", NULL, "enum", NULL, "URL|USER_INFO",
            "Where basic credentials come from; by default USER_INFO when that is set, else URL"),
    [SMA_P_BASIC_USER_INFO] =
        ROW("basic.auth.user.info", NULL, "secret", NULL, NULL, "user:password"),
    [SMA_P_BEARER_SOURCE] =
        ROW("bearer.auth.credentials.source", NULL, "enum", NULL,
            "STATIC_TOKEN|OAUTHBEARER|CUSTOM", "Where tokens come from; by default by what is set"),
    [SMA_P_BEARER_TOKEN] =
        ROW("bearer.auth.token", NULL, "secret", NULL, NULL, "A token that never changes"),
    [SMA_P_BEARER_TOKEN_FILE] = ROW("bearer.auth.token.file", "token.file", "path", NULL, NULL,
                                    "A file with a token, read again every minute"),
    [SMA_P_BEARER_ENDPOINT] =
        ROW("bearer.auth.issuer.endpoint.url", NULL, "string", NULL, NULL,
            "OAuth 2 token endpoint for the client-credentials grant"),
    [SMA_P_BEARER_CLIENT_ID] =
        ROW("bearer.auth.client.id", NULL, "string", NULL, NULL, "OAuth client id"),
    [SMA_P_BEARER_CLIENT_SECRET] =
        ROW("bearer.auth.client.secret", NULL, "secret", NULL, NULL, "OAuth client secret"),
    [SMA_P_BEARER_SCOPE] = ROW("bearer.auth.scope", NULL, "string", NULL, NULL, "OAuth scope"),
    [SMA_P_BEARER_LOGICAL_CLUSTER] = ROW("bearer.auth.logical.cluster", NULL, "string", NULL, NULL,
                                         "Sent as the header target-sr-cluster"),
    [SMA_P_BEARER_IDENTITY_POOL] = ROW("bearer.auth.identity.pool.id", NULL, "string", NULL, NULL,
                                       "Sent as the header Confluent-Identity-Pool-Id"),
    [SMA_P_BEARER_BUFFER_SECONDS] =
        ROW("bearer.auth.cache.expiry.buffer.seconds", NULL, "int", "300", "0..86400",
            "A token is renewed this long before it ends, but at half its life at the earliest"),
    [SMA_P_SSL_CA] = ROW("ssl.ca.location", NULL, "path", NULL, NULL, "PEM file of trusted CAs"),
    [SMA_P_SSL_CERTIFICATE] =
        ROW("ssl.certificate.location", NULL, "path", NULL, NULL, "PEM file of our certificate"),
    [SMA_P_SSL_KEY] = ROW("ssl.key.location", NULL, "path", NULL, NULL, "PEM file of our key"),
    [SMA_P_SSL_KEY_PASSWORD] = ROW("ssl.key.password", "ssl.keystore.password", "secret", NULL,
                                   NULL, "Password of the key, or of the key store"),
    [SMA_P_SSL_CA_PEM] = ROW("ssl.ca.pem", NULL, "string", NULL, NULL, "Trusted CAs as PEM text"),
    [SMA_P_SSL_CERTIFICATE_PEM] =
        ROW("ssl.certificate.pem", NULL, "string", NULL, NULL, "Our certificate as PEM text"),
    [SMA_P_SSL_KEY_PEM] = ROW("ssl.key.pem", NULL, "secret", NULL, NULL, "Our key as PEM text"),
    [SMA_P_SSL_TRUSTSTORE] = ROW("ssl.truststore.location", NULL, "path", NULL, NULL,
                                 "Trusted CAs, PEM or PKCS #12"),
    [SMA_P_SSL_TRUSTSTORE_PASSWORD] =
        ROW("ssl.truststore.password", NULL, "secret", NULL, NULL, "Password of the trust store"),
    [SMA_P_SSL_KEYSTORE] = ROW("ssl.keystore.location", NULL, "path", NULL, NULL,
                               "Our certificate and key, PEM or PKCS #12"),
    [SMA_P_SSL_IDENTIFICATION] =
        ROW("ssl.endpoint.identification.algorithm", NULL, "string", "https", NULL,
            "Empty: do not compare the server's name with its certificate"),
    [SMA_P_CONNECT_TIMEOUT_MS] = ROW("http.connect.timeout.ms", NULL, "int", "5000", "1..3600000",
                                     "Time to connect to one URL"),
    [SMA_P_READ_TIMEOUT_MS] = ROW("http.read.timeout.ms", "timeout", "int", "10000", "1..3600000",
                                  "Time for one request, connecting included"),
    [SMA_P_TOTAL_TIMEOUT_MS] =
        ROW("request.timeout.total.ms", NULL, "int", "30000", "1..3600000",
            "Time for a call over all attempts, when the call does not say"),
    [SMA_P_RESPONSE_MAX_BYTES] = ROW("http.response.max.bytes", NULL, "int", "67108864",
                                     "1024..1073741824", "Longer answers are refused"),
    [SMA_P_MAX_RETRIES] =
        ROW("max.retries", NULL, "int", "3", "0..100", "Rounds over all URLs after the first"),
    [SMA_P_RETRY_WAIT_MS] = ROW("retries.wait.ms", NULL, "int", "200", "0..3600000",
                                "Longest wait before the first retry; doubles"),
    [SMA_P_RETRY_MAX_WAIT_MS] =
        ROW("retries.max.wait.ms", NULL, "int", "5000", "0..3600000", "Longest wait of all"),
    [SMA_P_PROXY] = ROW("proxy", NULL, "string", NULL, NULL, "URL of a proxy"),
    [SMA_P_PROXY_HOST] = ROW("proxy.host", NULL, "string", NULL, NULL, "Host of a proxy"),
    [SMA_P_PROXY_PORT] = ROW("proxy.port", NULL, "int", "8080", "1..65535", "Port of the proxy"),
    [SMA_P_CACHE_CAPACITY] = ROW("cache.capacity", "max.schemas.per.subject,cached.schemas.max",
                                 "int", "10000", "16..10000000", "Schemas kept"),
    [SMA_P_CACHE_MAX_BYTES] = ROW("cache.max.bytes", NULL, "int", "67108864",
                                  "65536..1099511627776", "Memory of the schemas kept"),
    [SMA_P_CACHE_DIR] = ROW("cache.dir", NULL, "path", NULL, NULL,
                            "Directory where schemas found by id or GUID are kept for the next start; "
                            "nothing is ever removed from it"),
    [SMA_P_WORKER_THREADS] =
        ROW("worker.threads", NULL, "int", "0", "0..1",
            "1: a thread that fetches for SCHEMATA_NOWAIT and renews latest versions in time"),
    [SMA_P_LATEST_TTL_SEC] =
        ROW("latest.cache.ttl.sec", "cache.latest.ttl.sec", "int", "60", "-1..31536000",
            "How long a latest version counts, from its fetch; -1: for ever"),
    [SMA_P_LATEST_STALE_SEC] =
        ROW("latest.cache.max.stale.sec", NULL, "int", "3600", "0..31536000",
            "How much longer it may stand in during an outage, when that is allowed"),
    [SMA_P_LATEST_STALE_OK] = ROW("latest.cache.stale.ok", NULL, "bool", "false", NULL,
                                  "Allow it without SCHEMATA_STALE_OK on each call"),
    [SMA_P_MISSING_ID_TTL_SEC] =
        ROW("missing.id.cache.ttl.sec", NULL, "int", "5", "0..60",
            "How long an id that the registry does not know is not asked for again; doubles to 60"),
    [SMA_P_MISSING_VERSION_TTL_SEC] = ROW("missing.version.cache.ttl.sec", NULL, "int", "5",
                                          "0..60", "The same for subjects and versions"),
    [SMA_P_MISSING_SCHEMA_TTL_SEC] = ROW("missing.schema.cache.ttl.sec", NULL, "int", "5", "0..60",
                                         "The same for look-ups by text"),
    [SMA_P_AUTO_REGISTER] = ROW("auto.register.schemas", "serializer.auto.register", "bool", "true",
                                NULL, "Serializers register the schema they are given"),
    [SMA_P_NORMALIZE] = ROW("normalize.schemas", NULL, "bool", "false", NULL,
                            "Register and look up in normal form"),
    [SMA_P_USE_LATEST] = ROW("use.latest.version", NULL, "bool", "false", NULL,
                             "Use the subject's latest version"),
    [SMA_P_USE_LATEST_METADATA] =
        ROW("use.latest.with.metadata", NULL, "pairs", NULL, NULL,
            "key=value, comma separated: the latest version with that metadata"),
    [SMA_P_USE_ID] = ROW("use.schema.id", NULL, "int", "-1", "-1..2147483647", "Use this id"),
    [SMA_P_USE_GUID] = ROW("use.schema.guid", NULL, "guid", NULL, NULL, "Use this GUID"),
    [SMA_P_LATEST_STRICT] = ROW("latest.compatibility.strict", NULL, "bool", "true", NULL,
                                "The latest version must read what the given schema writes"),
    [SMA_P_ID_STRICT] = ROW("id.compatibility.strict", NULL, "bool", "true", NULL,
                            "So must the schema with the id of use.schema.id"),
    [SMA_P_STRATEGY] = ROW("subject.name.strategy.type", "subject.name.strategy", "strategy",
                           "TOPIC", STRATEGIES, "How a message finds its subject"),
    [SMA_P_STRATEGY_KEY] = ROW("key.subject.name.strategy", NULL, "strategy", NULL, STRATEGIES,
                               "The same for keys only"),
    [SMA_P_STRATEGY_VALUE] = ROW("value.subject.name.strategy", NULL, "strategy", NULL, STRATEGIES,
                                 "The same for values only"),
    [SMA_P_STRATEGY_FALLBACK] =
        ROW("subject.name.strategy.fallback.type", NULL, "strategy", "TOPIC",
            "TOPIC|RECORD|TOPIC_RECORD|NONE", "Used when ASSOCIATED finds no association"),
    [SMA_P_STRATEGY_CLUSTER] = ROW("subject.name.strategy.kafka.cluster.id", NULL, "string", "-",
                                   NULL, "Namespace of the topic's association"),
    [SMA_P_REFERENCE_STRATEGY] =
        ROW("reference.subject.name.strategy", NULL, "reference", "DEFAULT", "DEFAULT|QUALIFIED",
            "Subject of an import that has none: its name, or with dots and without .proto"),
    [SMA_P_SKIP_KNOWN_TYPES] = ROW("skip.known.types", NULL, "bool", "true", NULL,
                                   "Do not register google/protobuf and other well-known imports"),
    [SMA_P_REFERENCE_LOOKUP_ONLY] = ROW("reference.lookup.only", NULL, "bool", "false", NULL,
                                        "Look references up, never register them"),
    [SMA_P_ID_SERIALIZER] = ROW("schema.id.serializer", NULL, "idform", "prefix", "prefix|header",
                                "Where the id goes: in front of the data or in a header"),
    [SMA_P_ID_SERIALIZER_KEY] = ROW("key.schema.id.serializer", NULL, "idform", NULL,
                                    "prefix|header", "The same for keys only"),
    [SMA_P_ID_SERIALIZER_VALUE] = ROW("value.schema.id.serializer", NULL, "idform", NULL,
                                      "prefix|header", "The same for values only"),
    [SMA_P_ID_DESERIALIZER] = ROW("schema.id.deserializer", NULL, "idform", "dual",
                                  "dual|prefix|header", "Where the id is looked for"),
    [SMA_P_ID_DESERIALIZER_KEY] = ROW("key.schema.id.deserializer", NULL, "idform", NULL,
                                      "dual|prefix|header", "The same for keys only"),
    [SMA_P_ID_DESERIALIZER_VALUE] = ROW("value.schema.id.deserializer", NULL, "idform", NULL,
                                        "dual|prefix|header", "The same for values only"),
    [SMA_P_SERIALIZER_FRAMING] = ROW("serializer.framing", NULL, "enum", "cp1", "cp1|none",
                                     "none: bare data, no id anywhere"),
    [SMA_P_DESERIALIZER_FRAMING] = ROW("deserializer.framing", NULL, "enum", "cp1", "cp1|none",
                                       "none: bare data of the reader schema"),
    [SMA_P_AVRO_UNIONS] =
        ROW("avro.json.unions", NULL, "enum", "plain", "plain|tagged",
            "Avro unions in JSON as plain values, or as {\"branch\": value}"),
    [SMA_P_AVRO_BYTES] = ROW("avro.json.bytes", NULL, "enum", "base64", "base64|escapes",
                             "Avro bytes in JSON as base64, or one character per byte"),
    [SMA_P_PROTO_DEFAULTS] =
        ROW("protobuf.json.defaults", NULL, "bool", "false", NULL,
            "Write fields without presence into JSON even when they hold their default"),
    [SMA_P_PROTO_NAMES] = ROW("protobuf.json.names", NULL, "enum", "json", "json|proto",
                              "Field names in JSON as lowerCamelCase, or as declared"),
    [SMA_P_JSON_VALIDATE] = ROW("json.fail.invalid.schema", "validate", "bool", "true", NULL,
                                "JSON messages must be valid against their schema"),
    [SMA_P_PAYLOAD_MAX_BYTES] = ROW("payload.max.bytes", NULL, "int", "8388608",
                                    "1024..1073741824", "Longer messages are refused"),
    [SMA_P_RULE_ENVIRONMENT] =
        ROW("execution.environment", NULL, "string", NULL, NULL,
            "Where rules are said to run: rule sets that are enabled elsewhere (enableAt) are left out"),
};

const schemata_prop_t *schemata_conf_props(size_t *n)
{
    if (n)
        *n = SMA_P_COUNT;
    return sma_client_props;
}
