/* The format's entry points: text to schema, and the small questions to one. */
#include "core/jsonschema/jsonschema.h"

#include "core/jsonschema/canonical.h"
#include "core/jsonschema/loader.h"
#include "core/jsonschema/tags.h"

#define PROBLEM "Invalid JSON schema: "

/* ---- parse --------------------------------------------------------------------------------- */

/* The first JSON value is the schema; the original ignores whatever follows it. */
static enum sma_status read_text(struct sma_jsonschema *schema, struct sma_error *err)
{
    static const struct sma_json_options options = {.allow_trailing = true,
                                                    .max_depth = SMA_JS_DEPTH_MAX};
    enum sma_status st =
        sma_json_parse(&schema->root, &schema->base.arena, schema->base.text, &options, NULL, err);
    if (st == SMA_EINVAL)
        sma_error_prefix(err, PROBLEM);
    return st;
}

static enum sma_status print_canonical(struct sma_jsonschema *schema, struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    enum sma_status st = sma_js_put_canonical(&text, schema->root, SMA_JS_ORDER_AS_WRITTEN, err);
    if (st == SMA_EINVAL)
        sma_error_prefix(err, PROBLEM);
    if (!st &&
        !(schema->base.canonical = sma_arena_copy(&schema->base.arena, sma_buf_str(&text))).ptr)
        st = sma_fail_nomem(err);
    sma_buf_fini(&text);
    return st;
}

static const char *kind_of_root(const struct sma_json *root)
{
    static const char *const kinds[] = {
        [SMA_JSON_NULL] = "NULL",     [SMA_JSON_BOOL] = "BOOLEAN", [SMA_JSON_NUMBER] = "NUMBER",
        [SMA_JSON_STRING] = "STRING", [SMA_JSON_ARRAY] = "ARRAY",  [SMA_JSON_OBJECT] = "OBJECT",
    };
    return kinds[root->type];
}

static enum sma_status load_model(struct sma_jsonschema *schema, const struct sma_source *source,
                                  struct sma_error *err)
{
    enum sma_json_type type = schema->root->type;
    if (type != SMA_JSON_OBJECT && type != SMA_JSON_BOOL)
        return sma_fail_at(err, SMA_EINVAL, schema->root->start,
                           PROBLEM "expected an object or boolean at the root, found %s",
                           kind_of_root(schema->root));
    enum sma_status st = sma_js_model_load(&schema->model, &schema->base.arena, source,
                                           schema->root, &schema->needs_fetch, err);
    if (st == SMA_EINVAL)
        sma_error_prefix(err, PROBLEM);
    return st;
}

/* A schema that does not load is still a text that can be looked up and returned; only comparing it
 * will fail, with this problem. */
static enum sma_status keep_problem(struct sma_jsonschema *schema, enum sma_status st,
                                    const struct sma_error *problem, struct sma_error *err)
{
    if (st == SMA_ENOMEM)
        return sma_fail_nomem(err);
    schema->problem = sma_arena_copy(&schema->base.arena, sma_str_z(problem->message));
    return schema->problem.ptr ? SMA_OK : sma_fail_nomem(err);
}

static enum sma_status check_fields(const struct sma_jsonschema *schema, struct sma_error *err)
{
    const struct sma_json *properties = sma_json_getz(schema->root, "properties");
    if (!sma_json_is(properties, SMA_JSON_OBJECT))
        return SMA_OK;
    for (uint32_t i = 0; i < properties->count; i++) {
        const struct sma_json_member *member = &properties->members[i];
        if (sma_str_starts(member->name, SMA_STR("$$")))
            return sma_fail_at(err, SMA_EINVAL, member->name_start,
                               PROBLEM "property \"%.*s\": Field names cannot start with $$ prefix",
                               SMA_STR_ARG(member->name));
    }
    return SMA_OK;
}

static enum sma_status fill_in(struct sma_jsonschema *schema, const struct sma_source *source,
                               const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_source own = *source;
    enum sma_status st = read_text(schema, err);
    if (!st)
        st = print_canonical(schema, err);
    if (st)
        return st;
    own.text = schema->base.text;
    schema->draft = sma_js_draft_of(schema->root, SMA_DRAFT_7);
    st = load_model(schema, &own, options->validate ? err : &problem);
    if (!options->validate)
        return st ? keep_problem(schema, st, &problem, err) : SMA_OK;
    return st || !options->validate_fields ? st : check_fields(schema, err);
}

static enum sma_status parse(struct sma_schema **out, const struct sma_source *source,
                             const struct sma_parse_options *options, struct sma_error *err)
{
    struct sma_schema *schema =
        sma_schema_new(&sma_format_jsonschema, sizeof(struct sma_jsonschema), source);
    if (!schema)
        return sma_fail_nomem(err);
    enum sma_status st = fill_in((struct sma_jsonschema *)schema, source, options, err);
    if (st)
        sma_schema_unref(schema);
    else
        *out = schema;
    return st;
}

/* ---- the rest ------------------------------------------------------------------------------ */

/* No other form is defined for JSON: every `format` parameter gives the canonical text. */
static enum sma_status print(struct sma_buf *out, const struct sma_schema *schema,
                             enum sma_text_form form, struct sma_error *err)
{
    (void)form;
    sma_buf_puts(out, schema->canonical);
    return sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
}

static bool equal(const struct sma_schema *a, const struct sma_schema *b)
{
    return a->format == b->format && sma_str_eq(a->canonical, b->canonical);
}

static void each_field(const struct sma_schema *schema, bool (*fn)(void *ctx, struct sma_str name),
                       void *ctx)
{
    const struct sma_json *properties =
        sma_json_getz(sma_jsonschema_of(schema)->root, "properties");
    if (!sma_json_is(properties, SMA_JSON_OBJECT))
        return;
    for (uint32_t i = 0; i < properties->count; i++)
        if (!fn(ctx, properties->members[i].name))
            return;
}

struct sma_str sma_jsonschema_name(const struct sma_schema *schema)
{
    const struct sma_json *title = sma_json_getz(sma_jsonschema_of(schema)->root, "title");
    return sma_json_is(title, SMA_JSON_STRING) ? title->text : SMA_STR("");
}

const struct sma_format sma_format_jsonschema = {
    .name = "JSON",
    .parse = parse,
    .normalize = sma_jsonschema_normalize,
    .print = print,
    .equal = equal,
    .compat = sma_jsonschema_compat,
    .each_field = each_field,
    .tagged = sma_jsonschema_tagged,
    .edit_tags = sma_jsonschema_edit_tags,
};
