/* Levels and the driver that compares a candidate with earlier versions (confluent-rest 13.1). */
#ifndef SMA_CORE_COMPAT_COMPAT_H
#define SMA_CORE_COMPAT_COMPAT_H

#include <stdbool.h>
#include <stdint.h>

#include "core/compat/finding.h"
#include "core/schema/schema.h"

enum sma_level {
    SMA_LEVEL_NONE,
    SMA_LEVEL_BACKWARD,
    SMA_LEVEL_BACKWARD_TRANSITIVE,
    SMA_LEVEL_FORWARD,
    SMA_LEVEL_FORWARD_TRANSITIVE,
    SMA_LEVEL_FULL,
    SMA_LEVEL_FULL_TRANSITIVE
};

/* Case-insensitive ASCII name to level. False when unknown. */
bool sma_level_parse(struct sma_str name, enum sma_level *out);
/* Upper-case name. */
const char *sma_level_name(enum sma_level level);
bool sma_level_is_transitive(enum sma_level level);
bool sma_level_is_backward(enum sma_level level); /* BACKWARD* and FULL* */
bool sma_level_is_forward(enum sma_level level);  /* FORWARD* and FULL* */

/* An earlier version to compare with. */
struct sma_earlier {
    const struct sma_schema *schema; /* borrowed from the source until its next call */
    int32_t version;                 /* 0 = unknown: no {oldSchemaVersion} line */
};

/* Gives the i-th earlier version, newest first. *out->schema NULL = no more. Called only as far as
 * the level needs. */
typedef enum sma_status sma_earlier_fn(void *ctx, size_t i, struct sma_earlier *out,
                                       struct sma_error *err);

struct sma_check {
    enum sma_level level;
    enum sma_policy policy;
    bool validate_fields;           /* only shown in the last line */
    const struct sma_schema *candidate;
    sma_earlier_fn *earlier;
    void *earlier_ctx;
    uint64_t max_steps; /* 0 = SMA_COMPAT_STEPS_MAX */
    /* Messages that stand before all others (reserved fields); they make the result incompatible at
     * every level. */
    const struct sma_str *extra_messages;
    size_t extra_count;
};

struct sma_check_result {
    bool is_compatible;
    struct sma_str *messages; /* the registry's list, in `arena`, suffix lines included */
    size_t message_count;
    int32_t version;          /* of the version that refused, 0 = none */
    /* The findings behind the messages: forward (old reads new) and backward (new reads old). */
    struct sma_findings forward, backward;
};

/* Runs the check. `arena` owns everything in *result. SMA_OK for compatible and incompatible alike.
 * Threads: safe. */
enum sma_status sma_check_run(struct sma_check_result *result, struct sma_arena *arena,
                              const struct sma_check *check, struct sma_error *err) SMA_MUST_CHECK;

#endif
