#include "core/protobuf/lex.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

#define LETTER 1u
#define DIGIT 2u
#define PUNCT 4u /* _ - . */
#define SPACE 8u

static const unsigned char classes[256] = {
    ['\t'] = SPACE,         ['\n'] = SPACE,         ['\r'] = SPACE, [' '] = SPACE,
    ['-'] = PUNCT,          ['.'] = PUNCT,          ['_'] = PUNCT,  ['0' ... '9'] = DIGIT,
    ['A' ... 'Z'] = LETTER, ['a' ... 'z'] = LETTER,
};

static bool is_word_char(char c)
{
    return classes[(unsigned char)c] & (LETTER | DIGIT | PUNCT);
}

static bool is_space(char c)
{
    return classes[(unsigned char)c] & SPACE;
}

static void stop(struct sma_proto_lexer *lexer, enum sma_status st)
{
    lexer->status = st;
    lexer->end = lexer->pos;
}

void sma_proto_lex_position(const struct sma_proto_lexer *lexer, size_t offset, uint32_t *line,
                            uint32_t *column)
{
    size_t start = 0;
    uint32_t lines = 1;
    if (offset > lexer->text.len)
        offset = lexer->text.len;
    for (size_t i = 0; i < offset; i++)
        if (lexer->text.ptr[i] == '\n') {
            lines++;
            start = i + 1;
        }
    *line = lines;
    *column = (uint32_t)sma_utf16_len(sma_str_make(lexer->text.ptr + start, offset - start)) + 1;
}

void sma_proto_lex_fail(struct sma_proto_lexer *lexer, size_t offset, const char *fmt, ...)
{
    char what[SMA_ERROR_MESSAGE_MAX / 2];
    uint32_t line, column;
    va_list args;
    if (lexer->status)
        return;
    va_start(args, fmt);
    vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    sma_proto_lex_position(lexer, offset, &line, &column);
    stop(lexer, sma_fail_at(lexer->err, SMA_EINVAL, offset, "Syntax error in :%u:%u: %s", line,
                            column, what));
}

void sma_proto_lex_fail_plain(struct sma_proto_lexer *lexer, enum sma_status st, size_t offset,
                              const char *fmt, ...)
{
    va_list args;
    if (lexer->status)
        return;
    va_start(args, fmt);
    stop(lexer, sma_fail_v(lexer->err, st, offset, fmt, args));
    va_end(args);
}

void sma_proto_lex_init(struct sma_proto_lexer *lexer, struct sma_str text, struct sma_arena *arena,
                        struct sma_error *err)
{
    size_t bad;
    *lexer = (struct sma_proto_lexer){.text = text, .arena = arena, .err = err, .end = text.len};
    if (text.len > SMA_PROTO_TEXT_MAX)
        sma_proto_lex_fail_plain(lexer, SMA_ELIMIT, 0, "text longer than %u bytes",
                                 SMA_PROTO_TEXT_MAX);
    else if (!sma_utf8_valid(text, &bad))
        sma_proto_lex_fail(lexer, bad, "invalid UTF-8");
}

static void skip_line(struct sma_proto_lexer *lexer)
{
    const char *at = lexer->text.ptr + lexer->pos;
    const char *eol = memchr(at, '\n', lexer->end - lexer->pos);
    lexer->pos = eol ? (size_t)(eol - lexer->text.ptr) + 1 : lexer->end;
}

/* From behind the opening characters to behind the closing ones. */
static void skip_block(struct sma_proto_lexer *lexer)
{
    while (lexer->pos + 1 < lexer->end) {
        const char *at = lexer->text.ptr + lexer->pos;
        const char *star = memchr(at, '*', lexer->end - lexer->pos - 1);
        if (!star)
            break;
        lexer->pos = (size_t)(star - lexer->text.ptr) + 1;
        if (star[1] == '/') {
            lexer->pos++;
            return;
        }
    }
    lexer->pos = lexer->end;
    sma_proto_lex_fail(lexer, lexer->pos, "unterminated comment");
}

/* At a '/': a comment, or a mistake. */
static void skip_comment(struct sma_proto_lexer *lexer)
{
    char next = lexer->pos + 1 < lexer->end ? lexer->text.ptr[lexer->pos + 1] : '\0';
    lexer->pos += next ? 2 : 1;
    if (next == '*')
        skip_block(lexer);
    else if (next == '/')
        skip_line(lexer);
    else
        sma_proto_lex_fail(lexer, lexer->pos, "unexpected '/'");
}

static void skip_space(struct sma_proto_lexer *lexer)
{
    while (lexer->pos < lexer->end) {
        char c = lexer->text.ptr[lexer->pos];
        if (is_space(c))
            lexer->pos++;
        else if (c == '/')
            skip_comment(lexer);
        else
            return;
    }
}

bool sma_proto_lex_at_end(struct sma_proto_lexer *lexer)
{
    skip_space(lexer);
    return lexer->pos >= lexer->end;
}

int sma_proto_lex_peek(struct sma_proto_lexer *lexer)
{
    if (sma_proto_lex_at_end(lexer)) {
        sma_proto_lex_fail(lexer, lexer->pos, "unexpected end of file");
        return -1;
    }
    return (unsigned char)lexer->text.ptr[lexer->pos];
}

int sma_proto_lex_char(struct sma_proto_lexer *lexer)
{
    int c = sma_proto_lex_peek(lexer);
    if (c >= 0)
        lexer->pos++;
    return c;
}

bool sma_proto_lex_accept(struct sma_proto_lexer *lexer, char c)
{
    if (sma_proto_lex_peek(lexer) != (unsigned char)c)
        return false;
    lexer->pos++;
    return true;
}

void sma_proto_lex_require(struct sma_proto_lexer *lexer, char c)
{
    int got = sma_proto_lex_peek(lexer);
    uint32_t codepoint;
    if (got < 0)
        return;
    struct sma_str rest = sma_str_from(lexer->text, lexer->pos);
    size_t len = sma_utf8_decode(rest, &codepoint);
    lexer->pos += len;
    if (got != (unsigned char)c)
        sma_proto_lex_fail(lexer, lexer->pos, "expected '%c' but was '%.*s'", c, (int)len,
                           rest.ptr);
}

struct sma_str sma_proto_lex_word(struct sma_proto_lexer *lexer)
{
    skip_space(lexer);
    size_t start = lexer->pos;
    while (lexer->pos < lexer->end && is_word_char(lexer->text.ptr[lexer->pos]))
        lexer->pos++;
    if (lexer->pos == start)
        sma_proto_lex_fail(lexer, lexer->pos, "expected a word");
    return sma_str_make(lexer->text.ptr + start, lexer->pos - start);
}

static int digit_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 99;
}

/* A string under construction: two readings of the same escapes. Neither is longer than its source.
 */
struct decoded {
    char *text, *bytes;
    size_t text_len, bytes_len;
};

static void put_code(struct decoded *out, uint32_t code)
{
    out->text_len += sma_utf8_encode(out->text + out->text_len, code);
    out->bytes[out->bytes_len++] = (char)code;
}

static void put_raw(struct decoded *out, char c)
{
    out->text[out->text_len++] = c;
    out->bytes[out->bytes_len++] = c;
}

/* \xHH or \OOO, at the first digit. */
static void read_code(struct sma_proto_lexer *lexer, struct decoded *out, int radix, size_t max)
{
    uint32_t code = 0;
    size_t n = 0;
    while (n < max && lexer->pos < lexer->end) {
        int digit = digit_value(lexer->text.ptr[lexer->pos]);
        if (digit >= radix)
            break;
        code = code * (uint32_t)radix + (uint32_t)digit;
        lexer->pos++;
        n++;
    }
    if (n == 0)
        sma_proto_lex_fail(lexer, lexer->pos, "expected a digit after \\x or \\X");
    else
        put_code(out, code);
}

static void read_escape(struct sma_proto_lexer *lexer, struct decoded *out)
{
    static const char names[] = "abfnrtv", codes[] = "\a\b\f\n\r\t\v";
    if (lexer->pos >= lexer->end) {
        sma_proto_lex_fail(lexer, lexer->pos, "unexpected end of file");
        return;
    }
    char c = lexer->text.ptr[lexer->pos];
    const char *name = c ? strchr(names, c) : NULL;
    if (c >= '0' && c <= '7') {
        read_code(lexer, out, 8, 3);
        return;
    }
    lexer->pos++;
    if (c == 'x' || c == 'X')
        read_code(lexer, out, 16, 2);
    else
        put_raw(out, name ? codes[name - names] : c);
}

/* One quoted piece, from behind its opening quote to behind its closing one. */
static void read_piece(struct sma_proto_lexer *lexer, struct decoded *out, char quote)
{
    while (lexer->pos < lexer->end) {
        char c = lexer->text.ptr[lexer->pos++];
        if (c == quote)
            return;
        if (c == '\\')
            read_escape(lexer, out);
        else
            put_raw(out, c);
    }
    sma_proto_lex_fail(lexer, lexer->pos, "unterminated string");
}

/* The usual string: one piece without escapes is a view of the text. */
static bool read_simple(struct sma_proto_lexer *lexer, char quote, struct sma_str *out)
{
    const char *start = lexer->text.ptr + lexer->pos;
    const char *close = memchr(start, quote, lexer->end - lexer->pos);
    if (!close || memchr(start, '\\', (size_t)(close - start)))
        return false;
    size_t back = lexer->pos;
    lexer->pos = (size_t)(close - lexer->text.ptr) + 1;
    int next = sma_proto_lex_peek(lexer);
    if (next == '"' || next == '\'') {
        lexer->pos = back;
        return false;
    }
    *out = sma_str_make(start, (size_t)(close - start));
    return true;
}

/* Bytes from here to the end of the last adjacent piece, which bounds what decoding can give. */
static size_t string_extent(const struct sma_proto_lexer *lexer, char quote)
{
    struct sma_proto_lexer probe = *lexer;
    probe.err = NULL;
    for (;;) {
        while (probe.pos < probe.end && probe.text.ptr[probe.pos] != quote)
            probe.pos += probe.text.ptr[probe.pos] == '\\' ? 2 : 1;
        if (probe.pos >= probe.end)
            return lexer->end - lexer->pos;
        probe.pos++;
        if (sma_proto_lex_at_end(&probe))
            break;
        char next = probe.text.ptr[probe.pos];
        if (next != '"' && next != '\'')
            break;
        quote = next;
        probe.pos++;
    }
    return probe.pos - lexer->pos;
}

static void read_pieces(struct sma_proto_lexer *lexer, struct decoded *out, char quote)
{
    for (;;) {
        read_piece(lexer, out, quote);
        int next = lexer->status ? -1 : sma_proto_lex_peek(lexer);
        if (next != '"' && next != '\'')
            return;
        quote = (char)next;
        lexer->pos++;
    }
}

struct sma_str sma_proto_lex_string(struct sma_proto_lexer *lexer, struct sma_str *bytes)
{
    struct sma_str text = SMA_STR("");
    struct decoded out = {0};
    int quote = sma_proto_lex_char(lexer);
    if (quote < 0)
        return text;
    if (quote != '"' && quote != '\'') {
        sma_proto_lex_fail(lexer, lexer->pos - 1, "expected a string");
        return text;
    }
    if (read_simple(lexer, (char)quote, &text)) {
        if (bytes)
            *bytes = text;
        return text;
    }
    size_t extent = lexer->status ? 0 : string_extent(lexer, (char)quote);
    out.text = sma_arena_alloc(lexer->arena, extent + 4);
    out.bytes = sma_arena_alloc(lexer->arena, extent + 4);
    if (!out.text || !out.bytes) {
        sma_proto_lex_fail_plain(lexer, SMA_ENOMEM, SMA_NO_OFFSET, "out of memory");
        return text;
    }
    read_pieces(lexer, &out, (char)quote);
    if (bytes)
        *bytes = sma_str_make(out.bytes, out.bytes_len);
    return sma_str_make(out.text, out.text_len);
}

static bool parse_integer(struct sma_str word, int32_t *out)
{
    int radix = 10;
    int64_t value = 0;
    size_t i = 0;
    if (word.len > 2 && word.ptr[0] == '0' && (word.ptr[1] == 'x' || word.ptr[1] == 'X')) {
        radix = 16;
        i = 2;
    }
    bool negative = radix == 10 && word.len > 1 && word.ptr[0] == '-';
    if (negative)
        i = 1;
    if (i == word.len)
        return false;
    for (; i < word.len; i++) {
        int digit = digit_value(word.ptr[i]);
        if (digit >= radix)
            return false;
        value = value * radix + digit;
        if (value > (int64_t)INT32_MAX + (negative ? 1 : 0))
            return false;
    }
    *out = (int32_t)(negative ? -value : value);
    return true;
}

int32_t sma_proto_lex_integer(struct sma_proto_lexer *lexer)
{
    int32_t value = 0;
    struct sma_str word = sma_proto_lex_word(lexer);
    if (!lexer->status && !parse_integer(word, &value))
        sma_proto_lex_fail(lexer, lexer->pos, "expected an integer but was %.*s",
                           SMA_STR_ARG(sma_str_head(word, 200)));
    return value;
}

void sma_proto_lex_trailing_comment(struct sma_proto_lexer *lexer)
{
    const char *text = lexer->text.ptr;
    size_t at = lexer->pos;
    while (at < lexer->end && (text[at] == ' ' || text[at] == '\t'))
        at++;
    if (at + 1 >= lexer->end || text[at] != '/' || text[at + 1] != '*')
        return; /* nothing, or a line comment, which ends with its line anyway */
    lexer->pos = at + 2;
    skip_block(lexer);
    while (lexer->pos < lexer->end) {
        char c = text[lexer->pos++];
        if (c == '\n')
            return;
        /* '\r' is the first half of a line end here; the original trips over it. */
        if (c != ' ' && c != '\t' && c != '\r')
            sma_proto_lex_fail(lexer, lexer->pos, "no syntax may follow trailing comment");
    }
}
