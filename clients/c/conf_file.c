/* client.properties: Java's format of properties (comments, joined lines, escapes). */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "clients/c/conf.h"

#define FILE_BYTES_MAX (1u << 20)

struct lines {
    struct sma_str text;
    size_t at;
    unsigned line;
    struct sma_buf logical;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\f';
}

/* Takes one natural line off the text, without its end. */
static bool natural(struct lines *l, struct sma_str *out)
{
    size_t start = l->at;
    if (l->at >= l->text.len)
        return false;
    while (l->at < l->text.len && l->text.ptr[l->at] != '\n' && l->text.ptr[l->at] != '\r')
        l->at++;
    *out = sma_str_make(l->text.ptr + start, l->at - start);
    if (l->at < l->text.len && l->text.ptr[l->at++] == '\r' && l->at < l->text.len &&
        l->text.ptr[l->at] == '\n')
        l->at++;
    l->line++;
    while (out->len && is_blank(out->ptr[0]))
        *out = sma_str_from(*out, 1);
    return true;
}

/* An odd number of backslashes at the end joins the next line. */
static bool is_continued(struct sma_str line)
{
    size_t count = 0;
    while (count < line.len && line.ptr[line.len - 1 - count] == '\\')
        count++;
    return count % 2 == 1;
}

static bool logical(struct lines *l)
{
    struct sma_str line;
    sma_buf_clear(&l->logical);
    do {
        if (!natural(l, &line))
            return false;
    } while (!line.len || line.ptr[0] == '#' || line.ptr[0] == '!');
    while (is_continued(line)) {
        sma_buf_puts(&l->logical, sma_str_head(line, line.len - 1));
        if (!natural(l, &line))
            return true;
    }
    sma_buf_puts(&l->logical, line);
    return true;
}

static int hex4(struct sma_str s)
{
    int value = 0;
    if (s.len < 4)
        return -1;
    for (int i = 0; i < 4; i++) {
        static const char digits[] = "0123456789abcdef";
        char c = s.ptr[i] >= 'A' && s.ptr[i] <= 'F' ? (char)(s.ptr[i] | 0x20) : s.ptr[i];
        const char *digit = c ? strchr(digits, c) : NULL;
        if (!digit)
            return -1;
        value = value * 16 + (int)(digit - digits);
    }
    return value;
}

/* False for a broken \u escape. */
static bool unescape(struct sma_buf *out, struct sma_str s)
{
    static const char from[] = "tnrf", to[] = "\t\n\r\f";
    for (size_t i = 0; i < s.len; i++) {
        char bytes[4];
        const char *simple;
        if (s.ptr[i] != '\\' || ++i == s.len) {
            sma_buf_putc(out, i < s.len ? s.ptr[i] : '\\');
            continue;
        }
        if (s.ptr[i] == 'u') {
            int unit = hex4(sma_str_from(s, i + 1));
            if (unit <= 0 || (unit >= 0xd800 && unit < 0xe000))
                return false;
            sma_buf_append(out, bytes, sma_utf8_encode(bytes, (uint32_t)unit));
            i += 4;
            continue;
        }
        simple = s.ptr[i] ? strchr(from, s.ptr[i]) : NULL;
        sma_buf_putc(out, simple ? to[simple - from] : s.ptr[i]);
    }
    return true;
}

/* Splits "key = value", "key: value", "key value". */
static void split(struct sma_str line, struct sma_str *key, struct sma_str *value)
{
    size_t end = 0, at;
    while (end < line.len && !is_blank(line.ptr[end]) && line.ptr[end] != '=' &&
           line.ptr[end] != ':')
        end += line.ptr[end] == '\\' && end + 1 < line.len ? 2 : 1;
    for (at = end; at < line.len && is_blank(line.ptr[at]);)
        at++;
    if (at < line.len && (line.ptr[at] == '=' || line.ptr[at] == ':'))
        at++;
    while (at < line.len && is_blank(line.ptr[at]))
        at++;
    *key = sma_str_head(line, end);
    *value = sma_str_from(line, at);
}

static bool is_ours(struct sma_str key)
{
    struct sma_str header;
    return sma_client_prop_find(key) != SMA_P_COUNT || sma_client_prop_is_header(key, &header) ||
           sma_client_prop_is_rule(key, &header) ||
           sma_str_starts(key, SMA_STR("schema.registry."));
}

static schemata_status_t set_line(schemata_conf_t *c, struct sma_str line, bool prefix_only,
                                  schemata_error_t **err)
{
    struct sma_str raw_key, raw_value;
    struct sma_buf key, value;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&key, 0);
    sma_buf_init(&value, 0);
    split(line, &raw_key, &raw_value);
    bool ok = unescape(&key, raw_key) && unescape(&value, raw_value);
    sma_buf_putc(&key, '\0');
    sma_buf_putc(&value, '\0');
    if (sma_buf_failed(&key) || sma_buf_failed(&value))
        st = sma_client_no_memory(err);
    else if (!ok)
        st = sma_client_fail(err, SCHEMATA_ERR_CONF, "broken \\u escape");
    else if (!prefix_only || is_ours(sma_str_z(key.ptr)))
        st = schemata_conf_set(c, key.ptr, value.ptr, err);
    sma_buf_fini(&key);
    if (value.ptr)
        explicit_bzero(value.ptr, value.len);
    sma_buf_fini(&value);
    return st;
}

static schemata_status_t read_file(struct sma_buf *out, const char *path, schemata_error_t **err)
{
    char block[4096];
    size_t got, total = 0;
    FILE *file = fopen(path, "re");
    if (!file)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: %s", path, strerrordesc_np(errno));
    while (!sma_buf_failed(out) && (got = fread(block, 1, sizeof block, file)) > 0) {
        total += got;
        sma_buf_append(out, block, got);
    }
    bool is_broken = ferror(file);
    fclose(file);
    if (is_broken)
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: cannot be read", path);
    if (sma_buf_failed(out) && total <= FILE_BYTES_MAX)
        return sma_client_no_memory(err);
    if (sma_buf_failed(out))
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: more than %u bytes", path,
                               FILE_BYTES_MAX);
    return SCHEMATA_OK;
}

schemata_status_t schemata_conf_load(schemata_conf_t *c, const char *path, bool prefix_only,
                                     schemata_error_t **err)
{
    struct sma_buf text;
    struct lines lines = {.line = 0};
    schemata_status_t st;
    if (!c || !path)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_conf_load: NULL");
    sma_buf_init(&text, FILE_BYTES_MAX);
    sma_buf_init(&lines.logical, 0);
    st = read_file(&text, path, err);
    lines.text = sma_buf_str(&text);
    while (!st && logical(&lines)) {
        st = set_line(c, sma_buf_str(&lines.logical), prefix_only, err);
        if (st)
            sma_client_error_prefix(err, "%s:%u: ", path, lines.line);
    }
    sma_buf_fini(&lines.logical);
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    sma_buf_fini(&text);
    return st;
}
