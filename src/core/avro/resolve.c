/* Names: definitions, references to them, and what can only be checked once every name is known.
 *
 * A reference finds what is complete at that point: earlier definitions of the text and those of
 * the referenced schemas. Anything else, the enclosing record included, is pending until the text
 * is read to the end; then only the full name counts (compat-avro section 3). */
#include "core/avro/equal.h"
#include "core/avro/names.h"
#include "core/avro/parser.h"

/* ---- while reading ---- */

/* A record without fields in place of what is not known yet. */
static struct sma_avro_node *placeholder(struct sma_avro_parser *p, const struct sma_json *written,
                                         struct sma_str full)
{
    struct sma_avro_node *node = sma_avro_node_new(p, SMA_AVRO_RECORD, written);
    if (!node)
        return NULL;
    node->index = SMA_AVRO_UNRESOLVED;
    node->name.full = full;
    node->name.name = full;
    return node;
}

static enum sma_status add_pending(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                   const struct sma_json *written, struct sma_str full)
{
    struct sma_avro_pending *grown =
        sma_arena_grow(&p->scratch, p->pending, p->pending_count, &p->pending_capacity,
                       p->pending_count + 1, sizeof *grown);
    *slot = placeholder(p, written, full);
    if (!grown || !*slot)
        return sma_fail_nomem(p->err);
    p->pending = grown;
    p->pending[p->pending_count++] =
        (struct sma_avro_pending){slot, full, sma_avro_keep(p, written->text), written->start};
    return SMA_OK;
}

static enum sma_status refer_primitive(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                                       const struct sma_json *written, enum sma_avro_kind kind)
{
    *slot = sma_avro_node_new(p, kind, written);
    return *slot ? SMA_OK : sma_fail_nomem(p->err);
}

/* The name with the enclosing namespace unless it has dots of its own. */
static bool full_name(struct sma_avro_parser *p, struct sma_str *out, struct sma_str written,
                      struct sma_str space)
{
    if (!space.len || sma_str_chr(written, '.') >= 0) {
        *out = sma_avro_keep(p, written);
        return true;
    }
    char *full = sma_arena_alloc(p->arena, space.len + 1 + written.len);
    if (!full)
        return false;
    memcpy(full, space.ptr, space.len);
    full[space.len] = '.';
    if (written.len)
        memcpy(full + space.len + 1, written.ptr, written.len);
    *out = sma_str_make(full, space.len + 1 + written.len);
    return true;
}

enum sma_status sma_avro_refer(struct sma_avro_parser *p, const struct sma_avro_node **slot,
                               const struct sma_json *written, struct sma_str space)
{
    enum sma_avro_kind kind;
    struct sma_str full;
    if (sma_avro_primitive_find(written->text, &kind))
        return refer_primitive(p, slot, written, kind);
    if (!full_name(p, &full, written->text, space))
        return sma_fail_nomem(p->err);
    const struct sma_avro_node *known = sma_map_get(&p->types, full);
    if (!known)
        known = sma_map_get(&p->types, written->text);
    if (!known)
        return add_pending(p, slot, written, full);
    *slot = known;
    return SMA_OK;
}

enum sma_status sma_avro_note_bound(struct sma_avro_parser *p, struct sma_avro_node *record,
                                    bool is_end)
{
    struct sma_avro_bound *grown =
        sma_arena_grow(&p->scratch, p->bounds, p->bound_count, &p->bound_capacity,
                       p->bound_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(p->err);
    p->bounds = grown;
    p->bounds[p->bound_count++] = (struct sma_avro_bound){record, is_end};
    record->index = is_end ? SMA_AVRO_COMPLETE : SMA_AVRO_UNNUMBERED;
    return SMA_OK;
}

enum sma_status sma_avro_define(struct sma_avro_parser *p, struct sma_avro_node *node,
                                uint32_t offset)
{
    const struct sma_avro_node *first = sma_map_get(&p->types, node->name.full);
    struct sma_str part;
    const char *problem = p->is_strict && node->name.space.len
                              ? sma_avro_space_problem(node->name.space, &part)
                              : NULL;
    if (problem)
        return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : offset,
                           "Namespace part \"%.*s\" is invalid: %s%.*s", SMA_STR_ARG(part), problem,
                           SMA_STR_ARG(part));
    if (first && !sma_avro_same_definition(first, node))
        return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : offset,
                           "Can't redefine: %.*s", SMA_STR_ARG(node->name.full));
    if (!first && !sma_map_put(&p->types, node->name.full, node))
        return sma_fail_nomem(p->err);
    return SMA_OK;
}

/* ---- unions ---- */

static struct sma_str member_name(const struct sma_avro_node *member)
{
    return sma_avro_is_named(member) ? member->name.full : sma_avro_kind_word(member->kind);
}

/* Whether the name was among the members before; -1 when out of memory. Two names that are still
 * pending may turn out to be one type, so they wait for the final check. */
static int seen_before(struct sma_map *seen, const struct sma_avro_node *member)
{
    if (member->index == SMA_AVRO_UNRESOLVED)
        return 0;
    int is_new = sma_map_add(seen, member_name(member), (void *)member);
    return is_new < 0 ? -1 : !is_new;
}

enum sma_status sma_avro_check_union(struct sma_avro_parser *p, const struct sma_avro_node *node)
{
    enum sma_status st = SMA_OK;
    struct sma_map seen;
    sma_map_init(&seen);
    for (uint32_t i = 0; !st && i < node->variants.count; i++) {
        const struct sma_avro_node *member = node->variants.members[i];
        if (member->kind == SMA_AVRO_UNION) {
            st = sma_avro_fail_node(p, node->span.start, "Nested union: ", node);
            break;
        }
        int again = seen_before(&seen, member);
        if (again < 0)
            st = sma_fail_nomem(p->err);
        else if (again)
            st = sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : node->span.start,
                             "Duplicate in union:%.*s", SMA_STR_ARG(member_name(member)));
    }
    sma_map_fini(&seen);
    return st;
}

/* ---- at the end of a text ---- */

static enum sma_status resolve_pending(struct sma_avro_parser *p,
                                       const struct sma_avro_pending *pending)
{
    const struct sma_avro_node *known = sma_map_get(&p->types, pending->full);
    /* The original prints a type without namespace by its bare name also inside a namespace, where
     * it then can not read it again. Stored text must stay readable, so lax reading finds it. */
    if (!known && !p->is_strict)
        known = sma_map_get(&p->types, pending->bare);
    if (!known)
        return sma_fail_at(p->err, SMA_EINVAL, p->is_reference ? SMA_NO_OFFSET : pending->offset,
                           "Undefined schema: %.*s", SMA_STR_ARG(pending->full));
    *pending->slot = known;
    return SMA_OK;
}

static enum sma_status check_defaults_of(struct sma_avro_parser *p,
                                         const struct sma_avro_node *record)
{
    enum sma_status st = SMA_OK;
    for (uint32_t i = 0; !st && i < record->record.count; i++)
        if (record->record.fields[i].default_value)
            st = sma_avro_check_default(p, &record->record.fields[i]);
    return st;
}

/* The second look at defaults, now that every name is resolved. A default can not be made from a
 * record around it, which is not complete before its own fields are. (The original also refuses
 * some that need a record defined later, depending on how the names hash; here those pass.) */
static enum sma_status check_defaults(struct sma_avro_parser *p)
{
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < p->bound_count; i++) {
        struct sma_avro_node *record = p->bounds[i].record;
        record->index = SMA_AVRO_UNNUMBERED;
        if (!p->bounds[i].is_end)
            continue;
        st = check_defaults_of(p, record);
        record->index = SMA_AVRO_COMPLETE;
    }
    return st;
}

static enum sma_status refuse_unknown_root(struct sma_avro_parser *p,
                                           const struct sma_avro_node *root)
{
    if (root->index != SMA_AVRO_UNRESOLVED)
        return SMA_OK;
    return sma_fail(p->err, SMA_EINVAL, "Unknown schema: %.*s", SMA_STR_ARG(root->name.full));
}

enum sma_status sma_avro_resolve(struct sma_avro_parser *p, const struct sma_avro_node **root)
{
    enum sma_status st = refuse_unknown_root(p, *root);
    for (size_t i = 0; !st && i < p->pending_count; i++)
        st = resolve_pending(p, &p->pending[i]);
    for (size_t i = 0; !st && i < p->union_count; i++)
        st = sma_avro_check_union(p, p->unions[i]);
    if (!st && p->has_null_property)
        st = sma_fail(p->err, SMA_EINVAL, "Can't set a property to null: %.*s",
                      SMA_STR_ARG(p->null_property));
    if (!st && p->is_strict && p->pending_count)
        st = check_defaults(p);
    /* A text whose root repeats a referenced type stands for that type. */
    if (!st && sma_avro_is_named(*root))
        *root = sma_map_get(&p->types, (*root)->name.full);
    return st;
}
