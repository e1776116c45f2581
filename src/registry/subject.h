/* Subjects as clients write them: `name`, `:.ctx:name`, `:*:name` (confluent-rest 6.1). */
#ifndef SMA_REGISTRY_SUBJECT_H
#define SMA_REGISTRY_SUBJECT_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SMA_CONTEXT_DEFAULT SMA_STR(".")
#define SMA_CONTEXT_GLOBAL SMA_STR(".__GLOBAL")
#define SMA_SCOPE_GLOBAL_CONTEXT SMA_STR(":.__GLOBAL:")

/* A subject taken apart. Views into the text it was parsed from, or constants. */
struct sma_subject {
    struct sma_str context;   /* with its dot: ".", ".ctx"; "*" for the wildcard of queries */
    struct sma_str name;      /* may be empty: then a context is meant, not a subject */
    struct sma_str qualified; /* normalized: `name` in the default context, else `:.ctx:name` */
};

/* Takes `text` apart; never fails for content. `arena` holds the normalized form when that is not a
 * part of `text`. SMA_ENOMEM only. */
enum sma_status sma_subject_parse(struct sma_subject *out, struct sma_arena *arena,
                                  struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;
/* The subject `name` inside `context` (".", ".ctx"). */
enum sma_status sma_subject_make(struct sma_subject *out, struct sma_arena *arena,
                                 struct sma_str context, struct sma_str name,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* What `text` means inside `context`: unqualified text is a name there, qualified text is itself
 * (confluent-rest 6.5). */
enum sma_status sma_subject_resolve(struct sma_subject *out, struct sma_arena *arena,
                                    struct sma_str context, struct sma_str text,
                                    struct sma_error *err) SMA_MUST_CHECK;

bool sma_subject_is_default_context(const struct sma_subject *subject);
bool sma_subject_is_global_context(const struct sma_subject *subject);

/* True when schemas may be registered under it: no control characters, no reserved word, not in the
 * global context; with `reject_empty` neither empty nor "*". */
bool sma_subject_is_registrable(const struct sma_subject *subject, bool reject_empty);
/* True when it may carry settings: as above, but contexts and the global context are fine. */
bool sma_subject_is_configurable(const struct sma_subject *subject);

/* The qualified context as messages show it: empty for the default context, else ":.ctx:". ptr NULL
 * when out of memory. */
struct sma_str sma_subject_shown_context(struct sma_arena *arena,
                                         const struct sma_subject *subject);
/* Scope that holds the context's own settings: "" for the default context, else ":.ctx:". */
struct sma_str sma_subject_context_scope(struct sma_arena *arena,
                                         const struct sma_subject *subject);

#endif
