/* JSON, token by token. A container stands on one line when it fits and holds little; otherwise
 * each of its members has a line. */
#include <stdint.h>

#include "base/arena.h"
#include "base/utf8.h"
#include "cli/layout.h"

#define LINE_COLUMNS 100
#define FLAT_LEVELS 2 /* containers inside a container on one line */

struct token {
    struct sma_str text;
    char kind;        /* { } [ ] , : and v for a value, c for a comment */
    bool ends_line;   /* a comment that runs to the end of its line */
    bool follows;     /* a comment on the line of the token before */
    uint32_t close;   /* of an opening one: index of its counterpart */
    uint32_t columns; /* of the container on one line */
    uint32_t levels;  /* of containers inside */
    bool has_comment;
    bool lists_objects; /* an array of objects: an added one should be an added line */
};

struct layout {
    struct sma_arena arena;
    struct token *tokens;
    size_t count, capacity, at;
    struct sma_buf *out;
    uint32_t column;
    unsigned indent; /* of the line */
    bool is_over;    /* a comment ends the line: what comes next needs another one */
    bool failed;
};

/* ---- tokens ---- */

static struct token *add(struct layout *l, char kind, struct sma_str text)
{
    struct token *grown =
        sma_arena_grow(&l->arena, l->tokens, l->count, &l->capacity, l->count + 1, sizeof *grown);
    if (!grown) {
        l->failed = true;
        return NULL;
    }
    l->tokens = grown;
    grown[l->count] = (struct token){.text = text, .kind = kind};
    return &grown[l->count++];
}

static size_t string_len(struct sma_str s)
{
    size_t i = 1;
    while (i < s.len && s.ptr[i] != '"')
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i + 1 < s.len ? i + 1 : s.len;
}

static size_t comment_len(struct sma_str s, bool *ends_line)
{
    size_t i = 2;
    *ends_line = s.len > 1 && s.ptr[1] == '/';
    if (*ends_line) {
        while (i < s.len && s.ptr[i] != '\n')
            i++;
        return i;
    }
    while (i + 1 < s.len && !(s.ptr[i] == '*' && s.ptr[i + 1] == '/'))
        i++;
    return i + 2 < s.len ? i + 2 : s.len;
}

static size_t word_len(struct sma_str s)
{
    size_t i = 1;
    while (i < s.len && !strchr(" \t\r\n{}[],:/\"", s.ptr[i]))
        i++;
    return i;
}

static void tokenize(struct layout *l, struct sma_str text)
{
    bool fresh_line = true;
    while (text.len && !l->failed) {
        char c = text.ptr[0];
        size_t len = 1;
        bool ends_line = false;
        if (strchr(" \t\r\n", c)) {
            fresh_line |= c == '\n';
        } else if (c == '/') {
            len = comment_len(text, &ends_line);
            struct token *t = add(l, 'c', sma_str_trim(sma_str_head(text, len)));
            if (t) {
                t->ends_line = ends_line;
                t->follows = !fresh_line;
            }
        } else {
            len = c == '"' ? string_len(text) : strchr("{}[],:", c) ? 1 : word_len(text);
            add(l, strchr("{}[],:", c) ? c : 'v', sma_str_head(text, len));
            fresh_line = false;
        }
        text = sma_str_from(text, len);
    }
}

/* Finds each container's end and measures it, innermost first. */
static void measure(struct layout *l)
{
    uint32_t *open = sma_arena_calloc(&l->arena, l->count + 1, sizeof *open);
    size_t depth = 0;
    if (!open) {
        l->failed = true;
        return;
    }
    for (size_t i = 0; i < l->count; i++) {
        struct token *t = &l->tokens[i];
        bool is_close = t->kind == '}' || t->kind == ']';
        uint32_t columns = (uint32_t)sma_utf8_count(t->text) + (t->kind == ',' || t->kind == ':');
        if (t->kind == '{' || t->kind == '[') {
            t->columns = t->kind == '{' ? 4 : 2;
            open[depth++] = (uint32_t)i;
            continue;
        }
        if (!depth)
            continue;
        struct token *inside = &l->tokens[open[depth - 1]];
        if (!is_close) {
            inside->columns += columns;
            inside->has_comment |= t->kind == 'c';
            continue;
        }
        inside->close = (uint32_t)i;
        if (--depth) {
            struct token *outer = &l->tokens[open[depth - 1]];
            outer->columns += inside->columns;
            outer->has_comment |= inside->has_comment;
            outer->lists_objects |=
                inside->lists_objects || (outer->kind == '[' && inside->kind == '{');
            if (outer->levels < inside->levels + 1)
                outer->levels = inside->levels + 1;
        }
    }
}

/* ---- writing ---- */

static void new_line(struct layout *l, unsigned indent)
{
    sma_buf_putc(l->out, '\n');
    for (unsigned i = 0; i < 2 * indent; i++)
        sma_buf_putc(l->out, ' ');
    l->column = 2 * indent;
    l->indent = indent;
    l->is_over = false;
}

static void put(struct layout *l, struct sma_str text)
{
    if (l->is_over)
        new_line(l, l->indent);
    sma_buf_puts(l->out, text);
    l->column += (uint32_t)sma_utf8_count(text);
}

static void put_flat(struct layout *l, size_t from, size_t to)
{
    for (size_t i = from; i <= to; i++) {
        const struct token *t = &l->tokens[i];
        bool is_empty = i < to && (l->tokens[i + 1].kind == '}' || l->tokens[i + 1].kind == ']');
        if (t->kind == '}' && l->tokens[i - 1].kind != '{')
            put(l, SMA_STR(" "));
        put(l, t->text);
        if (t->kind == ',' || t->kind == ':' || (t->kind == '{' && !is_empty))
            put(l, SMA_STR(" "));
    }
}

/* Comments before the next token; `indent` is that of the line they stand on. */
static void put_comments(struct layout *l, unsigned indent, bool at_start)
{
    while (l->at < l->count && l->tokens[l->at].kind == 'c') {
        const struct token *t = &l->tokens[l->at++];
        if (t->follows && !at_start)
            put(l, SMA_STR(" "));
        else if (!at_start)
            new_line(l, indent);
        put(l, t->text);
        l->is_over = t->ends_line;
        at_start = false;
    }
}

static bool is_flat(const struct layout *l, const struct token *t, unsigned depth, bool has_after)
{
    if (t->close == (uint32_t)(t - l->tokens) + 1)
        return true;
    return depth && !t->has_comment && !t->lists_objects && t->levels < FLAT_LEVELS &&
           l->column + t->columns + has_after <= LINE_COLUMNS;
}

static void put_value(struct layout *l, unsigned depth);

static void put_members(struct layout *l, unsigned depth, char close)
{
    while (l->at < l->count && l->tokens[l->at].kind != close) {
        const struct token *t = &l->tokens[l->at];
        if (t->kind == ',') {
            put(l, t->text);
            l->at++;
            continue;
        }
        if (t->kind == 'c') {
            put_comments(l, depth, false);
            continue;
        }
        new_line(l, depth);
        if (close == '}') {
            put(l, t->text);
            l->at++;
            put_comments(l, depth, false);
            if (l->at < l->count && l->tokens[l->at].kind == ':') {
                put(l, SMA_STR(": "));
                l->at++;
            }
            put_comments(l, depth, false);
        }
        put_value(l, depth);
    }
}

static void put_value(struct layout *l, unsigned depth)
{
    if (l->at >= l->count)
        return;
    const struct token *t = &l->tokens[l->at];
    if (t->kind != '{' && t->kind != '[') {
        put(l, t->text);
        l->at++;
        return;
    }
    bool has_after = t->close + 1 < l->count && l->tokens[t->close + 1].kind == ',';
    if (is_flat(l, t, depth, has_after)) {
        put_flat(l, l->at, t->close);
        l->at = t->close + 1;
        return;
    }
    put(l, t->text);
    l->at++;
    put_members(l, depth + 1, t->kind == '{' ? '}' : ']');
    new_line(l, depth);
    if (l->at < l->count)
        put(l, l->tokens[l->at++].text);
}

enum sma_status sma_layout_json(struct sma_buf *out, struct sma_str text, struct sma_error *err)
{
    struct layout l = {.out = out};
    sma_arena_init(&l.arena, 0);
    tokenize(&l, text);
    if (!l.failed)
        measure(&l);
    if (!l.failed) {
        bool has_head = l.count && l.tokens[0].kind == 'c';
        put_comments(&l, 0, true);
        if (has_head)
            new_line(&l, 0);
        put_value(&l, 0);
        put_comments(&l, 0, false);
        sma_buf_putc(out, '\n');
    }
    sma_arena_fini(&l.arena);
    return l.failed || sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}
