/* Content negotiation: which of the server's types answers an Accept header, and which one a
 * Content-Type names. RFC 9110 12.5.1 decides what the client's quality for a type is (the most
 * specific range that matches it speaks); JAX-RS 3.7.2 decides between acceptable types, as in the
 * original server: the client's quality first, then the server's own, then the order of the list.
 */
#include "http/http.h"

/* One element of an Accept header. */
struct range {
    struct sma_str type;    /* "*" for any */
    struct sma_str subtype; /* "*" for any */
    int quality;            /* thousandths */
};

/* The next piece of a list up to `separator`, respecting quoted strings. */
static struct sma_str next_piece(struct sma_str *rest, char separator)
{
    bool is_quoted = false;
    size_t i = 0;
    for (; i < rest->len; i++) {
        char c = rest->ptr[i];
        if (c == '\\' && is_quoted && i + 1 < rest->len)
            i++;
        else if (c == '"')
            is_quoted = !is_quoted;
        else if (c == separator && !is_quoted)
            break;
    }
    struct sma_str piece = sma_str_head(*rest, i);
    *rest = sma_str_from(*rest, i + 1);
    return sma_str_trim(piece);
}

/* "1", "0.5", "0.125", "1.000". Anything else is unreadable. */
static bool parse_quality(struct sma_str text, int *out)
{
    if (!text.len || text.len > 5 || (text.ptr[0] != '0' && text.ptr[0] != '1') ||
        (text.len > 1 && text.ptr[1] != '.'))
        return false;
    int value = text.ptr[0] == '1' ? 1000 : 0;
    for (size_t i = 2, weight = 100; i < text.len; i++, weight /= 10) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value += (text.ptr[i] - '0') * (int)weight;
    }
    if (value > 1000)
        return false;
    *out = value;
    return true;
}

static bool split_type(struct sma_str text, struct range *out)
{
    ptrdiff_t slash = sma_str_chr(text, '/');
    if (slash <= 0 || (size_t)slash + 1 >= text.len)
        return false;
    out->type = sma_str_head(text, (size_t)slash);
    out->subtype = sma_str_from(text, (size_t)slash + 1);
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] <= ' ' || (unsigned char)text.ptr[i] >= 0x7f)
            return false;
    if (sma_str_chr(out->subtype, '/') >= 0)
        return false;
    return !sma_str_eqz(out->type, "*") || sma_str_eqz(out->subtype, "*");
}

static bool parse_range(struct sma_str element, struct range *out)
{
    struct sma_str rest = element;
    out->quality = 1000;
    if (!split_type(next_piece(&rest, ';'), out))
        return false;
    while (rest.len) {
        struct sma_str value = next_piece(&rest, ';');
        ptrdiff_t equals = sma_str_chr(value, '=');
        if (equals < 0)
            continue;
        struct sma_str name = sma_str_trim(sma_str_head(value, (size_t)equals));
        if (sma_str_eq_nocase(name, SMA_STR("q")))
            return parse_quality(sma_str_trim(sma_str_from(value, (size_t)equals + 1)),
                                 &out->quality);
    }
    return true;
}

/* 3 exact, 2 "type/any", 1 "any/any", 0 no match. */
static int specificity(const struct range *range, struct sma_str type)
{
    struct range own;
    if (sma_str_eqz(range->type, "*"))
        return 1;
    if (!split_type(type, &own) || !sma_str_eq_nocase(range->type, own.type))
        return 0;
    if (sma_str_eqz(range->subtype, "*"))
        return 2;
    return sma_str_eq_nocase(range->subtype, own.subtype) ? 3 : 0;
}

/* The client's quality for one type, 0 when it does not take it. */
static int client_quality(struct sma_str accept, struct sma_str type)
{
    int best = 0, quality = 0;
    while (accept.len) {
        struct range range;
        if (!parse_range(next_piece(&accept, ','), &range))
            continue;
        int match = specificity(&range, type);
        if (match > best || (match == best && match && range.quality > quality)) {
            best = match;
            quality = range.quality;
        }
    }
    return quality;
}

int sma_http_accept(struct sma_str accept, const struct sma_http_media_list *list)
{
    int best = -1, best_quality = 0;
    accept = sma_str_trim(accept);
    if (!accept.len || sma_str_eqz(accept, "*/*"))
        return list->count ? 0 : -1;
    for (size_t i = 0; i < list->count; i++) /* the whole header is one type of ours */
        if (sma_str_eq(accept, list->types[i].type))
            return (int)i;
    for (size_t i = 0; i < list->count; i++) {
        int quality = client_quality(accept, list->types[i].type);
        if (quality > best_quality || (quality == best_quality && quality && best >= 0 &&
                                       list->types[i].quality > list->types[best].quality)) {
            best = (int)i;
            best_quality = quality;
        }
    }
    return best;
}

int sma_http_content_type(struct sma_str type, const struct sma_http_media_list *list)
{
    struct sma_str rest = type, name = next_piece(&rest, ';');
    for (size_t i = 0; i < list->count; i++)
        if (sma_str_eq_nocase(name, list->types[i].type))
            return (int)i;
    return -1;
}
