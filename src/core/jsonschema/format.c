/* The table of string formats by draft, and the small ones. */
#include "core/jsonschema/format.h"

#include "core/jsonschema/format_parts.h"
#include "core/jsonschema/regex.h"

static const struct {
    const char *name;
    enum sma_draft since;
    enum sma_string_format format;
} formats[] = {
    {"date-time", SMA_DRAFT_4, SMA_STRING_FORMAT_DATE_TIME},
    {"email", SMA_DRAFT_4, SMA_STRING_FORMAT_EMAIL},
    {"hostname", SMA_DRAFT_4, SMA_STRING_FORMAT_HOSTNAME},
    {"ipv4", SMA_DRAFT_4, SMA_STRING_FORMAT_IPV4},
    {"ipv6", SMA_DRAFT_4, SMA_STRING_FORMAT_IPV6},
    {"uri", SMA_DRAFT_4, SMA_STRING_FORMAT_URI},
    {"uri-reference", SMA_DRAFT_6, SMA_STRING_FORMAT_URI_REFERENCE},
    {"uri-template", SMA_DRAFT_6, SMA_STRING_FORMAT_URI_TEMPLATE},
    {"json-pointer", SMA_DRAFT_6, SMA_STRING_FORMAT_JSON_POINTER},
    {"date", SMA_DRAFT_7, SMA_STRING_FORMAT_DATE},
    {"time", SMA_DRAFT_7, SMA_STRING_FORMAT_TIME},
    {"idn-email", SMA_DRAFT_7, SMA_STRING_FORMAT_IDN_EMAIL},
    {"idn-hostname", SMA_DRAFT_7, SMA_STRING_FORMAT_IDN_HOSTNAME},
    {"iri", SMA_DRAFT_7, SMA_STRING_FORMAT_IRI},
    {"iri-reference", SMA_DRAFT_7, SMA_STRING_FORMAT_IRI_REFERENCE},
    {"relative-json-pointer", SMA_DRAFT_7, SMA_STRING_FORMAT_RELATIVE_JSON_POINTER},
    {"regex", SMA_DRAFT_7, SMA_STRING_FORMAT_REGEX},
    {"duration", SMA_DRAFT_2019_09, SMA_STRING_FORMAT_DURATION},
    {"uuid", SMA_DRAFT_2019_09, SMA_STRING_FORMAT_UUID},
};

enum sma_string_format sma_string_format_find(struct sma_str name, enum sma_draft draft)
{
    for (size_t i = 0; i < sizeof formats / sizeof formats[0]; i++)
        if (draft >= formats[i].since && sma_str_eqz(name, formats[i].name))
            return formats[i].format;
    return SMA_STRING_FORMAT_NONE;
}

/* RFC 9562, any version: 8-4-4-4-12 hex digits. */
static bool is_uuid(struct sma_str s)
{
    if (s.len != 36)
        return false;
    for (size_t i = 0; i < s.len; i++) {
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;
        if (dash ? s.ptr[i] != '-' : !sma_format_is_hex(s.ptr[i]))
            return false;
    }
    return true;
}

/* RFC 6901. */
static bool is_json_pointer(struct sma_str s)
{
    if (s.len && s.ptr[0] != '/')
        return false;
    for (size_t i = 0; i < s.len; i++)
        if (s.ptr[i] == '~' && (i + 1 == s.len || (s.ptr[i + 1] != '0' && s.ptr[i + 1] != '1')))
            return false;
    return true;
}

/* draft-bhutton-relative-json-pointer: levels up, an index shift, then '#' or a pointer. */
static bool take_number(struct sma_str *s)
{
    size_t n = 0;
    while (n < s->len && sma_format_is_digit(s->ptr[n]))
        n++;
    bool ok = n == 1 || (n > 1 && s->ptr[0] != '0');
    *s = sma_str_from(*s, n);
    return ok;
}

static bool is_relative_json_pointer(struct sma_str s)
{
    if (!take_number(&s))
        return false;
    if (s.len && (s.ptr[0] == '+' || s.ptr[0] == '-')) {
        s = sma_str_from(s, 1);
        if (!take_number(&s))
            return false;
    }
    return sma_str_eqz(s, "#") || is_json_pointer(s);
}

bool sma_string_format_matches(enum sma_string_format format, struct sma_str text)
{
    switch (format) {
    case SMA_STRING_FORMAT_NONE:
        return true;
    case SMA_STRING_FORMAT_DATE_TIME:
        return sma_format_is_date_time(text);
    case SMA_STRING_FORMAT_DATE:
        return sma_format_is_date(text);
    case SMA_STRING_FORMAT_TIME:
        return sma_format_is_time(text);
    case SMA_STRING_FORMAT_DURATION:
        return sma_format_is_duration(text);
    case SMA_STRING_FORMAT_EMAIL:
        return sma_format_is_email(text, false);
    case SMA_STRING_FORMAT_IDN_EMAIL:
        return sma_format_is_email(text, true);
    case SMA_STRING_FORMAT_HOSTNAME:
        return sma_format_is_hostname(text);
    case SMA_STRING_FORMAT_IDN_HOSTNAME:
        return sma_format_is_idn_hostname(text);
    case SMA_STRING_FORMAT_IPV4:
        return sma_format_is_ipv4(text);
    case SMA_STRING_FORMAT_IPV6:
        return sma_format_is_ipv6(text);
    case SMA_STRING_FORMAT_URI:
        return sma_format_is_uri(text, false, false);
    case SMA_STRING_FORMAT_URI_REFERENCE:
        return sma_format_is_uri(text, true, false);
    case SMA_STRING_FORMAT_IRI:
        return sma_format_is_uri(text, false, true);
    case SMA_STRING_FORMAT_IRI_REFERENCE:
        return sma_format_is_uri(text, true, true);
    case SMA_STRING_FORMAT_URI_TEMPLATE:
        return sma_format_is_uri_template(text);
    case SMA_STRING_FORMAT_UUID:
        return is_uuid(text);
    case SMA_STRING_FORMAT_JSON_POINTER:
        return is_json_pointer(text);
    case SMA_STRING_FORMAT_RELATIVE_JSON_POINTER:
        return is_relative_json_pointer(text);
    case SMA_STRING_FORMAT_REGEX:
        return sma_regex_is_valid(text);
    }
    return true;
}
