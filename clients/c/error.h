/* Making the error objects that callers get. Inside the library every fallible function ends in
 * `schemata_error_t **err`, which may be NULL, and returns the status. */
#ifndef SMA_CLIENT_ERROR_H
#define SMA_CLIENT_ERROR_H

#include "base/error.h"
#include "schemata/schemata.h"

struct schemata_error {
    schemata_status_t status;
    int http_status, code;
    bool is_retriable, is_cached;
    bool is_static; /* the one that says there is no memory: never freed */
    char *message, *hint, *url;
    schemata_report_t *report;
};

/* Puts a new error into *err and gives back `st`. When there is no memory for it, the error says
 * so but the status returned stays. */
schemata_status_t sma_client_fail(schemata_error_t **err, schemata_status_t st, const char *fmt,
                                  ...) SMA_PRINTF(3, 4);
/* What to do about it, added to the error just made. */
void sma_client_hint(schemata_error_t **err, const char *fmt, ...) SMA_PRINTF(2, 3);
schemata_status_t sma_client_no_memory(schemata_error_t **err);
/* Text in front of the message. */
void sma_client_error_prefix(schemata_error_t **err, const char *fmt, ...) SMA_PRINTF(2, 3);

/* Where it happened: HTTP status (0: none) and URL, added to the error just made. The URL must hold
 * no secrets. */
void sma_client_error_place(schemata_error_t **err, int http_status, const char *url);

/* Translates a failure of the floors below: `as` is the status for wrong input (SMA_EINVAL,
 * SMA_ELIMIT and the like); lack of memory and bugs keep their own. */
schemata_status_t sma_client_fail_core(schemata_error_t **err, schemata_status_t as,
                                       const struct sma_error *core);

/* A copy for somebody else who waited for the same thing; the report is not copied. */
schemata_error_t *sma_client_error_copy(const schemata_error_t *e);
/* Hands `e` over to *err (or frees it) and gives back its status. */
schemata_status_t sma_client_error_give(schemata_error_t **err, schemata_error_t *e);

#endif
