/* Which embedded document answers to which URI. The bytes come from metaschemas.S. */
#include "core/jsonschema/metaschema.h"

#define DOCUMENTS(X)                                                                               \
    X(draft04, "json-schema.org/draft-04/schema", "http")                                          \
    X(draft06, "json-schema.org/draft-06/schema", "http")                                          \
    X(draft07, "json-schema.org/draft-07/schema", "http")                                          \
    X(draft201909, "json-schema.org/draft/2019-09/schema", "https")                                \
    X(draft201909_applicator, "json-schema.org/draft/2019-09/meta/applicator", "https")            \
    X(draft201909_content, "json-schema.org/draft/2019-09/meta/content", "https")                  \
    X(draft201909_core, "json-schema.org/draft/2019-09/meta/core", "https")                        \
    X(draft201909_format, "json-schema.org/draft/2019-09/meta/format", "https")                    \
    X(draft201909_meta_data, "json-schema.org/draft/2019-09/meta/meta-data", "https")              \
    X(draft201909_validation, "json-schema.org/draft/2019-09/meta/validation", "https")            \
    X(draft202012, "json-schema.org/draft/2020-12/schema", "https")                                \
    X(draft202012_applicator, "json-schema.org/draft/2020-12/meta/applicator", "https")            \
    X(draft202012_content, "json-schema.org/draft/2020-12/meta/content", "https")                  \
    X(draft202012_core, "json-schema.org/draft/2020-12/meta/core", "https")                        \
    X(draft202012_format_annotation, "json-schema.org/draft/2020-12/meta/format-annotation",       \
      "https")                                                                                     \
    X(draft202012_format_assertion, "json-schema.org/draft/2020-12/meta/format-assertion",         \
      "https")                                                                                     \
    X(draft202012_meta_data, "json-schema.org/draft/2020-12/meta/meta-data", "https")              \
    X(draft202012_unevaluated, "json-schema.org/draft/2020-12/meta/unevaluated", "https")          \
    X(draft202012_validation, "json-schema.org/draft/2020-12/meta/validation", "https")

#define DECLARE(name, uri, scheme)                                                                 \
    extern const char sma_metaschema_##name[], sma_metaschema_##name##_end[];
DOCUMENTS(DECLARE)
#undef DECLARE

struct document {
    struct sma_str uri;      /* without scheme and "://" */
    struct sma_str full_uri; /* as the document identifies itself */
    const char *start, *end;
};

#define ROW(name, uri, scheme)                                                                     \
    {SMA_STR_INIT(uri), SMA_STR_INIT(scheme "://" uri), sma_metaschema_##name,                     \
     sma_metaschema_##name##_end},
static const struct document documents[] = {DOCUMENTS(ROW)};
#undef ROW

static struct sma_str document_text(const struct document *document)
{
    return sma_str_make(document->start, (size_t)(document->end - document->start));
}

/* Cuts "http://" or "https://" off; false for any other scheme. */
static bool strip_scheme(struct sma_str *uri)
{
    size_t cut = sma_str_starts(*uri, SMA_STR("http://"))    ? 7
                 : sma_str_starts(*uri, SMA_STR("https://")) ? 8
                                                             : 0;
    *uri = sma_str_from(*uri, cut);
    return cut > 0;
}

bool sma_jsonschema_metaschema(struct sma_str uri, struct sma_str *text)
{
    if (!strip_scheme(&uri))
        return false;
    if (sma_str_ends(uri, SMA_STR("#")))
        uri.len--;
    for (size_t i = 0; i < sizeof documents / sizeof *documents; i++) {
        if (!sma_str_eq(documents[i].uri, uri))
            continue;
        *text = document_text(&documents[i]);
        return true;
    }
    return false;
}

bool sma_jsonschema_metaschema_at(size_t i, struct sma_str *uri, struct sma_str *text)
{
    if (i >= sizeof documents / sizeof *documents)
        return false;
    *uri = documents[i].full_uri;
    *text = document_text(&documents[i]);
    return true;
}
