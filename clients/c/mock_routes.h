/* The mock's HTTP face: paths and JSON shapes of the registry. */
#ifndef SMA_CLIENT_MOCK_ROUTES_H
#define SMA_CLIENT_MOCK_ROUTES_H

#include "clients/c/mock_store.h"

struct sma_mock_request {
    const char *method;
    struct sma_str path; /* without scheme and scope, with the query */
    struct sma_str body;
    bool is_read_only; /* what is there may be looked up, nothing new comes in */
};

/* Answers with a status (0: out of memory); appends the JSON body. The caller holds the scope's lock. */
int sma_mock_answer(struct sma_mock_store *store, const struct sma_mock_request *req,
                    struct sma_buf *out);
/* {"error_code": code, "message": …} */
void sma_mock_put_error(struct sma_buf *out, int code, struct sma_str message);

#endif
