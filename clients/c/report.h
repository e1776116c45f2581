/* Reports: what a check found, as a list for programs and as text for people. */
#ifndef SMA_CLIENT_REPORT_H
#define SMA_CLIENT_REPORT_H

#include "base/arena.h"
#include "clients/c/error.h"

struct schemata_report {
    struct sma_arena arena;
    schemata_diag_t *items;
    size_t count, capacity;
};

schemata_report_t *sma_client_report_new(void);
/* Copies the strings of `diag`. False when out of memory. */
bool sma_client_report_add(schemata_report_t *report, const schemata_diag_t *diag);
/* A report with one error of that rule; NULL when out of memory. */
schemata_report_t *sma_client_report_of_text(const char *file, const char *rule,
                                             const char *message);

#endif
