/* One request on its way through the facade.
 *
 *   table (routes.c)   one row per route: what reads, or what starts something
 *   handler (call.c)   opens a snapshot, runs the row's function, turns a failure into an error
 * body row's function     parameters in, JSON out; one file per resource */
#ifndef SMA_API_SCHEMATA_CALL_H
#define SMA_API_SCHEMATA_CALL_H

#include <stdatomic.h>

#include "api/schemata/schemata.h"
#include "core/json/json.h"
#include "core/json/writer.h"
#include "registry/codes.h"
#include "registry/loader.h"
#include "registry/subject.h"
#include "registry/write.h"

struct sma_own_call;
struct sma_own_waiters;

/* Writes the answer's body; on failure what was written is thrown away. */
typedef enum sma_status sma_own_fn(struct sma_own_call *call, struct sma_error *err);
/* The same, but may also answer later (SMA_HTTP_LATER). */
typedef enum sma_http_outcome sma_own_later_fn(struct sma_own_call *call);

struct sma_own_route {
    const char *method, *pattern, *name; /* as in struct sma_http_route */
    sma_own_fn *read;                    /* inside a snapshot */
    sma_own_later_fn *later;             /* without one */
    bool is_lines;                       /* answers newline-delimited JSON */
    sma_own_later_fn *piece;             /* takes a body of any length, or NULL (http.h) */
};

struct sma_own {
    struct sma_own_options options;
    struct sma_http_route *routes; /* parallel to sma_own_routes */
    struct sma_cache *engines;     /* NULL when the registry's caches are off */
    struct sma_own_waiters *waiters;
    _Atomic int imports; /* under way */
};

extern const struct sma_own_route sma_own_routes[];
extern const size_t sma_own_route_count;

struct sma_own_call {
    struct sma_http_exchange *exchange;
    const struct sma_http_request *request;
    struct sma_own *own;
    struct sma_registry *registry;
    struct sma_arena *arena;   /* the request's */
    struct sma_loader *loader; /* of the snapshot; NULL for `later` */
    struct sma_buf *body;
    struct sma_json_writer out; /* on `body` */
    void *data;                 /* the row's own, from its start to its callback */
};

/* Handlers for the http floor; ctx is the struct sma_own. */
sma_http_handler_fn sma_own_handle, sma_own_handle_piece;

/* ---- errors (error.c)
 * ------------------------------------------------------------------------------- */

/* {"error_code":…,"message":…}: the code, or one that fits the status. */
void sma_own_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message);
/* For the http floor: 405, 406, … in the same form. */
sma_http_problem_fn sma_own_problem;
/* 422 with a message: what the request says cannot be done, and what can. */
enum sma_status sma_own_refuse(struct sma_error *err, const char *fmt, ...) SMA_PRINTF(2, 3);

/* ---- parameters (params.c)
 * -------------------------------------------------------------------------- */

/* First value; empty when missing. */
struct sma_str sma_own_param(const struct sma_own_call *call, const char *name);
/* A whole number between min and max; `fallback` when missing or empty. 422 otherwise. */
enum sma_status sma_own_param_number(int64_t *out, const struct sma_own_call *call,
                                     const char *name, int64_t min, int64_t max, int64_t fallback,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* true, false (any case); false when missing or empty, true when given without a value. 422
 * otherwise. */
enum sma_status sma_own_param_bool(bool *out, const struct sma_own_call *call, const char *name,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* `context`: "ctx", ".ctx" or ":.ctx:"; ptr NULL when missing or "*": every context. */
enum sma_status sma_own_param_context(struct sma_str *out, const struct sma_own_call *call,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* The path's {subject}, with its alias replaced. Needs the loader. */
enum sma_status sma_own_param_subject(struct sma_subject *out, struct sma_own_call *call,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* The request's JSON object. 400 for broken JSON, 422 for nothing, null or a limit. */
enum sma_status sma_own_body(const struct sma_json **out, const struct sma_own_call *call,
                             struct sma_error *err) SMA_MUST_CHECK;
/* A boolean member; `fallback` when absent or null. 422 otherwise. */
enum sma_status sma_own_member_bool(bool *out, const struct sma_json *object, const char *name,
                                    bool fallback, struct sma_error *err) SMA_MUST_CHECK;

#endif
