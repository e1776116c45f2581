/* Host names, addresses and mailboxes. Internationalized names are checked by the rules of RFC 5891
 * to 5893 that need no full Unicode tables: punycode, hyphens, combining marks in front, characters
 * in context, and the blocks of punctuation and symbols that are never part of a name. */
#include "core/jsonschema/format_parts.h"

#include "base/utf8.h"

#define LABEL_MAX 63
#define NAME_MAX_BYTES 253
#define LOCAL_PART_MAX 64

struct range {
    uint32_t first, last;
};

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

static bool in_ranges(uint32_t c, const struct range *ranges, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

/* ---- code points in names
 * ------------------------------------------------------------------------ */

static bool is_mark(uint32_t c)
{
    static const struct range marks[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x5bf, 0x5bf},   {0x5c1, 0x5c2},
        {0x5c4, 0x5c5},   {0x610, 0x61a},   {0x64b, 0x65f},   {0x670, 0x670},   {0x6d6, 0x6dc},
        {0x6df, 0x6e4},   {0x711, 0x711},   {0x730, 0x74a},   {0x900, 0x903},   {0x93a, 0x93c},
        {0x93e, 0x94f},   {0x951, 0x957},   {0x981, 0x983},   {0x9bc, 0x9bc},   {0x9be, 0x9cd},
        {0xa01, 0xa03},   {0xa3c, 0xa4d},   {0xa81, 0xa83},   {0xabc, 0xabc},   {0xabe, 0xacd},
        {0xb01, 0xb03},   {0xb3c, 0xb3c},   {0xb3e, 0xb4d},   {0xb82, 0xb82},   {0xbbe, 0xbcd},
        {0xc00, 0xc04},   {0xc3e, 0xc4d},   {0xc81, 0xc83},   {0xcbc, 0xcbc},   {0xcbe, 0xccd},
        {0xd00, 0xd03},   {0xd3e, 0xd4d},   {0xe31, 0xe31},   {0xe34, 0xe3a},   {0xe47, 0xe4e},
        {0x102b, 0x103e}, {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0x302a, 0x302f},
        {0x3099, 0x309a}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}};
    return in_ranges(c, marks, COUNT(marks));
}

/* DISALLOWED of RFC 5892, as far as whole blocks and its table of exceptions go. */
static bool is_never_in_names(uint32_t c)
{
    static const struct range never[] = {
        {0x00, 0x2c},       {0x2e, 0x2f},     {0x3a, 0x40},       {0x5b, 0x60},
        {0x7b, 0xb6},       {0xb8, 0xde},     {0xf7, 0xf7},       {0x37e, 0x37e},
        {0x589, 0x58f},     {0x5be, 0x5be},   {0x5c0, 0x5c0},     {0x600, 0x60f},
        {0x61b, 0x61f},     {0x640, 0x640},   {0x66a, 0x66d},     {0x6d4, 0x6d4},
        {0x7fa, 0x7fa},     {0x964, 0x965},   {0x1680, 0x1680},   {0x2000, 0x200b},
        {0x200e, 0x209f},   {0x20a0, 0x20cf}, {0x2190, 0x2bff},   {0x2e00, 0x2e7f},
        {0x2ff0, 0x3004},   {0x3008, 0x3029}, {0x302e, 0x303b},   {0x303d, 0x3040},
        {0x309b, 0x309c},   {0x3200, 0x33ff}, {0xd800, 0xf8ff},   {0xfe00, 0xfe1f},
        {0xfe30, 0xfe72},   {0xfeff, 0xff0f}, {0xff1a, 0xff20},   {0xff3b, 0xff40},
        {0xff5b, 0xff65},   {0xffe0, 0xffff}, {0x1d000, 0x1d3ff}, {0x1f000, 0x1faff},
        {0xe0000, 0x10ffff}};
    return in_ranges(c, never, COUNT(never));
}

static bool is_virama(uint32_t c)
{
    static const struct range viramas[] = {
        {0x94d, 0x94d}, {0x9cd, 0x9cd}, {0xa4d, 0xa4d},  {0xacd, 0xacd}, {0xb4d, 0xb4d},
        {0xbcd, 0xbcd}, {0xc4d, 0xc4d}, {0xccd, 0xccd},  {0xd4d, 0xd4d}, {0xdca, 0xdca},
        {0xe3a, 0xe3a}, {0xf84, 0xf84}, {0x1039, 0x103a}};
    return in_ranges(c, viramas, COUNT(viramas));
}

static bool is_japanese(uint32_t c) /* Hiragana, Katakana, Han */
{
    static const struct range scripts[] = {{0x3005, 0x3007}, {0x3041, 0x309f}, {0x30a1, 0x30fa},
                                           {0x30fc, 0x30ff}, {0x31f0, 0x31ff}, {0x3400, 0x4dbf},
                                           {0x4e00, 0x9fff}, {0xf900, 0xfaff}, {0x20000, 0x323af}};
    return in_ranges(c, scripts, COUNT(scripts));
}

/* Letters that join to both sides in Arabic writing, and those that join only to what is before. */
static bool joins_onwards(uint32_t c)
{
    static const struct range dual[] = {
        {0x620, 0x620}, {0x626, 0x626}, {0x628, 0x628}, {0x62a, 0x62e}, {0x633, 0x63f},
        {0x641, 0x647}, {0x649, 0x64a}, {0x66e, 0x66f}, {0x678, 0x687}, {0x69a, 0x6bf},
        {0x6c1, 0x6c2}, {0x6cc, 0x6cc}, {0x6ce, 0x6ce}, {0x6d0, 0x6d1}, {0x6fa, 0x6fc},
        {0x6ff, 0x6ff}, {0x712, 0x714}, {0x71a, 0x71d}, {0x71f, 0x727}, {0x729, 0x729},
        {0x72b, 0x72b}, {0x72d, 0x72e}};
    return in_ranges(c, dual, COUNT(dual));
}

static bool joins_backwards(uint32_t c)
{
    static const struct range right[] = {
        {0x622, 0x625}, {0x627, 0x627}, {0x629, 0x629}, {0x62f, 0x632}, {0x648, 0x648},
        {0x671, 0x673}, {0x675, 0x677}, {0x688, 0x699}, {0x6c0, 0x6c0}, {0x6c3, 0x6cb},
        {0x6cd, 0x6cd}, {0x6cf, 0x6cf}, {0x6d2, 0x6d3}, {0x6d5, 0x6d5}, {0x710, 0x710},
        {0x715, 0x719}, {0x71e, 0x71e}, {0x728, 0x728}, {0x72a, 0x72a}, {0x72c, 0x72c}};
    return joins_onwards(c) || in_ranges(c, right, COUNT(right));
}

/* Appendix A.1: a zero width non-joiner that parts two letters that would join, marks left out. */
static bool parts_joined_letters(const uint32_t *label, size_t count, size_t i)
{
    size_t left = i, right = i + 1;
    while (left > 0 && is_mark(label[left - 1]))
        left--;
    while (right < count && is_mark(label[right]))
        right++;
    return left > 0 && right < count && joins_onwards(label[left - 1]) &&
           joins_backwards(label[right]);
}

/* Appendix A of RFC 5892: characters that are fine only in company. */
static bool fits_context(const uint32_t *label, size_t count, size_t i)
{
    uint32_t before = i ? label[i - 1] : 0, after = i + 1 < count ? label[i + 1] : 0;
    switch (label[i]) {
    case 0x200c: /* zero width non-joiner */
        return is_virama(before) || parts_joined_letters(label, count, i);
    case 0x200d: /* zero width joiner */
        return is_virama(before);
    case 0xb7: /* middle dot */
        return before == 'l' && after == 'l';
    case 0x375: /* Greek keraia */
        return (after >= 0x370 && after <= 0x3ff) || (after >= 0x1f00 && after <= 0x1fff);
    case 0x5f3: /* Hebrew geresh, gershayim */
    case 0x5f4:
        return before >= 0x590 && before <= 0x5ff;
    default:
        return true;
    }
}

/* The rules of Appendix A that look at the whole label. */
static bool fits_as_a_whole(const uint32_t *label, size_t count)
{
    bool middle_dot = false, japanese = false, arabic = false, extended = false;
    for (size_t i = 0; i < count; i++) {
        middle_dot |= label[i] == 0x30fb;
        japanese |= is_japanese(label[i]);
        arabic |= label[i] >= 0x660 && label[i] <= 0x669;
        extended |= label[i] >= 0x6f0 && label[i] <= 0x6f9;
    }
    return (!middle_dot || japanese) && !(arabic && extended);
}

/* A U-label, decoded. */
static bool is_u_label(const uint32_t *label, size_t count)
{
    if (!count || label[0] == '-' || label[count - 1] == '-' || is_mark(label[0]))
        return false;
    if (count >= 4 && label[2] == '-' && label[3] == '-')
        return false;
    for (size_t i = 0; i < count; i++) {
        bool upper = label[i] >= 'A' && label[i] <= 'Z';
        bool contextual = label[i] == 0x200c || label[i] == 0x200d || label[i] == 0xb7;
        if (!upper && !contextual && label[i] != '-' && is_never_in_names(label[i]))
            return false;
        if (!fits_context(label, count, i))
            return false;
    }
    return fits_as_a_whole(label, count);
}

/* ---- punycode
 * ------------------------------------------------------------------------------------ */

static uint32_t adapt(uint32_t delta, uint32_t points, bool first)
{
    uint32_t k = 0;
    delta = first ? delta / 700 : delta / 2;
    delta += delta / points;
    for (; delta > 455; k += 36)
        delta /= 35;
    return k + 36 * delta / (delta + 38);
}

static int digit_of(char c)
{
    if (sma_format_is_digit(c))
        return c - '0' + 26;
    return sma_format_is_alpha(c) ? (c | 0x20) - 'a' : -1;
}

/* RFC 3492 section 6.2: one delta off *s. */
static bool take_delta(struct sma_str *s, uint32_t bias, uint32_t *out)
{
    uint32_t value = 0, weight = 1;
    for (uint32_t k = 36;; k += 36) {
        int digit = s->len ? digit_of(s->ptr[0]) : -1;
        uint32_t part, t = k <= bias ? 1 : k >= bias + 26 ? 26 : k - bias;
        if (digit < 0 || __builtin_mul_overflow((uint32_t)digit, weight, &part) ||
            __builtin_add_overflow(value, part, &value))
            return false;
        *s = sma_str_from(*s, 1);
        if ((uint32_t)digit < t)
            break;
        if (__builtin_mul_overflow(weight, 36 - t, &weight))
            return false;
    }
    *out = value;
    return true;
}

/* What follows "xn--" as code points; 0 when it is no punycode. */
static size_t decode_punycode(struct sma_str s, uint32_t out[LABEL_MAX])
{
    size_t count = 0;
    uint32_t n = 128, i = 0, bias = 72;
    ptrdiff_t last = sma_str_rchr(s, '-');
    for (; last > 0 && count < (size_t)last; count++)
        out[count] = (unsigned char)s.ptr[count];
    s = sma_str_from(s, last >= 0 ? (size_t)last + 1 : 0);
    if (!s.len)
        return 0;
    while (s.len) {
        uint32_t delta, at = (uint32_t)count + 1;
        if (count == LABEL_MAX || !take_delta(&s, bias, &delta) ||
            __builtin_add_overflow(i, delta, &i))
            return 0;
        bias = adapt(delta, at, i == delta && n == 128 && count == (size_t)(last > 0 ? last : 0));
        if (i / at > 0x10ffff - n)
            return 0;
        n += i / at;
        i %= at;
        memmove(out + i + 1, out + i, (count - i) * sizeof *out);
        out[i++] = n;
        count++;
    }
    return count;
}

/* ---- host names
 * ---------------------------------------------------------------------------------- */

/* A letter-digit-hyphen label; "xn--" must be the encoding of something. */
static bool is_ascii_label(struct sma_str label)
{
    uint32_t points[LABEL_MAX];
    if (!label.len || label.len > LABEL_MAX || label.ptr[0] == '-' ||
        label.ptr[label.len - 1] == '-')
        return false;
    for (size_t i = 0; i < label.len; i++)
        if (!sma_format_is_digit(label.ptr[i]) && !sma_format_is_alpha(label.ptr[i]) &&
            label.ptr[i] != '-')
            return false;
    if (label.len < 4 || label.ptr[2] != '-' || label.ptr[3] != '-')
        return true;
    if (!sma_str_eq_nocase(sma_str_head(label, 4), SMA_STR("xn--")))
        return false;
    size_t count = decode_punycode(sma_str_from(label, 4), points);
    return count && is_u_label(points, count);
}

static bool is_any_label(struct sma_str label)
{
    uint32_t points[LABEL_MAX];
    size_t count = 0;
    bool ascii = true;
    for (struct sma_str rest = label; rest.len;) {
        uint32_t c;
        size_t len = sma_utf8_decode(rest, &c);
        if (!len || count == LABEL_MAX)
            return false;
        points[count++] = c;
        ascii = ascii && c < 0x80;
        rest = sma_str_from(rest, len);
    }
    return ascii ? is_ascii_label(label) : is_u_label(points, count);
}

bool sma_format_is_hostname(struct sma_str s)
{
    if (s.len > NAME_MAX_BYTES)
        return false;
    for (;;) {
        ptrdiff_t dot = sma_str_chr(s, '.');
        if (!is_ascii_label(sma_str_head(s, dot < 0 ? s.len : (size_t)dot)))
            return false;
        if (dot < 0)
            return true;
        s = sma_str_from(s, (size_t)dot + 1);
    }
}

/* Bytes up to the next label separator (RFC 3490: also three East Asian full stops); *skip is its
 * length, 0 at the end. */
static size_t find_separator(struct sma_str s, size_t *skip)
{
    size_t at = 0;
    for (size_t len; at < s.len; at += len) {
        uint32_t c;
        len = sma_utf8_decode(sma_str_from(s, at), &c);
        if (!len)
            len = 1;
        else if (c == '.' || c == 0x3002 || c == 0xff0e || c == 0xff61) {
            *skip = len;
            return at;
        }
    }
    *skip = 0;
    return at;
}

bool sma_format_is_idn_hostname(struct sma_str s)
{
    if (s.len > NAME_MAX_BYTES * 4)
        return false;
    for (;;) {
        size_t skip, len = find_separator(s, &skip);
        if (!is_any_label(sma_str_head(s, len)))
            return false;
        if (!skip)
            return true;
        s = sma_str_from(s, len + skip);
    }
}

/* ---- addresses
 * ----------------------------------------------------------------------------------- */

bool sma_format_is_ipv4(struct sma_str s)
{
    for (int part = 0; part < 4; part++) {
        size_t n = 0;
        unsigned value = 0;
        for (; n < s.len && n < 3 && sma_format_is_digit(s.ptr[n]); n++)
            value = value * 10 + (unsigned)(s.ptr[n] - '0');
        if (!n || value > 255 || (n > 1 && s.ptr[0] == '0'))
            return false;
        s = sma_str_from(s, n);
        if (part < 3) {
            if (!s.len || s.ptr[0] != '.')
                return false;
            s = sma_str_from(s, 1);
        }
    }
    return !s.len;
}

/* Groups of up to four hex digits between colons; how many, or -1. The last one may be an IPv4
 * address when allowed, which counts as two. */
static int count_groups(struct sma_str s, bool ipv4_at_end)
{
    int groups = 0;
    if (!s.len)
        return 0;
    for (;;) {
        size_t n = 0;
        while (n < s.len && sma_format_is_hex(s.ptr[n]))
            n++;
        if (n < s.len && s.ptr[n] == '.')
            return ipv4_at_end && sma_format_is_ipv4(s) ? groups + 2 : -1;
        if (!n || n > 4 || ++groups > 8)
            return -1;
        s = sma_str_from(s, n);
        if (!s.len)
            return groups;
        if (s.ptr[0] != ':')
            return -1;
        s = sma_str_from(s, 1);
    }
}

/* RFC 4291 section 2.2, without zone. */
bool sma_format_is_ipv6(struct sma_str s)
{
    for (size_t i = 0; i + 1 < s.len; i++) {
        if (s.ptr[i] != ':' || s.ptr[i + 1] != ':')
            continue;
        int left = count_groups(sma_str_head(s, i), false);
        int right = count_groups(sma_str_from(s, i + 2), true);
        return left >= 0 && right >= 0 && left + right <= 7;
    }
    return count_groups(s, true) == 8;
}

/* ---- mailboxes
 * ----------------------------------------------------------------------------------- */

static bool is_atext(unsigned char c, bool international)
{
    if (c >= 0x80)
        return international;
    return sma_format_is_digit((char)c) || sma_format_is_alpha((char)c) ||
           (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

/* Dot-string. */
static bool is_dot_string(struct sma_str s, bool international)
{
    bool atom = false;
    for (size_t i = 0; i < s.len; i++) {
        bool dot = s.ptr[i] == '.';
        if (dot ? !atom : !is_atext((unsigned char)s.ptr[i], international))
            return false;
        atom = !dot;
    }
    return atom;
}

/* What stands between the quotes of a Quoted-string. */
static bool is_quoted(struct sma_str s, bool international)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];
        if (c == '\\' && ++i == s.len)
            return false;
        if (c == '"' || (unsigned char)s.ptr[i] < 32 || (unsigned char)s.ptr[i] == 127 ||
            (c >= 0x80 && !international))
            return false;
    }
    return true;
}

/* RFC 5321 section 4.1.2, Mailbox; RFC 6531 when international. */
bool sma_format_is_email(struct sma_str s, bool international)
{
    ptrdiff_t at = sma_str_rchr(s, '@');
    if (at <= 0 || at > (international ? 4 : 1) * LOCAL_PART_MAX)
        return false;
    struct sma_str local = sma_str_head(s, (size_t)at), domain = sma_str_from(s, (size_t)at + 1);
    bool quoted = local.len >= 2 && local.ptr[0] == '"' && local.ptr[local.len - 1] == '"';
    if (quoted ? !is_quoted((struct sma_str){local.ptr + 1, local.len - 2}, international)
               : !is_dot_string(local, international))
        return false;
    if (domain.len > 2 && domain.ptr[0] == '[' && domain.ptr[domain.len - 1] == ']') {
        struct sma_str address = {domain.ptr + 1, domain.len - 2};
        if (sma_str_eq_nocase(sma_str_head(address, 5), SMA_STR("IPv6:")))
            return sma_format_is_ipv6(sma_str_from(address, 5));
        return sma_format_is_ipv4(address);
    }
    return international ? sma_format_is_idn_hostname(domain) : sma_format_is_hostname(domain);
}
