/* The route table. */
#include "http/router.h"

#include "http/target.h"
#include "tests/unit/http/raw.h"

static enum sma_http_outcome nothing(struct sma_http_exchange *exchange,
                                     const struct sma_http_request *request, void *ctx)
{
    (void)exchange;
    (void)request;
    (void)ctx;
    return SMA_HTTP_DONE;
}

#define ROUTE(method, pattern)                                                                     \
    {                                                                                              \
        method, pattern, method " " pattern, nothing, NULL, 0, NULL, NULL, NULL                    \
    }

static const struct sma_http_route routes[] = {
    ROUTE("GET", "/"),
    ROUTE("GET", "/subjects"),
    ROUTE("POST", "/subjects/{subject}"),
    ROUTE("DELETE", "/subjects/{subject}"),
    ROUTE("GET", "/subjects/{subject}/versions"),
    ROUTE("POST", "/subjects/{subject}/versions"),
    ROUTE("GET", "/subjects/{subject}/versions/{version}"),
    ROUTE("GET", "/subjects/{subject}/versions/{version}/schema"),
    ROUTE("GET", "/schemas/ids/{id}"),
    ROUTE("GET", "/schemas/types"),
    ROUTE("GET", "/schemas/{x}/{y}/z"),
    ROUTE("PUT", "/config"),
    ROUTE("PUT", "/config/{subject}"),
    ROUTE("GET", "/a/{p}/c"),
    ROUTE("POST", "/a/b/d"),
};
static const struct sma_http_route more_routes[] = {ROUTE("GET", "/healthz"),
                                                    ROUTE("OPTIONS", "/own-options")};

static const struct row {
    const char *name, *method, *path;
    const char *found;  /* route name; "" = path without the method; NULL = nothing */
    const char *params; /* joined by '|' */
    const char *allow;
} rows[] = {
    {"root", "GET", "/", "GET /", "", "GET, HEAD, OPTIONS"},
    {"literal", "GET", "/subjects", "GET /subjects", "", "GET, HEAD, OPTIONS"},
    {"trailing slash", "GET", "/subjects/", "GET /subjects", "", "GET, HEAD, OPTIONS"},
    {"head is get", "HEAD", "/subjects", "GET /subjects", "", "GET, HEAD, OPTIONS"},
    {"parameter", "POST", "/subjects/a", "POST /subjects/{subject}", "a", "POST, DELETE, OPTIONS"},
    {"no get, so no head", "HEAD", "/subjects/a", "", "a", "POST, DELETE, OPTIONS"},
    {"two parameters", "GET", "/subjects/a/versions/1",
     "GET /subjects/{subject}/versions/{version}", "a|1", "GET, HEAD, OPTIONS"},
    {"a parameter named like a literal", "GET", "/subjects/subjects/versions",
     "GET /subjects/{subject}/versions", "subjects", "GET, HEAD, POST, OPTIONS"},
    {"escaped slash", "POST", "/subjects/a%2Fb", "POST /subjects/{subject}", "a/b",
     "POST, DELETE, OPTIONS"},
    {"escaped literal", "GET", "/%73ubjects", "GET /subjects", "", "GET, HEAD, OPTIONS"},
    {"a parameter is not empty", "POST", "/subjects//", NULL, "", ""},
    {"nor inside", "GET", "/subjects//versions", NULL, "", ""},
    {"methods are case-sensitive", "get", "/subjects", "", "", "GET, HEAD, OPTIONS"},
    {"paths are case-sensitive", "GET", "/Subjects", NULL, "", ""},
    {"other method", "PUT", "/subjects/a/versions", "", "a", "GET, HEAD, POST, OPTIONS"},
    {"too deep", "GET", "/subjects/a/versions/1/schema/x", NULL, "", ""},
    {"prefix only", "GET", "/schemas/ids", NULL, "", ""},
    {"literal beats parameter", "GET", "/schemas/types", "GET /schemas/types", "",
     "GET, HEAD, OPTIONS"},
    {"back from a literal that leads nowhere", "GET", "/schemas/ids/7/z", "GET /schemas/{x}/{y}/z",
     "ids|7", "GET, HEAD, OPTIONS"},
    {"back with the right parameters", "GET", "/a/b/c", "GET /a/{p}/c", "b", "GET, HEAD, OPTIONS"},
    {"literal path decides the methods", "GET", "/a/b/d", "", "", "POST, OPTIONS"},
    {"second facade", "GET", "/healthz", "GET /healthz", "", "GET, HEAD, OPTIONS"},
    {"own options", "OPTIONS", "/own-options", "OPTIONS /own-options", "", "OPTIONS"},
    {"unknown", "GET", "/nope", NULL, "", ""},
    {"dots", "GET", "/subjects/../versions", "GET /subjects/{subject}/versions", "..",
     "GET, HEAD, POST, OPTIONS"},
};

static const struct sma_http_facade facades[] = {
    {.routes = routes, .route_count = SMA_COUNT(routes)},
    {.routes = more_routes, .route_count = SMA_COUNT(more_routes)},
};

static void check(void **state)
{
    const struct row *row = *state;
    struct sma_http_router *router = NULL;
    struct sma_http_match match;
    struct sma_http_target target;
    struct sma_http_target_parts parts;
    struct sma_arena arena;
    struct sma_buf params;
    const char *why;
    sma_arena_init(&arena, 0);
    sma_buf_init(&params, 0);
    assert_int_equal(sma_http_router_new(&router, facades, 2, NULL), SMA_OK);
    assert_int_equal(sma_http_target_parse(&target, &parts, sma_str_z(row->path), &arena, &why),
                     SMA_OK);
    bool found = sma_http_router_find(router, sma_str_z(row->method), target.segments,
                                      target.segment_count, &match);
    if (found != (row->found != NULL))
        fail_msg("%s: found %d", row->name, found);
    if (found) {
        for (size_t i = 0; i < match.param_count; i++)
            sma_buf_printf(&params, "%s%.*s", i ? "|" : "", SMA_STR_ARG(match.params[i]));
        sma_test_same_text(row->name, sma_str_z(match.row ? match.row->route->name : ""),
                           sma_str_z(row->found));
        sma_test_same_text(row->name, sma_buf_str(&params), sma_str_z(row->params));
        sma_test_same_text(row->name, match.allow, sma_str_z(row->allow));
    }
    sma_http_router_free(router);
    sma_buf_fini(&params);
    sma_arena_fini(&arena);
}

static const struct bad_row {
    const char *name;
    struct sma_http_route routes[2];
    const char *message;
} bad_tables[] = {
    {"twice",
     {ROUTE("GET", "/a/{b}"), ROUTE("GET", "/a/{c}")},
     "route \"GET /a/{c}\" is there twice"},
    {"no slash",
     {ROUTE("GET", "a"), ROUTE("GET", "/b")},
     "route pattern \"a\" does not begin with /"},
    {"half a parameter",
     {ROUTE("GET", "/a{b}"), ROUTE("GET", "/b")},
     "route pattern \"/a{b}\" has a bad segment"},
    {"empty parameter",
     {ROUTE("GET", "/{}"), ROUTE("GET", "/b")},
     "route pattern \"/{}\" has a bad segment"},
    {"empty segment",
     {ROUTE("GET", "/a//b"), ROUTE("GET", "/b")},
     "route pattern \"/a//b\" has a bad segment"},
    {"no handler",
     {{"GET", "/a", "a", NULL, NULL, 0, NULL, NULL, NULL}, ROUTE("GET", "/b")},
     "route \"/a\" lacks a method, a name or a handler"},
};

static void check_bad(void **state)
{
    const struct bad_row *row = *state;
    struct sma_http_facade facade = {.routes = row->routes, .route_count = 2};
    struct sma_http_router *router = NULL;
    struct sma_error err = SMA_ERROR_INIT;
    assert_int_equal(sma_http_router_new(&router, &facade, 1, &err), SMA_EINVAL);
    assert_null(router);
    assert_string_equal(err.message, row->message);
}

static void names_and_methods(void **state)
{
    static const struct sma_http_route shared[] = {
        {"GET", "/a", "one", nothing, NULL, 0, NULL, NULL, NULL},
        {"PUT", "/b", "two", nothing, NULL, 0, NULL, NULL, NULL},
        {"POST", "/c", "one", nothing, NULL, 0, NULL, NULL, NULL},
    };
    struct sma_http_facade facade = {.routes = shared, .route_count = 3};
    struct sma_http_router *router = NULL;
    const char *const *names;
    (void)state;
    assert_int_equal(sma_http_router_new(&router, &facade, 1, NULL), SMA_OK);
    assert_int_equal(sma_http_router_names(router, &names), 2);
    assert_string_equal(names[0], "one");
    assert_string_equal(names[1], "two");
    sma_test_same_text("methods", sma_http_router_methods(router),
                       SMA_STR("GET, HEAD, PUT, POST, OPTIONS"));
    sma_http_router_free(router);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(names_and_methods)};
    int failed = RAW_RUN_ROWS(rows, check);
    failed += RAW_RUN_ROWS(bad_tables, check_bad);
    failed += cmocka_run_group_tests(tests, NULL, NULL);
    return failed != 0;
}
