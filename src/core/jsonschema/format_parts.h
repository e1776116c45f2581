/* The checks behind format.h, one per format, by family of standards. Private to format_*.c. */
#ifndef SMA_CORE_JSONSCHEMA_FORMAT_PARTS_H
#define SMA_CORE_JSONSCHEMA_FORMAT_PARTS_H

#include <stdbool.h>

#include "base/str.h"

/* RFC 3339 (format_time.c). */
bool sma_format_is_date(struct sma_str s);
bool sma_format_is_time(struct sma_str s);
bool sma_format_is_date_time(struct sma_str s);
bool sma_format_is_duration(struct sma_str s);

/* RFC 1123, 5890 to 5893, 2673, 4291, 5321, 6531 (format_host.c). */
bool sma_format_is_hostname(struct sma_str s);
bool sma_format_is_idn_hostname(struct sma_str s);
bool sma_format_is_ipv4(struct sma_str s);
bool sma_format_is_ipv6(struct sma_str s);
bool sma_format_is_email(struct sma_str s, bool international);

/* RFC 3986, 3987, 6570 (format_uri.c). */
bool sma_format_is_uri(struct sma_str s, bool may_be_relative, bool international);
bool sma_format_is_uri_template(struct sma_str s);

/* Characters, without a locale. */
static inline bool sma_format_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static inline bool sma_format_is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool sma_format_is_hex(char c)
{
    return sma_format_is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

#endif
