/* From syntax tree to table, in the classic three steps: Thompson's construction over the bytes of
 * UTF-8, subsets of its states, and byte classes so that the table stays small.
 *
 * The question is only whether there is a match, so greediness does not matter and the first
 * accepting state ends the search. Anchors need no state of their own: `^` is passable only before
 * the first byte,
 * `$` only after the last, and whether a state accepts there is a bit of it. */
#include "core/jsonschema/regex_table.h"

#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/utf8.h"

/* Above these the pattern goes to the other engine. */
#define NFA_STATES_MAX 20000u
#define DFA_STATES_MAX 2048u
#define TABLE_CELLS_MAX 65536u
#define BUILD_STEPS_MAX 2000000u

enum {
    DEAD = 0,    /* no match any more */
    MATCHED = 1, /* a match whatever follows */
    FIRST = 2
};

struct sma_regex_table {
    uint8_t classes[256]; /* byte to column */
    uint32_t columns, states;
    uint32_t start;
    uint8_t *at_end;  /* by state: the subject may end here */
    uint16_t cells[]; /* state × columns, holding states */
};

/* ---- the nondeterministic automaton
 * -------------------------------------------------------------- */

enum nfa_kind {
    NFA_BYTES, /* low..high, then to `a` */
    NFA_SPLIT, /* to `a` and to `b` */
    NFA_START, /* `^`, then to `a` */
    NFA_END,   /* `$`, then to `a` */
    NFA_ACCEPT,
    NFA_FAIL
};

struct nfa_state {
    uint8_t kind, low, high;
    uint32_t a, b;
};

struct nfa {
    struct nfa_state *states;
    uint32_t count, capacity;
    bool too_large, no_memory;
};

static uint32_t add_state(struct nfa *nfa, enum nfa_kind kind, uint32_t a, uint32_t b)
{
    if (nfa->count == NFA_STATES_MAX)
        nfa->too_large = true;
    if (nfa->too_large || nfa->no_memory)
        return 0;
    if (nfa->count == nfa->capacity) {
        uint32_t capacity = nfa->capacity ? nfa->capacity * 2 : 256;
        struct nfa_state *grown = realloc(nfa->states, capacity * sizeof *grown);
        if (!grown) {
            nfa->no_memory = true;
            return 0;
        }
        nfa->states = grown;
        nfa->capacity = capacity;
    }
    nfa->states[nfa->count] = (struct nfa_state){.kind = (uint8_t)kind, .a = a, .b = b};
    return nfa->count++;
}

static uint32_t add_bytes(struct nfa *nfa, unsigned low, unsigned high, uint32_t next)
{
    uint32_t state = add_state(nfa, NFA_BYTES, next, 0);
    if (!nfa->too_large && !nfa->no_memory) {
        nfa->states[state].low = (uint8_t)low;
        nfa->states[state].high = (uint8_t)high;
    }
    return state;
}

static uint32_t add_either(struct nfa *nfa, uint32_t a, uint32_t b)
{
    if (a == UINT32_MAX)
        return b;
    return add_state(nfa, NFA_SPLIT, a, b);
}

/* Sequences of bytes for the code points first..last, which all encode to `len` bytes: `prefix` has
 * been written, `shift` bits of payload are left. */
static uint32_t add_utf8_tail(struct nfa *nfa, uint32_t first, uint32_t last, unsigned shift,
                              uint32_t next)
{
    uint32_t all = ((uint32_t)1 << shift) - 1, alternatives = UINT32_MAX;
    if (shift == 0)
        return next;
    unsigned below = shift - 6;
    uint32_t low_mask = below ? ((uint32_t)1 << below) - 1 : 0;
    first &= all;
    last &= all;
    uint32_t head = first >> below, end = last >> below;
    /* The middle heads share everything that follows; the outer ones may be cut. */
    while (head <= end) {
        uint32_t from = head == first >> below ? first & low_mask : 0;
        uint32_t upto = head, to = low_mask;
        if (from == 0)
            upto = (last & low_mask) == low_mask ? end : (end > head ? end - 1 : head);
        if (upto == end)
            to = last & low_mask;
        if (from != 0 && head == end)
            to = last & low_mask;
        uint32_t tail = add_utf8_tail(nfa, from, to, below, next);
        alternatives =
            add_either(nfa, alternatives, add_bytes(nfa, 0x80 | head, 0x80 | upto, tail));
        head = upto + 1;
    }
    return alternatives;
}

/* The code points first..last, all of one encoded length, with `shift` bits after the lead byte. */
static uint32_t add_utf8_length(struct nfa *nfa, uint32_t first, uint32_t last, unsigned shift,
                                unsigned lead, uint32_t next)
{
    uint32_t mask = ((uint32_t)1 << shift) - 1, alternatives = UINT32_MAX;
    for (uint32_t head = first >> shift; head <= last >> shift;) {
        uint32_t from = head == first >> shift ? first & mask : 0;
        uint32_t upto = head, end = last >> shift, to = mask;
        if (from == 0)
            upto = (last & mask) == mask ? end : (end > head ? end - 1 : head);
        if (upto == end)
            to = last & mask;
        uint32_t tail = add_utf8_tail(nfa, from, to, shift, next);
        alternatives =
            add_either(nfa, alternatives, add_bytes(nfa, lead | head, lead | upto, tail));
        head = upto + 1;
    }
    return alternatives;
}

static uint32_t add_range(struct nfa *nfa, uint32_t first, uint32_t last, uint32_t next)
{
    static const struct {
        uint32_t first, last;
        unsigned shift, lead;
    } lengths[] = {{0x0, 0x7f, 0, 0x00},
                   {0x80, 0x7ff, 6, 0xc0},
                   {0x800, 0xffff, 12, 0xe0},
                   {0x10000, 0x10ffff, 18, 0xf0}};
    uint32_t alternatives = UINT32_MAX;
    for (size_t i = 0; i < 4; i++) {
        uint32_t from = first > lengths[i].first ? first : lengths[i].first;
        uint32_t to = last < lengths[i].last ? last : lengths[i].last;
        if (from > to)
            continue;
        uint32_t part =
            i == 0 ? add_bytes(nfa, from, to, next)
                   : add_utf8_length(nfa, from, to, lengths[i].shift, lengths[i].lead, next);
        alternatives = add_either(nfa, alternatives, part);
    }
    return alternatives;
}

static uint32_t add_set(struct nfa *nfa, const struct sma_regex_set *set, uint32_t next)
{
    uint32_t alternatives = UINT32_MAX;
    for (size_t i = 0; i < set->range_count; i++)
        alternatives = add_either(nfa, alternatives,
                                  add_range(nfa, set->ranges[i].first, set->ranges[i].last, next));
    return alternatives == UINT32_MAX ? add_state(nfa, NFA_FAIL, 0, 0) : alternatives;
}

static uint32_t add_node(struct nfa *nfa, const struct sma_regex_node *node, uint32_t next);

static uint32_t add_repeat(struct nfa *nfa, const struct sma_regex_node *node, uint32_t next)
{
    const struct sma_regex_node *body = node->children[0];
    uint32_t entry = next;
    if (node->max == SMA_REGEX_UNBOUNDED) {
        entry = add_state(nfa, NFA_SPLIT, 0, next);
        uint32_t loop = add_node(nfa, body, entry);
        if (!nfa->too_large && !nfa->no_memory)
            nfa->states[entry].a = loop;
    } else {
        for (uint32_t i = node->min; i < node->max && !nfa->too_large && !nfa->no_memory; i++)
            entry = add_state(nfa, NFA_SPLIT, add_node(nfa, body, entry), next);
    }
    for (uint32_t i = 0; i < node->min && !nfa->too_large && !nfa->no_memory; i++)
        entry = add_node(nfa, body, entry);
    return entry;
}

/* Builds backwards: the state where the node begins, given where it goes on. */
static uint32_t add_node(struct nfa *nfa, const struct sma_regex_node *node, uint32_t next)
{
    uint32_t entry = next;
    if (nfa->too_large || nfa->no_memory)
        return 0;
    switch (node->kind) {
    case SMA_RE_EMPTY:
        return next;
    case SMA_RE_SET:
        return add_set(nfa, node->set, next);
    case SMA_RE_SEQUENCE:
        for (size_t i = node->child_count; i-- > 0;)
            entry = add_node(nfa, node->children[i], entry);
        return entry;
    case SMA_RE_ALTERNATION:
        entry = add_node(nfa, node->children[0], next);
        for (size_t i = 1; i < node->child_count; i++)
            entry = add_state(nfa, NFA_SPLIT, entry, add_node(nfa, node->children[i], next));
        return entry;
    case SMA_RE_REPEAT:
        return add_repeat(nfa, node, next);
    case SMA_RE_GROUP:
        return add_node(nfa, node->children[0], next);
    case SMA_RE_START:
        return add_state(nfa, NFA_START, next, 0);
    case SMA_RE_END:
        return add_state(nfa, NFA_END, next, 0);
    default: /* the parser marked the tree as not regular */
        nfa->too_large = true;
        return 0;
    }
}

/* ---- byte classes
 * -------------------------------------------------------------------------------- */

/* Bytes that no range tells apart share a column. */
static uint32_t make_classes(const struct nfa *nfa, uint8_t classes[256])
{
    bool starts[257] = {[0] = true};
    uint32_t column = 0;
    for (uint32_t i = 0; i < nfa->count; i++) {
        if (nfa->states[i].kind == NFA_BYTES) {
            starts[nfa->states[i].low] = true;
            starts[nfa->states[i].high + 1] = true;
        }
    }
    for (unsigned byte = 0; byte < 256; byte++) {
        column += byte && starts[byte];
        classes[byte] = (uint8_t)column;
    }
    return column + 1;
}

/* ---- subsets
 * ------------------------------------------------------------------------------------- */

/* A subset: the NFA_BYTES states that are possible, in the order they were found. */
struct subset {
    uint32_t *members;
    uint32_t count;
    bool accepts;        /* a match ends here */
    bool accepts_at_end; /* … if the subject ends here */
};

struct builder {
    struct nfa nfa;
    struct sma_arena arena;
    struct subset *subsets;
    uint32_t subset_count;
    struct sma_map by_members; /* bytes of the sorted members, and the end bit → index + 1 */
    uint32_t entry;            /* where the pattern begins */
    uint32_t *marks;           /* by NFA state: the closure that saw it last */
    uint32_t mark;
    uint32_t *stack, *found;
    uint32_t found_count;
    uint64_t steps;
    bool too_large, no_memory;
};

/* Follows what costs no byte from `state`. `first`: nothing has been read. `last`: nothing will be.
 */
static bool close(struct builder *b, uint32_t state, bool first, bool last)
{
    uint32_t top = 0;
    bool accepts = false;
    b->stack[top++] = state;
    while (top) {
        uint32_t at = b->stack[--top];
        const struct nfa_state *s = &b->nfa.states[at];
        if (b->marks[at] == b->mark)
            continue;
        b->marks[at] = b->mark;
        b->steps++;
        if (s->kind == NFA_ACCEPT) {
            accepts = true;
        } else if (s->kind == NFA_BYTES) {
            b->found[b->found_count++] = at;
        } else if (s->kind == NFA_SPLIT) {
            b->stack[top++] = s->a;
            b->stack[top++] = s->b;
        } else if ((s->kind == NFA_START && first) || (s->kind == NFA_END && last)) {
            b->stack[top++] = s->a;
        }
    }
    return accepts;
}

static int order(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

/* The number of the subset in b->found, new or known. */
static uint32_t subset_number(struct builder *b, bool accepts, bool accepts_at_end)
{
    if (accepts)
        return MATCHED;
    if (!b->found_count && !accepts_at_end)
        return DEAD;
    qsort(b->found, b->found_count, sizeof *b->found, order);
    b->found[b->found_count] = accepts_at_end;
    struct sma_str key = {(const char *)b->found, (b->found_count + 1) * sizeof *b->found};
    uintptr_t known = (uintptr_t)sma_map_get(&b->by_members, key);
    if (known)
        return (uint32_t)(known - 1);
    key = sma_arena_copy(&b->arena, key);
    if (b->subset_count == DFA_STATES_MAX) {
        b->too_large = true;
        return DEAD;
    }
    uint32_t *members = sma_arena_calloc(&b->arena, b->found_count + 1, sizeof *members);
    if (!key.ptr || !members ||
        !sma_map_put(&b->by_members, key, (void *)(uintptr_t)(b->subset_count + 1))) {
        b->no_memory = true;
        return DEAD;
    }
    memcpy(members, b->found, b->found_count * sizeof *members);
    b->subsets[b->subset_count] = (struct subset){members, b->found_count, accepts, accepts_at_end};
    return b->subset_count++;
}

/* The subset before the first byte. */
static uint32_t first_subset(struct builder *b)
{
    b->mark++;
    b->found_count = 0;
    bool at_end = close(b, b->entry, true, true);
    b->mark++;
    b->found_count = 0;
    bool accepts = close(b, b->entry, true, false);
    return subset_number(b, accepts, at_end);
}

/* The subset after a byte. The search may also begin anew at the next position. */
static uint32_t next_subset(struct builder *b, uint32_t from, unsigned byte)
{
    const struct subset *subset = &b->subsets[from];
    bool accepts = false, at_end = false;
    for (int last = 1; last >= 0; last--) {
        bool reached = false;
        b->mark++;
        b->found_count = 0;
        for (uint32_t i = 0; i < subset->count; i++) {
            const struct nfa_state *s = &b->nfa.states[subset->members[i]];
            b->steps++;
            if (byte >= s->low && byte <= s->high)
                reached |= close(b, s->a, false, last);
        }
        reached |= close(b, b->entry, false, last);
        *(last ? &at_end : &accepts) = reached;
    }
    return subset_number(b, accepts, at_end);
}

/* SMA_ELIMIT: this pattern gets no table. */
static enum sma_status builder_status(const struct builder *b)
{
    if (b->no_memory)
        return SMA_ENOMEM;
    return b->too_large || b->steps > BUILD_STEPS_MAX ? SMA_ELIMIT : SMA_OK;
}

static enum sma_status build_rows(struct builder *b, const uint8_t classes[256], uint32_t columns,
                                  uint16_t *cells)
{
    unsigned samples[256];
    for (unsigned byte = 256; byte-- > 0;)
        samples[classes[byte]] = byte;
    for (uint32_t s = FIRST; s < b->subset_count; s++) {
        if ((s + 1) * columns > TABLE_CELLS_MAX)
            b->too_large = true;
        for (uint32_t c = 0; c < columns; c++) {
            enum sma_status st = builder_status(b);
            if (st)
                return st;
            cells[s * columns + c] = (uint16_t)next_subset(b, s, samples[c]);
        }
    }
    return builder_status(b); /* of the last cell, or of the first subset when there was none */
}

static enum sma_status finish(struct sma_regex_table **out, const struct builder *b,
                              const uint8_t classes[256], uint32_t columns, const uint16_t *cells,
                              uint32_t start)
{
    size_t cell_count = (size_t)b->subset_count * columns;
    struct sma_regex_table *table =
        malloc(sizeof *table + cell_count * sizeof *cells + b->subset_count);
    if (!table)
        return SMA_ENOMEM;
    memcpy(table->classes, classes, 256);
    table->columns = columns;
    table->states = b->subset_count;
    table->start = start;
    table->at_end = (uint8_t *)(table->cells + cell_count);
    memcpy(table->cells, cells, cell_count * sizeof *cells);
    for (uint32_t s = 0; s < b->subset_count; s++)
        table->at_end[s] = s == MATCHED || b->subsets[s].accepts_at_end;
    *out = table;
    return SMA_OK;
}

static bool builder_init(struct builder *b)
{
    size_t states = (size_t)b->nfa.count + 1;
    b->marks = sma_arena_calloc(&b->arena, states, sizeof *b->marks);
    b->stack = sma_arena_calloc(&b->arena, 2 * states, sizeof *b->stack);
    b->found = sma_arena_calloc(&b->arena, states, sizeof *b->found);
    b->subsets = sma_arena_calloc(&b->arena, DFA_STATES_MAX, sizeof *b->subsets);
    b->subset_count = FIRST;
    return b->marks && b->stack && b->found && b->subsets;
}

static enum sma_status build(struct sma_regex_table **out, struct builder *b)
{
    uint8_t classes[256];
    uint32_t columns = make_classes(&b->nfa, classes);
    uint16_t *cells = calloc(TABLE_CELLS_MAX, sizeof *cells);
    enum sma_status st = SMA_ENOMEM;
    if (cells && builder_init(b)) {
        for (uint32_t c = 0; c < columns; c++)
            cells[MATCHED * columns + c] = MATCHED;
        uint32_t start = first_subset(b);
        st = build_rows(b, classes, columns, cells);
        if (!st)
            st = finish(out, b, classes, columns, cells, start);
    }
    free(cells);
    return st;
}

enum sma_status sma_regex_table_new(struct sma_regex_table **out, const struct sma_regex_tree *tree,
                                    struct sma_error *err)
{
    struct builder b = {.subset_count = 0};
    enum sma_status st = SMA_ELIMIT;
    *out = NULL;
    sma_arena_init(&b.arena, (size_t)64 << 20);
    sma_map_init(&b.by_members);
    uint32_t accept = add_state(&b.nfa, NFA_ACCEPT, 0, 0);
    b.entry = add_node(&b.nfa, tree->root, accept);
    if (b.nfa.no_memory)
        st = SMA_ENOMEM;
    else if (!b.nfa.too_large)
        st = build(out, &b);
    free(b.nfa.states);
    sma_map_fini(&b.by_members);
    sma_arena_fini(&b.arena);
    return st == SMA_ENOMEM ? sma_fail_nomem(err) : SMA_OK;
}

void sma_regex_table_free(struct sma_regex_table *table)
{
    free(table);
}

size_t sma_regex_table_bytes(const struct sma_regex_table *table)
{
    return sizeof *table + (size_t)table->states * (table->columns * sizeof(uint16_t) + 1);
}

bool sma_regex_table_search(const struct sma_regex_table *table, struct sma_str subject)
{
    uint32_t state = table->start;
    for (size_t i = 0; i < subject.len && state > MATCHED; i++)
        state =
            table->cells[state * table->columns + table->classes[(unsigned char)subject.ptr[i]]];
    return state > MATCHED ? table->at_end[state] : state == MATCHED;
}
