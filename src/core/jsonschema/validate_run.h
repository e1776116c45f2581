/* One validation in progress: what validate_*.c share. Private to them. */
#ifndef SMA_CORE_JSONSCHEMA_VALIDATE_RUN_H
#define SMA_CORE_JSONSCHEMA_VALIDATE_RUN_H

#include "core/jsonschema/compile_program.h"
#include "core/schema/schema.h"

/* Memory that is taken and given back like a stack; the blocks are kept for the next time. */
struct sma_scratch_block {
    struct sma_scratch_block *next;
    size_t size, used;
    _Alignas(16) char bytes[];
};

struct sma_validator_scratch {
    struct sma_regex_scratch *regex;
    struct sma_scratch_block *first, *top; /* blocks after `top` are empty */
};

struct sma_scratch_mark {
    struct sma_scratch_block *block;
    size_t used;
};

/* The path of resources that led here, innermost first. */
struct sma_scope {
    const struct sma_scope *outer;
    uint32_t resource;
};

struct sma_run {
    const struct sma_validator *program;
    struct sma_validator_scratch *scratch;
    const struct sma_json *instance; /* the whole of it */
    struct sma_violations *report;   /* NULL: stop at the first violation */
    const struct sma_scope *scope;   /* kept only when the program needs it */
    const struct sma_json *name;     /* a property's name that is being judged, or NULL */
    struct sma_work work;
    uint32_t depth;
    enum sma_status st; /* sticky; once set, every check answers false and nobody may believe it */
    struct sma_error *err;
};

struct sma_validator_scratch *sma_scratch_new(void);
/* Zeroed; NULL and r->st when there is none. */
void *sma_scratch_take(struct sma_run *r, size_t count, size_t size);
struct sma_scratch_mark sma_scratch_mark(const struct sma_run *r);
void sma_scratch_release(struct sma_run *r, struct sma_scratch_mark mark);

/* Takes work; false (with r->st) when there is no more. */
bool sma_run_out_of_work(struct sma_run *r);
static inline bool sma_run_take(struct sma_run *r, uint64_t units)
{
    if (__builtin_expect(r->work.left < units, 0))
        return sma_run_out_of_work(r);
    r->work.left -= units;
    return true;
}

/* Reports that `keyword` of node's schema refuses `v`. Returns true when the search goes on: only
 * with a report that is not full. The message is printf's. */
bool sma_run_violate(struct sma_run *r, const struct sma_rule_node *node, const char *keyword,
                     const struct sma_json *v, const char *fmt, ...) SMA_PRINTF(5, 6);
/* The wordings that need more than a line of code. */
bool sma_run_violate_type(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_json *v);
bool sma_run_violate_enum(struct sma_run *r, const struct sma_rule_node *node,
                          const struct sma_enum_rules *rules, const struct sma_json *v);
bool sma_run_violate_bound(struct sma_run *r, const struct sma_rule_node *node,
                           const struct sma_bound *bound, const struct sma_json *v);
/* `v` was refused by the schema `false` under `keyword`. */
bool sma_run_violate_false(struct sma_run *r, const struct sma_rule_node *node, const char *keyword,
                           const struct sma_json *v);

/* Equality of JSON values: numbers by value, members in any order. */
bool sma_run_equal(struct sma_run *r, const struct sma_json *a, const struct sma_json *b);
/* Are the items of an array pairwise different? If not, *first and *second are two equal ones. */
bool sma_run_is_unique(struct sma_run *r, const struct sma_json *array, uint32_t *first,
                       uint32_t *second);

/* Rules on strings and numbers, and enum and const. */
bool sma_run_string(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v);
bool sma_run_number(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v);
bool sma_run_enum(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v);
/* Does a leaf accept a value whose type fits? A quick yes; "no" means: look closer, and report. */
bool sma_run_accepts(struct sma_run *r, const struct sma_rule_node *node, const struct sma_json *v);
/* Does a regex match? False also after a failure. */
bool sma_run_matches(struct sma_run *r, const struct sma_regex *regex, struct sma_str text);

/* Type bits of a value; both number bits for a number. */
static inline unsigned sma_run_types(const struct sma_json *v)
{
    static const uint8_t types[] = {SMA_TYPE_NULL,   SMA_TYPE_BOOLEAN, SMA_TYPE_NUMBER,
                                    SMA_TYPE_STRING, SMA_TYPE_ARRAY,   SMA_TYPE_OBJECT};
    return types[v->type];
}

/* For a number where only integers are allowed. */
bool sma_run_is_integer(const struct sma_rule_node *node, const struct sma_json *v);

static inline bool sma_run_type_fits(const struct sma_rule_node *node, const struct sma_json *v)
{
    unsigned types = sma_run_types(v), both = types & node->types;
    if (__builtin_expect(!both, 0))
        return false;
    return both == types || v->is_integer || sma_run_is_integer(node, v);
}

#endif
