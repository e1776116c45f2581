/* The DEK registry's REST API, /dek-registry/v1/keks (confluent-rest 4.10): routes and JSON shapes.
 * Everything that a request needs beyond them is the Confluent facade's: media types, error bodies,
 * parameters, contexts in the path. */
#ifndef SMA_API_DEK_DEK_H
#define SMA_API_DEK_DEK_H

#include "api/confluent/confluent.h"

/* As sma_confluent_new; sma_confluent_free frees it. */
enum sma_status sma_dek_new(struct sma_confluent **out, const struct sma_confluent_options *options,
                            struct sma_error *err) SMA_MUST_CHECK;
/* Not the first of a server: paths are rewritten, and unmatched ones answered, by the Confluent
 * facade. */
struct sma_http_facade sma_dek_facade(struct sma_confluent *dek);

#endif
