/* Timestamps and durations as the JSON mapping writes them. */
#include "core/protobuf/dynamic_tree.h"

#define SECONDS_MIN (-62135596800) /* 0001-01-01T00:00:00Z */
#define SECONDS_MAX 253402300799   /* 9999-12-31T23:59:59Z */
#define DURATION_MAX 315576000000  /* about 10,000 years */
#define NANOS 1000000000

/* Days since 1970-01-01 of a date of the proleptic Gregorian calendar, and back. Counting years
 * from March makes the leap day the last of its year. */
static int64_t days_of(int64_t year, int month, int day)
{
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

static void date_of(int64_t days, int *year, int *month, int *day)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t of_era = days - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
    int64_t march_month = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * march_month + 2) / 5 + 1);
    *month = (int)(march_month < 10 ? march_month + 3 : march_month - 9);
    *year = (int)(years + era * 400 + (*month <= 2));
}

/* Nothing, or ".123", ".123456", ".123456789". */
static void put_fraction(struct sma_buf *out, uint32_t nanos)
{
    if (nanos == 0)
        return;
    if (nanos % 1000000 == 0)
        sma_buf_printf(out, ".%03u", nanos / 1000000);
    else if (nanos % 1000 == 0)
        sma_buf_printf(out, ".%06u", nanos / 1000);
    else
        sma_buf_printf(out, ".%09u", nanos);
}

bool sma_proto_put_timestamp(struct sma_buf *out, int64_t seconds, int32_t nanos)
{
    int year, month, day;
    if (seconds < SECONDS_MIN || seconds > SECONDS_MAX || nanos < 0 || nanos >= NANOS)
        return false;
    int64_t days = seconds >= 0 ? seconds / 86400 : -((-seconds + 86399) / 86400);
    int left = (int)(seconds - days * 86400);
    date_of(days, &year, &month, &day);
    sma_buf_printf(out, "%04d-%02d-%02dT%02d:%02d:%02d", year, month, day, left / 3600,
                   left / 60 % 60, left % 60);
    put_fraction(out, (uint32_t)nanos);
    sma_buf_putc(out, 'Z');
    return true;
}

bool sma_proto_put_duration(struct sma_buf *out, int64_t seconds, int32_t nanos)
{
    bool is_negative = seconds < 0 || nanos < 0;
    if (seconds < -DURATION_MAX || seconds > DURATION_MAX || nanos <= -NANOS || nanos >= NANOS ||
        (seconds > 0 && nanos < 0) || (seconds < 0 && nanos > 0))
        return false;
    sma_buf_putz(out, is_negative ? "-" : "");
    sma_buf_put_i64(out, seconds < 0 ? -seconds : seconds);
    put_fraction(out, (uint32_t)(nanos < 0 ? -nanos : nanos));
    sma_buf_putc(out, 's');
    return true;
}

/* Exactly `digits` digits at the start of *rest. */
static bool take_digits(struct sma_str *rest, int digits, int *out)
{
    int value = 0;
    if (rest->len < (size_t)digits)
        return false;
    for (int i = 0; i < digits; i++) {
        if (rest->ptr[i] < '0' || rest->ptr[i] > '9')
            return false;
        value = value * 10 + (rest->ptr[i] - '0');
    }
    *rest = sma_str_from(*rest, (size_t)digits);
    *out = value;
    return true;
}

static bool take_char(struct sma_str *rest, char a, char b)
{
    if (rest->len == 0 || (rest->ptr[0] != a && rest->ptr[0] != b))
        return false;
    *rest = sma_str_from(*rest, 1);
    return true;
}

/* Nothing, or '.' and one to nine digits. */
static bool take_fraction(struct sma_str *rest, int32_t *nanos)
{
    int32_t value = 0;
    int digits = 0;
    *nanos = 0;
    if (!take_char(rest, '.', '.'))
        return true;
    for (int one; digits < 9 && take_digits(rest, 1, &one); digits++)
        value = value * 10 + one;
    if (digits == 0)
        return false;
    while (digits++ < 9)
        value *= 10;
    *nanos = value;
    return true;
}

static int days_in(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && is_leap ? 29 : days[month - 1];
}

/* 'Z' or "+HH:MM"; seconds east of Greenwich. */
static bool take_zone(struct sma_str *rest, int64_t *offset)
{
    int hours, minutes;
    bool is_west = rest->len && rest->ptr[0] == '-';
    *offset = 0;
    if (take_char(rest, 'Z', 'z'))
        return true;
    if (!take_char(rest, '+', '-') || !take_digits(rest, 2, &hours) || !take_char(rest, ':', ':') ||
        !take_digits(rest, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *offset = (is_west ? -1 : 1) * (hours * 3600 + minutes * 60);
    return true;
}

bool sma_proto_take_timestamp(struct sma_str text, int64_t *seconds, int32_t *nanos)
{
    int year, month, day, hour, minute, second;
    int64_t offset;
    if (!take_digits(&text, 4, &year) || !take_char(&text, '-', '-') ||
        !take_digits(&text, 2, &month) || !take_char(&text, '-', '-') ||
        !take_digits(&text, 2, &day) || !take_char(&text, 'T', 't') ||
        !take_digits(&text, 2, &hour) || !take_char(&text, ':', ':') ||
        !take_digits(&text, 2, &minute) || !take_char(&text, ':', ':') ||
        !take_digits(&text, 2, &second) || !take_fraction(&text, nanos) ||
        !take_zone(&text, &offset) || text.len)
        return false;
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > days_in(year, month) || hour > 23 ||
        minute > 59 || second > 59)
        return false;
    *seconds = days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    return *seconds >= SECONDS_MIN && *seconds <= SECONDS_MAX;
}

bool sma_proto_take_duration(struct sma_str text, int64_t *seconds, int32_t *nanos)
{
    bool is_negative = text.len && text.ptr[0] == '-';
    int64_t value = 0;
    size_t digits = 0;
    text = sma_str_from(text, is_negative);
    for (int one; digits < 12 && take_digits(&text, 1, &one); digits++)
        value = value * 10 + one;
    if (digits == 0 || !take_fraction(&text, nanos) || !sma_str_eqz(text, "s") ||
        value > DURATION_MAX)
        return false;
    *seconds = is_negative ? -value : value;
    *nanos = is_negative ? -*nanos : *nanos;
    return true;
}
