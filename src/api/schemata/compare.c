/* POST /compare: two schemas, each named as in source.h; all differences with their places, and
 * what they mean at each level. */
#include "api/schemata/differences.h"
#include "api/schemata/resources.h"
#include "api/schemata/source.h"
#include "registry/value.h"

struct side {
    struct sma_own_source source;
    struct sma_schema *schema;
};

static enum sma_status read_side(struct side *side, struct sma_own_call *call,
                                 const struct sma_json *body, const char *name,
                                 struct sma_error *err)
{
    const struct sma_json *object = sma_json_get(body, sma_str_z(name));
    if (!sma_json_is(object, SMA_JSON_OBJECT))
        return sma_own_refuse(err, "%s: give an object that names a schema", name);
    enum sma_status st = sma_own_source_read(&side->source, call, object, err);
    if (!st)
        st = sma_own_source_parse(&side->schema, call, &side->source, err);
    if (st)
        sma_error_prefix(err, "%s: ", name);
    return st;
}

static void write_side(struct sma_json_writer *w, const char *name, const struct side *side)
{
    sma_jw_name(w, name);
    sma_jw_object_open(w);
    sma_own_source_write(w, &side->source);
    sma_jw_object_close(w);
}

/* Transitive levels speak about more than two schemas; for two they are as the plain ones. */
static void write_levels(struct sma_json_writer *w, const struct sma_own_comparison *c)
{
    bool backward = !c->backward.incompatible_count, forward = !c->forward.incompatible_count;
    sma_jw_name(w, "levels");
    sma_jw_object_open(w);
    sma_jw_member_bool(w, "NONE", true);
    sma_jw_member_bool(w, "BACKWARD", backward);
    sma_jw_member_bool(w, "FORWARD", forward);
    sma_jw_member_bool(w, "FULL", backward && forward);
    sma_jw_object_close(w);
}

static void write_answer(struct sma_own_call *call, const struct side *from, const struct side *to,
                         const struct sma_own_comparison *c)
{
    struct sma_json_writer *w = &call->out;
    struct sma_str newer = to->source.parse.text, older = from->source.parse.text;
    sma_jw_object_open(w);
    write_side(w, "from", from);
    write_side(w, "to", to);
    sma_jw_member_bool(w, "isSame", to->schema->format->equal(to->schema, from->schema));
    write_levels(w, c);
    sma_jw_name(w, "findings");
    sma_jw_array_open(w);
    sma_own_differences_write(w, &c->backward, false, newer, older);
    sma_own_differences_write(w, &c->forward, true, newer, older);
    sma_jw_array_close(w);
    sma_jw_object_close(w);
}

enum sma_status sma_own_compare(struct sma_own_call *call, struct sma_error *err)
{
    struct side from = {.schema = NULL}, to = {.schema = NULL};
    struct sma_own_comparison comparison = {.steps_left = SMA_COMPAT_STEPS_MAX};
    const struct sma_json *body;
    struct sma_str policy_text;
    enum sma_policy policy;
    enum sma_status st = sma_own_body(&body, call, err);
    if (!st)
        st = sma_value_text(&policy_text, sma_json_getz(body, "policy"), "policy", err);
    if (!st)
        st = sma_own_policy_read(&policy, policy_text, err);
    if (!st)
        st = read_side(&from, call, body, "from", err);
    if (!st)
        st = read_side(&to, call, body, "to", err);
    if (!st)
        st = sma_own_compare_schemas(&comparison, call->arena, to.schema, from.schema, policy, err);
    if (!st)
        write_answer(call, &from, &to, &comparison);
    sma_schema_unref(from.schema);
    sma_schema_unref(to.schema);
    return st;
}
