/* The syntax tree of an ECMA-262 pattern, between its parser (regex_syntax.c) and the two engines
 * (regex_table.c, regex_pcre.c). Private to the regex files. */
#ifndef SMA_CORE_JSONSCHEMA_REGEX_SYNTAX_H
#define SMA_CORE_JSONSCHEMA_REGEX_SYNTAX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "base/str.h"

#define SMA_REGEX_UNBOUNDED UINT32_MAX
/* What PCRE2 can count to; larger counts are refused for both engines alike. */
#define SMA_REGEX_REPEAT_MAX 65535u

struct sma_regex_range {
    uint32_t first, last; /* code points, both included */
};

/* \p{…} or \P{…}, already in PCRE2's spelling. */
struct sma_regex_property {
    struct sma_str name;
    bool negated;
};

struct sma_regex_set {
    struct sma_regex_range *ranges; /* sorted, disjoint and not adjacent after parsing */
    size_t range_count, range_capacity;
    struct sma_regex_property *properties;
    size_t property_count, property_capacity;
    bool negated; /* of the whole; resolved into `ranges` when there are no properties */
};

enum sma_regex_kind {
    SMA_RE_EMPTY,
    SMA_RE_SET,         /* one code point out of `set` */
    SMA_RE_SEQUENCE,    /* `children` one after the other */
    SMA_RE_ALTERNATION, /* one of `children` */
    SMA_RE_REPEAT,      /* children[0], min..max times */
    SMA_RE_GROUP,       /* children[0]; capturing when `number` > 0 */
    SMA_RE_LOOK,        /* children[0] ahead or behind, negated or not */
    SMA_RE_BACKREF,     /* of group `number` */
    SMA_RE_START,       /* ^ */
    SMA_RE_END,         /* $ */
    SMA_RE_BOUNDARY     /* \b, negated: \B */
};

struct sma_regex_node {
    enum sma_regex_kind kind;
    bool negated, behind, lazy;
    uint32_t number;   /* group number */
    uint32_t min, max; /* of a repeat */
    const struct sma_regex_set *set;
    const struct sma_regex_node **children;
    size_t child_count;
};

struct sma_regex_tree {
    const struct sma_regex_node *root;
    bool is_regular; /* nothing that needs backtracking or Unicode tables */
};

/* Parses `pattern` into nodes that live in `arena`. Errors as of sma_regex_compile. */
enum sma_status sma_regex_parse(struct sma_regex_tree *out, struct sma_arena *arena,
                                struct sma_str pattern, struct sma_error *err) SMA_MUST_CHECK;

/* The name of a Unicode property in PCRE2's spelling for ECMA-262's `name` or `name=value`; false
 * when ECMA-262 has no such property. */
bool sma_regex_property_name(struct sma_str name, struct sma_arena *arena, struct sma_str *out);

#endif
