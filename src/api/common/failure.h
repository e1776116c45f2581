/* What every facade answers when something fails: {"error_code":…,"message":…}
 * (confluent-rest 1.3), so that one client reads them all. */
#ifndef SMA_API_COMMON_FAILURE_H
#define SMA_API_COMMON_FAILURE_H

#include "core/json/writer.h"
#include "http/http.h"

/* The two members, as an object. */
void sma_failure_write(struct sma_json_writer *w, int code, struct sma_str message);
/* The answer: that object, with the status that the code begins with. */
void sma_failure_body(struct sma_http_exchange *exchange, int code, struct sma_str message);

/* A failure of the registry, as a client sees it. */
struct sma_shown_failure {
    int code; /* its own, or one that fits its status */
    struct sma_str message;
};
/* refused: the facade's code for what a limit of the house does not let through. */
struct sma_shown_failure sma_failure_shown(enum sma_status st, int code, struct sma_str message,
                                           int refused);
/* The answer for it; with Retry-After when trying again helps. */
void sma_failure_answer(struct sma_http_exchange *exchange, struct sma_shown_failure failure);

#endif
