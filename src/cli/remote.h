/* A registry as commands see it: found by flags, environment, project and profile; spoken to through
 * the C client's transport (retries, time-outs, credentials, several URLs); its refusals and silences
 * turned into errors that carry the exit code of cli-and-client 2.2 in err->code.
 *
 * A call is safe from several threads at a time; answers live in the arena of the caller. */
#ifndef SMA_CLI_REMOTE_H
#define SMA_CLI_REMOTE_H

#include "base/arena.h"
#include "cli/cli.h"
#include "cli/project.h"
#include "core/json/json.h"

struct sma_remote;

#define SMA_REMOTE_JOBS_MAX 64

struct sma_remote_answer {
    int status;                  /* HTTP */
    int code;                    /* error_code of a refusal, 0 without */
    struct sma_str text;         /* the body */
    const struct sma_json *body; /* NULL for an empty one */
};

/* Connects nothing yet. The settings are taken from the flags of `arguments`, the environment, the
 * project's registry block and the user's profile, later ones first. Ctrl-C ends the program with
 * 130 from here on, unless sma_interrupt_gracefully has been called.
 *
 * project   may be NULL.
 * Returns   SMA_EINVAL (exit 2) when no registry is named or a setting makes no sense. */
enum sma_status sma_remote_open(struct sma_remote **out, const struct sma_arguments *arguments,
                                const struct sma_project *project,
                                struct sma_error *err) SMA_MUST_CHECK;
/* The same with another URL list in place of the configured one. The other settings count for it too;
 * a URL may carry its own user:password@. */
enum sma_status sma_remote_open_url(struct sma_remote **out, const struct sma_arguments *arguments,
                                    const struct sma_project *project, const char *url,
                                    struct sma_error *err) SMA_MUST_CHECK;
void sma_remote_close(struct sma_remote *remote);

/* The first URL, without credentials. */
const char *sma_remote_url(const struct sma_remote *remote);
/* ".prod", or "" for the default context. */
const char *sma_remote_context(const struct sma_remote *remote);
/* The profile in use when it says confirm: true, else NULL. */
const char *sma_remote_confirming_profile(const struct sma_remote *remote);
/* --jobs. */
size_t sma_remote_jobs(const struct sma_remote *remote);

/* A path with its parameters, in `arena`: %s takes a struct sma_str and writes it percent-encoded,
 * %d an int, %z a const char * as it is. ptr NULL when out of memory. */
struct sma_str sma_remote_path(struct sma_arena *arena, const char *format, ...);

/* One call, with the context in use put in front of the path, unless that begins with "//". Whatever the registry answers below 500 is
 * an answer, refusals too (but not 401 and 403).
 *
 * body      empty for none.
 * Returns   SMA_EIO exit 3: no answer, a 5xx after all retries, or something that is no JSON;
 *           SMA_ECONFLICT exit 5: 401 or 403. */
enum sma_status sma_remote_call(struct sma_remote *remote, struct sma_arena *arena,
                                const char *method, struct sma_str path, struct sma_str body,
                                struct sma_remote_answer *out,
                                struct sma_error *err) SMA_MUST_CHECK;
/* The same for a path that not every registry has: an answer that is no JSON is an answer too, with
 * body NULL and code 0. */
enum sma_status sma_remote_try(struct sma_remote *remote, struct sma_arena *arena,
                               const char *method, struct sma_str path, struct sma_str body,
                               struct sma_remote_answer *out,
                               struct sma_error *err) SMA_MUST_CHECK;
/* The same, and a refusal is an error (sma_remote_refused). */
enum sma_status sma_remote_ask(struct sma_remote *remote, struct sma_arena *arena,
                               const char *method, struct sma_str path, struct sma_str body,
                               struct sma_remote_answer *out,
                               struct sma_error *err) SMA_MUST_CHECK;
/* GET that must succeed; gives the body. */
enum sma_status sma_remote_get(struct sma_remote *remote, struct sma_arena *arena,
                               struct sma_str path, const struct sma_json **out,
                               struct sma_error *err) SMA_MUST_CHECK;

/* What a refusal says, as it may be shown on a terminal; ptr NULL when out of memory. */
struct sma_str sma_remote_reason(struct sma_arena *arena, const struct sma_remote_answer *answer);
/* A text of a peer as it may be shown on a terminal: without control characters. */
struct sma_str sma_remote_shown(struct sma_arena *arena, struct sma_str text);

/* The error of an answer of 400 and above: 404 gives SMA_ENOTFOUND and exit 6; 409 and 42201 are
 * about the schema, exit 1; read-only modes, references and missing soft deletes exit 7; the rest
 * exit 2. */
enum sma_status sma_remote_refused(const struct sma_remote *remote,
                                   const struct sma_remote_answer *answer, struct sma_error *err);
/* An error with an exit code of its own. */
enum sma_status sma_remote_fail(struct sma_error *err, enum sma_status st, enum sma_exit code,
                                const char *fmt, ...) SMA_PRINTF(4, 5);
/* "interrupted", exit 130. */
enum sma_status sma_remote_fail_interrupted(struct sma_error *err);

/* Whether the registry has our own API (/schemata/v1). Asked once. An unreachable registry is an
 * error; every answer but ours means no. */
enum sma_status sma_remote_is_ours(struct sma_remote *remote, bool *out,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* A path of our own API as its text, not necessarily JSON (exports); for servers that have it. The
 * text is in `arena`. */
enum sma_status sma_remote_text(struct sma_remote *remote, struct sma_arena *arena,
                                struct sma_str path, struct sma_str *out,
                                struct sma_error *err) SMA_MUST_CHECK;

/* Runs work(ctx, i, …) for i below count, --jobs at a time, each in a thread. The first failure stops
 * the rest (what is under way ends). `after`, if any, is called under a lock with the number done. */
enum sma_status sma_remote_each(struct sma_remote *remote, size_t count,
                                enum sma_status (*work)(void *ctx, size_t i,
                                                        struct sma_error *err),
                                void (*after)(void *ctx, size_t done, size_t count), void *ctx,
                                struct sma_error *err) SMA_MUST_CHECK;

#endif
