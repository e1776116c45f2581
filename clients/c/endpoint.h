/* The registry's URLs: parsed, without their credentials, with what is known of their health. */
#ifndef SMA_CLIENT_ENDPOINT_H
#define SMA_CLIENT_ENDPOINT_H

#include <stdatomic.h>

#include "clients/c/conf.h"

#define SMA_CLIENT_ENDPOINTS_MAX 64

struct sma_client_endpoint {
    char *base;      /* scheme://host[:port][/path], no slash at the end, no credentials */
    char *user_info; /* decoded "user:password" of the URL, or NULL */
    atomic_int_fast64_t sick_until_ms;
    atomic_uint failures; /* in a row */
};

struct sma_client_endpoints {
    struct sma_client_endpoint *items;
    size_t count;
    atomic_size_t last_good;
    char *mock_scope; /* of mock://scope; then there is one item */
    bool is_file;     /* file:bundle; then there is one item, whose base is the URL */
};

schemata_status_t sma_client_endpoints_init(struct sma_client_endpoints *endpoints,
                                            const schemata_conf_t *c, schemata_error_t **err);
void sma_client_endpoints_fini(struct sma_client_endpoints *endpoints);

/* Fills `order` (SMA_CLIENT_ENDPOINTS_MAX entries) with all endpoints: the healthy ones first,
 * beginning with the one that worked last; then the sick ones. */
void sma_client_endpoints_order(const struct sma_client_endpoints *endpoints, size_t *order);
void sma_client_endpoint_worked(struct sma_client_endpoints *endpoints, size_t i);
/* Tried last for 1 s, doubling to 60 s. */
void sma_client_endpoint_failed(struct sma_client_endpoints *endpoints, size_t i);

#endif
