/* The reader: recursive descent over bytes, one pass, children gathered on a scratch stack and
 * copied into the arena as one array each. */
#include "core/json/json.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/num.h"
#include "base/utf8.h"

#define INDEX_FROM 9 /* members from which an object gets a hash index */

/* Open members that need no memory of their own: most messages have fewer. */
#define NEAR_MEMBERS 48

struct parser {
    const char *text;
    size_t len;
    size_t at;
    struct sma_arena *arena;
    const struct sma_json_options *options;
    uint32_t depth_left;
    uint32_t values_left;
    struct sma_json_member *stack; /* members (or items, names unused) of the open containers */
    const struct sma_json_member *near; /* where the stack begins: on the C stack */
    size_t stack_len, stack_capacity;
    uint64_t seed;
    struct sma_error *err;
};

static const struct sma_json_options strict_options;

void sma_json_position(struct sma_str text, size_t offset, uint32_t *line, uint32_t *column)
{
    size_t from = 0;
    *line = 1;
    if (offset > text.len)
        offset = text.len;
    for (size_t i = 0; i < offset; i++)
        if (text.ptr[i] == '\n') {
            (*line)++;
            from = i + 1;
        }
    *column = (uint32_t)sma_utf8_count(sma_str_make(text.ptr + from, offset - from)) + 1;
}

static enum sma_status broken(struct parser *p, size_t offset, const char *what)
{
    uint32_t line, column;
    sma_json_position(sma_str_make(p->text, p->len), offset, &line, &column);
    return sma_fail_at(p->err, SMA_EINVAL, offset, "%s at line %u, column %u", what, line, column);
}

static enum sma_status over_limit(struct parser *p, const char *name, uint32_t limit)
{
    return sma_fail_at(p->err, SMA_ELIMIT, p->at, "JSON exceeds the limit of %u %s", limit, name);
}

/* ---- white space and comments
 * ---------------------------------------------------------------------- */

static enum sma_status skip_comment(struct parser *p)
{
    size_t from = p->at;
    char kind = p->at + 1 < p->len ? p->text[p->at + 1] : '\0';
    if (kind == '/') {
        while (p->at < p->len && p->text[p->at] != '\n')
            p->at++;
        return SMA_OK;
    }
    if (kind != '*')
        return broken(p, from, "unexpected character '/'");
    for (p->at += 2; p->at + 1 < p->len; p->at++)
        if (p->text[p->at] == '*' && p->text[p->at + 1] == '/') {
            p->at += 2;
            return SMA_OK;
        }
    return broken(p, from, "comment is not closed");
}

static enum sma_status skip_space(struct parser *p)
{
    while (p->at < p->len) {
        char c = p->text[p->at];
        if (c == ' ' || c == '\n' || c == '\t' || c == '\r') {
            p->at++;
        } else if (c == '/' && p->options->comments) {
            enum sma_status st = skip_comment(p);
            if (st)
                return st;
        } else {
            break;
        }
    }
    return SMA_OK;
}

/* ---- strings
 * ------------------------------------------------------------------------------------------ */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

/* Four hex digits after the cursor; -1 when they are not there. */
static int32_t hex4(struct parser *p)
{
    int32_t value = 0;
    if (p->len - p->at < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        int digit = hex_digit(p->text[p->at + i]);
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    p->at += 4;
    return value;
}

/* After "\u". Joins surrogate pairs; a lone surrogate has no UTF-8 form and is refused. */
static enum sma_status unicode_escape(struct parser *p, size_t start, char **out)
{
    int32_t c = hex4(p);
    if (c < 0)
        return broken(p, start, "\\u needs four hexadecimal digits");
    if (c >= 0xd800 && c <= 0xdbff) {
        int32_t low = -1;
        if (p->len - p->at >= 2 && p->text[p->at] == '\\' && p->text[p->at + 1] == 'u') {
            p->at += 2;
            low = hex4(p);
        }
        if (low < 0xdc00 || low > 0xdfff)
            return broken(p, start, "\\u escape of a lone surrogate");
        c = 0x10000 + ((c - 0xd800) << 10) + (low - 0xdc00);
    } else if (c >= 0xdc00 && c <= 0xdfff) {
        return broken(p, start, "\\u escape of a lone surrogate");
    }
    *out += sma_utf8_encode(*out, (uint32_t)c);
    return SMA_OK;
}

static enum sma_status escape(struct parser *p, char **out)
{
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    size_t start = p->at++;
    char c = p->at < p->len ? p->text[p->at++] : '\0';
    if (c == 'u')
        return unicode_escape(p, start, out);
    const char *hit = c ? strchr(from, c) : NULL;
    if (!hit)
        return broken(p, start, "unknown escape");
    *(*out)++ = to[hit - from];
    return SMA_OK;
}

/* End of the string that starts after the quote at p->at - 1; *escaped tells whether it needs work.
 */
static enum sma_status find_quote(struct parser *p, size_t *end, bool *escaped)
{
    *escaped = false;
    for (size_t i = p->at; i < p->len; i++) {
        unsigned char c = (unsigned char)p->text[i];
        if (c == '"') {
            *end = i;
            return SMA_OK;
        }
        if (c < 0x20)
            return broken(p, i, "control character in a string");
        if (c == '\\') {
            *escaped = true;
            i++;
        }
    }
    return broken(p, p->at - 1, "string is not closed");
}

static enum sma_status parse_string(struct parser *p, struct sma_str *out)
{
    size_t end = 0;
    bool escaped;
    p->at++;
    enum sma_status st = find_quote(p, &end, &escaped);
    if (st)
        return st;
    if (!escaped) {
        *out = sma_str_make(p->text + p->at, end - p->at);
        p->at = end + 1;
        return SMA_OK;
    }
    char *bytes = sma_arena_alloc(p->arena, end - p->at + 1);
    if (!bytes)
        return sma_fail_nomem(p->err);
    char *to = bytes;
    while (p->at < end) {
        if (p->text[p->at] != '\\') {
            *to++ = p->text[p->at++];
            continue;
        }
        st = escape(p, &to);
        if (st)
            return st;
    }
    p->at = end + 1;
    *out = sma_str_make(bytes, (size_t)(to - bytes));
    return SMA_OK;
}

/* ---- numbers and words
 * ------------------------------------------------------------------------------- */

static bool is_digit_at(const struct parser *p, size_t i)
{
    return i < p->len && p->text[i] >= '0' && p->text[i] <= '9';
}

static size_t skip_digits(const struct parser *p, size_t i)
{
    while (is_digit_at(p, i))
        i++;
    return i;
}

static bool word_at(const struct parser *p, const char *word)
{
    size_t n = strlen(word);
    return p->len - p->at >= n && memcmp(p->text + p->at, word, n) == 0;
}

/* number = [ "-" ] int [ "." digits ] [ ("e"|"E") [sign] digits ] */
static enum sma_status parse_number(struct parser *p, struct sma_json *v)
{
    size_t start = p->at, i = start + (p->text[start] == '-');
    v->is_integer = true;
    if (!is_digit_at(p, i))
        return broken(p, start, "not a number");
    if (p->text[i] == '0' && is_digit_at(p, i + 1))
        return broken(p, start, "number with a leading zero");
    i = skip_digits(p, i);
    if (i < p->len && p->text[i] == '.') {
        if (!is_digit_at(p, i + 1))
            return broken(p, start, "number without digits after the point");
        i = skip_digits(p, i + 1);
        v->is_integer = false;
    }
    if (i < p->len && (p->text[i] == 'e' || p->text[i] == 'E')) {
        i++;
        if (i < p->len && (p->text[i] == '+' || p->text[i] == '-'))
            i++;
        if (!is_digit_at(p, i))
            return broken(p, start, "number without digits in the exponent");
        i = skip_digits(p, i);
        v->is_integer = false;
    }
    v->type = SMA_JSON_NUMBER;
    v->text = sma_str_make(p->text + start, i - start);
    p->at = i;
    return SMA_OK;
}

static enum sma_status parse_word(struct parser *p, struct sma_json *v)
{
    static const char *const non_finite[] = {"NaN", "Infinity", "-Infinity"};
    if (word_at(p, "true") || word_at(p, "false")) {
        v->type = SMA_JSON_BOOL;
        v->boolean = p->text[p->at] == 't';
        p->at += v->boolean ? 4 : 5;
        return SMA_OK;
    }
    if (word_at(p, "null")) {
        v->type = SMA_JSON_NULL;
        p->at += 4;
        return SMA_OK;
    }
    for (size_t i = 0; p->options->non_finite && i < 3; i++)
        if (word_at(p, non_finite[i])) {
            v->type = SMA_JSON_NUMBER;
            v->text = sma_str_make(p->text + p->at, strlen(non_finite[i]));
            p->at += v->text.len;
            return SMA_OK;
        }
    if (p->text[p->at] == '-')
        return parse_number(p, v);
    return broken(p, p->at, "unexpected character");
}

/* ---- containers
 * -------------------------------------------------------------------------------------- */

static enum sma_status parse_value(struct parser *p, struct sma_json *v);

static enum sma_status push(struct parser *p, const struct sma_json_member *member)
{
    if (p->stack_len == p->stack_capacity) {
        size_t room = p->stack_capacity * 2;
        bool is_near = p->stack == p->near;
        struct sma_json_member *at = realloc(is_near ? NULL : p->stack, room * sizeof *at);
        if (!at)
            return sma_fail_nomem(p->err);
        if (is_near)
            memcpy(at, p->near, p->stack_len * sizeof *at);
        p->stack = at;
        p->stack_capacity = room;
    }
    p->stack[p->stack_len++] = *member;
    return SMA_OK;
}

/* Moves the items above `base` from the stack into the arena. */
static enum sma_status take_items(struct parser *p, struct sma_json *v, size_t base)
{
    size_t count = p->stack_len - base;
    struct sma_json *items = sma_arena_calloc(p->arena, count, sizeof *items);
    if (!items)
        return sma_fail_nomem(p->err);
    for (size_t i = 0; i < count; i++)
        items[i] = p->stack[base + i].value;
    p->stack_len = base;
    v->items = items;
    v->count = (uint32_t)count;
    return SMA_OK;
}

static size_t index_size(uint32_t count)
{
    size_t size = 16;
    while (size < (size_t)count * 2)
        size *= 2;
    return size;
}

static size_t index_find(const uint32_t *index, size_t mask, const struct sma_json_member *members,
                         uint64_t seed, struct sma_str name)
{
    size_t at = (size_t)sma_hash_bytes(seed, name.ptr, name.len) & mask;
    while (index[at] && !sma_str_eq(members[index[at] - 1].name, name))
        at = (at + 1) & mask;
    return at;
}

static enum sma_status duplicate(struct parser *p, struct sma_json_member *kept,
                                 const struct sma_json_member *again)
{
    if (p->options->duplicates == SMA_JSON_REJECT)
        return broken(p, again->name_start, "duplicate name");
    kept->value = again->value;
    kept->name_start = again->name_start;
    kept->name_end = again->name_end;
    return SMA_OK;
}

/* Copies members to `to`, joining duplicates; small objects compare names directly. */
static enum sma_status join_small(struct parser *p, struct sma_json_member *to, size_t base,
                                  uint32_t *count)
{
    *count = 0;
    for (size_t i = base; i < p->stack_len; i++) {
        uint32_t k = 0;
        while (k < *count && !sma_str_eq(to[k].name, p->stack[i].name))
            k++;
        if (k == *count) {
            to[(*count)++] = p->stack[i];
            continue;
        }
        enum sma_status st = duplicate(p, &to[k], &p->stack[i]);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status join_indexed(struct parser *p, struct sma_json *v,
                                    struct sma_json_member *to, size_t base)
{
    size_t size = index_size((uint32_t)(p->stack_len - base));
    uint32_t *index = sma_arena_calloc(p->arena, size + 1, sizeof *index);
    if (!index)
        return sma_fail_nomem(p->err);
    index[0] = (uint32_t)size; /* the table proper follows its size */
    v->index = index;
    v->index_seed = p->seed;
    for (size_t i = base; i < p->stack_len; i++) {
        size_t at = index_find(index + 1, size - 1, to, p->seed, p->stack[i].name);
        if (!index[at + 1]) {
            to[v->count++] = p->stack[i];
            index[at + 1] = v->count;
            continue;
        }
        enum sma_status st = duplicate(p, &to[index[at + 1] - 1], &p->stack[i]);
        if (st)
            return st;
    }
    return SMA_OK;
}

static enum sma_status take_members(struct parser *p, struct sma_json *v, size_t base)
{
    size_t count = p->stack_len - base;
    struct sma_json_member *members = sma_arena_calloc(p->arena, count, sizeof *members);
    if (!members)
        return sma_fail_nomem(p->err);
    enum sma_status st = count < INDEX_FROM ? join_small(p, members, base, &v->count)
                                            : join_indexed(p, v, members, base);
    p->stack_len = base;
    v->members = members;
    return st;
}

/* array = "[" [ value *( "," value ) ] "]" */
static enum sma_status parse_array(struct parser *p, struct sma_json *v)
{
    size_t base = p->stack_len, start = p->at++;
    enum sma_status st = skip_space(p);
    if (st)
        return st;
    if (p->at < p->len && p->text[p->at] == ']') {
        p->at++;
        return take_items(p, v, base);
    }
    for (;;) {
        struct sma_json_member item = {0};
        st = parse_value(p, &item.value);
        if (st || (st = push(p, &item)) || (st = skip_space(p)))
            return st;
        char c = p->at < p->len ? p->text[p->at] : '\0';
        if (c != ',' && c != ']')
            return broken(p, p->at < p->len ? p->at : start,
                          p->at < p->len ? "expected ',' or ']'" : "array is not closed");
        p->at++;
        if (c == ']')
            return take_items(p, v, base);
    }
}

/* member = string ":" value */
static enum sma_status parse_member(struct parser *p, struct sma_json_member *member)
{
    enum sma_status st = skip_space(p);
    if (st)
        return st;
    if (p->at >= p->len || p->text[p->at] != '"')
        return broken(p, p->at, "expected a name in double quotes");
    member->name_start = (uint32_t)p->at;
    if ((st = parse_string(p, &member->name)))
        return st;
    member->name_end = (uint32_t)p->at;
    if ((st = skip_space(p)))
        return st;
    if (p->at >= p->len || p->text[p->at] != ':')
        return broken(p, p->at, "expected ':'");
    p->at++;
    return parse_value(p, &member->value);
}

/* object = "{" [ member *( "," member ) ] "}" */
static enum sma_status parse_object(struct parser *p, struct sma_json *v)
{
    size_t base = p->stack_len, start = p->at++;
    enum sma_status st = skip_space(p);
    if (st)
        return st;
    if (p->at < p->len && p->text[p->at] == '}') {
        p->at++;
        return take_members(p, v, base);
    }
    for (;;) {
        struct sma_json_member member = {0};
        st = parse_member(p, &member);
        if (st || (st = push(p, &member)) || (st = skip_space(p)))
            return st;
        char c = p->at < p->len ? p->text[p->at] : '\0';
        if (c != ',' && c != '}')
            return broken(p, p->at < p->len ? p->at : start,
                          p->at < p->len ? "expected ',' or '}'" : "object is not closed");
        p->at++;
        if (c == '}')
            return take_members(p, v, base);
    }
}

static enum sma_status parse_container(struct parser *p, struct sma_json *v)
{
    if (!p->depth_left) {
        uint32_t max = p->options->max_depth;
        return over_limit(p, "levels of nesting", max ? max : SMA_JSON_DEPTH_MAX);
    }
    p->depth_left--;
    v->type = p->text[p->at] == '[' ? SMA_JSON_ARRAY : SMA_JSON_OBJECT;
    enum sma_status st = v->type == SMA_JSON_ARRAY ? parse_array(p, v) : parse_object(p, v);
    p->depth_left++;
    return st;
}

static enum sma_status parse_value(struct parser *p, struct sma_json *v)
{
    enum sma_status st = skip_space(p);
    if (st)
        return st;
    if (p->at >= p->len)
        return broken(p, p->at, "unexpected end of input");
    if (!p->values_left) {
        uint32_t max = p->options->max_values;
        return over_limit(p, "values", max ? max : SMA_JSON_VALUES_MAX);
    }
    p->values_left--;
    v->start = (uint32_t)p->at;
    char c = p->text[p->at];
    if (c == '"') {
        v->type = SMA_JSON_STRING;
        st = parse_string(p, &v->text);
    } else if (c == '{' || c == '[') {
        st = parse_container(p, v);
    } else if (c >= '0' && c <= '9') {
        st = parse_number(p, v);
    } else {
        st = parse_word(p, v);
    }
    v->end = (uint32_t)p->at;
    return st;
}

/* ---- entry
 * ------------------------------------------------------------------------------------------- */

static enum sma_status check_text(struct parser *p)
{
    uint32_t max = p->options->max_bytes ? p->options->max_bytes : SMA_JSON_BYTES_MAX;
    size_t bad;
    if (p->len > max)
        return over_limit(p, "bytes", max);
    if (p->len >= 3 && memcmp(p->text, "\xef\xbb\xbf", 3) == 0)
        return broken(p, 0, "byte order mark before the JSON text");
    if (!sma_utf8_valid(sma_str_make(p->text, p->len), &bad))
        return broken(p, bad, "invalid UTF-8");
    return SMA_OK;
}

static enum sma_status check_end(struct parser *p)
{
    if (p->options->allow_trailing)
        return SMA_OK;
    enum sma_status st = skip_space(p);
    if (st)
        return st;
    return p->at < p->len ? broken(p, p->at, "unexpected text after the JSON value") : SMA_OK;
}

enum sma_status sma_json_parse(const struct sma_json **out, struct sma_arena *arena,
                               struct sma_str text, const struct sma_json_options *options,
                               size_t *end, struct sma_error *err)
{
    if (!options)
        options = &strict_options;
    struct sma_json_member near[NEAR_MEMBERS];
    struct parser p = {
        .stack = near,
        .near = near,
        .stack_capacity = NEAR_MEMBERS,
        .text = text.ptr,
        .len = text.len,
        .arena = arena,
        .options = options,
        .depth_left = options->max_depth ? options->max_depth : SMA_JSON_DEPTH_MAX,
        .values_left = options->max_values ? options->max_values : SMA_JSON_VALUES_MAX,
        .seed = (uint64_t)(uintptr_t)&p ^ (uint64_t)(uintptr_t)arena << 17,
        .err = err,
    };
    struct sma_json *root = NULL;
    size_t value_end = 0;
    enum sma_status st = check_text(&p);
    if (!st && !(root = sma_arena_calloc(arena, 1, sizeof *root)))
        st = sma_fail_nomem(err);
    if (!st)
        st = parse_value(&p, root);
    if (!st) {
        value_end = p.at;
        st = check_end(&p);
    }
    if (p.stack != near)
        free(p.stack);
    if (st)
        return st;
    if (end)
        *end = value_end;
    *out = root;
    return SMA_OK;
}

const struct sma_json_member *sma_json_find(const struct sma_json *object, struct sma_str name)
{
    if (!object || object->type != SMA_JSON_OBJECT)
        return NULL;
    if (object->index) {
        const uint32_t *table = object->index + 1;
        size_t at =
            index_find(table, object->index[0] - 1, object->members, object->index_seed, name);
        return table[at] ? &object->members[table[at] - 1] : NULL;
    }
    for (uint32_t i = 0; i < object->count; i++)
        if (sma_str_eq(object->members[i].name, name))
            return &object->members[i];
    return NULL;
}

const struct sma_json *sma_json_get(const struct sma_json *object, struct sma_str name)
{
    const struct sma_json_member *member = sma_json_find(object, name);
    return member ? &member->value : NULL;
}

bool sma_json_i32(const struct sma_json *v, int32_t *out)
{
    return sma_json_is(v, SMA_JSON_NUMBER) && v->is_integer && sma_parse_i32(v->text, out);
}

bool sma_json_i64(const struct sma_json *v, int64_t *out)
{
    return sma_json_is(v, SMA_JSON_NUMBER) && v->is_integer && sma_parse_i64(v->text, out);
}

static bool objects_equal(const struct sma_json *a, const struct sma_json *b)
{
    for (uint32_t i = 0; i < a->count; i++) {
        const struct sma_json *other = sma_json_get(b, a->members[i].name);
        if (!other || !sma_json_equal(&a->members[i].value, other))
            return false;
    }
    return true;
}

bool sma_json_equal(const struct sma_json *a, const struct sma_json *b)
{
    if (a->type != b->type || a->count != b->count)
        return false;
    switch (a->type) {
    case SMA_JSON_NULL:
        return true;
    case SMA_JSON_BOOL:
        return a->boolean == b->boolean;
    case SMA_JSON_NUMBER:
    case SMA_JSON_STRING:
        return sma_str_eq(a->text, b->text);
    case SMA_JSON_ARRAY:
        for (uint32_t i = 0; i < a->count; i++)
            if (!sma_json_equal(&a->items[i], &b->items[i]))
                return false;
        return true;
    case SMA_JSON_OBJECT:
        return objects_equal(a, b);
    }
    return false;
}
