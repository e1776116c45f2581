/* For tests of programs that use libschemata: registries inside the process with the real rule engine,
 * which play faults and count requests. Threads: all calls may be made from any thread. */
#ifndef SCHEMATA_TEST_H
#define SCHEMATA_TEST_H
#include <schemata/schemata.h>
#ifdef __cplusplus
extern "C" {
#endif
/* Any client opened on "mock://scope" shares this registry. Reset empties it: schemas, ids, faults and
 * counts begin anew. What clients have in their caches stays there. */
SCHEMATA_API void schemata_mock_reset(const char *scope);
/* Adds the schemas of a bundle with their ids and versions, without any check. */
SCHEMATA_API schemata_status_t schemata_mock_load(const char *scope, const char *bundle_path,
                                                  schemata_error_t **err);
typedef struct schemata_fault {
    size_t size;
    const char *path_prefix;     /* NULL: every request */
    int  http_status;            /* 0: drop the connection, or, with latency_ms, answer late */
    int  error_code;             /* 0: the HTTP status */
    int  latency_ms;             /* comes first */
    int  times;                  /* -1: until reset */
} schemata_fault_t;
/* The first fault that fits a request is played, in the order of the calls. At most 64 wait. */
SCHEMATA_API void schemata_mock_fault(const char *scope, const schemata_fault_t *f);
/* Requests since the reset whose path and query begin so; NULL: all. */
SCHEMATA_API uint64_t schemata_mock_requests(const char *scope, const char *path_prefix);
/* Sets the library's clock for the age of keys ahead by that much, in the whole process. */
SCHEMATA_API void schemata_test_shift_clock(int64_t ms);
#ifdef __cplusplus
}
#endif
#endif
