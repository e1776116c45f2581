/* URIs, IRIs and URI templates: the grammars of RFC 3986, 3987 and 6570. */
#include "core/jsonschema/format_parts.h"

#include "base/utf8.h"

/* Which characters a component takes beside unreserved ones, %XX and, in an IRI, ucschar. */
#define SUB_DELIMS "!$&'()*+,;="
#define PCHAR SUB_DELIMS ":@"

static bool is_unreserved(char c)
{
    return sma_format_is_alpha(c) || sma_format_is_digit(c) || (c && strchr("-._~", c));
}

/* ucschar of RFC 3987, and iprivate where `with_private`. */
static bool is_ucschar(uint32_t c, bool with_private)
{
    if (c >= 0xe000 && c <= 0xf8ff)
        return with_private;
    if (c >= 0xf0000)
        return with_private && (c & 0xffff) <= 0xfffd;
    if (c >= 0x10000)
        return (c & 0xffff) <= 0xfffd && !(c >= 0xe0000 && c <= 0xe0fff);
    return (c >= 0xa0 && c <= 0xd7ff) || (c >= 0xf900 && c <= 0xfdcf) ||
           (c >= 0xfdf0 && c <= 0xffef);
}

static bool is_component(struct sma_str s, const char *extra, bool international, bool with_private)
{
    for (size_t i = 0; i < s.len;) {
        char c = s.ptr[i];
        if (c == '%') {
            if (i + 2 >= s.len || !sma_format_is_hex(s.ptr[i + 1]) ||
                !sma_format_is_hex(s.ptr[i + 2]))
                return false;
            i += 3;
        } else if ((unsigned char)c < 0x80) {
            if (!is_unreserved(c) && !(c && strchr(extra, c)))
                return false;
            i++;
        } else {
            uint32_t code;
            size_t len = sma_utf8_decode(sma_str_from(s, i), &code);
            if (!len || !international || !is_ucschar(code, with_private))
                return false;
            i += len;
        }
    }
    return true;
}

/* Scheme with its colon off *s. */
static bool take_scheme(struct sma_str *s)
{
    size_t n = 0;
    while (n < s->len && (sma_format_is_alpha(s->ptr[n]) ||
                          (n && (sma_format_is_digit(s->ptr[n]) || strchr("+-.", s->ptr[n])))))
        n++;
    if (!n || n == s->len || s->ptr[n] != ':')
        return false;
    *s = sma_str_from(*s, n + 1);
    return true;
}

/* The part of *s before the first of `stops`, which stays. */
static struct sma_str take_until(struct sma_str *s, const char *stops)
{
    size_t n = 0;
    while (n < s->len && !(s->ptr[n] && strchr(stops, s->ptr[n])))
        n++;
    struct sma_str part = sma_str_head(*s, n);
    *s = sma_str_from(*s, n);
    return part;
}

/* IP-literal without its brackets. */
static bool is_ip_literal(struct sma_str s)
{
    if (!s.len || (s.ptr[0] != 'v' && s.ptr[0] != 'V'))
        return sma_format_is_ipv6(s);
    size_t n = 1;
    while (n < s.len && sma_format_is_hex(s.ptr[n]))
        n++;
    if (n == 1 || n + 1 >= s.len || s.ptr[n] != '.')
        return false;
    s = sma_str_from(s, n + 1);
    return sma_str_chr(s, '%') < 0 && is_component(s, SUB_DELIMS ":", false, false);
}

static bool is_port(struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!sma_format_is_digit(s.ptr[i]))
            return false;
    return true;
}

/* [ userinfo "@" ] host [ ":" port ] */
static bool is_authority(struct sma_str s, bool international)
{
    ptrdiff_t at = sma_str_chr(s, '@');
    if (at >= 0) {
        if (!is_component(sma_str_head(s, (size_t)at), SUB_DELIMS ":", international, false))
            return false;
        s = sma_str_from(s, (size_t)at + 1);
    }
    if (s.len && s.ptr[0] == '[') {
        ptrdiff_t close = sma_str_chr(s, ']');
        if (close < 0 || !is_ip_literal((struct sma_str){s.ptr + 1, (size_t)close - 1}))
            return false;
        s = sma_str_from(s, (size_t)close + 1);
        return !s.len || (s.ptr[0] == ':' && is_port(sma_str_from(s, 1)));
    }
    ptrdiff_t colon = sma_str_chr(s, ':');
    if (colon >= 0 && !is_port(sma_str_from(s, (size_t)colon + 1)))
        return false;
    return is_component(sma_str_head(s, colon < 0 ? s.len : (size_t)colon), SUB_DELIMS,
                        international, false);
}

bool sma_format_is_uri(struct sma_str s, bool may_be_relative, bool international)
{
    bool absolute = take_scheme(&s);
    if (!absolute && !may_be_relative)
        return false;
    bool authority = sma_str_starts(s, SMA_STR("//"));
    if (authority) {
        s = sma_str_from(s, 2);
        if (!is_authority(take_until(&s, "/?#"), international))
            return false;
    }
    struct sma_str path = take_until(&s, "?#");
    if (!is_component(path, PCHAR "/", international, false))
        return false;
    /* A first segment with a colon would be a scheme (path-noscheme). */
    if (!absolute && !authority) {
        struct sma_str rest = path, first = take_until(&rest, "/");
        if (sma_str_chr(first, ':') >= 0)
            return false;
    }
    if (s.len && s.ptr[0] == '?') {
        s = sma_str_from(s, 1);
        if (!is_component(take_until(&s, "#"), PCHAR "/?", international, true))
            return false;
    }
    return !s.len || is_component(sma_str_from(s, 1), PCHAR "/?", international, false);
}

/* ---- RFC 6570
 * ------------------------------------------------------------------------------------ */

/* literals */
static bool is_literal(struct sma_str s)
{
    for (size_t i = 0; i < s.len;) {
        unsigned char c = (unsigned char)s.ptr[i];
        uint32_t code;
        size_t len = sma_utf8_decode(sma_str_from(s, i), &code);
        if (c == '%' && (i + 2 >= s.len || !sma_format_is_hex(s.ptr[i + 1]) ||
                         !sma_format_is_hex(s.ptr[i + 2])))
            return false;
        if (!len || c <= ' ' || c == 0x7f || strchr("\"'<>\\^`{|}", c) ||
            (c >= 0x80 && !is_ucschar(code, true)))
            return false;
        i += len;
    }
    return true;
}

/* varname */
static bool is_varname(struct sma_str s)
{
    bool after_dot = true;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        if (c == '.' && after_dot)
            return false;
        after_dot = c == '.';
        if (c == '%') {
            if (i + 2 >= s.len || !sma_format_is_hex(s.ptr[i + 1]) ||
                !sma_format_is_hex(s.ptr[i + 2]))
                return false;
            i += 2;
        } else if (c != '.' && c != '_' && !sma_format_is_alpha(c) && !sma_format_is_digit(c)) {
            return false;
        }
    }
    return s.len && !after_dot;
}

/* varspec: a name, then `*` or `:` and a length of 1 to 9999. */
static bool is_varspec(struct sma_str s)
{
    if (sma_str_ends(s, SMA_STR("*")))
        return is_varname(sma_str_head(s, s.len - 1));
    ptrdiff_t colon = sma_str_chr(s, ':');
    if (colon < 0)
        return is_varname(s);
    struct sma_str digits = sma_str_from(s, (size_t)colon + 1);
    return digits.len >= 1 && digits.len <= 4 && digits.ptr[0] != '0' && is_port(digits) &&
           is_varname(sma_str_head(s, (size_t)colon));
}

/* What stands between the braces. */
static bool is_expression(struct sma_str s)
{
    if (s.len && s.ptr[0] && strchr("+#./;?&=,!@|", s.ptr[0]))
        s = sma_str_from(s, 1);
    for (;;) {
        ptrdiff_t comma = sma_str_chr(s, ',');
        if (!is_varspec(sma_str_head(s, comma < 0 ? s.len : (size_t)comma)))
            return false;
        if (comma < 0)
            return true;
        s = sma_str_from(s, (size_t)comma + 1);
    }
}

bool sma_format_is_uri_template(struct sma_str s)
{
    while (s.len) {
        if (!is_literal(take_until(&s, "{")))
            return false;
        if (!s.len)
            break;
        ptrdiff_t close = sma_str_chr(s, '}');
        if (close < 0 || !is_expression((struct sma_str){s.ptr + 1, (size_t)close - 1}))
            return false;
        s = sma_str_from(s, (size_t)close + 1);
    }
    return true;
}
