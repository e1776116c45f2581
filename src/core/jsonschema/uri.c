#include "core/jsonschema/uri.h"

/* URI = [ scheme ":" ] [ "//" authority ] path [ "?" query ]; each part with what introduces it. */
struct parts {
    struct sma_str scheme;    /* with ':' */
    struct sma_str authority; /* with '//' */
    struct sma_str path;
    struct sma_str query; /* with '?' */
};

void sma_js_uri_split(struct sma_str reference, struct sma_str *uri, struct sma_str *fragment,
                      bool *has_fragment)
{
    ptrdiff_t at = sma_str_chr(reference, '#');
    *has_fragment = at >= 0;
    *uri = at < 0 ? reference : sma_str_head(reference, (size_t)at);
    *fragment = at < 0 ? SMA_STR("") : sma_str_from(reference, (size_t)at + 1);
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* Length of `scheme ":"` at the start, 0 when there is none. */
static size_t scheme_len(struct sma_str uri)
{
    for (size_t i = 0; i < uri.len; i++) {
        char c = uri.ptr[i];
        if (c == ':')
            return i ? i + 1 : 0;
        bool is_later = (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
        if (!is_alpha(c) && !(i && is_later))
            return 0;
    }
    return 0;
}

bool sma_js_uri_is_absolute(struct sma_str uri)
{
    return scheme_len(uri) > 0;
}

static size_t find_any(struct sma_str s, size_t from, const char *set)
{
    while (from < s.len && !memchr(set, s.ptr[from], strlen(set)))
        from++;
    return from;
}

static struct parts split_parts(struct sma_str uri)
{
    struct parts parts = {SMA_STR(""), SMA_STR(""), SMA_STR(""), SMA_STR("")};
    size_t len = scheme_len(uri);
    parts.scheme = sma_str_head(uri, len);
    uri = sma_str_from(uri, len);
    if (sma_str_starts(uri, SMA_STR("//"))) {
        len = find_any(uri, 2, "/?");
        parts.authority = sma_str_head(uri, len);
        uri = sma_str_from(uri, len);
    }
    len = find_any(uri, 0, "?");
    parts.path = sma_str_head(uri, len);
    parts.query = sma_str_from(uri, len);
    return parts;
}

/* Drops the last segment written since `start`, together with the '/' in front of it. */
static void drop_segment(struct sma_buf *out, size_t start)
{
    while (out->len > start && out->ptr[out->len - 1] != '/')
        out->len--;
    if (out->len > start)
        out->len--;
}

/* The path without "." and ".." segments, RFC 3986 section 5.2.4; also of relative paths. */
static void put_path(struct sma_buf *out, struct sma_str path)
{
    size_t start = out->len;
    bool is_rooted = sma_str_starts(path, SMA_STR("/"));
    for (size_t at = is_rooted; at <= path.len;) {
        size_t end = find_any(path, at, "/");
        struct sma_str segment = sma_str_head(sma_str_from(path, at), end - at);
        bool is_dot = sma_str_eqz(segment, "."), is_up = sma_str_eqz(segment, "..");
        if (is_up)
            drop_segment(out, start);
        if (!is_dot && !is_up) {
            if (is_rooted || out->len > start)
                sma_buf_putc(out, '/');
            sma_buf_puts(out, segment);
        } else if (end >= path.len && (is_rooted || out->len > start)) {
            sma_buf_putc(out, '/'); /* a final "." or ".." names a folder */
        }
        at = end + 1;
    }
}

/* RFC 3986 section 5.2.3: the reference's path put in place of the base's last segment. */
static void put_merged(struct sma_buf *out, const struct parts *base, struct sma_str path)
{
    struct sma_buf merged;
    sma_buf_init(&merged, 4 * SMA_JS_URI_BYTES_MAX);
    if (base->authority.len && !base->path.len)
        sma_buf_putc(&merged, '/');
    else
        sma_buf_puts(&merged,
                     sma_str_head(base->path, (size_t)(sma_str_rchr(base->path, '/') + 1)));
    sma_buf_puts(&merged, path);
    if (sma_buf_failed(&merged))
        out->failed = true;
    else
        put_path(out, sma_buf_str(&merged));
    sma_buf_fini(&merged);
}

void sma_js_uri_resolve(struct sma_buf *out, struct sma_str base_text, struct sma_str reference)
{
    struct parts ref = split_parts(reference), base = split_parts(base_text);
    if (ref.scheme.len) {
        sma_buf_puts(out, reference);
        return;
    }
    sma_buf_puts(out, base.scheme);
    sma_buf_puts(out, ref.authority.len ? ref.authority : base.authority);
    if (ref.authority.len || sma_str_starts(ref.path, SMA_STR("/"))) {
        put_path(out, ref.path);
    } else if (!ref.path.len) {
        sma_buf_puts(out, base.path);
        sma_buf_puts(out, ref.query.len ? ref.query : base.query);
        return;
    } else {
        put_merged(out, &base, ref.path);
    }
    sma_buf_puts(out, ref.query);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

void sma_js_uri_decode(struct sma_buf *out, struct sma_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        int high = -1, low = -1;
        if (text.ptr[i] == '%' && i + 2 < text.len) {
            high = hex_value(text.ptr[i + 1]);
            low = hex_value(text.ptr[i + 2]);
        }
        if (high >= 0 && low >= 0) {
            sma_buf_putc(out, (char)(high * 16 + low));
            i += 2;
        } else {
            sma_buf_putc(out, text.ptr[i]);
        }
    }
}
