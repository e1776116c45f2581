/* Parser for ECMA-262 patterns (the u flag's grammar with the harmless parts of Annex B): text to a
 * small tree. It does not match anything and knows no Unicode tables. */
#include "core/jsonschema/regex_syntax.h"

#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "core/jsonschema/regex.h"

#define END UINT32_MAX
#define CODE_POINT_MAX 0x10ffffu

struct parser {
    struct sma_arena *arena;
    struct sma_str text;
    size_t pos;
    uint32_t depth;
    uint32_t groups;       /* capturing groups in the whole pattern */
    uint32_t groups_open;  /* numbered so far */
    struct sma_str *names; /* by group number - 1; empty when unnamed */
    bool has_names;
    bool is_regular;
    enum sma_status st; /* sticky: after the first error the rest winds down */
    struct sma_error *err;
};

static const struct sma_regex_node *parse_alternation(struct parser *p);

static void fail(struct parser *p, enum sma_status st, const char *reason)
{
    if (p->st)
        return;
    struct sma_str before = sma_str_head(p->text, p->pos);
    p->st =
        sma_fail_at(p->err, st, p->pos, "pattern \"%.*s\": %s at character %zu",
                    SMA_STR_ARG(sma_str_head(p->text, 200)), reason, sma_utf8_count(before) + 1);
    p->pos = p->text.len;
}

static void *take(struct parser *p, size_t count, size_t size)
{
    void *memory = sma_arena_calloc(p->arena, count ? count : 1, size);
    if (!memory && !p->st) {
        p->st = sma_fail_nomem(p->err);
        p->pos = p->text.len;
    }
    return memory;
}

static uint32_t peek(const struct parser *p)
{
    uint32_t c;
    return sma_utf8_decode(sma_str_from(p->text, p->pos), &c) ? c : END;
}

static uint32_t next(struct parser *p)
{
    uint32_t c;
    size_t len = sma_utf8_decode(sma_str_from(p->text, p->pos), &c);
    p->pos += len;
    return len ? c : END;
}

static bool accept(struct parser *p, const char *token)
{
    struct sma_str t = sma_str_z(token);
    if (!sma_str_starts(sma_str_from(p->text, p->pos), t))
        return false;
    p->pos += t.len;
    return true;
}

/* ---- sets
 * ---------------------------------------------------------------------------------------- */

static void set_add(struct parser *p, struct sma_regex_set *set, uint32_t first, uint32_t last)
{
    struct sma_regex_range *grown =
        sma_arena_grow(p->arena, set->ranges, set->range_count, &set->range_capacity,
                       set->range_count + 1, sizeof *set->ranges);
    if (!grown) {
        p->st = p->st ? p->st : sma_fail_nomem(p->err);
        return;
    }
    set->ranges = grown;
    set->ranges[set->range_count++] = (struct sma_regex_range){first, last};
}

static void set_add_property(struct parser *p, struct sma_regex_set *set, struct sma_str name,
                             bool negated)
{
    struct sma_regex_property *grown =
        sma_arena_grow(p->arena, set->properties, set->property_count, &set->property_capacity,
                       set->property_count + 1, sizeof *set->properties);
    if (!grown) {
        p->st = p->st ? p->st : sma_fail_nomem(p->err);
        return;
    }
    set->properties = grown;
    set->properties[set->property_count++] = (struct sma_regex_property){name, negated};
    p->is_regular = false;
}

/* Adds the ranges, or all that lies between them. `ranges` is sorted. */
static void set_add_class(struct parser *p, struct sma_regex_set *set,
                          const struct sma_regex_range *ranges, size_t count, bool negated)
{
    uint32_t from = 0;
    for (size_t i = 0; i < count; i++) {
        if (!negated)
            set_add(p, set, ranges[i].first, ranges[i].last);
        else if (ranges[i].first > from)
            set_add(p, set, from, ranges[i].first - 1);
        from = ranges[i].last + 1;
    }
    if (negated && from <= CODE_POINT_MAX)
        set_add(p, set, from, CODE_POINT_MAX);
}

static const struct sma_regex_range digits[] = {{'0', '9'}};
static const struct sma_regex_range word[] = {{'0', '9'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}};
/* WhiteSpace and LineTerminator of ECMA-262: Unicode's Zs, the BOM and the line ends. */
static const struct sma_regex_range space[] = {
    {0x09, 0x0d},     {0x20, 0x20},     {0xa0, 0xa0},     {0x1680, 0x1680}, {0x2000, 0x200a},
    {0x2028, 0x2029}, {0x202f, 0x202f}, {0x205f, 0x205f}, {0x3000, 0x3000}, {0xfeff, 0xfeff}};
static const struct sma_regex_range line_ends[] = {{0x0a, 0x0a}, {0x0d, 0x0d}, {0x2028, 0x2029}};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static int range_order(const void *a, const void *b)
{
    const struct sma_regex_range *x = a, *y = b;
    return x->first < y->first ? -1 : x->first > y->first;
}

/* Sorts and merges; a negated set without properties becomes a plain one. Surrogates never occur in
 * UTF-8, so they are taken out: PCRE2 refuses to hear of them. */
static void set_finish(struct parser *p, struct sma_regex_set *set)
{
    if (set->range_count > 1)
        qsort(set->ranges, set->range_count, sizeof *set->ranges, range_order);
    size_t kept = 0;
    for (size_t i = 0; i < set->range_count; i++) {
        struct sma_regex_range r = set->ranges[i];
        if (kept && r.first <= set->ranges[kept - 1].last + 1) {
            if (r.last > set->ranges[kept - 1].last)
                set->ranges[kept - 1].last = r.last;
        } else {
            set->ranges[kept++] = r;
        }
    }
    set->range_count = kept;
    if (set->negated && !set->property_count) {
        struct sma_regex_set all = {0};
        set_add_class(p, &all, set->ranges, set->range_count, true);
        *set = all;
    }
    struct sma_regex_set clean = *set;
    clean.ranges = NULL;
    clean.range_count = clean.range_capacity = 0;
    for (size_t i = 0; i < set->range_count; i++) {
        struct sma_regex_range r = set->ranges[i];
        if (r.first < 0xd800)
            set_add(p, &clean, r.first, r.last < 0xd800 ? r.last : 0xd7ff);
        if (r.last > 0xdfff)
            set_add(p, &clean, r.first > 0xdfff ? r.first : 0xe000, r.last);
    }
    *set = clean;
}

/* ---- escapes
 * ------------------------------------------------------------------------------------- */

static int hex_value(uint32_t c)
{
    if (c >= '0' && c <= '9')
        return (int)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (int)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (int)(c - 'A') + 10;
    return -1;
}

/* Exactly `count` hex digits, or false with nothing read. */
static bool read_hex(struct parser *p, int count, uint32_t *out)
{
    size_t start = p->pos;
    uint32_t value = 0;
    for (int i = 0; i < count; i++) {
        int v = hex_value(peek(p));
        if (v < 0) {
            p->pos = start;
            return false;
        }
        value = value * 16 + (uint32_t)v;
        p->pos++;
    }
    *out = value;
    return true;
}

/* RegExpUnicodeEscapeSequence, after `\u`. */
static uint32_t read_unicode_escape(struct parser *p)
{
    uint32_t c = 0, low;
    if (accept(p, "{")) {
        size_t start = p->pos;
        for (int v; (v = hex_value(peek(p))) >= 0; p->pos++) {
            c = c * 16 + (uint32_t)v;
            if (c > CODE_POINT_MAX)
                break;
        }
        if (c > CODE_POINT_MAX || p->pos == start || !accept(p, "}"))
            fail(p, SMA_EINVAL, "\\u{…} needs a code point in hexadecimal");
        return c;
    }
    if (!read_hex(p, 4, &c)) {
        fail(p, SMA_EINVAL, "\\u needs four hexadecimal digits");
        return 0;
    }
    size_t after = p->pos;
    if (c >= 0xd800 && c <= 0xdbff && accept(p, "\\u") && read_hex(p, 4, &low) && low >= 0xdc00 &&
        low <= 0xdfff)
        return 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    p->pos = after;
    return c;
}

static bool is_ascii_alnum(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* CharacterEscape whose first character `c` has been read: the code point it stands for. */
static uint32_t read_character_escape(struct parser *p, uint32_t c)
{
    uint32_t value;
    switch (c) {
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    case 'v':
        return '\v';
    case 'c':
        value = next(p);
        if (!is_ascii_alnum(value) || value <= '9')
            fail(p, SMA_EINVAL, "\\c needs a letter");
        return value & 31;
    case 'x':
        if (!read_hex(p, 2, &value)) {
            fail(p, SMA_EINVAL, "\\x needs two hexadecimal digits");
            return 0;
        }
        return value;
    case 'u':
        return read_unicode_escape(p);
    case '0':
        if (peek(p) >= '0' && peek(p) <= '9')
            fail(p, SMA_EINVAL, "octal escapes are not part of ECMA-262");
        return 0;
    default:
        break;
    }
    if (c == END)
        fail(p, SMA_EINVAL, "the pattern ends after a backslash");
    else if (is_ascii_alnum(c))
        fail(p, SMA_EINVAL, "unknown escape");
    return c;
}

/* `{name}` after `\p` or `\P`. */
static void read_property(struct parser *p, struct sma_regex_set *set, bool negated)
{
    if (!accept(p, "{")) {
        fail(p, SMA_EINVAL, "\\p needs a property name in braces");
        return;
    }
    size_t start = p->pos;
    while (p->pos < p->text.len && p->text.ptr[p->pos] != '}')
        p->pos++;
    struct sma_str name = {p->text.ptr + start, p->pos - start}, known;
    if (!accept(p, "}")) {
        fail(p, SMA_EINVAL, "\\p{ without }");
        return;
    }
    if (!sma_regex_property_name(name, p->arena, &known)) {
        p->pos = start;
        fail(p, SMA_EINVAL, "unknown Unicode property");
        return;
    }
    if (sma_str_eqz(known, "Assigned"))
        set_add_property(p, set, SMA_STR("Cn"), !negated);
    else
        set_add_property(p, set, known, negated);
}

/* CharacterClassEscape: true when `c` (after the backslash) is one, added to `set`. */
static bool read_class_escape(struct parser *p, struct sma_regex_set *set, uint32_t c)
{
    switch (c) {
    case 'd':
    case 'D':
        set_add_class(p, set, digits, COUNT(digits), c == 'D');
        return true;
    case 'w':
    case 'W':
        set_add_class(p, set, word, COUNT(word), c == 'W');
        return true;
    case 's':
    case 'S':
        set_add_class(p, set, space, COUNT(space), c == 'S');
        return true;
    case 'p':
    case 'P':
        read_property(p, set, c == 'P');
        return true;
    default:
        return false;
    }
}

/* ---- classes
 * ------------------------------------------------------------------------------------- */

/* ClassAtom. True: a single code point in *c. False: a class escape, already added. */
static bool read_class_atom(struct parser *p, struct sma_regex_set *set, uint32_t *c)
{
    *c = next(p);
    if (*c != '\\')
        return true;
    *c = next(p);
    if (read_class_escape(p, set, *c))
        return false;
    if (*c == 'b')
        *c = '\b';
    else if (*c >= '1' && *c <= '9')
        fail(p, SMA_EINVAL, "octal escapes are not part of ECMA-262");
    else
        *c = read_character_escape(p, *c);
    return true;
}

/* CharacterClass :: `[` `^`? ClassRanges `]`, after the `[`. */
static const struct sma_regex_node *parse_class(struct parser *p)
{
    struct sma_regex_node *node = take(p, 1, sizeof *node);
    struct sma_regex_set *set = take(p, 1, sizeof *set);
    if (!node || !set)
        return NULL;
    set->negated = accept(p, "^");
    while (!p->st && !accept(p, "]")) {
        uint32_t first, last;
        if (peek(p) == END) {
            fail(p, SMA_EINVAL, "[ without ]");
            break;
        }
        bool single = read_class_atom(p, set, &first);
        struct sma_str rest = sma_str_from(p->text, p->pos);
        if (rest.len >= 2 && rest.ptr[0] == '-' && rest.ptr[1] != ']') {
            p->pos++;
            bool closes = read_class_atom(p, set, &last);
            if (!single || !closes) { /* [a-\d]: the hyphen stands for itself */
                set_add(p, set, '-', '-');
                if (closes)
                    set_add(p, set, last, last);
            } else if (first > last) {
                fail(p, SMA_EINVAL, "a range in [ ] is out of order");
            } else {
                set_add(p, set, first, last);
                continue;
            }
        }
        if (single)
            set_add(p, set, first, first);
    }
    if (!p->st)
        set_finish(p, set);
    node->kind = SMA_RE_SET;
    node->set = set;
    return node;
}

/* ---- terms
 * --------------------------------------------------------------------------------------- */

static struct sma_regex_node *new_node(struct parser *p, enum sma_regex_kind kind)
{
    struct sma_regex_node *node = take(p, 1, sizeof *node);
    if (node)
        node->kind = kind;
    return node;
}

static struct sma_regex_node *new_parent(struct parser *p, enum sma_regex_kind kind,
                                         const struct sma_regex_node *child)
{
    struct sma_regex_node *node = new_node(p, kind);
    const struct sma_regex_node **children = take(p, 1, sizeof(*children));
    if (!node || !children)
        return NULL;
    children[0] = child;
    node->children = children;
    node->child_count = 1;
    return node;
}

static const struct sma_regex_node *new_single(struct parser *p, uint32_t c)
{
    struct sma_regex_node *node = new_node(p, SMA_RE_SET);
    struct sma_regex_set *set = take(p, 1, sizeof *set);
    if (!node || !set)
        return NULL;
    set_add(p, set, c, c);
    set_finish(p, set);
    node->set = set;
    return node;
}

static const struct sma_regex_node *
new_class(struct parser *p, const struct sma_regex_range *ranges, size_t count, bool negated)
{
    struct sma_regex_node *node = new_node(p, SMA_RE_SET);
    struct sma_regex_set *set = take(p, 1, sizeof *set);
    if (!node || !set)
        return NULL;
    set_add_class(p, set, ranges, count, negated);
    set_finish(p, set);
    node->set = set;
    return node;
}

static struct sma_str read_group_name(struct parser *p)
{
    size_t start = p->pos;
    while (p->pos < p->text.len && p->text.ptr[p->pos] != '>')
        p->pos++;
    struct sma_str name = {p->text.ptr + start, p->pos - start};
    bool ok = name.len > 0 && !(name.ptr[0] >= '0' && name.ptr[0] <= '9');
    for (size_t i = 0; ok && i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        ok = c >= 0x80 || is_ascii_alnum(c) || c == '_' || c == '$';
    }
    if (!ok || !accept(p, ">"))
        fail(p, SMA_EINVAL, "a group name must be an identifier in < >");
    return name;
}

static const struct sma_regex_node *new_backref(struct parser *p, uint32_t number)
{
    struct sma_regex_node *node = new_node(p, SMA_RE_BACKREF);
    if (node)
        node->number = number;
    p->is_regular = false;
    return node;
}

/* `\k<name>`, after the k. */
static const struct sma_regex_node *parse_named_backref(struct parser *p)
{
    if (!accept(p, "<")) {
        fail(p, SMA_EINVAL, "\\k needs a group name in < >");
        return NULL;
    }
    struct sma_str name = read_group_name(p);
    for (uint32_t i = 0; i < p->groups; i++)
        if (name.len && sma_str_eq(p->names[i], name))
            return new_backref(p, i + 1);
    fail(p, SMA_EINVAL, "no group of that name");
    return NULL;
}

/* DecimalEscape whose first digit has been read. */
static const struct sma_regex_node *parse_numbered_backref(struct parser *p, uint32_t digit)
{
    uint32_t number = digit - '0';
    for (uint32_t c; (c = peek(p)) >= '0' && c <= '9' && number <= p->groups; p->pos++)
        number = number * 10 + (c - '0');
    if (number > p->groups) {
        fail(p, SMA_EINVAL, "a back reference to a group that does not exist");
        return NULL;
    }
    return new_backref(p, number);
}

/* AtomEscape and the assertions \b \B, after the backslash. */
static const struct sma_regex_node *parse_escape(struct parser *p)
{
    uint32_t c = next(p);
    if (c == 'b' || c == 'B') {
        struct sma_regex_node *node = new_node(p, SMA_RE_BOUNDARY);
        if (node)
            node->negated = c == 'B';
        p->is_regular = false;
        return node;
    }
    if (c == 'k')
        return parse_named_backref(p);
    if (c >= '1' && c <= '9')
        return parse_numbered_backref(p, c);
    struct sma_regex_node *node = new_node(p, SMA_RE_SET);
    struct sma_regex_set *set = take(p, 1, sizeof *set);
    if (!node || !set)
        return NULL;
    if (!read_class_escape(p, set, c)) {
        c = read_character_escape(p, c);
        set_add(p, set, c, c);
    }
    set_finish(p, set);
    node->set = set;
    return node;
}

/* The parts of a group between its kind and its `)`. */
static const struct sma_regex_node *parse_group_body(struct parser *p, struct sma_regex_node *group)
{
    if (++p->depth > SMA_REGEX_DEPTH_MAX) {
        fail(p, SMA_ELIMIT, "more than 200 nested groups (limit: pattern nesting)");
        return NULL;
    }
    const struct sma_regex_node *body = parse_alternation(p);
    p->depth--;
    if (!accept(p, ")"))
        fail(p, SMA_EINVAL, "( without )");
    if (group && group->children)
        group->children[0] = body;
    return group;
}

/* Atom :: `(` GroupSpecifier? Disjunction `)` and the look-arounds, after the `(`. */
static const struct sma_regex_node *parse_group(struct parser *p)
{
    static const struct {
        const char *token;
        bool behind, negated;
    } looks[] = {
        {"?=", false, false}, {"?!", false, true}, {"?<=", true, false}, {"?<!", true, true}};
    for (size_t i = 0; i < COUNT(looks); i++) {
        if (accept(p, looks[i].token)) {
            struct sma_regex_node *look = new_parent(p, SMA_RE_LOOK, NULL);
            if (look) {
                look->behind = looks[i].behind;
                look->negated = looks[i].negated;
            }
            p->is_regular = false;
            return parse_group_body(p, look);
        }
    }
    struct sma_regex_node *group = new_parent(p, SMA_RE_GROUP, NULL);
    if (accept(p, "?:"))
        return parse_group_body(p, group);
    if (accept(p, "?<"))
        (void)read_group_name(p); /* collected by scan_groups */
    else if (peek(p) == '?')
        fail(p, SMA_EINVAL, "an unknown kind of group");
    if (group)
        group->number = ++p->groups_open;
    return parse_group_body(p, group);
}

/* Atom and Assertion. */
static const struct sma_regex_node *parse_atom(struct parser *p)
{
    uint32_t c = next(p);
    switch (c) {
    case '^':
        return new_node(p, SMA_RE_START);
    case '$':
        return new_node(p, SMA_RE_END);
    case '(':
        return parse_group(p);
    case '[':
        return parse_class(p);
    case '\\':
        return parse_escape(p);
    case '.':
        return new_class(p, line_ends, COUNT(line_ends), true);
    case '*':
    case '+':
    case '?':
        p->pos--;
        fail(p, SMA_EINVAL, "nothing to repeat");
        return NULL;
    default:
        return new_single(p, c);
    }
}

static bool read_count(struct parser *p, uint64_t *out)
{
    size_t start = p->pos;
    uint64_t value = 0;
    for (uint32_t c; (c = peek(p)) >= '0' && c <= '9'; p->pos++)
        value = value > UINT32_MAX ? value : value * 10 + (c - '0');
    *out = value;
    return p->pos > start;
}

/* Quantifier :: `*` `+` `?` `{n}` `{n,}` `{n,m}`, each with an optional `?`. False with nothing
 * read when there is none (a brace that is no quantifier stands for itself). */
static bool read_quantifier(struct parser *p, uint32_t *min, uint32_t *max)
{
    size_t start = p->pos;
    uint64_t low = 0, high = SMA_REGEX_UNBOUNDED;
    if (accept(p, "*")) {
        low = 0;
    } else if (accept(p, "+")) {
        low = 1;
    } else if (accept(p, "?")) {
        high = 1;
    } else if (accept(p, "{")) {
        bool ok = read_count(p, &low);
        bool comma = ok && accept(p, ",");
        if (ok && !comma)
            high = low;
        else if (comma && !read_count(p, &high))
            high = SMA_REGEX_UNBOUNDED;
        if (!ok || !accept(p, "}")) {
            p->pos = start;
            return false;
        }
        if (low > high) {
            fail(p, SMA_EINVAL, "the numbers of a repetition are out of order");
        } else if (low > SMA_REGEX_REPEAT_MAX ||
                   (high != SMA_REGEX_UNBOUNDED && high > SMA_REGEX_REPEAT_MAX)) {
            fail(p, SMA_ELIMIT, "a repetition of more than 65535 (limit: pattern repetition)");
        }
    } else {
        return false;
    }
    *min = (uint32_t)low;
    *max = (uint32_t)high;
    return !p->st;
}

/* Term :: Atom Quantifier? */
static const struct sma_regex_node *parse_term(struct parser *p)
{
    const struct sma_regex_node *atom = parse_atom(p);
    uint32_t min, max;
    if (p->st || !atom || !read_quantifier(p, &min, &max))
        return atom;
    bool lazy = accept(p, "?");
    if (atom->kind == SMA_RE_START || atom->kind == SMA_RE_END || atom->kind == SMA_RE_BOUNDARY ||
        (atom->kind == SMA_RE_LOOK && atom->behind)) {
        fail(p, SMA_EINVAL, "an assertion cannot be repeated");
        return NULL;
    }
    struct sma_regex_node *repeat = new_parent(p, SMA_RE_REPEAT, atom);
    if (repeat) {
        repeat->min = min;
        repeat->max = max;
        repeat->lazy = lazy;
    }
    return repeat;
}

struct list {
    const struct sma_regex_node **items;
    size_t count, capacity;
};

static void list_add(struct parser *p, struct list *list, const struct sma_regex_node *node)
{
    if (p->st || !node)
        return;
    const struct sma_regex_node **grown = sma_arena_grow(
        p->arena, list->items, list->count, &list->capacity, list->count + 1, sizeof(*list->items));
    if (!grown) {
        p->st = sma_fail_nomem(p->err);
        return;
    }
    list->items = grown;
    list->items[list->count++] = node;
}

static const struct sma_regex_node *list_node(struct parser *p, const struct list *list,
                                              enum sma_regex_kind kind)
{
    if (list->count == 1)
        return list->items[0];
    struct sma_regex_node *node = new_node(p, list->count ? kind : SMA_RE_EMPTY);
    if (node) {
        node->children = list->items;
        node->child_count = list->count;
    }
    return node;
}

/* Alternative :: Term* */
static const struct sma_regex_node *parse_sequence(struct parser *p)
{
    struct list list = {0};
    for (uint32_t c; !p->st && (c = peek(p)) != END && c != '|' && c != ')';)
        list_add(p, &list, parse_term(p));
    return list_node(p, &list, SMA_RE_SEQUENCE);
}

/* Disjunction :: Alternative (`|` Alternative)* */
static const struct sma_regex_node *parse_alternation(struct parser *p)
{
    struct list list = {0};
    do
        list_add(p, &list, parse_sequence(p));
    while (!p->st && accept(p, "|"));
    return list_node(p, &list, SMA_RE_ALTERNATION);
}

/* Counts the capturing groups and notes their names, so that references may look forward. */
static void scan_groups(struct parser *p)
{
    p->names = take(p, p->text.len + 1, sizeof *p->names);
    bool in_class = false;
    for (size_t i = 0; !p->st && i < p->text.len; i++) {
        char c = p->text.ptr[i];
        struct sma_str rest = sma_str_from(p->text, i + 1);
        if (c == '\\') {
            i++;
        } else if (in_class || c == '[') {
            in_class = c != ']';
        } else if (c == '(' && (!rest.len || rest.ptr[0] != '?')) {
            p->groups++;
        } else if (c == '(' && sma_str_starts(rest, SMA_STR("?<")) && rest.len > 2 &&
                   rest.ptr[2] != '=' && rest.ptr[2] != '!') {
            p->pos = i + 3;
            struct sma_str name = read_group_name(p);
            for (uint32_t k = 0; k < p->groups; k++)
                if (p->names[k].len && sma_str_eq(p->names[k], name))
                    fail(p, SMA_EINVAL, "two groups of the same name");
            p->names[p->groups++] = name;
        }
    }
    if (!p->st)
        p->pos = 0;
}

enum sma_status sma_regex_parse(struct sma_regex_tree *out, struct sma_arena *arena,
                                struct sma_str pattern, struct sma_error *err)
{
    struct parser p = {.arena = arena, .text = pattern, .is_regular = true, .err = err};
    size_t bad;
    if (pattern.len > SMA_REGEX_BYTES_MAX)
        return sma_fail(err, SMA_ELIMIT, "pattern of %zu bytes (limit: pattern length %d)",
                        pattern.len, SMA_REGEX_BYTES_MAX);
    if (!sma_utf8_valid(pattern, &bad))
        return sma_fail_at(err, SMA_EINVAL, bad, "pattern is not UTF-8 at byte %zu", bad);
    scan_groups(&p);
    const struct sma_regex_node *root = p.st ? NULL : parse_alternation(&p);
    if (!p.st && p.pos < pattern.len)
        fail(&p, SMA_EINVAL, ") without (");
    if (p.st)
        return p.st;
    *out = (struct sma_regex_tree){root, p.is_regular};
    return SMA_OK;
}
