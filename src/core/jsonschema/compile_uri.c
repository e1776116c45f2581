/* RFC 3986: the five parts of a URI reference, and reference resolution. */
#include "core/jsonschema/compile_uri.h"

struct parts {
    struct sma_str scheme, authority, path, query;
    bool has_scheme, has_authority, has_query;
};

struct sma_str sma_uri_without_fragment(struct sma_str uri)
{
    ptrdiff_t hash = sma_str_chr(uri, '#');
    return hash < 0 ? uri : sma_str_head(uri, (size_t)hash);
}

struct sma_str sma_uri_fragment(struct sma_str uri)
{
    ptrdiff_t hash = sma_str_chr(uri, '#');
    return sma_str_from(uri, hash < 0 ? uri.len : (size_t)hash + 1);
}

static bool is_scheme(struct sma_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.ptr[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (i == 0 || !((c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.')))
            return false;
    }
    return s.len > 0;
}

/* Of a reference without fragment. */
static struct parts split(struct sma_str uri)
{
    struct parts p = {0};
    ptrdiff_t colon = sma_str_chr(uri, ':');
    if (colon > 0 && is_scheme(sma_str_head(uri, (size_t)colon))) {
        p.has_scheme = true;
        p.scheme = sma_str_head(uri, (size_t)colon);
        uri = sma_str_from(uri, (size_t)colon + 1);
    }
    ptrdiff_t question = sma_str_chr(uri, '?');
    if (question >= 0) {
        p.has_query = true;
        p.query = sma_str_from(uri, (size_t)question + 1);
        uri = sma_str_head(uri, (size_t)question);
    }
    if (sma_str_starts(uri, SMA_STR("//"))) {
        p.has_authority = true;
        uri = sma_str_from(uri, 2);
        ptrdiff_t slash = sma_str_chr(uri, '/');
        p.authority = sma_str_head(uri, slash < 0 ? uri.len : (size_t)slash);
        uri = sma_str_from(uri, p.authority.len);
    }
    p.path = uri;
    return p;
}

/* Section 5.2.4 in place on out[start..*len). */
static void remove_dot_segments(char *out, size_t start, size_t *len)
{
    size_t read = start, write = start, end = *len;
    while (read < end) {
        struct sma_str in = {out + read, end - read};
        if (sma_str_starts(in, SMA_STR("../"))) {
            read += 3;
        } else if (sma_str_starts(in, SMA_STR("./")) || sma_str_starts(in, SMA_STR("/./"))) {
            read += 2;
        } else if (sma_str_eqz(in, "/.")) {
            end--;
        } else if (sma_str_starts(in, SMA_STR("/../")) || sma_str_eqz(in, "/..")) {
            if (in.len == 3)
                end -= 2; /* leaves the slash */
            else
                read += 3;
            while (write > start && out[--write] != '/')
                ;
        } else if (sma_str_eqz(in, ".") || sma_str_eqz(in, "..")) {
            read = end;
        } else {
            do
                out[write++] = out[read++];
            while (read < end && out[read] != '/');
        }
    }
    *len = write;
}

static void put(char *out, size_t *len, struct sma_str s)
{
    if (s.len)
        memcpy(out + *len, s.ptr, s.len);
    *len += s.len;
}

struct sma_str sma_uri_resolve(struct sma_arena *arena, struct sma_str base,
                               struct sma_str reference)
{
    reference = sma_uri_without_fragment(reference);
    base = sma_uri_without_fragment(base);
    if (!reference.len)
        return base.ptr ? base : SMA_STR("");
    struct parts r = split(reference), b = split(base);
    char *out = sma_arena_alloc(arena, base.len + reference.len + 8);
    size_t len = 0;
    if (!out)
        return (struct sma_str){NULL, 0};
    const struct parts *head = r.has_scheme || r.has_authority ? &r : &b;
    const struct parts *scheme = r.has_scheme ? &r : &b;
    if (scheme->has_scheme) {
        put(out, &len, scheme->scheme);
        put(out, &len, SMA_STR(":"));
    }
    if (head->has_authority) {
        put(out, &len, SMA_STR("//"));
        put(out, &len, head->authority);
    }
    size_t path = len;
    bool takes_base_path = head == &b && !(r.path.len && r.path.ptr[0] == '/');
    if (takes_base_path && r.path.len) {
        ptrdiff_t slash = sma_str_rchr(b.path, '/');
        if (b.has_authority && !b.path.len)
            put(out, &len, SMA_STR("/"));
        else
            put(out, &len, sma_str_head(b.path, (size_t)(slash + 1)));
    } else if (takes_base_path) {
        put(out, &len, b.path);
    }
    put(out, &len, r.path);
    if (!takes_base_path || r.path.len)
        remove_dot_segments(out, path, &len);
    const struct parts *query = takes_base_path && !r.path.len && !r.has_query ? &b : &r;
    if (query->has_query) {
        put(out, &len, SMA_STR("?"));
        put(out, &len, query->query);
    }
    return sma_str_make(out, len);
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct sma_str sma_uri_percent_decode(struct sma_arena *arena, struct sma_str text)
{
    if (sma_str_chr(text, '%') < 0)
        return text;
    char *out = sma_arena_alloc(arena, text.len);
    size_t len = 0;
    if (!out)
        return (struct sma_str){NULL, 0};
    for (size_t i = 0; i < text.len; i++) {
        bool escape = text.ptr[i] == '%' && i + 2 < text.len && hex(text.ptr[i + 1]) >= 0 &&
                      hex(text.ptr[i + 2]) >= 0;
        out[len++] =
            escape ? (char)(hex(text.ptr[i + 1]) * 16 + hex(text.ptr[i + 2])) : text.ptr[i];
        i += escape ? 2 : 0;
    }
    return sma_str_make(out, len);
}
