/* Protobuf, token by token: a statement has a line, a body is indented by two, at most one blank
 * line stays between statements. */
#include <stdint.h>

#include "cli/layout.h"

enum kind { WORD, QUOTED, MARK, COMMENT };

struct token {
    struct sma_str text;
    enum kind kind;
    unsigned lines_before; /* line ends between this token and the one before */
};

struct layout {
    struct sma_str rest;
    struct sma_buf *out;
    struct token now, last;
    unsigned depth, brackets;
    bool at_start; /* nothing on this line yet */
};

/* ---- tokens ---- */

static bool is_word_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_.-+", c) || (unsigned char)c >= 0x80;
}

static size_t quoted_len(struct sma_str s)
{
    size_t i = 1;
    while (i < s.len && s.ptr[i] != s.ptr[0])
        i += s.ptr[i] == '\\' ? 2 : 1;
    return i + 1 < s.len ? i + 1 : s.len;
}

static size_t comment_len(struct sma_str s)
{
    size_t i = 2;
    if (s.ptr[1] == '/') {
        while (i < s.len && s.ptr[i] != '\n')
            i++;
        return i;
    }
    while (i + 1 < s.len && !(s.ptr[i] == '*' && s.ptr[i + 1] == '/'))
        i++;
    return i + 2 < s.len ? i + 2 : s.len;
}

static bool next(struct layout *l)
{
    unsigned lines = 0;
    while (l->rest.len && strchr(" \t\r\n\f\v", l->rest.ptr[0])) {
        lines += l->rest.ptr[0] == '\n';
        l->rest = sma_str_from(l->rest, 1);
    }
    if (!l->rest.len)
        return false;
    char c = l->rest.ptr[0];
    size_t len = 1;
    enum kind kind = MARK;
    if (c == '"' || c == '\'') {
        kind = QUOTED;
        len = quoted_len(l->rest);
    } else if (c == '/' && l->rest.len > 1 && strchr("/*", l->rest.ptr[1])) {
        kind = COMMENT;
        len = comment_len(l->rest);
    } else if (is_word_byte(c)) {
        kind = WORD;
        while (len < l->rest.len && is_word_byte(l->rest.ptr[len]))
            len++;
    }
    l->last = l->now;
    l->now = (struct token){sma_str_head(l->rest, len), kind, lines};
    l->rest = sma_str_from(l->rest, len);
    return true;
}

/* ---- writing ---- */

static bool is_mark(const struct token *t, char c)
{
    return t->kind == MARK && t->text.len && t->text.ptr[0] == c;
}

static bool is_one_of(const struct token *t, const char *marks)
{
    return t->kind == MARK && t->text.len && strchr(marks, t->text.ptr[0]);
}

static bool wants_space(const struct layout *l)
{
    const struct token *a = &l->last, *b = &l->now;
    if (is_one_of(b, ";,)]>:") || is_one_of(a, "([<"))
        return false;
    if (is_mark(b, '<'))
        return !sma_str_eqz(a->text, "map");
    if (is_mark(b, '('))
        return !(a->kind == WORD && !sma_str_eqz(a->text, "returns") &&
                 !sma_str_eqz(a->text, "option"));
    if (is_mark(a, ')') && b->kind == WORD && b->text.ptr[0] == '.')
        return false; /* option (a).b */
    return true;
}

static void end_line(struct layout *l)
{
    sma_buf_putc(l->out, '\n');
    l->at_start = true;
}

static void begin(struct layout *l)
{
    for (unsigned i = 0; i < 2 * l->depth; i++)
        sma_buf_putc(l->out, ' ');
    l->at_start = false;
}

static void put(struct layout *l)
{
    if (l->at_start)
        begin(l);
    else if (wants_space(l))
        sma_buf_putc(l->out, ' ');
    sma_buf_puts(l->out, l->now.kind == COMMENT ? sma_str_trim(l->now.text) : l->now.text);
}

/* A comment behind a statement stays on its line. */
static bool put_comment(struct layout *l)
{
    bool is_behind = !l->now.lines_before && l->out->len && l->at_start &&
                     l->out->ptr[l->out->len - 1] == '\n' && l->last.text.len;
    if (is_behind) {
        l->out->ptr[--l->out->len] = 0;
        l->at_start = false;
        sma_buf_putc(l->out, ' ');
        sma_buf_puts(l->out, sma_str_trim(l->now.text));
    } else {
        put(l);
    }
    bool ends_line =
        l->now.text.ptr[1] == '/' || (!l->brackets && (is_behind || is_one_of(&l->last, ";{}")));
    if (ends_line || !l->last.text.len)
        end_line(l);
    return true;
}

static void put_mark(struct layout *l)
{
    bool is_open = is_mark(&l->now, '{') && !l->brackets;
    bool is_close = is_mark(&l->now, '}') && !l->brackets;
    if (is_close) {
        bool is_empty = is_mark(&l->last, '{') && l->out->len;
        l->depth -= l->depth > 0;
        if (is_empty) {
            l->out->ptr[--l->out->len] = 0;
            l->at_start = false;
        } else if (!l->at_start) {
            end_line(l);
        }
        if (l->at_start)
            begin(l);
        sma_buf_putc(l->out, '}');
        end_line(l);
        return;
    }
    if (is_mark(&l->now, ';') && is_mark(&l->last, '}') && l->at_start && l->out->len) {
        l->out->ptr[--l->out->len] = 0; /* "};" behind the value of an option */
        sma_buf_putz(l->out, ";\n");
        return;
    }
    l->brackets += is_mark(&l->now, '[');
    l->brackets -= is_mark(&l->now, ']') && l->brackets;
    put(l);
    if (is_open)
        l->depth++;
    if (is_open || (is_mark(&l->now, ';') && !l->brackets))
        end_line(l);
}

enum sma_status sma_layout_proto(struct sma_buf *out, struct sma_str text, struct sma_error *err)
{
    struct layout l = {.rest = text, .out = out, .at_start = true};
    while (next(&l)) {
        bool is_first = !l.last.text.len;
        bool after_open = is_mark(&l.last, '{');
        if (l.at_start && l.now.lines_before > 1 && !is_first && !after_open &&
            !is_mark(&l.now, '}'))
            sma_buf_putc(out, '\n');
        if (l.now.kind == COMMENT)
            put_comment(&l);
        else if (l.now.kind == MARK)
            put_mark(&l);
        else
            put(&l);
    }
    if (!l.at_start)
        sma_buf_putc(out, '\n');
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}
