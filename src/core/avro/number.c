/* Numbers the nodes of a finished graph, in the order in which the text prints them. */
#include <stdlib.h>

#include "core/avro/node_state.h"
#include "core/avro/read.h"

struct walk {
    const struct sma_avro_node **stack; /* an explicit one: references can make long chains */
    size_t depth, capacity;
    const struct sma_avro_node **nodes;
    size_t count, room;
    bool uses_references;
};

static bool is_numbered(const struct sma_avro_node *node)
{
    return node->index < SMA_AVRO_COMPLETE;
}

static bool make_room(const struct sma_avro_node ***array, size_t *capacity, size_t need)
{
    size_t room = *capacity ? *capacity : 64;
    while (room < need)
        room *= 2;
    if (room == *capacity)
        return true;
    const struct sma_avro_node **grown = realloc((void *)*array, room * sizeof(*grown));
    if (!grown)
        return false;
    *array = grown;
    *capacity = room;
    return true;
}

static size_t child_count(const struct sma_avro_node *node)
{
    switch (node->kind) {
    case SMA_AVRO_RECORD:
        return node->record.count;
    case SMA_AVRO_UNION:
        return node->variants.count;
    case SMA_AVRO_ARRAY:
    case SMA_AVRO_MAP:
        return 1;
    default:
        return 0;
    }
}

static const struct sma_avro_node *child(const struct sma_avro_node *node, size_t i)
{
    if (node->kind == SMA_AVRO_RECORD)
        return node->record.fields[i].type;
    return node->kind == SMA_AVRO_UNION ? node->variants.members[i] : node->items;
}

/* The last child first, so that the first one is on top. */
static bool push_children(struct walk *w, const struct sma_avro_node *node)
{
    size_t count = child_count(node);
    if (!make_room(&w->stack, &w->capacity, w->depth + count))
        return false;
    for (size_t i = count; i-- > 0;)
        if (!is_numbered(child(node, i)))
            w->stack[w->depth++] = child(node, i);
    return true;
}

static bool visit(struct walk *w, const struct sma_avro_node *node)
{
    if (is_numbered(node))
        return true;
    if (!make_room(&w->nodes, &w->room, w->count + 1))
        return false;
    /* The parser that made the node is still the only one to see it. */
    ((struct sma_avro_node *)node)->index = (uint32_t)w->count;
    w->uses_references |= node->from_reference;
    w->nodes[w->count++] = node;
    return push_children(w, node);
}

static bool walk_all(struct walk *w, const struct sma_avro_node *root)
{
    bool is_fine = visit(w, root);
    while (is_fine && w->depth)
        is_fine = visit(w, w->stack[--w->depth]);
    return is_fine;
}

enum sma_status sma_avro_number(struct sma_avro_schema *schema, struct sma_error *err)
{
    struct walk w = {0};
    const struct sma_avro_node **nodes = NULL;
    enum sma_status st = SMA_OK;
    if (walk_all(&w, schema->root))
        nodes = sma_arena_alloc(&schema->base.arena, w.count * sizeof(*nodes));
    if (nodes) {
        memcpy((void *)nodes, (const void *)w.nodes, w.count * sizeof(*nodes));
        schema->nodes = nodes;
        schema->node_count = (uint32_t)w.count;
        schema->uses_references = w.uses_references;
    } else {
        st = sma_fail_nomem(err);
    }
    free((void *)w.stack);
    free((void *)w.nodes);
    return st;
}
