/* Splitting and decoding of a request target. The path is split at raw '/' first, then each segment
 * is decoded once: an escaped slash is data, and "." or ".." are plain names, because nothing here
 * is a file. */
#include "http/target.h"

#include "base/utf8.h"

/* What a scan over the raw bytes found, so that the common plain target is never decoded. */
enum { HAS_PERCENT = 1, HAS_HIGH = 2, HAS_PLUS = 4 };

static const char *const bad_byte = "the request target holds a byte that must be percent-encoded";
static const char *const bad_escape = "the request target holds an incomplete percent-encoding";
static const char *const bad_nul = "the request target holds an encoded NUL";
static const char *const bad_utf8 = "the request target is not valid UTF-8";
static const char *const bad_form = "the request target is neither a path nor an http URL";
static const char *const bad_count = "more than 256 query parameters";

/* Control characters, space and '#' never stand in a target as they are. Everything else does:
 * clients send `"<>\^`{|}` and raw UTF-8 in subject names. */
static bool scan(struct sma_str s, unsigned *found)
{
    unsigned flags = 0;
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c <= 0x20 || c == 0x7f || c == '#')
            return false;
        if (c == '%')
            flags |= HAS_PERCENT;
        else if (c >= 0x80)
            flags |= HAS_HIGH;
        else if (c == '+')
            flags |= HAS_PLUS;
    }
    *found = flags;
    return true;
}

/* Length of "http://authority" or "https://authority" at the start of an absolute form; 0 if it is
 * not one. */
static size_t authority_end(struct sma_str target)
{
    static const struct sma_str schemes[] = {SMA_STR_INIT("http://"), SMA_STR_INIT("https://")};
    for (size_t i = 0; i < 2; i++) {
        if (!sma_str_eq_nocase(sma_str_head(target, schemes[i].len), schemes[i]))
            continue;
        size_t at = schemes[i].len;
        while (at < target.len && target.ptr[at] != '/' && target.ptr[at] != '?')
            at++;
        return at > schemes[i].len ? at : 0;
    }
    return 0;
}

static bool split_parts(struct sma_http_target_parts *parts, struct sma_str target)
{
    if (sma_str_eq(target, SMA_STR("*"))) {
        *parts = (struct sma_http_target_parts){target, SMA_STR("")};
        return true;
    }
    struct sma_str rest = target;
    if (!target.len || target.ptr[0] != '/') {
        size_t at = authority_end(target);
        if (!at)
            return false;
        rest = sma_str_from(target, at);
    }
    ptrdiff_t mark = sma_str_chr(rest, '?');
    parts->path = mark < 0 ? rest : sma_str_head(rest, (size_t)mark);
    parts->query = mark < 0 ? SMA_STR("") : sma_str_from(rest, (size_t)mark + 1);
    if (!parts->path.len)
        parts->path = SMA_STR("/");
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Decodes percent-encoding once, and '+' as space when `plus` is set. */
static enum sma_status decode(struct sma_str *out, struct sma_str raw, bool plus,
                              struct sma_arena *arena, const char **why)
{
    char *at = sma_arena_alloc(arena, raw.len + 1);
    size_t n = 0;
    if (!at)
        return SMA_ENOMEM;
    for (size_t i = 0; i < raw.len; i++) {
        char c = raw.ptr[i];
        if (c == '%') {
            int high = i + 2 < raw.len ? hex(raw.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex(raw.ptr[i + 2]) : -1;
            if (low < 0) {
                *why = bad_escape;
                return SMA_EINVAL;
            }
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus) {
            c = ' ';
        }
        if (!c) {
            *why = bad_nul;
            return SMA_EINVAL;
        }
        at[n++] = c;
    }
    at[n] = '\0';
    *out = sma_str_make(at, n);
    return SMA_OK;
}

/* One piece of path or query, as text. */
static enum sma_status take(struct sma_str *out, struct sma_str raw, unsigned found,
                            struct sma_arena *arena, const char **why)
{
    struct sma_str text = raw;
    bool is_coded = found & HAS_PERCENT && memchr(raw.ptr, '%', raw.len);
    if (raw.len && (is_coded || (found & HAS_PLUS && memchr(raw.ptr, '+', raw.len)))) {
        enum sma_status st = decode(&text, raw, found & HAS_PLUS, arena, why);
        if (st)
            return st;
    }
    if (found & (HAS_PERCENT | HAS_HIGH) && !sma_utf8_valid(text, NULL)) {
        *why = bad_utf8;
        return SMA_EINVAL;
    }
    *out = text;
    return SMA_OK;
}

/* The part of `rest` before the next `separator`, which is taken away from `rest`. */
static struct sma_str cut(struct sma_str *rest, char separator)
{
    const char *at = rest->len ? memchr(rest->ptr, separator, rest->len) : NULL;
    struct sma_str piece = at ? sma_str_head(*rest, (size_t)(at - rest->ptr)) : *rest;
    *rest = at ? sma_str_from(*rest, piece.len + 1) : sma_str_from(*rest, rest->len);
    return piece;
}

/* "/a/b" and "/a/b/" are both a, b; "/" has no segments; "/a//b" has an empty one. */
static enum sma_status split_path(struct sma_http_target *out, struct sma_str path, unsigned found,
                                  struct sma_arena *arena, const char **why)
{
    struct sma_str rest = sma_str_from(path, 1);
    size_t count = 0;
    enum sma_status st = SMA_OK;
    while (!st && rest.len) {
        struct sma_str raw = cut(&rest, '/'), text;
        st = take(&text, raw, found & ~(unsigned)HAS_PLUS, arena, why);
        if (!st && count < SMA_HTTP_SEGMENTS_MAX)
            out->segments[count] = text;
        count++;
    }
    if (st)
        return st;
    out->segment_count = count <= SMA_HTTP_SEGMENTS_MAX ? count : 0;
    return count <= SMA_HTTP_SEGMENTS_MAX ? SMA_OK : SMA_ENOTFOUND;
}

static size_t count_items(struct sma_str query)
{
    size_t count = 0;
    while (query.len)
        count += cut(&query, '&').len > 0;
    return count;
}

static enum sma_status take_item(struct sma_http_query_item *item, struct sma_str raw,
                                 unsigned found, struct sma_arena *arena, const char **why)
{
    struct sma_str rest = raw, name = cut(&rest, '=');
    item->has_value = name.len < raw.len;
    enum sma_status st = take(&item->name, name, found, arena, why);
    return st ? st : take(&item->value, rest, found, arena, why);
}

static enum sma_status split_query(struct sma_http_target *out, struct sma_str query,
                                   unsigned found, struct sma_arena *arena, const char **why)
{
    size_t count = count_items(query), n = 0;
    enum sma_status st = SMA_OK;
    if (count > SMA_HTTP_QUERY_ITEMS_MAX) {
        *why = bad_count;
        return SMA_EINVAL;
    }
    struct sma_http_query_item *items = sma_arena_calloc(arena, count, sizeof *items);
    if (!items)
        return SMA_ENOMEM;
    while (!st && query.len) {
        struct sma_str raw = cut(&query, '&');
        if (raw.len)
            st = take_item(&items[n++], raw, found, arena, why);
    }
    out->query_items = items;
    out->query_count = n;
    return st;
}

enum sma_status sma_http_target_parse(struct sma_http_target *out,
                                      struct sma_http_target_parts *parts, struct sma_str target,
                                      struct sma_arena *arena, const char **why)
{
    unsigned found = 0;
    out->segment_count = out->query_count = 0;
    out->query_items = NULL;
    *parts = (struct sma_http_target_parts){SMA_STR(""), SMA_STR("")};
    if (!scan(target, &found)) {
        *why = bad_byte;
        return SMA_EINVAL;
    }
    if (!split_parts(parts, target)) {
        *why = bad_form;
        return SMA_EINVAL;
    }
    enum sma_status st = split_path(out, parts->path, found, arena, why);
    if (parts->query.len && (!st || st == SMA_ENOTFOUND)) {
        enum sma_status query_st = split_query(out, parts->query, found, arena, why);
        st = query_st ? query_st : st;
    }
    return st;
}

bool sma_http_target_add_query(struct sma_http_target *target, struct sma_arena *arena,
                               struct sma_str name, struct sma_str value)
{
    if (target->query_count >= SMA_HTTP_QUERY_ITEMS_MAX)
        return false;
    struct sma_http_query_item *items =
        sma_arena_calloc(arena, target->query_count + 1, sizeof *items);
    if (!items)
        return false;
    if (target->query_count)
        memcpy(items, target->query_items, target->query_count * sizeof *items);
    items[target->query_count++] = (struct sma_http_query_item){name, value, true};
    target->query_items = items;
    return true;
}

bool sma_http_is_token(struct sma_str s)
{
    static const unsigned char allowed[256] = {
        ['a' ... 'z'] = 1,  ['A' ... 'Z'] = 1, ['0' ... '9'] = 1, ['!'] = 1,
        ['#' ... '\''] = 1, ['*'] = 1,         ['+'] = 1,         ['-'] = 1,
        ['.'] = 1,          ['^' ... '`'] = 1, ['|'] = 1,         ['~'] = 1,
    };
    unsigned char all = 1;
    for (size_t i = 0; i < s.len; i++)
        all &= allowed[(unsigned char)s.ptr[i]];
    return s.len && all;
}
