/* Where settings come from: Java-style .properties files and SCHEMA_REGISTRY_* variables. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "server/settings.h"

#define FILE_BYTES_MAX (1u << 20)

/* ---- files
 * ------------------------------------------------------------------------------------------------
 */

struct reader {
    const char *path;
    struct sma_str text;
    size_t at;
    unsigned line;       /* of the next character */
    unsigned entry_line; /* where the current logical line began */
    struct sma_buf logical;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

static void skip_blanks(struct reader *r)
{
    while (r->at < r->text.len && is_blank(r->text.ptr[r->at]))
        r->at++;
}

/* Consumes "\n", "\r" or "\r\n". */
static void end_of_line(struct reader *r)
{
    if (r->at < r->text.len && r->text.ptr[r->at] == '\r')
        r->at++;
    if (r->at < r->text.len && r->text.ptr[r->at] == '\n')
        r->at++;
    r->line++;
}

static bool at_line_end(const struct reader *r)
{
    return r->at >= r->text.len || r->text.ptr[r->at] == '\n' || r->text.ptr[r->at] == '\r';
}

/* Gathers one logical line: a backslash at the end of a line joins the next, blanks at its start
 * removed; escapes stay for the splitter. False at the end of the file. */
static bool next_logical_line(struct reader *r)
{
    for (;;) {
        sma_buf_clear(&r->logical);
        skip_blanks(r);
        if (r->at >= r->text.len)
            return false;
        r->entry_line = r->line;
        bool is_comment = r->text.ptr[r->at] == '#' || r->text.ptr[r->at] == '!';
        while (!at_line_end(r)) {
            char c = r->text.ptr[r->at++];
            if (c != '\\' || is_comment) {
                sma_buf_putc(&r->logical, c);
            } else if (at_line_end(r)) {
                end_of_line(r);
                skip_blanks(r);
            } else {
                sma_buf_putc(&r->logical, c);
                sma_buf_putc(&r->logical, r->text.ptr[r->at++]);
            }
        }
        end_of_line(r);
        if (!is_comment && r->logical.len)
            return true;
    }
}

static int hex4(const char *p, size_t left)
{
    int value = 0;
    if (left < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        char c = p[i];
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0)
            return -1;
        value = value << 4 | digit;
    }
    return value;
}

/* Resolves \t \n \r \f \uXXXX; any other escaped character stands for itself. */
static bool unescape(struct sma_buf *out, struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        if (s.ptr[i] != '\\' || i + 1 == s.len) {
            sma_buf_putc(out, s.ptr[i]);
            continue;
        }
        char c = s.ptr[++i], bytes[4];
        int unit = c == 'u' ? hex4(s.ptr + i + 1, s.len - i - 1) : 0;
        if (unit < 0)
            return false;
        if (c == 'u') {
            sma_buf_append(out, bytes, sma_utf8_encode(bytes, (uint32_t)unit));
            i += 4;
        } else {
            sma_buf_putc(out, c == 't'   ? '\t'
                              : c == 'n' ? '\n'
                              : c == 'r' ? '\r'
                              : c == 'f' ? '\f'
                                         : c);
        }
    }
    return true;
}

/* Key up to the first unescaped '=', ':' or blank; then blanks, one separator, blanks. */
static void split_entry(struct sma_str line, struct sma_str *key, struct sma_str *value)
{
    size_t i = 0;
    while (i < line.len && line.ptr[i] != '=' && line.ptr[i] != ':' && !is_blank(line.ptr[i]))
        i += line.ptr[i] == '\\' ? 2 : 1;
    if (i > line.len)
        i = line.len;
    *key = sma_str_head(line, i);
    while (i < line.len && is_blank(line.ptr[i]))
        i++;
    if (i < line.len && (line.ptr[i] == '=' || line.ptr[i] == ':'))
        i++;
    while (i < line.len && is_blank(line.ptr[i]))
        i++;
    *value = sma_str_from(line, i);
}

static enum sma_status take_entry(struct sma_settings *settings, struct reader *r, FILE *warnings,
                                  struct sma_error *err)
{
    char where[512];
    struct sma_str key, value;
    struct sma_buf key_text, value_text;
    snprintf(where, sizeof where, "%.400s:%u", r->path, r->entry_line);
    split_entry(sma_buf_str(&r->logical), &key, &value);
    sma_buf_init(&key_text, 0);
    sma_buf_init(&value_text, 0);
    enum sma_status st;
    if (!unescape(&key_text, key) || !unescape(&value_text, value))
        st = sma_fail(err, SMA_EINVAL, "%s: \\u needs four hexadecimal digits", where);
    else if (sma_buf_failed(&key_text) || sma_buf_failed(&value_text))
        st = sma_fail_nomem(err);
    else
        st = sma_settings_set(settings, sma_buf_str(&key_text), sma_buf_str(&value_text), where,
                              warnings, err);
    sma_buf_fini(&key_text);
    sma_buf_fini(&value_text);
    return st;
}

static enum sma_status read_whole(struct sma_buf *out, const char *path, struct sma_error *err)
{
    char block[4096];
    FILE *file = fopen(path, "rbe");
    if (!file)
        return sma_fail(err, SMA_ENOTFOUND, "cannot open the configuration file %s: %s", path,
                        strerror(errno));
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0;)
        sma_buf_append(out, block, n);
    bool is_broken = ferror(file);
    fclose(file);
    if (is_broken)
        return sma_fail(err, SMA_EIO, "cannot read the configuration file %s", path);
    if (sma_buf_failed(out))
        return sma_fail(err, SMA_ELIMIT, "the configuration file %s is larger than %u bytes", path,
                        FILE_BYTES_MAX);
    return SMA_OK;
}

enum sma_status sma_settings_read_file(struct sma_settings *settings, const char *path,
                                       FILE *warnings, struct sma_error *err)
{
    struct sma_buf text;
    struct reader r = {.path = path, .line = 1};
    sma_buf_init(&text, FILE_BYTES_MAX);
    sma_buf_init(&r.logical, FILE_BYTES_MAX);
    enum sma_status st = read_whole(&text, path, err);
    r.text = sma_buf_str(&text);
    while (!st && next_logical_line(&r))
        st = take_entry(settings, &r, warnings, err);
    sma_buf_fini(&r.logical);
    sma_buf_fini(&text);
    return st;
}

/* ---- environment
 * ----------------------------------------------------------------------------------------- */

#define PREFIX "SCHEMA_REGISTRY_"

/* FOO_BAR__BAZ___QUX -> foo.bar_baz-qux */
static void variable_key(struct sma_buf *out, struct sma_str name)
{
    static const char separators[] = {'.', '_', '-'};
    for (size_t i = 0; i < name.len;) {
        size_t run = 0;
        while (i + run < name.len && name.ptr[i + run] == '_' && run < 3)
            run++;
        if (run) {
            sma_buf_putc(out, separators[run - 1]);
            i += run;
        } else {
            char c = name.ptr[i++];
            sma_buf_putc(out, c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c);
        }
    }
}

static enum sma_status take_variable(struct sma_settings *settings, struct sma_str variable,
                                     FILE *warnings, struct sma_error *err)
{
    ptrdiff_t equals = sma_str_chr(variable, '=');
    struct sma_str name = sma_str_head(variable, equals < 0 ? variable.len : (size_t)equals);
    struct sma_str value = sma_str_from(variable, name.len + 1);
    struct sma_buf key;
    char where[128];
    snprintf(where, sizeof where, "%.*s", name.len > 100 ? 100 : (int)name.len, name.ptr);
    sma_buf_init(&key, 0);
    variable_key(&key, sma_str_from(name, strlen(PREFIX)));
    enum sma_status st = SMA_OK;
    if (sma_settings_knows(sma_buf_str(&key)))
        st = sma_settings_set(settings, sma_buf_str(&key), value, where, warnings, err);
    sma_buf_fini(&key);
    return st;
}

enum sma_status sma_settings_read_environment(struct sma_settings *settings,
                                              char *const *environment, FILE *warnings,
                                              struct sma_error *err)
{
    for (; *environment; environment++) {
        struct sma_str variable = sma_str_z(*environment);
        if (!sma_str_starts(variable, SMA_STR(PREFIX)))
            continue;
        enum sma_status st = take_variable(settings, variable, warnings, err);
        if (st)
            return st;
    }
    return SMA_OK;
}
