/* schemata get: one schema of a registry, or all versions of a subject. Only schemas go to stdout. */
#include "cli/commands.h"
#include "cli/layout.h"
#include "cli/remote_session.h"
#include "cli/schema_files.h"
#include "core/formats/formats.h"
#include "core/json/writer.h"

const struct sma_option sma_get_options[] = {
    {.name = "--with-references", .help = "the schemas it refers to as well; needs -O or -f json"},
    {.name = "--raw", .help = "the text as the registry has it, not in the pretty form"},
    {.name = "--meta", .help = "id, version, GUID, type, references and metadata on stderr"},
    {.name = "--into", .letter = 'O', .value = "DIR", .help = "write files, named by subject"},
    {.name = "--deleted", .help = "soft-deleted versions count too"},
    SMA_LISTING_OPTION,
    {.name = NULL},
};

struct getting {
    struct sma_remote_session *s;
    struct sma_sr_ref ref;
    struct sma_fetch *items;
    size_t count, capacity;
};

static enum sma_status add(struct getting *g, struct sma_str subject, int32_t version,
                           const struct sma_remote_schema *schema)
{
    struct sma_fetch *grown = sma_arena_grow(&g->s->arena, g->items, g->count, &g->capacity,
                                             g->count + 1, sizeof *grown);
    if (!grown)
        return sma_fail_nomem(&g->s->err);
    g->items = grown;
    grown[g->count++] = (struct sma_fetch){.subject = subject, .version = version};
    if (schema)
        grown[g->count - 1].schema = *schema;
    return SMA_OK;
}

/* ---- what is asked for ---- */

static enum sma_status fetch_subject(struct getting *g)
{
    struct sma_remote_session *s = g->s;
    bool deleted = sma_argument_has(s->arguments, "--deleted");
    struct sma_numbers versions;
    struct sma_remote_schema schema;
    enum sma_status st = SMA_OK;
    if (g->ref.versions != SMA_SR_EVERY) {
        st = sma_remote_version(&schema, s->remote, &s->arena, g->ref.subject, g->ref.version,
                                deleted, &s->err);
        return st ? st : add(g, g->ref.subject, schema.version, &schema);
    }
    st = sma_remote_versions(&versions, s->remote, &s->arena, g->ref.subject,
                             deleted ? SMA_REMOTE_WITH_DELETED : SMA_REMOTE_LIVE, &s->err);
    for (size_t i = 0; !st && i < versions.count; i++)
        st = add(g, g->ref.subject, versions.items[i], NULL);
    return st ? st
              : sma_remote_fetch(s->remote, &s->arena, s->arguments, g->items, g->count, deleted,
                                 &s->err);
}

static enum sma_status fetch_asked(struct getting *g)
{
    struct sma_remote_session *s = g->s;
    struct sma_remote_schema schema;
    enum sma_status st = SMA_OK;
    if (g->ref.kind == SMA_SR_SUBJECT)
        return fetch_subject(g);
    if (g->ref.kind == SMA_SR_ALL)
        return sma_fail(&s->err, SMA_EINVAL, "get wants one subject; pull fetches all of them");
    if (g->ref.kind == SMA_SR_ID)
        st = sma_remote_by_id(&schema, s->remote, &s->arena, g->ref.id, &s->err);
    else
        st = sma_remote_by_guid(&schema, s->remote, &s->arena, g->ref.guid, &s->err);
    return st ? st : add(g, schema.subject, schema.version, &schema);
}

static bool has(const struct getting *g, const struct sma_reference *reference)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->items[i].version == reference->version &&
            sma_str_eq(g->items[i].subject, reference->subject))
            return true;
    return false;
}

/* What is referred to, breadth first. */
static enum sma_status fetch_references(struct getting *g)
{
    struct sma_remote_session *s = g->s;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < g->count; i++) {
        const struct sma_remote_schema *from = &g->items[i].schema;
        for (size_t r = 0; !st && r < from->reference_count; r++) {
            struct sma_remote_schema schema;
            struct sma_reference reference = from->references[r];
            if (has(g, &reference))
                continue;
            if (g->count >= SMA_REFERENCES_TRANSITIVE_MAX)
                return sma_fail(&s->err, SMA_ELIMIT, "more than %d schemas are referred to",
                                SMA_REFERENCES_TRANSITIVE_MAX);
            st = sma_remote_version(&schema, s->remote, &s->arena, reference.subject,
                                    reference.version, true, &s->err);
            if (!st)
                st = add(g, reference.subject, reference.version, &schema);
            from = &g->items[i].schema; /* the list may have moved */
        }
    }
    return st;
}

/* ---- what comes out ---- */

static enum sma_status shown_text(struct getting *g, const struct sma_remote_schema *schema,
                                  struct sma_str *out)
{
    struct sma_remote_session *s = g->s;
    if (!sma_argument_has(s->arguments, "--raw"))
        return sma_schema_pretty(out, &s->arena, schema, &s->err);
    *out = schema->text;
    return SMA_OK;
}

static void put_references(struct sma_json_writer *w, const struct sma_remote_schema *schema)
{
    sma_jw_name(w, "references");
    sma_jw_array_open(w);
    for (size_t i = 0; i < schema->reference_count; i++) {
        sma_jw_object_open(w);
        sma_jw_member_string(w, "name", schema->references[i].name);
        sma_jw_member_string(w, "subject", schema->references[i].subject);
        sma_jw_member_i64(w, "version", schema->references[i].version);
        sma_jw_object_close(w);
    }
    sma_jw_array_close(w);
}

static void put_json(struct sma_buf *out, const struct sma_remote_schema *schema)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    if (schema->subject.len)
        sma_jw_member_string(&w, "subject", schema->subject);
    if (schema->version > 0)
        sma_jw_member_i64(&w, "version", schema->version);
    if (schema->id > 0)
        sma_jw_member_i64(&w, "id", schema->id);
    if (schema->guid.len)
        sma_jw_member_string(&w, "guid", schema->guid);
    sma_jw_member_string(&w, "schemaType", schema->type);
    if (schema->reference_count)
        put_references(&w, schema);
    if (schema->metadata) {
        sma_jw_name(&w, "metadata");
        sma_jw_value(&w, schema->metadata);
    }
    if (schema->rule_set) {
        sma_jw_name(&w, "ruleSet");
        sma_jw_value(&w, schema->rule_set);
    }
    sma_jw_member_string(&w, "schema", schema->text);
    sma_jw_member_bool(&w, "deleted", schema->is_deleted);
    sma_jw_object_close(&w);
}

static void print_meta(const struct sma_remote_schema *schema)
{
    struct sma_buf json;
    if (schema->subject.len)
        fprintf(stderr, "subject     %.*s\n", SMA_STR_ARG(schema->subject));
    if (schema->version > 0)
        fprintf(stderr, "version     %d%s\n", schema->version,
                schema->is_deleted ? " (soft-deleted)" : "");
    if (schema->id > 0)
        fprintf(stderr, "id          %d\n", schema->id);
    if (schema->guid.len)
        fprintf(stderr, "guid        %.*s\n", SMA_STR_ARG(schema->guid));
    fprintf(stderr, "type        %.*s\n", SMA_STR_ARG(schema->type));
    for (size_t i = 0; i < schema->reference_count; i++)
        fprintf(stderr, "%s%.*s: %.*s@%d\n", i ? "            " : "references  ",
                SMA_STR_ARG(schema->references[i].name),
                SMA_STR_ARG(schema->references[i].subject), schema->references[i].version);
    sma_buf_init(&json, 0);
    if (schema->metadata) {
        sma_json_put(&json, schema->metadata);
        fprintf(stderr, "metadata    %s\n", json.ptr ? json.ptr : "");
    }
    sma_buf_fini(&json);
}

static enum sma_status print_json(struct getting *g)
{
    struct sma_buf out;
    bool is_list = g->count > 1 || g->ref.versions == SMA_SR_EVERY;
    sma_buf_init(&out, 0);
    if (is_list)
        sma_buf_putc(&out, '[');
    for (size_t i = 0; i < g->count; i++) {
        if (i)
            sma_buf_putc(&out, ',');
        put_json(&out, &g->items[i].schema);
    }
    sma_buf_putz(&out, is_list ? "]\n" : "\n");
    bool ok = !sma_buf_failed(&out);
    if (ok)
        fwrite(out.ptr, 1, out.len, stdout);
    sma_buf_fini(&out);
    return ok ? SMA_OK : sma_fail_nomem(&g->s->err);
}

static enum sma_status write_files(struct getting *g, const char *folder)
{
    struct sma_remote_session *s = g->s;
    bool is_many = g->ref.versions == SMA_SR_EVERY;
    enum sma_status st = SMA_OK;
    for (size_t i = 0; !st && i < g->count; i++) {
        const struct sma_remote_schema *schema = &g->items[i].schema;
        struct sma_str text, name = SMA_STR("");
        if (g->items[i].is_missing)
            continue;
        st = shown_text(g, schema, &text);
        if (!st)
            name = sma_schema_file_name(&s->arena, schema, is_many && i < g->count);
        if (!st && !name.ptr)
            st = sma_fail_nomem(&s->err);
        if (!st)
            st = sma_write_below(&s->arena, folder, name, text, &s->err);
        if (!st)
            fprintf(stderr, "%s/%.*s\n", folder, SMA_STR_ARG(name));
    }
    return st;
}

static enum sma_status put_out(struct getting *g)
{
    struct sma_remote_session *s = g->s;
    const char *folder = sma_argument(s->arguments, "--into");
    struct sma_str text;
    for (size_t i = 0; sma_argument_has(s->arguments, "--meta") && i < g->count; i++)
        print_meta(&g->items[i].schema);
    if (folder)
        return write_files(g, folder);
    if (sma_wants_json(s->arguments))
        return print_json(g);
    if (g->count > 1)
        return sma_fail(&s->err, SMA_EINVAL,
                        "%zu schemas do not go to stdout as one: use -O DIR or -f json", g->count);
    enum sma_status st = shown_text(g, &g->items[0].schema, &text);
    if (!st)
        fwrite(text.ptr, 1, text.len, stdout);
    return st;
}

int sma_get_main(const struct sma_arguments *arguments)
{
    struct sma_remote_session s;
    struct getting g = {.s = &s};
    enum sma_status st = sma_remote_session_open(&s, arguments);
    if (!st)
        st = sma_sr_parse(&g.ref, sma_str_z(arguments->positional[0]), &s.err);
    if (!st)
        st = fetch_asked(&g);
    if (!st && sma_argument_has(arguments, "--with-references"))
        st = fetch_references(&g);
    return sma_remote_session_finish(&s, st ? st : put_out(&g), SMA_EXIT_OK);
}
