/* Recognizing patterns that are a row of ASCII sets. */
#include "core/jsonschema/regex_fixed.h"

#include <string.h>

/* Nodes looked at, repetitions counted; more means groups of nothing inside one another. */
#define STEPS_MAX 1000u

struct maker {
    struct sma_regex_fixed *out;
    const struct sma_regex_set *sets[SMA_REGEX_FIXED_SETS];
    uint32_t set_count, steps;
};

static bool same_set(const struct sma_regex_set *a, const struct sma_regex_set *b)
{
    return a->range_count == b->range_count &&
           memcmp(a->ranges, b->ranges, a->range_count * sizeof *a->ranges) == 0;
}

/* The bit of a set, new or known; 0 when there are too many, or when it has more than ASCII. */
static uint8_t bit_of(struct maker *m, const struct sma_regex_set *set)
{
    if (set->property_count || !set->range_count || set->ranges[set->range_count - 1].last > 0x7f)
        return 0;
    for (uint32_t i = 0; i < m->set_count; i++)
        if (same_set(m->sets[i], set))
            return (uint8_t)(1u << i);
    if (m->set_count == SMA_REGEX_FIXED_SETS)
        return 0;
    uint8_t bit = (uint8_t)(1u << m->set_count);
    m->sets[m->set_count++] = set;
    for (size_t r = 0; r < set->range_count; r++)
        for (uint32_t c = set->ranges[r].first; c <= set->ranges[r].last; c++)
            m->out->sets[c] |= bit;
    return bit;
}

static bool add(struct maker *m, const struct sma_regex_node *node)
{
    uint32_t times = 1;
    if (++m->steps > STEPS_MAX)
        return false;
    while (node->kind == SMA_RE_REPEAT && node->min == node->max &&
           node->min <= SMA_REGEX_FIXED_MAX) {
        times *= node->min;
        node = node->children[0];
        if (times > SMA_REGEX_FIXED_MAX)
            return false;
    }
    if (node->kind == SMA_RE_GROUP || node->kind == SMA_RE_SEQUENCE) {
        for (; times; times--)
            for (size_t i = 0; i < node->child_count; i++)
                if (!add(m, node->children[i]))
                    return false;
        return true;
    }
    uint8_t bit = node->kind == SMA_RE_SET ? bit_of(m, node->set) : 0;
    if (!bit || m->out->length + times > SMA_REGEX_FIXED_MAX)
        return false;
    for (; times; times--)
        m->out->wants[m->out->length++] = bit;
    return true;
}

bool sma_regex_fixed_make(struct sma_regex_fixed *out, const struct sma_regex_tree *tree)
{
    struct maker m = {.out = out};
    const struct sma_regex_node *root = tree->root;
    memset(out, 0, sizeof *out);
    if (root->kind != SMA_RE_SEQUENCE || root->child_count < 2 ||
        root->children[0]->kind != SMA_RE_START ||
        root->children[root->child_count - 1]->kind != SMA_RE_END)
        return false;
    for (size_t i = 1; i + 1 < root->child_count; i++)
        if (!add(&m, root->children[i]))
            return false;
    return true;
}
