/* The drafts of JSON Schema and the URIs that name them. */
#include "core/jsonschema/draft.h"

static const struct {
    const char *uri; /* without its scheme */
    enum sma_draft draft;
} drafts[] = {
    {"://json-schema.org/draft-04/schema", SMA_DRAFT_4},
    {"://json-schema.org/schema", SMA_DRAFT_4},
    {"://json-schema.org/draft-06/schema", SMA_DRAFT_6},
    {"://json-schema.org/draft-07/schema", SMA_DRAFT_7},
    {"://json-schema.org/draft/2019-09/schema", SMA_DRAFT_2019_09},
    {"://json-schema.org/draft/2020-12/schema", SMA_DRAFT_2020_12},
};

enum sma_draft sma_draft_of_uri(struct sma_str uri)
{
    if (sma_str_ends(uri, SMA_STR("#")))
        uri.len--;
    if (sma_str_starts(uri, SMA_STR("https")))
        uri = sma_str_from(uri, 5);
    else if (sma_str_starts(uri, SMA_STR("http")))
        uri = sma_str_from(uri, 4);
    for (size_t i = 0; i < sizeof drafts / sizeof drafts[0]; i++)
        if (sma_str_eqz(uri, drafts[i].uri))
            return drafts[i].draft;
    return SMA_DRAFT_NONE;
}

const char *sma_draft_name(enum sma_draft draft)
{
    switch (draft) {
    case SMA_DRAFT_4:
        return "draft-04";
    case SMA_DRAFT_6:
        return "draft-06";
    case SMA_DRAFT_7:
        return "draft-07";
    case SMA_DRAFT_2019_09:
        return "2019-09";
    case SMA_DRAFT_2020_12:
        return "2020-12";
    case SMA_DRAFT_NONE:
        break;
    }
    return "none";
}
