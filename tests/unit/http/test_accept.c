/* Content negotiation. */
#include "http/gzip.h"

#include "tests/unit/http/raw.h"

static const struct sma_http_media registry_types[] = {
    {SMA_STR_INIT("application/vnd.schemaregistry.v1+json"), 1000},
    {SMA_STR_INIT("application/vnd.schemaregistry+json"), 900},
    {SMA_STR_INIT("application/json"), 500},
};
static const struct sma_http_media_list registry = {registry_types, 3};

static const struct accept_row {
    const char *name, *accept;
    int chosen;
} accepts[] = {
    {"empty", "", 0},
    {"blank", "  ", 0},
    {"anything", "*/*", 0},
    {"anything with q", "*/*;q=0.1", 0},
    {"exact best", "application/vnd.schemaregistry.v1+json", 0},
    {"exact second", "application/vnd.schemaregistry+json", 1},
    {"exact last", "application/json", 2},
    {"case does not matter", "Application/JSON", 2},
    {"parameters are tolerated", "application/json; charset=utf-8", 2},
    {"server's qs parameter is tolerated", "application/json; qs=1", 2},
    {"what the Java client sends",
     "application/vnd.schemaregistry.v1+json, application/vnd.schemaregistry+json; q=0.9, "
     "application/json; q=0.5",
     0},
    {"what axios sends", "application/json, text/plain, */*", 0},
    {"browser", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", 0},
    {"the client's quality comes first",
     "application/json, application/vnd.schemaregistry.v1+json;q=0.9", 2},
    {"equal quality: the server's", "application/json,application/vnd.schemaregistry+json", 1},
    {"type range", "application/*", 0},
    {"the exact range speaks for its type", "application/json;q=0.1,*/*;q=0.5", 0},
    {"zero excludes", "application/vnd.schemaregistry.v1+json;q=0,*/*", 1},
    {"zero excludes all", "*/*;q=0", -1},
    {"all but one excluded", "*/*;q=0,application/json", 2},
    {"other type", "text/plain", -1},
    {"other type range", "text/*", -1},
    {"prefix is no match", "application/jso", -1},
    {"longer is no match", "application/jsonx", -1},
    {"wild type with a subtype is unreadable", "*/json", -1},
    {"no slash is unreadable", "json", -1},
    {"unreadable elements are skipped", "json, ;;, ,/ , application/json", 2},
    {"unreadable quality skips the element", "application/json;q=x", -1},
    {"quality above one is unreadable", "application/json;q=1.1", -1},
    {"four digits are unreadable", "application/json;q=0.1234", -1},
    {"q without digits after the point", "application/json;q=1.", 2},
    {"spaces around q", "application/json ; Q = 0.5", 2},
    {"quoted comma", "application/json;x=\"a,b\", text/plain", 2},
    {"quoted quote", "application/json;x=\"a\\\",text/html", 2},
    {"only commas", ",,,", -1},
    {"duplicate range: the better one", "application/json;q=0,application/json", 2},
};

static void check_accept(void **state)
{
    const struct accept_row *row = *state;
    int got = sma_http_accept(sma_str_z(row->accept), &registry);
    if (got != row->chosen)
        fail_msg("%s: got %d, want %d", row->name, got, row->chosen);
}

static const struct accept_row content_types[] = {
    {"best", "application/vnd.schemaregistry.v1+json", 0},
    {"with charset", "application/json; charset=UTF-8", 2},
    {"case", "APPLICATION/Json", 2},
    {"space", " application/json ", 2},
    {"text", "text/plain", -1},
    {"empty", "", -1},
    {"range", "application/*", -1},
    {"longer", "application/json-patch", -1},
};

static void check_content_type(void **state)
{
    const struct accept_row *row = *state;
    int got = sma_http_content_type(sma_str_z(row->accept), &registry);
    if (got != row->chosen)
        fail_msg("%s: got %d, want %d", row->name, got, row->chosen);
}

static const struct gzip_row {
    const char *name, *accept;
    bool takes;
} encodings[] = {
    {"gzip", "gzip", true},
    {"among others", "deflate, gzip;q=0.5, br", true},
    {"old name", "x-gzip", true},
    {"case", "GZIP", true},
    {"any", "*", true},
    {"any, excluded", "*;q=0", false},
    {"excluded", "gzip;q=0", false},
    {"excluded with zeros", "gzip; q=0.000", false},
    {"almost excluded", "gzip;q=0.001", true},
    {"named speaks before any", "gzip;q=0, *", false},
    {"identity", "identity", false},
    {"other", "br, deflate", false},
    {"part of a word", "xgzip, gzipx", false},
    {"empty", "", false},
    {"commas", ",,", false},
};

static void check_encoding(void **state)
{
    const struct gzip_row *row = *state;
    if (sma_http_takes_gzip(sma_str_z(row->accept)) != row->takes)
        fail_msg("%s", row->name);
}

int main(void)
{
    int failed = RAW_RUN_ROWS(accepts, check_accept);
    failed += RAW_RUN_ROWS(content_types, check_content_type);
    failed += RAW_RUN_ROWS(encodings, check_encoding);
    return failed != 0;
}
