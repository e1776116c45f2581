/* The comparison of two models, inside: results, the memo of pairs, and one function per class.
 * Only compat_*.c include this; the entry is sma_jsonschema_compat. Source: compat-json sections 7
 * to 10. */
#ifndef SMA_CORE_JSONSCHEMA_COMPAT_H
#define SMA_CORE_JSONSCHEMA_COMPAT_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "core/jsonschema/jsonschema.h"
#include "core/jsonschema/model.h"
#include "core/jsonschema/rules.h"

/* Work units: one per keyword or member looked at, these for what takes memory. */
#define SMA_JS_PAIR_UNITS 8u
#define SMA_JS_ENTRY_UNITS 4u

/* One difference, or all of another pair's result below some path. */
struct sma_js_entry {
    struct sma_js_entry *next;
    const struct sma_js_result *below; /* NULL: a difference of its own, of kind `rule` */
    enum sma_js_rule_id rule;
    bool is_compatible;
    struct sma_str first, second; /* path segments; ptr NULL = not there */
};

/* What comparing a pair of nodes found, with paths relative to the pair. Results refer to each
 * other without copying, so the same one may appear below many paths. */
struct sma_js_result {
    const struct sma_js_node *old, *new;
    struct sma_js_entry *entries, **end;
    bool is_incompatible; /* some difference in it is not allowed */
};

/* Pairs of nodes by identity, each with its result. */
struct sma_js_memo_slot {
    const struct sma_js_node *old, *new;
    struct sma_js_result *result;
    bool is_done;
};

struct sma_js_memo {
    struct sma_js_memo_slot *slots;
    size_t mask; /* number of slots - 1 */
    size_t count;
};

struct sma_js_compiled; /* compat_object.c: a regular expression met before */

struct sma_js_differ {
    struct sma_arena arena; /* for all results */
    enum sma_policy policy;
    bool is_modern; /* both models are: objects and lists as defaults are compared by value */
    struct sma_work *work;
    struct sma_js_memo memo;
    struct sma_js_memo seed; /* of the pass before: what a pair in progress stands for */
    bool met_cycle;          /* a pair in progress was asked for */
    uint32_t depth;
    struct sma_map patterns; /* text → struct sma_js_compiled */
    struct sma_error *err;
};

/* ---- compat_memo.c ------------------------------------------------------------------------- */

void sma_js_memo_fini(struct sma_js_memo *memo);
/* The pair's slot, or NULL. Valid until the next add. */
struct sma_js_memo_slot *sma_js_memo_find(const struct sma_js_memo *memo,
                                          const struct sma_js_node *old,
                                          const struct sma_js_node *new);
/* Adds a pair that is not there yet. NULL when out of memory. */
struct sma_js_memo_slot *sma_js_memo_add(struct sma_js_memo *memo, const struct sma_js_node *old,
                                         const struct sma_js_node *new);
/* Do both hold the same pairs with something incompatible? */
bool sma_js_memo_agree(const struct sma_js_memo *a, const struct sma_js_memo *b);

/* ---- compat_pair.c ------------------------------------------------------------------------- */

/* Takes work; SMA_ELIMIT when it ran out. */
enum sma_status sma_js_differ_take(struct sma_js_differ *differ, uint64_t units) SMA_MUST_CHECK;
/* A segment of a path made from a number; in the differ's arena. */
enum sma_status sma_js_differ_index(struct sma_str *out, struct sma_js_differ *differ,
                                    uint32_t index) SMA_MUST_CHECK;
/* Notes a difference at first/second below the result's pair; either may be {NULL, 0}. */
enum sma_status sma_js_add(struct sma_js_differ *differ, struct sma_js_result *result,
                           enum sma_js_rule_id rule, struct sma_str first,
                           struct sma_str second) SMA_MUST_CHECK;
/* Notes all that another result holds, below first/second. */
enum sma_status sma_js_add_below(struct sma_js_differ *differ, struct sma_js_result *result,
                                 const struct sma_js_result *below, struct sma_str first,
                                 struct sma_str second) SMA_MUST_CHECK;
/* Compares two nodes. The result belongs to the differ and must not be changed. */
enum sma_status sma_js_compare(const struct sma_js_result **out, struct sma_js_differ *differ,
                               const struct sma_js_node *old,
                               const struct sma_js_node *new) SMA_MUST_CHECK;
/* Compares and notes the result below first/second; either node may be NULL (absent). */
enum sma_status sma_js_compare_below(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_node *old, const struct sma_js_node *new,
                                     struct sma_str first, struct sma_str second) SMA_MUST_CHECK;

/* ---- one per class ------------------------------------------------------------------------- */

enum sma_status sma_js_compare_string(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_string *old,
                                      const struct sma_js_string *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_number(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_number *old,
                                      const struct sma_js_number *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_enum(struct sma_js_differ *differ, struct sma_js_result *result,
                                    const struct sma_js_values *old,
                                    const struct sma_js_values *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_const(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_values *old,
                                     const struct sma_js_values *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_not(struct sma_js_differ *differ, struct sma_js_result *result,
                                   const struct sma_js_node *old,
                                   const struct sma_js_node *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_object(struct sma_js_differ *differ, struct sma_js_result *result,
                                      const struct sma_js_object *old,
                                      const struct sma_js_object *new) SMA_MUST_CHECK;
/* Frees the regular expressions that comparing objects has compiled. */
void sma_js_patterns_fini(struct sma_map *patterns);
enum sma_status sma_js_compare_array(struct sma_js_differ *differ, struct sma_js_result *result,
                                     const struct sma_js_array *old,
                                     const struct sma_js_array *new) SMA_MUST_CHECK;
enum sma_status sma_js_compare_combined(struct sma_js_differ *differ, struct sma_js_result *result,
                                        const struct sma_js_combined *old,
                                        const struct sma_js_combined *new) SMA_MUST_CHECK;

/* ---- shared by classes (compat_value.c) ---------------------------------------------------- */

/* The four differences of a bound. */
struct sma_js_bound_rules {
    enum sma_js_rule_id added, removed, increased, decreased;
};

#define SMA_JS_BOUND_RULES(name)                                                                   \
    (struct sma_js_bound_rules)                                                                    \
    {                                                                                              \
        SMA_JS_##name##_ADDED, SMA_JS_##name##_REMOVED, SMA_JS_##name##_INCREASED,                 \
            SMA_JS_##name##_DECREASED                                                              \
    }

enum sma_status sma_js_compare_limit(struct sma_js_differ *differ, struct sma_js_result *result,
                                     struct sma_js_bound_rules rules, struct sma_js_limit old,
                                     struct sma_js_limit new,
                                     struct sma_str keyword) SMA_MUST_CHECK;

/* How the new list relates to the old one. */
enum sma_js_inclusion {
    SMA_JS_SAME,
    SMA_JS_MORE,  /* all of the old and others */
    SMA_JS_FEWER, /* only some of the old */
    SMA_JS_OTHER
};
/* Both sorted, without repetitions. */
enum sma_js_inclusion sma_js_names_compare(const struct sma_js_names *old,
                                           const struct sma_js_names *new);

/* The four differences of what is left to other names or positions. */
struct sma_js_rest_rules {
    enum sma_js_rule_id added, removed, extended, narrowed;
};

#define SMA_JS_REST_RULES(name)                                                                    \
    (struct sma_js_rest_rules)                                                                     \
    {                                                                                              \
        SMA_JS_##name##_ADDED, SMA_JS_##name##_REMOVED, SMA_JS_##name##_EXTENDED,                  \
            SMA_JS_##name##_NARROWED                                                               \
    }

/* additionalProperties, additionalItems (sections 8.5, 9.5). */
struct sma_js_additional {
    bool is_forbidden;
    const struct sma_js_node *schema;
};
enum sma_status
sma_js_compare_additional(struct sma_js_differ *differ, struct sma_js_result *result,
                          struct sma_js_rest_rules rules, struct sma_js_additional old,
                          struct sma_js_additional new, struct sma_str keyword) SMA_MUST_CHECK;
/* unevaluatedProperties, unevaluatedItems (section 8.6); NULL = absent. */
enum sma_status
sma_js_compare_unevaluated(struct sma_js_differ *differ, struct sma_js_result *result,
                           struct sma_js_rest_rules rules, const struct sma_js_node *old,
                           const struct sma_js_node *new, struct sma_str keyword) SMA_MUST_CHECK;

/* ---- match.c ------------------------------------------------------------------------------- */

/* A bipartite graph: `edges` has a row of `right` bytes for each of `left` vertices, non-zero where
 * the two go together. Fills partner[i] with the right vertex of left vertex i, or UINT32_MAX, so
 * that as many as possible have one.
 *
 * size      out: how many have one.
 * Returns   SMA_ELIMIT when `work` runs out; SMA_ENOMEM. */
enum sma_status sma_js_match(uint32_t *partner, uint32_t *size, const unsigned char *edges,
                             uint32_t left, uint32_t right, struct sma_work *work,
                             struct sma_error *err) SMA_MUST_CHECK;

#endif
