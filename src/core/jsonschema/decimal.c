/* Exact decimals on number text. Divisibility by short numbers is streamed; long divisors take
 * schoolbook division in base 10^9. */
#include "core/jsonschema/decimal.h"

#include <stdlib.h>

#define LIMB_DIGITS 9u
#define LIMB_BASE 1000000000u

/* ---- reading
 * ------------------------------------------------------------------------------------- */

static struct sma_str take_digits(struct sma_str *rest)
{
    size_t n = 0;
    while (n < rest->len && rest->ptr[n] >= '0' && rest->ptr[n] <= '9')
        n++;
    struct sma_str digits = sma_str_head(*rest, n);
    *rest = sma_str_from(*rest, n);
    return digits;
}

static bool take_exponent(struct sma_str *rest, int64_t *out)
{
    *out = 0;
    if (!rest->len || (rest->ptr[0] != 'e' && rest->ptr[0] != 'E'))
        return true;
    *rest = sma_str_from(*rest, 1);
    bool negative = rest->len && rest->ptr[0] == '-';
    if (negative || (rest->len && rest->ptr[0] == '+'))
        *rest = sma_str_from(*rest, 1);
    struct sma_str digits = take_digits(rest);
    int64_t value = 0;
    for (size_t i = 0; i < digits.len && value < SMA_DECIMAL_EXPONENT_MAX; i++)
        value = value * 10 + (digits.ptr[i] - '0');
    if (value > SMA_DECIMAL_EXPONENT_MAX)
        value = SMA_DECIMAL_EXPONENT_MAX;
    *out = negative ? -value : value;
    return digits.len > 0;
}

static void strip_leading(struct sma_str *digits)
{
    size_t n = 0;
    while (n < digits->len && digits->ptr[n] == '0')
        n++;
    *digits = sma_str_from(*digits, n);
}

static size_t strip_trailing(struct sma_str *digits)
{
    size_t before = digits->len;
    while (digits->len && digits->ptr[digits->len - 1] == '0')
        digits->len--;
    return before - digits->len;
}

static int digit_at(const struct sma_decimal *d, size_t i)
{
    return (i < d->head.len ? d->head.ptr[i] : d->tail.ptr[i - d->head.len]) - '0';
}

bool sma_decimal_parse(struct sma_decimal *out, struct sma_str text)
{
    struct sma_decimal d = {0};
    struct sma_str rest = text;
    d.is_negative = rest.len && rest.ptr[0] == '-';
    if (d.is_negative)
        rest = sma_str_from(rest, 1);
    d.head = take_digits(&rest);
    if (!d.head.len)
        return false;
    if (rest.len && rest.ptr[0] == '.') {
        rest = sma_str_from(rest, 1);
        d.tail = take_digits(&rest);
    }
    if (!take_exponent(&rest, &d.exponent) || rest.len)
        return false;
    d.exponent -= (int64_t)d.tail.len;
    strip_leading(&d.head);
    if (!d.head.len)
        strip_leading(&d.tail);
    d.exponent += (int64_t)strip_trailing(&d.tail);
    if (!d.tail.len)
        d.exponent += (int64_t)strip_trailing(&d.head);
    d.count = d.head.len + d.tail.len;
    if (!d.count) {
        d.exponent = 0;
        d.is_negative = false;
    }
    if (d.count <= SMA_DECIMAL_SMALL_DIGITS)
        for (size_t i = 0; i < d.count; i++)
            d.coefficient = d.coefficient * 10 + (uint64_t)digit_at(&d, i);
    *out = d;
    return true;
}

/* ---- order and equality
 * -------------------------------------------------------------------------- */

static int compare_magnitude(const struct sma_decimal *a, const struct sma_decimal *b)
{
    int64_t a_top = (int64_t)a->count + a->exponent, b_top = (int64_t)b->count + b->exponent;
    if (!a->count || !b->count)
        return (a->count > 0) - (b->count > 0);
    if (a_top != b_top)
        return a_top < b_top ? -1 : 1;
    size_t common = a->count < b->count ? a->count : b->count;
    for (size_t i = 0; i < common; i++) {
        int x = digit_at(a, i), y = digit_at(b, i);
        if (x != y)
            return x < y ? -1 : 1;
    }
    return (a->count > b->count) - (a->count < b->count);
}

int sma_decimal_compare(const struct sma_decimal *a, const struct sma_decimal *b)
{
    if (a->is_negative != b->is_negative)
        return a->is_negative ? -1 : 1;
    int order = compare_magnitude(a, b);
    return a->is_negative ? -order : order;
}

bool sma_decimal_is_integer(const struct sma_decimal *d)
{
    return d->exponent >= 0; /* the last digit is not zero, so a negative exponent is a fraction */
}

uint64_t sma_decimal_hash(const struct sma_decimal *d)
{
    uint64_t h = 0xcbf29ce484222325u ^ (uint64_t)d->exponent ^ ((uint64_t)d->is_negative << 63);
    for (size_t i = 0; i < d->count; i++)
        h = (h ^ (uint64_t)digit_at(d, i)) * 0x100000001b3u;
    return h;
}

/* ---- short ones ---------------------------------------------------------------------------------- */

const int64_t sma_powers_of_ten[SMA_SHORT_DIGITS + 1] = {1,
                                                         10,
                                                         100,
                                                         1000,
                                                         10000,
                                                         100000,
                                                         1000000,
                                                         10000000,
                                                         100000000,
                                                         1000000000,
                                                         10000000000,
                                                         100000000000,
                                                         1000000000000,
                                                         10000000000000,
                                                         100000000000000,
                                                         1000000000000000,
                                                         10000000000000000,
                                                         100000000000000000,
                                                         1000000000000000000};

bool sma_short_decimal_is_multiple(struct sma_short_decimal a, struct sma_short_decimal divisor,
                                   bool *known)
{
    int64_t x = a.mantissa, y = divisor.mantissa;
    bool overflow = false;
    if (a.scale < divisor.scale)
        overflow = __builtin_mul_overflow(x, sma_powers_of_ten[divisor.scale - a.scale], &x);
    else
        overflow = __builtin_mul_overflow(y, sma_powers_of_ten[a.scale - divisor.scale], &y);
    *known = !overflow;
    return !overflow && x % y == 0;
}

struct sma_short_decimal sma_decimal_shorten(const struct sma_decimal *d)
{
    struct sma_short_decimal out = {(int64_t)d->coefficient, 0, false};
    if (d->count > SMA_SHORT_DIGITS || d->exponent > (int64_t)SMA_SHORT_DIGITS ||
        d->exponent < -(int64_t)SMA_SHORT_DIGITS)
        return out;
    out.is_short = true;
    if (d->exponent > 0)
        out.is_short =
            !__builtin_mul_overflow(out.mantissa, sma_powers_of_ten[d->exponent], &out.mantissa);
    else
        out.scale = (uint32_t)-d->exponent;
    if (d->is_negative)
        out.mantissa = -out.mantissa;
    return out;
}

/* ---- divisibility
 * -------------------------------------------------------------------------------- */

/* 10^e mod m only matters up to the powers of two and five in m, of which a number of n digits has
 * fewer than 4 n. */
static uint64_t useful_exponent(int64_t e, size_t divisor_digits)
{
    uint64_t most = 4 * (uint64_t)divisor_digits + 1;
    return (uint64_t)e < most ? (uint64_t)e : most;
}

static bool is_multiple_of_small(const struct sma_decimal *d, uint64_t m, uint64_t zeros)
{
    uint64_t rest = 0;
    if (d->count <= SMA_DECIMAL_SMALL_DIGITS)
        rest = d->coefficient % m;
    else
        for (size_t i = 0; i < d->count; i++)
            rest = (uint64_t)(((unsigned __int128)rest * 10 + (unsigned)digit_at(d, i)) % m);
    for (; zeros && rest; zeros--)
        rest = (uint64_t)((unsigned __int128)rest * 10 % m);
    return rest == 0;
}

/* The digits followed by `zeros` zeros as limbs, most significant first; *count of them. */
static uint32_t *to_limbs(const struct sma_decimal *d, uint64_t zeros, size_t *count)
{
    size_t digits = d->count + (size_t)zeros;
    *count = (digits + LIMB_DIGITS - 1) / LIMB_DIGITS;
    uint32_t *limbs = calloc(*count + 1, sizeof *limbs); /* one spare for the division's carry */
    if (!limbs)
        return NULL;
    size_t lead = *count * LIMB_DIGITS - digits;
    for (size_t i = 0; i < digits; i++) {
        uint32_t digit = i < d->count ? (uint32_t)digit_at(d, i) : 0;
        uint32_t *limb = &limbs[(i + lead) / LIMB_DIGITS];
        *limb = *limb * 10 + digit;
    }
    return limbs;
}

/* limbs × factor in place; what is carried out of the top. */
static uint32_t scale(uint32_t *limbs, size_t count, uint32_t factor)
{
    uint64_t carry = 0;
    for (size_t i = count; i-- > 0;) {
        carry += (uint64_t)limbs[i] * factor;
        limbs[i] = (uint32_t)(carry % LIMB_BASE);
        carry /= LIMB_BASE;
    }
    return (uint32_t)carry;
}

/* part -= q × m, where part has one limb more than m at its top; false when that went below zero.
 */
static bool subtract_scaled(uint32_t *part, const uint32_t *m, size_t count, uint32_t q)
{
    uint64_t carry = 0;
    int64_t borrow = 0;
    for (size_t i = count; i-- > 0;) {
        carry += (uint64_t)m[i] * q;
        int64_t v = (int64_t)part[i + 1] - (int64_t)(carry % LIMB_BASE) + borrow;
        carry /= LIMB_BASE;
        borrow = v < 0 ? -1 : 0;
        part[i + 1] = (uint32_t)(v + (v < 0 ? LIMB_BASE : 0));
    }
    int64_t top = (int64_t)part[0] - (int64_t)carry + borrow;
    part[0] = (uint32_t)(top < 0 ? top + LIMB_BASE : top);
    return top >= 0;
}

static void add_back(uint32_t *part, const uint32_t *m, size_t count)
{
    uint32_t carry = 0;
    for (size_t i = count; i-- > 0;) {
        uint32_t v = part[i + 1] + m[i] + carry;
        carry = v >= LIMB_BASE;
        part[i + 1] = carry ? v - LIMB_BASE : v;
    }
    part[0] = (part[0] + carry) % LIMB_BASE;
}

/* Is x (n limbs, a spare one in front of it) divisible by m (k >= 2 limbs, top limb at least half
 * the base)? Long division, Knuth's algorithm D; x is overwritten by the remainder. */
static bool divides(uint32_t *x, size_t n, const uint32_t *m, size_t k)
{
    for (size_t i = 0; i + k <= n; i++) {
        uint64_t top = (uint64_t)x[i] * LIMB_BASE + x[i + 1];
        uint64_t q = top / m[0], r = top % m[0];
        while (q >= LIMB_BASE || q * m[1] > r * LIMB_BASE + x[i + 2]) {
            q--;
            r += m[0];
            if (r >= LIMB_BASE)
                break;
        }
        if (!subtract_scaled(x + i, m, k, (uint32_t)q))
            add_back(x + i, m, k);
    }
    for (size_t i = 0; i <= n; i++)
        if (x[i])
            return false;
    return true;
}

static enum sma_status is_multiple_of_long(const struct sma_decimal *d,
                                           const struct sma_decimal *divisor, uint64_t zeros,
                                           bool *out, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    size_t n, k;
    uint32_t *x = to_limbs(d, zeros, &n), *m = to_limbs(divisor, 0, &k);
    uint32_t *shifted = calloc(n + 2, sizeof *shifted);
    if (!x || !m || !shifted) {
        st = sma_fail_nomem(err);
        goto out;
    }
    if (n < k) {
        *out = false;
        goto out;
    }
    uint32_t factor = LIMB_BASE / (m[0] + 1);
    (void)scale(m, k, factor); /* carries nothing out, by the choice of the factor */
    for (size_t i = 0; i < n; i++)
        shifted[i + 1] = x[i];
    shifted[0] = scale(shifted + 1, n, factor);
    *out = divides(shifted, n, m, k);
out:
    free(x);
    free(m);
    free(shifted);
    return st;
}

enum sma_status sma_decimal_is_multiple(const struct sma_decimal *d,
                                        const struct sma_decimal *divisor, struct sma_work *work,
                                        bool *out, struct sma_error *err)
{
    int64_t e = d->exponent - divisor->exponent;
    if (!d->count) {
        *out = true;
        return SMA_OK;
    }
    if (e < 0) { /* ten would have to divide digits that do not end in zero */
        *out = false;
        return SMA_OK;
    }
    uint64_t zeros = useful_exponent(e, divisor->count);
    uint64_t limbs = (d->count + zeros) / LIMB_DIGITS + 1;
    bool is_small = divisor->count <= SMA_DECIMAL_SMALL_DIGITS;
    uint64_t steps = is_small ? limbs : limbs * (divisor->count / LIMB_DIGITS + 1);
    if (!sma_work_take(work, steps / 8 + 1))
        return sma_fail(err, SMA_ELIMIT,
                        "dividing a number of %zu digits by one of %zu takes too long (limit: "
                        "validation work)",
                        d->count, divisor->count);
    if (is_small) {
        *out = is_multiple_of_small(d, divisor->coefficient, zeros);
        return SMA_OK;
    }
    return is_multiple_of_long(d, divisor, zeros, out, err);
}
