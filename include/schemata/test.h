#ifndef SCHEMATA_TEST_H
#define SCHEMATA_TEST_H
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
/* Any client opened on "mock://scope" shares this registry. */
SCHEMATA_API void schemata_mock_reset(const char *scope);
SCHEMATA_API schemata_status_t schemata_mock_load(const char *scope, const char *bundle_path,
                                                  schemata_error_t **err);
typedef struct schemata_fault {
    size_t size;
    const char *path_prefix;     /* NULL: every request */
    int  http_status;            /* 0: drop the connection */
    int  error_code;
    int  latency_ms;
    int  times;                  /* -1: until reset */
} schemata_fault_t;
SCHEMATA_API void schemata_mock_fault(const char *scope, const schemata_fault_t *f);
SCHEMATA_API uint64_t schemata_mock_requests(const char *scope, const char *path_prefix);
#ifdef __cplusplus
}
#endif
#endif
