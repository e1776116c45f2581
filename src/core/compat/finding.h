/* Findings: what a rule engine returns. One list serves the registry's `messages`, the command
 * line's file:line:column, JSON, SARIF and JUnit; each is a rendering of it. One wording per rule,
 * in the rule's own `struct sma_rule`. */
#ifndef SMA_CORE_COMPAT_FINDING_H
#define SMA_CORE_COMPAT_FINDING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/str.h"

/* How the registry frames a message of this format (confluent-rest 13.2 to 13.4). */
enum sma_message_frame {
    SMA_FRAME_AVRO,     /* {errorType:'T', description:'D', additionalInfo:'M'} */
    SMA_FRAME_JSON,     /* {errorType:"T", description:"D'}  -- the asymmetry is the original's */
    SMA_FRAME_PROTOBUF, /* {errorType:"T", description:"D"} */
    SMA_FRAME_PLAIN     /* D alone */
};

/* A rule: constant, one instance each, in the format that owns it. */
struct sma_rule {
    const char *id;          /* the original's type word: "TYPE_MISMATCH", "PROPERTY_ADDED_…" */
    const char *description; /* template: {1} first word, {2} second word, {P} path, {M} info */
    enum sma_message_frame frame;
    const char *fix; /* one sentence for people: how to make the change compatible; may be NULL */
};

/* Byte range [start, end) in a text; start == end == 0 when unknown. */
struct sma_span {
    uint32_t start, end;
};

struct sma_finding {
    const struct sma_rule *rule;
    bool is_compatible; /* a difference that the policy allows: reported by diff, never in messages */
    struct sma_str path; /* as the registry writes it */
    struct sma_str info; /* {M}; may be empty */
    struct sma_span reader_span; /* in the reader's source text (sma_schema.text) */
    struct sma_span writer_span; /* in the writer's */
};

struct sma_findings {
    struct sma_arena *arena; /* path and info are copied into it */
    struct sma_finding *items;
    size_t count, capacity;
    size_t incompatible_count;
    size_t max; /* 0 = all; further findings are counted but not kept */
    bool failed; /* out of memory: checked once at the end with sma_findings_status */
};

void sma_findings_init(struct sma_findings *findings, struct sma_arena *arena, size_t max);
/* Copies path and info. Never fails at once; see `failed`. Returns the finding kept, so that spans
 * can be set, or NULL. */
struct sma_finding *sma_findings_add(struct sma_findings *findings, const struct sma_rule *rule,
                                     bool is_compatible, struct sma_str path, struct sma_str info);
/* Drops everything after the first `count` (a branch that was tried and given up). */
void sma_findings_truncate(struct sma_findings *findings, size_t count);
enum sma_status sma_findings_status(const struct sma_findings *findings, struct sma_error *err);

/* The registry's message for a finding: `first` and `second` fill {1} and {2} ("new","old" for
 * BACKWARD; "old","new" for FORWARD). */
void sma_finding_message(struct sma_buf *out, const struct sma_finding *finding, const char *first,
                         const char *second);
/* Only the description part, for people. */
void sma_finding_description(struct sma_buf *out, const struct sma_finding *finding,
                             const char *first, const char *second);

#endif
