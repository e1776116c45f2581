/* One request on its way through the facade: what every route needs and no route wants to repeat.
 *
 *   table (routes.c)   one row per route: what reads, or what writes
 *   handler (call.c)   opens a snapshot, runs the row's function, turns a failure into an error
 * body, keeps the answer in the cache, or waits for a write's callback row's function parameters
 * in, JSON out; one file per resource */
#ifndef SMA_API_CONFLUENT_CALL_H
#define SMA_API_CONFLUENT_CALL_H

#include "api/common/failure.h"
#include "api/confluent/confluent.h"
#include "core/json/writer.h"
#include "http/http.h"
#include "registry/codes.h"
#include "registry/loader.h"
#include "registry/write.h"

struct sma_call;

/* Writes the answer's body into call->out; on failure what was written is thrown away. */
typedef enum sma_status sma_call_fn(struct sma_call *call, struct sma_error *err);

/* What a row's answers may be kept under. */
enum sma_keep {
    SMA_KEEP_NOT,
    SMA_KEEP_BY_TARGET, /* a GET: the target says it all */
    SMA_KEEP_LASTING,   /* the same, and HTTP caches may keep it too (lasting.c) */
    SMA_KEEP_BY_BODY    /* a POST that often asks the same: target and body */
};

struct sma_api_route {
    const char *method, *pattern, *name; /* as in struct sma_http_route */
    /* One of the two. `read` runs inside a snapshot. `write` starts something that ends with
     * sma_call_done or sma_call_failed, on any thread, perhaps before it returns; a status other
     * than SMA_OK says that nothing was started. */
    sma_call_fn *read, *write;
    enum sma_keep keep;
};

struct sma_confluent {
    struct sma_confluent_options options;
    struct sma_arena arena; /* owns the strings */
    const struct sma_api_route *table;
    struct sma_http_route *routes; /* parallel to `table` */
    size_t route_count;
};

/* routes.c. The last ones are the associations', which can be switched off. */
extern const struct sma_api_route sma_api_routes[];
extern const size_t sma_api_route_count, sma_api_association_route_count;

/* For facades of the same family (media types, errors, parameters, kept answers) with routes of their
 * own: as sma_confluent_new with another table, which must outlive it. */
enum sma_status sma_confluent_new_with(struct sma_confluent **out,
                                       const struct sma_confluent_options *options,
                                       const struct sma_api_route *table, size_t count,
                                       struct sma_error *err) SMA_MUST_CHECK;

struct sma_call {
    struct sma_http_exchange *exchange;
    const struct sma_http_request *request;
    const struct sma_confluent *confluent;
    struct sma_registry *registry;
    struct sma_arena *arena;    /* the request's */
    struct sma_loader *loader;  /* of the snapshot; NULL for `write` */
    struct sma_buf *body;       /* of the answer */
    struct sma_json_writer out; /* on `body` */
    enum sma_keep keep;
    uint64_t token;            /* of the answers' cache, from before the snapshot */
    struct sma_depends before; /* what a `write` looked up before it started */
    void *data;                /* the row's own, from `write` to its callback */
};

/* Handlers for the http floor; ctx is the struct sma_confluent. */
sma_http_handler_fn sma_call_handle;
sma_http_handler_fn sma_call_answer_kept;

/* Ends a call begun by `write`: with call->body as the answer, or with an error. The call is gone
 * afterwards. `depends`, may be NULL: what the answer rests on, when it may be kept. */
void sma_call_done(struct sma_call *call, const struct sma_depends *depends);
void sma_call_failed(struct sma_call *call, const struct sma_failure *failure);

/* Opens a snapshot for a `write` function that has to look first; pair with sma_call_close_view. */
enum sma_status sma_call_open_view(struct sma_call *call, struct sma_view **view,
                                   struct sma_loader *loader, struct sma_error *err) SMA_MUST_CHECK;
void sma_call_close_view(struct sma_view *view, struct sma_loader *loader);

/* ---- answers for HTTP caches (lasting.c)
 * ------------------------------------------------------------------------------- */

/* The tag of call->body, when the answer stands for one schema, whoever asks and when: the row has
 * SMA_KEEP_LASTING, and no subject (nor a context) and no highest id is asked for. "" otherwise. */
enum sma_status sma_call_etag(const char **out, const struct sma_call *call,
                              struct sma_error *err) SMA_MUST_CHECK;

/* ---- error bodies (error.c) ---------------------------------------------------------------------
 */

/* A failure of the registry as this facade shows it: its code, or one that fits its status. */
struct sma_shown_failure sma_api_shown(enum sma_status st, int code, struct sma_str message);
/* The answer for it. */
void sma_api_failure(struct sma_http_exchange *exchange, enum sma_status st, int code,
                     struct sma_str message);
/* For the http floor: 404, 405, 406, … in the same form. */
sma_http_problem_fn sma_api_problem;

/* ---- contexts in the path (rewrite.c)
 * ------------------------------------------------------------- */

/* /contexts/{context}/rest becomes /rest inside the context. */
sma_http_rewrite_fn sma_api_rewrite;
/* The context that `name`, `.name` or `:.name:` means, with its dot. 400 for other colons. */
enum sma_status sma_api_context(struct sma_str *out, struct sma_arena *arena, struct sma_str text,
                                struct sma_error *err) SMA_MUST_CHECK;

/* ---- parameters (params.c) ----------------------------------------------------------------------
 */

/* "true" in any case is true; everything else, missing too, is false. */
bool sma_param_bool(const struct sma_call *call, const char *name);
/* First value; empty when missing. */
struct sma_str sma_param_text(const struct sma_call *call, const char *name);
/* 404: how the original answers a parameter that it cannot convert. */
enum sma_status sma_param_not_convertible(struct sma_error *err);
/* The context that the query's `context` names, with its dot; the default one when missing. 400. */
enum sma_status sma_param_context(struct sma_str *out, const struct sma_call *call,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* An integer path parameter. 404 when it is none. */
enum sma_status sma_param_path_i32(int32_t *out, const struct sma_call *call, const char *name,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* The path's {subject}, normalized and with its alias replaced (confluent-rest 5). Needs a loader.
 */
enum sma_status sma_param_subject(struct sma_subject *out, struct sma_call *call,
                                  struct sma_loader *loader, struct sma_error *err) SMA_MUST_CHECK;
/* The path's {subject} as a scope of settings: no alias. */
enum sma_status sma_param_scope(struct sma_subject *out, struct sma_call *call,
                                struct sma_error *err) SMA_MUST_CHECK;
/* For `write`: the path's {subject} through a snapshot of its own. */
enum sma_status sma_param_subject_now(struct sma_subject *out, struct sma_call *call,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* The same as a subject of deks: `aliasForDeks` goes before `alias`. */
enum sma_status sma_param_dek_subject(struct sma_subject *out, struct sma_call *call,
                                      struct sma_loader *loader,
                                      struct sma_error *err) SMA_MUST_CHECK;
/* 404, what the original answers to a parameter that it cannot convert. */
enum sma_status sma_param_not_convertible(struct sma_error *err);

/* offset and limit. 404 when they are no integers. */
struct sma_page {
    uint64_t offset, limit; /* limit is never 0 */
};
enum sma_status sma_param_page(struct sma_page *out, const struct sma_call *call,
                               const struct sma_confluent_limits *limits,
                               struct sma_error *err) SMA_MUST_CHECK;
/* Cuts a list of `count` to the page: [*from, *to). */
void sma_page_cut(const struct sma_page *page, size_t count, size_t *from, size_t *to);
/* The answer: the page of a list as an array. */
void sma_page_write_texts(struct sma_call *call, const struct sma_page *page,
                          const struct sma_str *items, size_t count);
void sma_page_write_numbers(struct sma_call *call, const struct sma_page *page,
                            const int32_t *items, size_t count);
/* `deletedOnly` wins over `deleted`. */
enum sma_deleted sma_param_deleted(const struct sma_call *call);

/* ---- bodies (body.c) ----------------------------------------------------------------------------
 */

/* The request's JSON object. 422 when it is missing or null, 400 when it is no JSON or no object.
 * The tree lives in the request's arena. */
enum sma_status sma_body_object(const struct sma_json **out, const struct sma_call *call,
                                const char *argument, struct sma_error *err) SMA_MUST_CHECK;
/* RegisterSchemaRequest, but for the edits of tags in it. */
enum sma_status sma_body_schema(struct sma_schema_request *out, const struct sma_call *call,
                                const char *argument, struct sma_error *err) SMA_MUST_CHECK;
/* The same from an object that was read already. */
enum sma_status sma_body_read_schema(struct sma_schema_request *out, const struct sma_call *call,
                                     const struct sma_json *object,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* The lists of SchemaTags under the two names, as edits (tags_body.c). 400 for what is of the wrong
 * type; 42201 for entities without path or type, and beyond SMA_TAG_EDITS_MAX. */
enum sma_status sma_body_tag_edits(struct sma_tag_changes *out, const struct sma_call *call,
                                   const struct sma_json *object, const char *to_add,
                                   const char *to_remove, struct sma_error *err) SMA_MUST_CHECK;
/* The edits of tags in a RegisterSchemaRequest. */
enum sma_status sma_body_schema_tags(struct sma_tag_changes *out, const struct sma_call *call,
                                     const struct sma_json *object,
                                     struct sma_error *err) SMA_MUST_CHECK;

#endif
