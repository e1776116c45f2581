/* Asking before a registry is changed. */
#ifndef SMA_CLI_CONSENT_H
#define SMA_CLI_CONSENT_H

#include "cli/remote.h"

enum sma_consent_kind {
    SMA_CONSENT_ORDINARY,   /* asked for only when the profile says confirm: true */
    SMA_CONSENT_DESTRUCTIVE /* asked for unless --yes */
};

/* Whether the question of that kind would be put to somebody: then it is worth gathering what helps
 * to answer it. */
bool sma_consent_asks(const struct sma_remote *remote, const struct sma_arguments *arguments,
                      enum sma_consent_kind kind);

/* The answer to a question like "delete 3 versions of orders-value?". On a terminal it is asked on
 * stderr and read from stdin; where nobody can be asked the flag that answers it is named.
 *
 * word      what must be typed for yes; NULL = y.
 * Returns   SMA_OK = go on; SMA_EINVAL exit 2 = nobody to ask; SMA_ECONFLICT exit 130 = no. */
enum sma_status sma_consent(const struct sma_remote *remote, const struct sma_arguments *arguments,
                            enum sma_consent_kind kind, const char *word, const char *question,
                            struct sma_error *err) SMA_MUST_CHECK;

#endif
