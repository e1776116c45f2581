/* One pair of nodes: references, memo, combined against plain, classes. Source: compat-json
 * section 7. */
#include "base/num.h"
#include "core/jsonschema/canonical.h"
#include "core/jsonschema/compat.h"

static const struct sma_str no_segment = {NULL, 0};

/* ---- results ------------------------------------------------------------------------------- */

enum sma_status sma_js_differ_take(struct sma_js_differ *differ, uint64_t units)
{
    return sma_work_take(differ->work, units)
               ? SMA_OK
               : sma_fail(differ->err, SMA_ELIMIT,
                          "the comparison takes more steps than its limit");
}

enum sma_status sma_js_differ_index(struct sma_str *out, struct sma_js_differ *differ,
                                    uint32_t index)
{
    *out = sma_arena_printf(&differ->arena, "%u", index);
    return out->ptr ? SMA_OK : sma_fail_nomem(differ->err);
}

static enum sma_status add_entry(struct sma_js_entry **out, struct sma_js_differ *differ,
                                 struct sma_js_result *result, struct sma_str first,
                                 struct sma_str second)
{
    enum sma_status st = sma_js_differ_take(differ, SMA_JS_ENTRY_UNITS);
    if (st)
        return st;
    struct sma_js_entry *entry = sma_arena_calloc(&differ->arena, 1, sizeof *entry);
    if (!entry)
        return sma_fail_nomem(differ->err);
    entry->first = first;
    entry->second = second;
    *result->end = entry;
    result->end = &entry->next;
    *out = entry;
    return SMA_OK;
}

enum sma_status sma_js_add(struct sma_js_differ *differ, struct sma_js_result *result,
                           enum sma_js_rule_id rule, struct sma_str first, struct sma_str second)
{
    struct sma_js_entry *entry = NULL;
    enum sma_status st = add_entry(&entry, differ, result, first, second);
    if (st)
        return st;
    entry->rule = rule;
    entry->is_compatible = sma_js_rule_is_allowed(rule, differ->policy);
    result->is_incompatible = result->is_incompatible || !entry->is_compatible;
    return SMA_OK;
}

enum sma_status sma_js_add_below(struct sma_js_differ *differ, struct sma_js_result *result,
                                 const struct sma_js_result *below, struct sma_str first,
                                 struct sma_str second)
{
    struct sma_js_entry *entry = NULL;
    if (!below->entries)
        return SMA_OK;
    enum sma_status st = add_entry(&entry, differ, result, first, second);
    if (st)
        return st;
    entry->below = below;
    entry->is_compatible = !below->is_incompatible;
    result->is_incompatible = result->is_incompatible || below->is_incompatible;
    return SMA_OK;
}

static enum sma_status add_here(struct sma_js_differ *differ, struct sma_js_result *result,
                                enum sma_js_rule_id rule)
{
    return sma_js_add(differ, result, rule, no_segment, no_segment);
}

/* ---- combined against plain (section 7.2) -------------------------------------------------- */

/* Tries to explain the change by one member; when compatible, the member's differences stand for
 * the whole's, and `and_rule` with them (SMA_JS_RULE_COUNT: none). */
static enum sma_status try_member(struct sma_js_differ *differ, struct sma_js_result *result,
                                  const struct sma_js_node *old, const struct sma_js_node *new,
                                  enum sma_js_rule_id and_rule, bool *is_done)
{
    const struct sma_js_result *trial;
    enum sma_status st = sma_js_compare(&trial, differ, old, new);
    if (st || trial->is_incompatible)
        return st;
    *is_done = true;
    st = sma_js_add_below(differ, result, trial, no_segment, no_segment);
    return st || and_rule == SMA_JS_RULE_COUNT ? st : add_here(differ, result, and_rule);
}

static enum sma_status try_widened(struct sma_js_differ *differ, struct sma_js_result *result,
                                   const struct sma_js_node *old, const struct sma_js_combined *new,
                                   bool *is_done)
{
    enum sma_status st = SMA_OK;
    if (new->member_count == 1)
        return try_member(differ, result, old, new->members[0], SMA_JS_RULE_COUNT, is_done);
    if (new->criterion == SMA_JS_ALL_OF)
        return SMA_OK;
    for (uint32_t i = 0; !st && !*is_done && i < new->member_count; i++)
        st = try_member(differ, result, old, new->members[i], SMA_JS_SUM_TYPE_EXTENDED, is_done);
    return st;
}

static enum sma_status try_narrowed(struct sma_js_differ *differ, struct sma_js_result *result,
                                    const struct sma_js_combined *old,
                                    const struct sma_js_node *new, bool *is_done)
{
    enum sma_status st = SMA_OK;
    if (old->member_count == 1)
        return try_member(differ, result, old->members[0], new, SMA_JS_RULE_COUNT, is_done);
    if (old->criterion != SMA_JS_ALL_OF)
        return SMA_OK;
    for (uint32_t i = 0; !st && !*is_done && i < old->member_count; i++)
        st =
            try_member(differ, result, old->members[i], new, SMA_JS_PRODUCT_TYPE_NARROWED, is_done);
    return st;
}

/* ---- same class (section 7.4) -------------------------------------------------------------- */

static bool texts_differ(const struct sma_json *old, const struct sma_json *new)
{
    return !old != !new || (old && !sma_str_eq(old->text, new->text));
}

static bool is_composite(const struct sma_json *json)
{
    return json->type == SMA_JSON_ARRAY || json->type == SMA_JSON_OBJECT;
}

/* The original holds the lists and objects of the older drafts in a type without equality: two such
 * defaults always differ, unless they are the very same. */
static enum sma_status defaults_differ(bool *out, const struct sma_js_differ *differ,
                                       const struct sma_json *old, const struct sma_json *new)
{
    struct sma_buf texts[2];
    *out = !old != !new;
    if (*out || old == new)
        return SMA_OK;
    if (!differ->is_modern && is_composite(old) && is_composite(new)) {
        *out = true;
        return SMA_OK;
    }
    sma_buf_init(&texts[0], 0);
    sma_buf_init(&texts[1], 0);
    enum sma_status st = sma_js_put_canonical(&texts[0], old, SMA_JS_ORDER_BY_NAME, differ->err);
    if (!st)
        st = sma_js_put_canonical(&texts[1], new, SMA_JS_ORDER_BY_NAME, differ->err);
    *out = !sma_str_eq(sma_buf_str(&texts[0]), sma_buf_str(&texts[1]));
    sma_buf_fini(&texts[0]);
    sma_buf_fini(&texts[1]);
    return st;
}

static enum sma_status compare_annotations(struct sma_js_differ *differ,
                                           struct sma_js_result *result,
                                           const struct sma_js_node *old,
                                           const struct sma_js_node *new)
{
    bool is_other = false;
    enum sma_status st = SMA_OK;
    if (texts_differ(old->id, new->id))
        st = add_here(differ, result, SMA_JS_ID_CHANGED);
    if (!st && texts_differ(old->title, new->title))
        st = add_here(differ, result, SMA_JS_TITLE_CHANGED);
    if (!st && texts_differ(old->description, new->description))
        st = add_here(differ, result, SMA_JS_DESCRIPTION_CHANGED);
    if (!st)
        st = defaults_differ(&is_other, differ, old->default_value, new->default_value);
    return st || !is_other ? st : add_here(differ, result, SMA_JS_DEFAULT_CHANGED);
}

static enum sma_status compare_details(struct sma_js_differ *differ, struct sma_js_result *result,
                                       const struct sma_js_node *old, const struct sma_js_node *new)
{
    switch (old->class) {
    case SMA_JS_STRING:
        return sma_js_compare_string(differ, result, old->string, new->string);
    case SMA_JS_NUMBER:
        return sma_js_compare_number(differ, result, old->number, new->number);
    case SMA_JS_OBJECT:
        return sma_js_compare_object(differ, result, old->object, new->object);
    case SMA_JS_ARRAY:
        return sma_js_compare_array(differ, result, old->array, new->array);
    case SMA_JS_ENUM:
        return sma_js_compare_enum(differ, result, old->values, new->values);
    case SMA_JS_CONST:
        return sma_js_compare_const(differ, result, old->values, new->values);
    case SMA_JS_NOT:
        return sma_js_compare_not(differ, result, old->inner, new->inner);
    case SMA_JS_COMBINED:
        return sma_js_compare_combined(differ, result, old->combined, new->combined);
    case SMA_JS_EMPTY:
    case SMA_JS_TRUE:
    case SMA_JS_FALSE:
    case SMA_JS_BOOLEAN:
    case SMA_JS_NULL:
    case SMA_JS_CONDITIONAL: /* if, then and else are never compared */
    case SMA_JS_REFERENCE:   /* a reference to a reference hides what is behind it */
        return SMA_OK;
    }
    return SMA_OK;
}

/* ---- the pair ------------------------------------------------------------------------------ */

static enum sma_status compare_nodes(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_node *old, const struct sma_js_node *new)
{
    bool is_done = false;
    enum sma_status st = SMA_OK;
    if (old->class != SMA_JS_COMBINED && new->class == SMA_JS_COMBINED)
        st = try_widened(differ, result, old, new->combined, &is_done);
    else if (old->class == SMA_JS_COMBINED && new->class != SMA_JS_COMBINED)
        st = try_narrowed(differ, result, old->combined, new, &is_done);
    if (st || is_done)
        return st;
    if (old->class != new->class) {
        bool is_fine = old->class == SMA_JS_FALSE || sma_js_is_empty(new) ||
                       (old->is_connect_bytes && new->is_connect_bytes);
        return is_fine ? SMA_OK : add_here(differ, result, SMA_JS_TYPE_CHANGED);
    }
    st = compare_annotations(differ, result, old, new);
    return st ? st : compare_details(differ, result, old, new);
}

static const struct sma_js_node *follow(const struct sma_js_node *node)
{
    return node->class == SMA_JS_REFERENCE ? node->reference->target : node;
}

/* A pair that is being compared further up counts as equal, or as what the pass before made of it.
 */
static const struct sma_js_result *
assume(struct sma_js_differ *differ, const struct sma_js_node *old, const struct sma_js_node *new)
{
    static const struct sma_js_result nothing;
    const struct sma_js_memo_slot *seed = sma_js_memo_find(&differ->seed, old, new);
    differ->met_cycle = true;
    return seed && seed->result->is_incompatible ? seed->result : &nothing;
}

static enum sma_status compare_new_pair(const struct sma_js_result **out,
                                        struct sma_js_differ *differ, const struct sma_js_node *old,
                                        const struct sma_js_node *new)
{
    enum sma_status st = sma_js_differ_take(differ, SMA_JS_PAIR_UNITS);
    if (st)
        return st;
    struct sma_js_result *result = sma_arena_calloc(&differ->arena, 1, sizeof *result);
    struct sma_js_memo_slot *slot = result ? sma_js_memo_add(&differ->memo, old, new) : NULL;
    if (!slot)
        return sma_fail_nomem(differ->err);
    result->old = old;
    result->new = new;
    result->end = &result->entries;
    slot->result = result;
    differ->depth++;
    st = compare_nodes(differ, result, old, new);
    differ->depth--;
    if (st)
        return st;
    sma_js_memo_find(&differ->memo, old, new)->is_done = true; /* the table may have moved */
    *out = result;
    return SMA_OK;
}

enum sma_status sma_js_compare(const struct sma_js_result **out, struct sma_js_differ *differ,
                               const struct sma_js_node *old, const struct sma_js_node *new)
{
    old = follow(old);
    new = follow(new);
    const struct sma_js_memo_slot *slot = sma_js_memo_find(&differ->memo, old, new);
    if (slot) {
        *out = slot->is_done ? slot->result : assume(differ, old, new);
        return sma_js_differ_take(differ, 1);
    }
    if (differ->depth >= SMA_JS_COMPAT_DEPTH_MAX)
        return sma_fail(differ->err, SMA_ELIMIT,
                        "the schemas are nested deeper than the %u levels that are compared",
                        SMA_JS_COMPAT_DEPTH_MAX);
    return compare_new_pair(out, differ, old, new);
}

enum sma_status sma_js_compare_below(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_node *old, const struct sma_js_node *new,
                                     struct sma_str first, struct sma_str second)
{
    const struct sma_js_result *below;
    if (!old && !new)
        return SMA_OK;
    if (!old || !new)
        return sma_js_add(differ, result, old ? SMA_JS_SCHEMA_REMOVED : SMA_JS_SCHEMA_ADDED, first,
                          second);
    enum sma_status st = sma_js_compare(&below, differ, old, new);
    return st ? st : sma_js_add_below(differ, result, below, first, second);
}
