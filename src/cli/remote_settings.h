/* Levels and modes of a registry: what is in force for a subject, and where it was set. */
#ifndef SMA_CLI_REMOTE_SETTINGS_H
#define SMA_CLI_REMOTE_SETTINGS_H

#include "cli/remote_read.h"

#define SMA_CHAIN_MAX 4

/* The chain that a setting is looked up along: subject, context (when one is in use), global. A subject
 * that has settings of its own, but not this one, gets the server's default, which is then the last
 * link. */
struct sma_chain {
    struct {
        struct sma_str where; /* "subject orders-value", "context .prod", "global" */
        struct sma_str value; /* empty = not set there */
        const struct sma_json *body; /* the whole answer; NULL = not set there */
    } links[SMA_CHAIN_MAX];
    size_t count;
    size_t in_force; /* the first link that is set; `count` when none is */
};

/* what: "config" or "mode"; member: "compatibilityLevel" or "mode". subject empty = the context's or
 * the global setting. A link that is not set is no error.
 *
 * above     the chain of the empty subject, when it was looked up already: for many subjects it is asked
 *           for once. NULL = ask. */
enum sma_status sma_remote_chain(struct sma_chain *out, struct sma_remote *remote,
                                 struct sma_arena *arena, const char *what, const char *member,
                                 struct sma_str subject, const struct sma_chain *above,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* Path of a setting: "/config", "/config/SUBJECT". */
struct sma_str sma_remote_setting_path(struct sma_arena *arena, const char *what,
                                       struct sma_str subject, const char *query);

/* A text that is looked up along the whole chain, like compatibilityPolicy; empty when it is nowhere. */
struct sma_str sma_chain_text(const struct sma_chain *chain, const char *member);

#endif
