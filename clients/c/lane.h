/* Working memory of serializers and deserializers, so that the hit path allocates nothing and shares
 * nothing: a lane belongs to one call at a time. Threads spread over the lanes by their identity and
 * come back to the one they had; a lane that somebody holds (who may be waiting for the network) is
 * passed by. When all are held, the call gets one of its own that ends with it: nobody ever waits.
 *
 * A lane also remembers what earlier calls found out, as notes; there is no other copy of them, so
 * no lock guards them. */
#ifndef SMA_CLIENT_LANE_H
#define SMA_CLIENT_LANE_H

#include <stdatomic.h>

#include "base/arena.h"
#include "base/buf.h"
#include "core/jsonschema/validator.h"
#include "schemata/schemata.h"

#define SMA_CLIENT_LANES 32
/* Notes of one lane; a newer one takes the place of another. */
#define SMA_CLIENT_NOTES 64
/* Scratch memory above this goes back after the call that needed it. */
#define SMA_CLIENT_SCRATCH_KEPT (256u << 10)

/* What a call found out, with the key it found it for; the first member of the user's struct. */
struct sma_client_note {
    uint64_t hash;
    void (*release)(struct sma_client_note *note);
};

struct sma_client_lane {
    atomic_bool is_busy;
    bool is_temporary;
    struct sma_client_note *last; /* the note used last; one of `notes`, or NULL */
    struct sma_buf bytes;         /* for the message in the making; empty at the start of a call */
    struct sma_arena arena;       /* for trees; empty too */
    struct sma_validator_scratch *validator;
    struct sma_client_note *notes[SMA_CLIENT_NOTES];
};

struct sma_client_lanes {
    _Atomic(struct sma_client_lane *) items[SMA_CLIENT_LANES];
};

/* A lane for this call; NULL when out of memory. */
struct sma_client_lane *sma_client_lane_take(struct sma_client_lanes *lanes);
void sma_client_lane_give(struct sma_client_lane *lane);
/* Nobody holds a lane any more. */
void sma_client_lanes_fini(struct sma_client_lanes *lanes);

/* The note in the place of that hash, which may be for another key; NULL when there is none. */
struct sma_client_note *sma_client_note_at(const struct sma_client_lane *lane, uint64_t hash);
/* Puts it in its place and makes it the last one; what was there is released. */
void sma_client_note_put(struct sma_client_lane *lane, struct sma_client_note *note);

/* A hash for keys of notes: mixes `text` (may be NULL) into `hash`. Not for hostile keys in bulk: a
 * collision costs a look into the client's cache, no more. */
uint64_t sma_client_mix(uint64_t hash, const char *text);
/* Equal, both NULL included. Topics are short: a loop beats a call. */
static inline bool sma_client_same(const char *a, const char *b)
{
    if (a == b || !a || !b)
        return a == b;
    while (*a && *a == *b) {
        a++;
        b++;
    }
    return *a == *b;
}

#endif
