/* Dates, times and durations of RFC 3339. */
#include "core/jsonschema/format_parts.h"

/* Exactly `count` digits off the front of *s. */
static bool take_digits(struct sma_str *s, size_t count, unsigned *out)
{
    unsigned value = 0;
    if (s->len < count)
        return false;
    for (size_t i = 0; i < count; i++) {
        if (!sma_format_is_digit(s->ptr[i]))
            return false;
        value = value * 10 + (unsigned)(s->ptr[i] - '0');
    }
    *s = sma_str_from(*s, count);
    *out = value;
    return true;
}

static bool take_char(struct sma_str *s, char c)
{
    if (!s->len || s->ptr[0] != c)
        return false;
    *s = sma_str_from(*s, 1);
    return true;
}

static unsigned days_in(unsigned year, unsigned month)
{
    static const unsigned char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && leap);
}

/* full-date */
static bool take_date(struct sma_str *s)
{
    unsigned year, month, day;
    return take_digits(s, 4, &year) && take_char(s, '-') && take_digits(s, 2, &month) &&
           take_char(s, '-') && take_digits(s, 2, &day) && month >= 1 && month <= 12 && day >= 1 &&
           day <= days_in(year, month);
}

/* time-offset, in minutes */
static bool take_offset(struct sma_str *s, int *minutes)
{
    unsigned hour, minute;
    if (take_char(s, 'Z') || take_char(s, 'z')) {
        *minutes = 0;
        return true;
    }
    int sign = take_char(s, '+') ? 1 : take_char(s, '-') ? -1 : 0;
    if (!sign || !take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
        hour > 23 || minute > 59)
        return false;
    *minutes = sign * (int)(hour * 60 + minute);
    return true;
}

/* full-time; a leap second exists only in the last minute of a UTC day. */
static bool take_time(struct sma_str *s)
{
    unsigned hour, minute, second, ignored;
    int offset;
    if (!take_digits(s, 2, &hour) || !take_char(s, ':') || !take_digits(s, 2, &minute) ||
        !take_char(s, ':') || !take_digits(s, 2, &second) || hour > 23 || minute > 59 ||
        second > 60)
        return false;
    if (take_char(s, '.')) {
        if (!take_digits(s, 1, &ignored))
            return false;
        while (take_digits(s, 1, &ignored))
            ;
    }
    if (!take_offset(s, &offset))
        return false;
    int utc = ((int)(hour * 60 + minute) - offset + 2 * 1440) % 1440;
    return second < 60 || utc == 23 * 60 + 59;
}

bool sma_format_is_date(struct sma_str s)
{
    return take_date(&s) && !s.len;
}

bool sma_format_is_time(struct sma_str s)
{
    return take_time(&s) && !s.len;
}

bool sma_format_is_date_time(struct sma_str s)
{
    return take_date(&s) && (take_char(&s, 'T') || take_char(&s, 't')) && take_time(&s) && !s.len;
}

/* Number-and-letter pairs, letters in the order of `units`, each at most once. *count is how many.
 * False when something else follows. */
static bool take_units(struct sma_str *s, const char *units, unsigned *count)
{
    *count = 0;
    while (s->len && sma_format_is_digit(s->ptr[0])) {
        while (s->len && sma_format_is_digit(s->ptr[0]))
            *s = sma_str_from(*s, 1);
        const char *unit = s->len && s->ptr[0] ? strchr(units, s->ptr[0]) : NULL;
        if (!unit)
            return false;
        units = unit + 1;
        *s = sma_str_from(*s, 1);
        (*count)++;
    }
    return true;
}

/* Appendix A, with units allowed to be left out in the middle as ISO 8601 does (PT1H30S). */
bool sma_format_is_duration(struct sma_str s)
{
    unsigned dates, times = 0;
    struct sma_str weeks;
    if (!take_char(&s, 'P'))
        return false;
    weeks = s;
    if (take_units(&weeks, "W", &dates) && dates == 1 && !weeks.len)
        return true;
    if (!take_units(&s, "YMD", &dates))
        return false;
    if (take_char(&s, 'T') && (!take_units(&s, "HMS", &times) || !times))
        return false;
    return !s.len && dates + times > 0;
}
