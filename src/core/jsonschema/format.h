/* The values of `format` that describe strings. */
#ifndef SMA_CORE_JSONSCHEMA_FORMAT_H
#define SMA_CORE_JSONSCHEMA_FORMAT_H

#include <stdbool.h>

#include "base/str.h"
#include "core/jsonschema/draft.h"

enum sma_string_format {
    SMA_STRING_FORMAT_NONE,
    SMA_STRING_FORMAT_DATE_TIME,
    SMA_STRING_FORMAT_DATE,
    SMA_STRING_FORMAT_TIME,
    SMA_STRING_FORMAT_DURATION,
    SMA_STRING_FORMAT_EMAIL,
    SMA_STRING_FORMAT_IDN_EMAIL,
    SMA_STRING_FORMAT_HOSTNAME,
    SMA_STRING_FORMAT_IDN_HOSTNAME,
    SMA_STRING_FORMAT_IPV4,
    SMA_STRING_FORMAT_IPV6,
    SMA_STRING_FORMAT_URI,
    SMA_STRING_FORMAT_URI_REFERENCE,
    SMA_STRING_FORMAT_IRI,
    SMA_STRING_FORMAT_IRI_REFERENCE,
    SMA_STRING_FORMAT_URI_TEMPLATE,
    SMA_STRING_FORMAT_UUID,
    SMA_STRING_FORMAT_JSON_POINTER,
    SMA_STRING_FORMAT_RELATIVE_JSON_POINTER,
    SMA_STRING_FORMAT_REGEX
};

/* The format of that name in that draft; SMA_STRING_FORMAT_NONE for a name that the draft does not
 * define: such formats never reject anything. */
enum sma_string_format sma_string_format_find(struct sma_str name, enum sma_draft draft);

/* Does the text (UTF-8) have the format? True for SMA_STRING_FORMAT_NONE. Linear in the text, no
 * state, no locale, no tables of the system's (no time zones, no name service). */
bool sma_string_format_matches(enum sma_string_format format, struct sma_str text);

#endif
