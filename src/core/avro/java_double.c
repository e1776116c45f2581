/* Double.parseDouble, for string defaults of float and double fields (compat-avro section 3). */
#include <math.h>

#include "base/num.h"
#include "core/avro/value.h"

#define EXPONENT_SATURATED 100000 /* beyond every binary64, small enough to add to */

struct sma_str sma_avro_java_trim(struct sma_str text)
{
    while (text.len && (unsigned char)text.ptr[0] <= ' ')
        text = sma_str_from(text, 1);
    while (text.len && (unsigned char)text.ptr[text.len - 1] <= ' ')
        text.len--;
    return text;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The first 64 bits of the digits; what is cut off only matters as "there was more". */
struct significand {
    uint64_t bits;
    int64_t exponent; /* value = bits * 2^exponent */
    bool has_digits;
    bool sticky;
};

static void add_digit(struct significand *s, int digit, bool after_point)
{
    s->has_digits = true;
    if (s->bits >> 60) {
        s->sticky |= digit != 0;
        s->exponent += after_point ? 0 : 4;
        return;
    }
    s->bits = s->bits << 4 | (uint64_t)digit;
    s->exponent -= after_point ? 4 : 0;
}

/* digits [ "." digits ], at least one digit. Returns how many bytes. */
static size_t read_significand(struct sma_str text, struct significand *s)
{
    size_t i = 0;
    bool after_point = false;
    for (; i < text.len; i++) {
        int digit = hex_value(text.ptr[i]);
        if (digit >= 0)
            add_digit(s, digit, after_point);
        else if (text.ptr[i] == '.' && !after_point)
            after_point = true;
        else
            break;
    }
    return i;
}

/* [sign] digits to the end. */
static bool read_exponent(struct sma_str text, int64_t *out)
{
    bool is_negative = text.len && text.ptr[0] == '-';
    int64_t value = 0;
    if (text.len && (text.ptr[0] == '-' || text.ptr[0] == '+'))
        text = sma_str_from(text, 1);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (text.ptr[i] - '0');
        value = value > EXPONENT_SATURATED ? EXPONENT_SATURATED : value;
    }
    *out = is_negative ? -value : value;
    return text.len > 0;
}

/* "0x" significand "p" exponent, without sign and suffix. The long double holds all 64 bits, so
 * that the one rounding happens at the end, also for subnormal results. */
static bool parse_hex(struct sma_str text, double *out)
{
    struct significand s = {0};
    int64_t exponent;
    size_t n = read_significand(text, &s);
    if (!s.has_digits || n == text.len || (text.ptr[n] | 0x20) != 'p' ||
        !read_exponent(sma_str_from(text, n + 1), &exponent))
        return false;
    s.bits |= s.sticky;
    exponent += s.exponent;
    if (exponent > EXPONENT_SATURATED)
        exponent = EXPONENT_SATURATED;
    if (exponent < -EXPONENT_SATURATED)
        exponent = -EXPONENT_SATURATED;
    *out = (double)ldexpl((long double)s.bits, (int)exponent);
    return true;
}

static struct sma_str without_suffix(struct sma_str text)
{
    char last = text.len ? (char)(text.ptr[text.len - 1] | 0x20) : '\0';
    return last == 'f' || last == 'd' ? sma_str_head(text, text.len - 1) : text;
}

static bool parse_unsigned(struct sma_str text, double *out)
{
    if (sma_str_eqz(text, "NaN") || sma_str_eqz(text, "Infinity")) {
        *out = text.ptr[0] == 'N' ? NAN : INFINITY;
        return true;
    }
    text = without_suffix(text);
    if (text.len >= 2 && text.ptr[0] == '0' && (text.ptr[1] | 0x20) == 'x')
        return parse_hex(sma_str_from(text, 2), out);
    if (!text.len || text.ptr[0] == '-' || text.ptr[0] == '+')
        return false;
    return sma_parse_double(text, out);
}

bool sma_avro_parse_java_double(struct sma_str text, double *out)
{
    double value;
    text = sma_avro_java_trim(text);
    bool has_sign = text.len && (text.ptr[0] == '-' || text.ptr[0] == '+');
    if (!parse_unsigned(sma_str_from(text, has_sign), &value))
        return false;
    *out = has_sign && text.ptr[0] == '-' ? -value : value;
    return true;
}
