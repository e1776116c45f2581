/* The table of routes (confluent-rest 4.10). Held against openapi/schemata.yaml by a test. */
#include "api/dek/resources.h"

#define KEKS "/dek-registry/v1/keks"
#define KEK KEKS "/{name}"
#define DEKS KEK "/deks"
#define DEK DEKS "/{subject}"
#define VERSIONS DEK "/versions"
#define VERSION VERSIONS "/{version}"

const struct sma_api_route sma_dek_routes[] = {
    {"GET", KEKS, "dek-registry.keks.list", sma_keks_list, NULL, SMA_KEEP_NOT},
    {"POST", KEKS, "dek-registry.keks.create", NULL, sma_keks_create, SMA_KEEP_NOT},
    {"GET", KEK, "dek-registry.keks.get", sma_keks_get, NULL, SMA_KEEP_BY_TARGET},
    {"PUT", KEK, "dek-registry.keks.put", NULL, sma_keks_change, SMA_KEEP_NOT},
    {"DELETE", KEK, "dek-registry.keks.delete", NULL, sma_keks_delete, SMA_KEEP_NOT},
    {"POST", KEK "/test", "dek-registry.keks.test", NULL, sma_keks_test, SMA_KEEP_NOT},
    {"POST", KEK "/undelete", "dek-registry.keks.undelete", NULL, sma_keks_undelete, SMA_KEEP_NOT},

    {"GET", DEKS, "dek-registry.deks.subjects", sma_deks_list, NULL, SMA_KEEP_NOT},
    {"POST", DEKS, "dek-registry.deks.create", NULL, sma_deks_create, SMA_KEEP_NOT},
    {"GET", DEK, "dek-registry.deks.get", NULL, sma_deks_get, SMA_KEEP_BY_TARGET},
    {"POST", DEK, "dek-registry.deks.create", NULL, sma_deks_create_at, SMA_KEEP_NOT},
    {"DELETE", DEK, "dek-registry.deks.delete-all", NULL, sma_deks_delete, SMA_KEEP_NOT},
    {"POST", DEK "/undelete", "dek-registry.deks.undelete-all", NULL, sma_deks_undelete,
     SMA_KEEP_NOT},
    {"GET", VERSIONS, "dek-registry.deks.versions", sma_deks_versions, NULL, SMA_KEEP_NOT},
    {"GET", VERSION, "dek-registry.deks.versions.get", NULL, sma_deks_get_version,
     SMA_KEEP_BY_TARGET},
    {"DELETE", VERSION, "dek-registry.deks.versions.delete", NULL, sma_deks_delete_version,
     SMA_KEEP_NOT},
    {"POST", VERSION "/undelete", "dek-registry.deks.versions.undelete", NULL,
     sma_deks_undelete_version, SMA_KEEP_NOT},
};
const size_t sma_dek_route_count = sizeof sma_dek_routes / sizeof sma_dek_routes[0];
