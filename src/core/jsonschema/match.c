/* Maximum matching in a bipartite graph: Hopcroft and Karp's algorithm. Phases of breadth-first
 * layering and depth-first augmenting; recursion is as deep as the smaller side at most, and that
 * is bounded by the work it took to fill the table of edges. */
#include <stdlib.h>

#include "core/jsonschema/compat.h"

#define NONE UINT32_MAX

struct matcher {
    const unsigned char *edges;
    uint32_t left, right;
    uint32_t *partner; /* of left vertices */
    uint32_t *owner;   /* of right vertices */
    uint32_t *layer;   /* of left vertices; NONE = not on a shortest way */
    uint32_t *queue;
    struct sma_work *work;
    bool is_tired; /* the work ran out */
};

static const unsigned char *row_of(struct matcher *m, uint32_t vertex)
{
    if (!sma_work_take(m->work, 1 + m->right / 32))
        m->is_tired = true;
    return m->edges + (size_t)vertex * m->right;
}

/* Layers the left vertices by their distance from a free one. True when a free right vertex can be
 * reached. */
static bool make_layers(struct matcher *m)
{
    uint32_t head = 0, tail = 0;
    bool is_reached = false;
    for (uint32_t i = 0; i < m->left; i++) {
        m->layer[i] = m->partner[i] == NONE ? 0 : NONE;
        if (m->partner[i] == NONE)
            m->queue[tail++] = i;
    }
    while (head < tail && !m->is_tired) {
        uint32_t from = m->queue[head++];
        const unsigned char *row = row_of(m, from);
        for (uint32_t k = 0; k < m->right; k++) {
            uint32_t next = row[k] ? m->owner[k] : NONE;
            is_reached = is_reached || (row[k] && next == NONE);
            if (next == NONE || m->layer[next] != NONE)
                continue;
            m->layer[next] = m->layer[from] + 1;
            m->queue[tail++] = next;
        }
    }
    return is_reached && !m->is_tired;
}

/* Finds a partner for a left vertex, moving others along the layers. */
static bool augment(struct matcher *m, uint32_t vertex)
{
    const unsigned char *row = row_of(m, vertex);
    for (uint32_t k = 0; k < m->right && !m->is_tired; k++) {
        if (!row[k])
            continue;
        uint32_t next = m->owner[k];
        bool is_below = next != NONE && m->layer[next] == m->layer[vertex] + 1;
        if (next == NONE || (is_below && augment(m, next))) {
            m->owner[k] = vertex;
            m->partner[vertex] = k;
            return true;
        }
    }
    m->layer[vertex] = NONE; /* a dead end for the rest of this phase */
    return false;
}

static uint32_t find_all(struct matcher *m)
{
    uint32_t size = 0;
    while (make_layers(m))
        for (uint32_t i = 0; i < m->left; i++)
            if (m->partner[i] == NONE && augment(m, i))
                size++;
    return size;
}

enum sma_status sma_js_match(uint32_t *partner, uint32_t *size, const unsigned char *edges,
                             uint32_t left, uint32_t right, struct sma_work *work,
                             struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    struct matcher m = {
        .edges = edges, .left = left, .right = right, .partner = partner, .work = work};
    m.owner = malloc(((size_t)right + 1) * sizeof *m.owner);
    m.layer = malloc(((size_t)left + 1) * sizeof *m.layer);
    m.queue = malloc(((size_t)left + 1) * sizeof *m.queue);
    if (!m.owner || !m.layer || !m.queue) {
        st = sma_fail_nomem(err);
        goto out;
    }
    for (uint32_t i = 0; i < left; i++)
        partner[i] = NONE;
    for (uint32_t k = 0; k < right; k++)
        m.owner[k] = NONE;
    *size = find_all(&m);
    if (m.is_tired)
        st = sma_fail(err, SMA_ELIMIT, "the comparison takes more steps than its limit");
out:
    free(m.owner);
    free(m.layer);
    free(m.queue);
    return st;
}
