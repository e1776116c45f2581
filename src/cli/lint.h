/* Lint: taste and risk, one file per format. */
#ifndef SMA_CLI_LINT_H
#define SMA_CLI_LINT_H

#include "cli/session.h"

struct sma_lint {
    struct sma_session *session;
    struct sma_file *file;
    int set; /* 0 minimal, 1 recommended, 2 strict */
    bool failed;
};

/* Reports a rule of the set at a place, with the severity the project gives it. `message` lives in
 * the session's arena. */
void sma_lint_say(struct sma_lint *lint, const char *rule, struct sma_str message,
                  struct sma_span span);
/* Names of each style; '$' and non-ASCII letters count as letters. */
bool sma_lint_is_camel(struct sma_str name);       /* OrderLine */
bool sma_lint_is_snake(struct sma_str name);       /* order_line */
bool sma_lint_is_lower_camel(struct sma_str name); /* orderLine */

void sma_lint_avro(struct sma_lint *lint);
void sma_lint_proto(struct sma_lint *lint);
void sma_lint_json(struct sma_lint *lint);

#endif
