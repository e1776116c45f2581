/* The table of all facades' routes as a tree of path segments. Built once, read by every loop. */
#ifndef SMA_HTTP_ROUTER_H
#define SMA_HTTP_ROUTER_H

#include "http/http.h"

/* A route with what it inherits from its facade. */
struct sma_http_row {
    const struct sma_http_route *route;
    struct sma_str method; /* the route's, measured once */
    const struct sma_http_facade *facade;
    const struct sma_http_media_list *produces; /* never NULL; count 0 = no negotiation */
    const struct sma_http_media_list *consumes;
    unsigned slot; /* index into the router's names: rows with the same name share one */
};

struct sma_http_router;

struct sma_http_match {
    const struct sma_http_row *row;       /* NULL: the path is known, the method is not */
    struct sma_str allow;                 /* what the path takes: "GET, HEAD, OPTIONS" */
    const struct sma_http_facade *facade; /* of the path */
    struct sma_str params[SMA_HTTP_SEGMENTS_MAX];
    size_t param_count;
};

/* SMA_EINVAL for a pattern that is not one, a row without handler, or the same method and pattern
 * twice; SMA_ENOMEM. The facades must outlive the router. */
enum sma_status sma_http_router_new(struct sma_http_router **out,
                                    const struct sma_http_facade *facades, size_t facade_count,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_http_router_free(struct sma_http_router *router);

/* Finds the path, then the method (HEAD falls back to GET). False when no route has the path; else
 * *out is filled in. No allocation; safe from any thread. */
bool sma_http_router_find(const struct sma_http_router *router, struct sma_str method,
                          const struct sma_str *segments, size_t segment_count,
                          struct sma_http_match *out);

/* Distinct route names, in order of first appearance; slot i is name i. Borrowed. */
size_t sma_http_router_names(const struct sma_http_router *router, const char *const **names);
/* Every method of the whole table, for "OPTIONS *". */
struct sma_str sma_http_router_methods(const struct sma_http_router *router);

#endif
