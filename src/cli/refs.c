/* schemata refs: what a schema refers to and what refers to it, followed through the registry. */
#include "base/num.h"
#include "cli/commands.h"
#include "cli/remote_session.h"
#include "core/json/writer.h"

#define DEPTH_MAX 64
#define NODES_MAX 10000

const struct sma_option sma_refs_options[] = {
    {.name = "--out", .help = "only what it refers to"},
    {.name = "--in", .help = "only what refers to it"},
    {.name = "--depth", .value = "N", .standard = "64", .help = "how far to follow"},
    {.name = "--format",
     .letter = 'f',
     .value = "human|json|dot",
     .standard = "human",
     .help = "what goes to stdout"},
    {.name = NULL},
};

struct node {
    struct sma_str subject;
    int32_t version;
    size_t depth;
};

struct edge {
    size_t from, to; /* the referrer, what it refers to */
    struct sma_str name;
};

struct walk {
    struct sma_remote_session *s;
    struct node *nodes; /* the first is where it starts */
    size_t node_count, node_capacity;
    struct edge *edges;
    size_t edge_count, edge_capacity;
    size_t depth_max;
};

static enum sma_status find_or_add(struct walk *w, struct sma_str subject, int32_t version,
                                   size_t depth, size_t *out)
{
    for (*out = 0; *out < w->node_count; (*out)++)
        if (w->nodes[*out].version == version && sma_str_eq(w->nodes[*out].subject, subject))
            return SMA_OK;
    struct node *grown = sma_arena_grow(&w->s->arena, w->nodes, w->node_count, &w->node_capacity,
                                        w->node_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&w->s->err);
    if (w->node_count >= NODES_MAX)
        return sma_fail(&w->s->err, SMA_ELIMIT, "more than %d schemas hang together here",
                        NODES_MAX);
    w->nodes = grown;
    grown[w->node_count++] = (struct node){subject, version, depth};
    return SMA_OK;
}

static enum sma_status add_edge(struct walk *w, size_t from, size_t to, struct sma_str name)
{
    for (size_t i = 0; i < w->edge_count; i++)
        if (w->edges[i].from == from && w->edges[i].to == to)
            return SMA_OK;
    struct edge *grown = sma_arena_grow(&w->s->arena, w->edges, w->edge_count, &w->edge_capacity,
                                        w->edge_count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&w->s->err);
    w->edges = grown;
    grown[w->edge_count++] = (struct edge){from, to, name};
    return SMA_OK;
}

static enum sma_status fetch(struct walk *w, size_t i, struct sma_remote_schema *out)
{
    return sma_remote_version(out, w->s->remote, &w->s->arena, w->nodes[i].subject,
                              w->nodes[i].version, true, &w->s->err);
}

static enum sma_status follow_out(struct walk *w, size_t i)
{
    struct sma_remote_schema schema;
    size_t to;
    enum sma_status st = fetch(w, i, &schema);
    for (size_t r = 0; !st && r < schema.reference_count; r++) {
        st = find_or_add(w, schema.references[r].subject, schema.references[r].version,
                         w->nodes[i].depth + 1, &to);
        if (!st)
            st = add_edge(w, i, to, schema.references[r].name);
    }
    return st;
}

/* The standard API gives ids of referrers; each stands for the subjects and versions it is in. */
static enum sma_status take_referrer(struct walk *w, size_t i, int32_t id)
{
    struct sma_remote_session *s = w->s;
    struct sma_subject_versions uses;
    struct sma_remote_schema schema;
    size_t from;
    enum sma_status st = sma_remote_by_id(&schema, s->remote, &s->arena, id, &s->err);
    if (!st)
        st = sma_remote_uses(&uses, s->remote, &s->arena, id, false, &s->err);
    for (size_t u = 0; !st && u < uses.count; u++) {
        struct sma_str name = SMA_STR("");
        for (size_t r = 0; r < schema.reference_count; r++)
            if (schema.references[r].version == w->nodes[i].version &&
                sma_str_eq(schema.references[r].subject, w->nodes[i].subject))
                name = schema.references[r].name;
        st = find_or_add(w, uses.items[u].subject, uses.items[u].version, w->nodes[i].depth + 1,
                         &from);
        if (!st)
            st = add_edge(w, from, i, name);
    }
    return st;
}

static enum sma_status follow_in(struct walk *w, size_t i)
{
    struct sma_remote_session *s = w->s;
    const struct sma_json *ids;
    int32_t id;
    enum sma_status st =
        sma_remote_get(s->remote, &s->arena,
                       sma_remote_path(&s->arena, "/subjects/%s/versions/%d/referencedby",
                                       w->nodes[i].subject, w->nodes[i].version),
                       &ids, &s->err);
    for (uint32_t k = 0; !st && sma_json_is(ids, SMA_JSON_ARRAY) && k < ids->count; k++)
        if (sma_json_i32(&ids->items[k], &id))
            st = take_referrer(w, i, id);
    return st;
}

/* Breadth first; what the loop adds comes later in the list. */
static enum sma_status follow(struct walk *w, enum sma_status (*step)(struct walk *w, size_t i))
{
    size_t first_new = w->node_count;
    enum sma_status st = w->nodes[0].depth < w->depth_max ? step(w, 0) : SMA_OK;
    for (size_t i = first_new; !st && i < w->node_count; i++)
        if (w->nodes[i].depth < w->depth_max)
            st = step(w, i);
    return st;
}

/* ---- printing ---- */

static void put_node(struct sma_buf *out, const struct node *node)
{
    sma_buf_printf(out, "%.*s@%d", SMA_STR_ARG(node->subject), node->version);
}

static void put_shown_node(struct sma_buf *out, const struct walk *w, const struct node *node)
{
    struct node shown = *node;
    shown.subject = sma_remote_shown(&w->s->arena, node->subject);
    put_node(out, &shown);
}

/* Children of a node, each once in the whole tree; the second time only its name comes. */
static void put_tree(struct sma_buf *out, const struct walk *w, size_t at, bool is_out,
                     unsigned level, bool *seen)
{
    for (size_t e = 0; e < w->edge_count; e++) {
        size_t next = is_out ? w->edges[e].to : w->edges[e].from;
        if ((is_out ? w->edges[e].from : w->edges[e].to) != at)
            continue;
        sma_buf_printf(out, "%*s%s ", (int)level * 3 + 2, "", is_out ? "->" : "<-");
        put_shown_node(out, w, &w->nodes[next]);
        if (w->edges[e].name.len)
            sma_buf_printf(out, "  as %.*s",
                           SMA_STR_ARG(sma_remote_shown(&w->s->arena, w->edges[e].name)));
        sma_buf_putz(out, seen[next] ? "  (see above)\n" : "\n");
        if (!seen[next] && level < DEPTH_MAX) {
            seen[next] = true;
            put_tree(out, w, next, is_out, level + 1, seen);
        }
    }
}

static enum sma_status put_human(struct sma_buf *out, const struct walk *w, bool is_out,
                                 bool is_in)
{
    bool *seen = sma_arena_calloc(&w->s->arena, w->node_count, sizeof *seen);
    if (!seen)
        return sma_fail_nomem(&w->s->err);
    put_shown_node(out, w, &w->nodes[0]);
    sma_buf_putc(out, '\n');
    seen[0] = true;
    if (is_out)
        put_tree(out, w, 0, true, 0, seen);
    memset(seen, 0, w->node_count * sizeof *seen);
    seen[0] = true;
    if (is_in)
        put_tree(out, w, 0, false, 0, seen);
    return SMA_OK;
}

static void put_json_node(struct sma_json_writer *w, const char *name, const struct node *node)
{
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_jw_member_string(w, "subject", node->subject);
    sma_jw_member_i64(w, "version", node->version);
    sma_jw_object_close(w);
}

static void put_json(struct sma_buf *out, const struct walk *w)
{
    struct sma_json_writer jw = sma_json_writer_on(out);
    sma_jw_object_open(&jw);
    put_json_node(&jw, "start", &w->nodes[0]);
    sma_jw_name(&jw, "edges");
    sma_jw_array_open(&jw);
    for (size_t e = 0; e < w->edge_count; e++) {
        sma_jw_object_open(&jw);
        put_json_node(&jw, "from", &w->nodes[w->edges[e].from]);
        put_json_node(&jw, "to", &w->nodes[w->edges[e].to]);
        sma_jw_member_string(&jw, "name", w->edges[e].name);
        sma_jw_object_close(&jw);
    }
    sma_jw_array_close(&jw);
    sma_jw_object_close(&jw);
    sma_buf_putc(out, '\n');
}

static void put_dot_name(struct sma_buf *out, const struct node *node)
{
    struct sma_buf name;
    sma_buf_init(&name, 0);
    put_node(&name, node);
    sma_json_put_string(out, sma_buf_str(&name));
    sma_buf_fini(&name);
}

static void put_dot(struct sma_buf *out, const struct walk *w)
{
    sma_buf_putz(out, "digraph references {\n  ");
    put_dot_name(out, &w->nodes[0]);
    sma_buf_putz(out, " [penwidth=2];\n");
    for (size_t e = 0; e < w->edge_count; e++) {
        sma_buf_putz(out, "  ");
        put_dot_name(out, &w->nodes[w->edges[e].from]);
        sma_buf_putz(out, " -> ");
        put_dot_name(out, &w->nodes[w->edges[e].to]);
        sma_buf_putz(out, " [label=");
        sma_json_put_string(out, w->edges[e].name);
        sma_buf_putz(out, "];\n");
    }
    sma_buf_putz(out, "}\n");
}

static enum sma_status print(struct walk *w, bool is_out, bool is_in)
{
    const char *format = sma_argument(w->s->arguments, "--format");
    enum sma_status st = SMA_OK;
    struct sma_buf out;
    sma_buf_init(&out, 0);
    if (format && !strcmp(format, "json"))
        put_json(&out, w);
    else if (format && !strcmp(format, "dot"))
        put_dot(&out, w);
    else
        st = put_human(&out, w, is_out, is_in);
    if (!st && sma_buf_failed(&out))
        st = sma_fail_nomem(&w->s->err);
    if (!st)
        fwrite(out.ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return st;
}

static enum sma_status refs(struct walk *w)
{
    struct sma_remote_session *s = w->s;
    const char *depth = sma_argument(s->arguments, "--depth");
    bool is_out = sma_argument_has(s->arguments, "--out");
    bool is_in = sma_argument_has(s->arguments, "--in");
    struct sma_remote_schema schema;
    struct sma_sr_ref ref;
    int64_t number = DEPTH_MAX;
    size_t start;
    if (!is_out && !is_in)
        is_out = is_in = true;
    enum sma_status st = sma_sr_parse(&ref, sma_str_z(s->arguments->positional[0]), &s->err);
    if (!st && (ref.kind != SMA_SR_SUBJECT || ref.versions == SMA_SR_EVERY))
        return sma_fail(&s->err, SMA_EINVAL, "refs wants SUBJECT or SUBJECT@VERSION");
    if (!st && depth &&
        (!sma_parse_i64(sma_str_z(depth), &number) || number < 1 || number > DEPTH_MAX))
        return sma_fail(&s->err, SMA_EINVAL, "--depth wants a number from 1 to %d, not \"%s\"",
                        DEPTH_MAX, depth);
    w->depth_max = (size_t)number;
    if (!st)
        st = sma_remote_version(&schema, s->remote, &s->arena, ref.subject, ref.version, true,
                                &s->err);
    if (!st)
        st = find_or_add(w, ref.subject, schema.version, 0, &start);
    if (!st && is_out)
        st = follow(w, follow_out);
    if (!st && is_in)
        st = follow(w, follow_in);
    return st ? st : print(w, is_out, is_in);
}

int sma_refs_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct walk w = {.s = &s};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    return sma_remote_session_finish(&s, st ? st : refs(&w), SMA_EXIT_OK);
}
