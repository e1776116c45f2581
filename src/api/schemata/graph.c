/* GET /graph: what a schema refers to and who refers to it, as nodes and edges. A breadth-first
 * walk that ends at a depth, or at SMA_OWN_GRAPH_NODES_MAX nodes, and then says so. */
#include "api/schemata/limits.h"
#include "api/schemata/resources.h"
#include "base/map.h"
#include "registry/read.h"
#include "registry/text.h"

struct node {
    const struct sma_version *row;
    int64_t depth;
};

struct graph {
    struct sma_own_call *call;
    struct sma_map seen; /* "version subject" -> node */
    struct node *nodes;
    size_t count, capacity, text_bytes;
    struct sma_buf edges;
    struct sma_json_writer edge_writer;
    bool backwards, with_deleted, is_truncated;
};

/* *is_in: the node is part of the graph (perhaps was before). */
static enum sma_status add_node(bool *is_in, struct graph *g, const struct sma_version *row,
                                int64_t depth, struct sma_error *err)
{
    struct sma_str key =
        sma_arena_printf(g->call->arena, "%d %.*s", row->version, SMA_STR_ARG(row->subject));
    if (!key.ptr)
        return sma_fail_nomem(err);
    *is_in = sma_map_find(&g->seen, key) != NULL;
    if (*is_in)
        return SMA_OK;
    g->text_bytes += row->content.text.len;
    if (g->count == SMA_OWN_GRAPH_NODES_MAX || g->text_bytes > SMA_OWN_GRAPH_BYTES_MAX) {
        g->is_truncated = true;
        return SMA_OK;
    }
    g->nodes = sma_arena_grow(g->call->arena, g->nodes, g->count, &g->capacity, g->count + 1,
                              sizeof *g->nodes);
    if (!g->nodes || !sma_map_put(&g->seen, key, g))
        return sma_fail_nomem(err);
    g->nodes[g->count++] = (struct node){row, depth};
    *is_in = true;
    return SMA_OK;
}

static void add_edge(struct graph *g, const struct sma_version *from, const struct sma_version *to,
                     struct sma_str name)
{
    struct sma_json_writer *w = &g->edge_writer;
    sma_jw_object_open(w);
    sma_jw_member_string(w, "fromSubject", from->subject);
    sma_jw_member_i64(w, "fromVersion", from->version);
    sma_jw_member_string(w, "toSubject", to->subject);
    sma_jw_member_i64(w, "toVersion", to->version);
    sma_jw_member_string(w, "name", name);
    sma_jw_object_close(w);
}

static enum sma_status load(const struct sma_version **out, struct graph *g, struct sma_str subject,
                            int32_t version, struct sma_error *err)
{
    enum sma_status st = sma_loader_row(out, g->call->loader, subject, version, err);
    if (st == SMA_ENOTFOUND) /* a target that was removed for good: nothing to show */
        *out = NULL;
    return st == SMA_ENOTFOUND ? SMA_OK : st;
}

/* Every reference from `from` that leads to one of `to`, or to anything when `to` is NULL. */
static enum sma_status follow(struct graph *g, const struct sma_version *from,
                              const struct sma_version *to, int64_t depth, struct sma_error *err)
{
    struct sma_subject own, target;
    enum sma_status st = sma_subject_parse(&own, g->call->arena, from->subject, err);
    for (size_t i = 0; !st && i < from->content.reference_count; i++) {
        const struct sma_reference *reference = &from->content.references[i];
        const struct sma_version *row = NULL;
        bool is_in = true;
        st = sma_subject_resolve(&target, g->call->arena, own.context, reference->subject, err);
        if (st)
            break;
        if (to) {
            row = sma_str_eq(target.qualified, to->subject) && reference->version == to->version
                      ? to
                      : NULL;
        } else {
            st = load(&row, g, target.qualified, reference->version, err);
            if (!st && row)
                st = add_node(&is_in, g, row, depth, err);
        }
        if (!st && row && is_in)
            add_edge(g, from, row, reference->name);
    }
    return st;
}

static enum sma_status follow_back(struct graph *g, const struct node *node, struct sma_error *err)
{
    const struct sma_version *to = node->row, *from;
    struct sma_version *rows;
    size_t count;
    enum sma_status st =
        sma_view_referrers(g->call->loader->view, g->call->arena, to->subject, to->version,
                           g->with_deleted ? SMA_WITH_DELETED : SMA_LIVE, &rows, &count, err);
    for (size_t i = 0; !st && i < count && !g->is_truncated; i++) {
        bool is_in = false;
        st = load(&from, g, rows[i].subject, rows[i].version, err);
        if (!st && from)
            st = add_node(&is_in, g, from, node->depth + 1, err);
        if (!st && is_in)
            st = follow(g, from, to, node->depth + 1, err);
    }
    return st;
}

/* In one direction, from what is there already. */
static enum sma_status walk(struct graph *g, bool is_back, int64_t depth_max, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    g->nodes[0].depth = 0;
    for (size_t i = 0; !st && i < g->count && !g->is_truncated; i++) {
        struct node node = g->nodes[i];
        if (node.depth >= depth_max)
            continue;
        st = is_back ? follow_back(g, &node, err) : follow(g, node.row, NULL, node.depth + 1, err);
    }
    return st;
}

static void write_nodes(struct graph *g)
{
    struct sma_json_writer *w = &g->call->out;
    sma_jw_name(w, "nodes");
    sma_jw_array_open(w);
    for (size_t i = 0; i < g->count; i++) {
        const struct sma_version *row = g->nodes[i].row;
        sma_jw_object_open(w);
        sma_jw_member_string(w, "subject", row->subject);
        sma_jw_member_i64(w, "version", row->version);
        sma_jw_member_i64(w, "id", row->id);
        sma_jw_member_string(w, "schemaType", row->type);
        sma_jw_member_bool(w, "deleted", row->is_deleted);
        sma_jw_member_i64(w, "depth", g->nodes[i].depth);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

static enum sma_status read_direction(struct graph *g, struct sma_error *err)
{
    struct sma_str text = sma_own_param(g->call, "direction");
    if (text.len && !sma_str_eqz(text, "references") && !sma_str_eqz(text, "referencedby"))
        return sma_own_refuse(err, "direction: give references or referencedby");
    g->backwards = sma_str_eqz(text, "referencedby");
    return sma_own_param_bool(&g->with_deleted, g->call, "deleted", err);
}

static enum sma_status build(struct graph *g, struct sma_error *err)
{
    struct sma_str name = sma_own_param(g->call, "subject");
    struct sma_str number = sma_own_param(g->call, "version");
    struct sma_subject given, subject;
    struct sma_version *start = sma_arena_alloc(g->call->arena, sizeof *start);
    int32_t version = SMA_LATEST;
    int64_t depth;
    bool is_in;
    if (!start)
        return sma_fail_nomem(err);
    if (!name.len)
        return sma_own_refuse(err, "subject: name the subject to start from");
    enum sma_status st = read_direction(g, err);
    if (!st)
        st = sma_own_param_number(&depth, g->call, "depth", 1, SMA_OWN_GRAPH_DEPTH_MAX,
                                  SMA_OWN_GRAPH_DEPTH_MAX, err);
    if (!st && number.len)
        st = sma_version_parse(&version, number, err);
    if (!st)
        st = sma_subject_parse(&given, g->call->arena, name, err);
    if (!st)
        st = sma_read_alias(&subject, g->call->loader, &given, err);
    if (!st)
        st = sma_read_version(start, g->call->loader, &subject, version, true, err);
    if (!st)
        st = add_node(&is_in, g, start, 0, err);
    return st ? st : walk(g, g->backwards, depth, err);
}

enum sma_status sma_own_graph(struct sma_own_call *call, struct sma_error *err)
{
    struct graph g = {.call = call};
    sma_map_init(&g.seen);
    sma_buf_init(&g.edges, 0);
    g.edge_writer = sma_json_writer_on(&g.edges);
    enum sma_status st = build(&g, err);
    if (!st && sma_buf_failed(&g.edges))
        st = sma_fail_nomem(err);
    if (!st) {
        sma_jw_object_open(&call->out);
        write_nodes(&g);
        sma_jw_name(&call->out, "edges");
        sma_jw_array_open(&call->out);
        sma_buf_puts(call->body, sma_buf_str(&g.edges));
        sma_jw_array_close(&call->out);
        sma_jw_member_bool(&call->out, "isTruncated", g.is_truncated);
        sma_jw_object_close(&call->out);
    }
    sma_map_fini(&g.seen);
    sma_buf_fini(&g.edges);
    return st;
}
