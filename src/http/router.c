#include "http/router.h"

#include <stdlib.h>

#define METHODS_MAX 12 /* rows of one path */

/* A path so far. Literal children come first in a search, then the parameter child. */
struct node {
    struct sma_str text;   /* the literal segment that leads here; unused for a parameter */
    struct node *literals; /* first literal child */
    struct node *next;     /* next literal sibling */
    struct node *param;
    struct sma_http_row rows[METHODS_MAX];
    size_t row_count;
    struct sma_str allow;
};

struct sma_http_router {
    struct sma_arena arena;
    struct node root;
    const char **names;
    size_t name_count, name_capacity;
    struct sma_str methods;
};

static bool is_param(struct sma_str segment)
{
    return segment.len > 2 && segment.ptr[0] == '{' && segment.ptr[segment.len - 1] == '}';
}

static struct node *literal_child(const struct node *node, struct sma_str segment)
{
    for (struct node *child = node->literals; child; child = child->next)
        if (sma_str_eq(child->text, segment))
            return child;
    return NULL;
}

/* The child for a pattern's segment, made when it is not there yet. NULL when out of memory. */
static struct node *child_for(struct sma_http_router *router, struct node *node,
                              struct sma_str segment)
{
    struct node *child = is_param(segment) ? node->param : literal_child(node, segment);
    if (child)
        return child;
    child = sma_arena_calloc(&router->arena, 1, sizeof *child);
    if (!child)
        return NULL;
    child->text = segment;
    if (is_param(segment)) {
        node->param = child;
    } else {
        struct node **last = &node->literals;
        while (*last)
            last = &(*last)->next;
        *last = child;
    }
    return child;
}

static bool is_segment(struct sma_str s)
{
    if (is_param(s))
        s = sma_str_make(s.ptr + 1, s.len - 2);
    return s.len && sma_str_chr(s, '{') < 0 && sma_str_chr(s, '}') < 0;
}

/* Walks and builds the pattern's path. */
static enum sma_status node_for(struct node **out, struct sma_http_router *router,
                                const char *pattern, struct sma_error *err)
{
    struct node *node = &router->root;
    struct sma_str rest = sma_str_z(pattern);
    size_t depth = 0;
    if (!rest.len || rest.ptr[0] != '/')
        return sma_fail(err, SMA_EINVAL, "route pattern \"%s\" does not begin with /", pattern);
    rest = sma_str_from(rest, 1);
    while (rest.len) {
        ptrdiff_t slash = sma_str_chr(rest, '/');
        struct sma_str segment = slash < 0 ? rest : sma_str_head(rest, (size_t)slash);
        rest = sma_str_from(rest, segment.len + 1);
        if (!is_segment(segment) || ++depth > SMA_HTTP_SEGMENTS_MAX)
            return sma_fail(err, SMA_EINVAL, "route pattern \"%s\" has a bad segment", pattern);
        node = child_for(router, node, segment);
        if (!node)
            return sma_fail_nomem(err);
    }
    *out = node;
    return SMA_OK;
}

static bool name_slot(struct sma_http_router *router, const char *name, unsigned *slot)
{
    for (size_t i = 0; i < router->name_count; i++)
        if (!strcmp(router->names[i], name)) {
            *slot = (unsigned)i;
            return true;
        }
    const char **names =
        sma_arena_grow(&router->arena, router->names, router->name_count, &router->name_capacity,
                       router->name_count + 1, sizeof *names);
    if (!names)
        return false;
    router->names = names;
    *slot = (unsigned)router->name_count;
    names[router->name_count++] = name;
    return true;
}

static const struct sma_http_row *row_of(const struct node *node, struct sma_str method)
{
    for (size_t i = 0; i < node->row_count; i++)
        if (sma_str_eq(method, node->rows[i].method))
            return &node->rows[i];
    return NULL;
}

static enum sma_status add_row(struct sma_http_router *router, const struct sma_http_facade *facade,
                               const struct sma_http_route *route, struct sma_error *err)
{
    struct node *node = NULL;
    struct sma_http_row row = {route,
                               sma_str_z(route->method),
                               facade,
                               route->produces ? route->produces : &facade->produces,
                               route->consumes ? route->consumes : &facade->consumes,
                               0};
    if (!route->method || !route->pattern || !route->name || !route->handler)
        return sma_fail(err, SMA_EINVAL, "route \"%s\" lacks a method, a name or a handler",
                        route->pattern ? route->pattern : "");
    enum sma_status st = node_for(&node, router, route->pattern, err);
    if (st)
        return st;
    if (row_of(node, sma_str_z(route->method)) || node->row_count == METHODS_MAX)
        return sma_fail(err, SMA_EINVAL, "route \"%s %s\" is there twice", route->method,
                        route->pattern);
    if (!name_slot(router, route->name, &row.slot))
        return sma_fail_nomem(err);
    node->rows[node->row_count++] = row;
    return SMA_OK;
}

/* ---- Allow
 * --------------------------------------------------------------------------------------- */

static void add_method(struct sma_buf *list, const char *method)
{
    struct sma_str rest = sma_buf_str(list), want = sma_str_z(method);
    while (rest.len) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        struct sma_str one = comma < 0 ? rest : sma_str_head(rest, (size_t)comma);
        if (sma_str_eq(sma_str_trim(one), want))
            return;
        rest = sma_str_from(rest, one.len + 1);
    }
    if (list->len)
        sma_buf_putz(list, ", ");
    sma_buf_putz(list, method);
}

static void add_methods_of(struct sma_buf *list, const struct node *node)
{
    for (size_t i = 0; i < node->row_count; i++) {
        add_method(list, node->rows[i].route->method);
        if (!strcmp(node->rows[i].route->method, "GET"))
            add_method(list, "HEAD");
    }
}

static bool copy_list(struct sma_str *out, struct sma_buf *list, struct sma_arena *arena)
{
    add_method(list, "OPTIONS");
    *out = sma_buf_failed(list) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(list));
    return out->ptr;
}

/* Writes each path's Allow text; the depth of the recursion is that of the patterns. */
static bool describe(struct sma_http_router *router, struct node *node, struct sma_buf *all)
{
    struct sma_buf list;
    bool ok = true;
    add_methods_of(all, node);
    if (node->row_count) {
        sma_buf_init(&list, 0);
        add_methods_of(&list, node);
        ok = copy_list(&node->allow, &list, &router->arena);
        sma_buf_fini(&list);
    }
    for (struct node *child = node->literals; ok && child; child = child->next)
        ok = describe(router, child, all);
    return ok && (!node->param || describe(router, node->param, all));
}

static bool describe_all(struct sma_http_router *router)
{
    struct sma_buf all;
    sma_buf_init(&all, 0);
    bool ok =
        describe(router, &router->root, &all) && copy_list(&router->methods, &all, &router->arena);
    sma_buf_fini(&all);
    return ok;
}

/* ---- building and finding
 * ------------------------------------------------------------------------ */

enum sma_status sma_http_router_new(struct sma_http_router **out,
                                    const struct sma_http_facade *facades, size_t facade_count,
                                    struct sma_error *err)
{
    struct sma_http_router *router = calloc(1, sizeof *router);
    enum sma_status st = SMA_OK;
    if (!router)
        return sma_fail_nomem(err);
    sma_arena_init(&router->arena, 0);
    for (size_t f = 0; !st && f < facade_count; f++)
        for (size_t r = 0; !st && r < facades[f].route_count; r++)
            st = add_row(router, &facades[f], &facades[f].routes[r], err);
    if (!st && !describe_all(router))
        st = sma_fail_nomem(err);
    if (st)
        sma_http_router_free(router);
    else
        *out = router;
    return st;
}

void sma_http_router_free(struct sma_http_router *router)
{
    if (!router)
        return;
    sma_arena_fini(&router->arena);
    free(router);
}

/* The node with rows for the remaining segments: a literal beats a parameter, and a parameter is
 * tried again when the literal leads nowhere. Depth is bounded by the patterns', so the worst case
 * is 2^depth of a table that we wrote ourselves. */
static const struct node *descend(const struct node *node, const struct sma_str *segments,
                                  size_t count, struct sma_http_match *match)
{
    if (!count)
        return node->row_count ? node : NULL;
    const struct node *literal = literal_child(node, segments[0]);
    const struct node *end = literal ? descend(literal, segments + 1, count - 1, match) : NULL;
    if (end || !node->param || !segments[0].len)
        return end;
    size_t mark = match->param_count;
    match->params[match->param_count++] = segments[0];
    end = descend(node->param, segments + 1, count - 1, match);
    if (!end)
        match->param_count = mark;
    return end;
}

bool sma_http_router_find(const struct sma_http_router *router, struct sma_str method,
                          const struct sma_str *segments, size_t segment_count,
                          struct sma_http_match *out)
{
    out->param_count = 0;
    const struct node *node = descend(&router->root, segments, segment_count, out);
    if (!node)
        return false;
    out->allow = node->allow;
    out->facade = node->rows[0].facade;
    out->row = row_of(node, method);
    if (!out->row && sma_str_eqz(method, "HEAD"))
        out->row = row_of(node, SMA_STR("GET"));
    return true;
}

size_t sma_http_router_names(const struct sma_http_router *router, const char *const **names)
{
    *names = router->names;
    return router->name_count;
}

struct sma_str sma_http_router_methods(const struct sma_http_router *router)
{
    return router->methods;
}
