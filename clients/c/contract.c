#include "clients/c/contract.h"

#include <string.h>

#include "clients/c/memory.h"
#include "core/json/json.h"

struct reader {
    struct sma_arena *arena;
    const char *direction;   /* "WRITE" or "READ" */
    const char *environment; /* may be NULL */
    schemata_status_t status; /* sticky */
    schemata_error_t **err;
};

/* ---- pieces -------------------------------------------------------------------------------------
 */

static void *no_memory(struct reader *r)
{
    if (!r->status)
        r->status = sma_client_no_memory(r->err);
    return NULL;
}

static void *take(struct reader *r, size_t count, size_t size)
{
    void *memory = sma_arena_calloc(r->arena, count + 1, size);
    return memory ? memory : no_memory(r);
}

/* NUL-terminated; ptr NULL for everything that is no text. */
static struct sma_str text(struct reader *r, const struct sma_json *value)
{
    struct sma_str none = {NULL, 0};
    if (!sma_json_is(value, SMA_JSON_STRING))
        return none;
    struct sma_str copy = sma_arena_copy(r->arena, value->text);
    if (!copy.ptr)
        no_memory(r);
    return copy;
}

static struct sma_str member(struct reader *r, const struct sma_json *object, const char *name)
{
    return text(r, sma_json_get(object, sma_str_z(name)));
}

static struct sma_client_tags tags_of(struct reader *r, const struct sma_json *list)
{
    struct sma_client_tags tags = {NULL, 0};
    struct sma_str *items;
    if (!sma_json_is(list, SMA_JSON_ARRAY) || !list->count)
        return tags;
    items = take(r, list->count, sizeof *items);
    for (uint32_t i = 0; items && i < list->count; i++) {
        items[tags.count] = text(r, &list->items[i]);
        tags.count += items[tags.count].ptr != NULL;
    }
    tags.items = items;
    return tags;
}

static const schemata_kv_t *pairs_of(struct reader *r, const struct sma_json *object, size_t *count)
{
    schemata_kv_t *pairs;
    *count = 0;
    if (!sma_json_is(object, SMA_JSON_OBJECT) || !object->count)
        return NULL;
    pairs = take(r, object->count, sizeof *pairs);
    for (uint32_t i = 0; pairs && i < object->count; i++) {
        struct sma_str name = sma_arena_copy(r->arena, object->members[i].name);
        struct sma_str value = text(r, &object->members[i].value);
        if (!name.ptr)
            return no_memory(r);
        if (value.ptr)
            pairs[(*count)++] = (schemata_kv_t){name.ptr, value.ptr};
    }
    return pairs;
}

/* Of "a,b", the part for writing is a. */
static struct sma_str part(struct reader *r, struct sma_str both)
{
    ptrdiff_t comma = both.ptr ? sma_str_chr(both, ',') : -1;
    if (comma < 0)
        return both;
    struct sma_str one = strcmp(r->direction, "WRITE") ? sma_str_from(both, (size_t)comma + 1)
                                                       : sma_str_head(both, (size_t)comma);
    one = sma_arena_copy(r->arena, sma_str_trim(one));
    if (!one.ptr)
        no_memory(r);
    return one;
}

/* ---- rules --------------------------------------------------------------------------------------
 */

static bool is_true(const struct sma_json *value)
{
    return sma_json_is(value, SMA_JSON_BOOL) && value->boolean;
}

static bool is_meant(const struct reader *r, const struct sma_json *rule)
{
    const struct sma_json *mode = sma_json_getz(rule, "mode");
    if (!sma_json_is(rule, SMA_JSON_OBJECT) || is_true(sma_json_getz(rule, "disabled")))
        return false;
    /* A rule without a mode runs both ways. */
    return !sma_json_is(mode, SMA_JSON_STRING) || sma_str_eqz(mode->text, r->direction) ||
           sma_str_eqz(mode->text, "WRITEREAD");
}

static void read_rule(struct reader *r, struct sma_client_rule *out, const struct sma_json *rule)
{
    const struct sma_json *kind = sma_json_getz(rule, "kind");
    out->name = member(r, rule, "name");
    out->type = member(r, rule, "type");
    out->doc = member(r, rule, "doc");
    out->expr = member(r, rule, "expr");
    out->mode = member(r, rule, "mode");
    out->on_success = part(r, member(r, rule, "onSuccess"));
    out->on_failure = part(r, member(r, rule, "onFailure"));
    out->is_condition = sma_json_is(kind, SMA_JSON_STRING) && sma_str_eqz(kind->text, "CONDITION");
    out->tags = tags_of(r, sma_json_getz(rule, "tags"));
    out->params = pairs_of(r, sma_json_getz(rule, "params"), &out->param_count);
}

static void read_list(struct reader *r, struct sma_client_contract *contract,
                      const struct sma_json *list, bool is_encoding)
{
    bool writes = !strcmp(r->direction, "WRITE");
    if (!sma_json_is(list, SMA_JSON_ARRAY))
        return;
    for (uint32_t i = 0; !r->status && i < list->count; i++) {
        const struct sma_json *rule = &list->items[writes ? i : list->count - 1 - i];
        if (!is_meant(r, rule))
            continue;
        struct sma_client_rule *out = &contract->rules[contract->count++];
        read_rule(r, out, rule);
        out->is_encoding = is_encoding;
    }
}

static uint32_t count_of(const struct sma_json *list)
{
    return sma_json_is(list, SMA_JSON_ARRAY) ? list->count : 0;
}

static bool is_here(const struct reader *r, const struct sma_json *rules)
{
    const struct sma_json *at = sma_json_getz(rules, "enableAt");
    return !sma_json_is(at, SMA_JSON_STRING) || sma_str_eqz(at->text, "ALL") ||
           (r->environment && sma_str_eqz(at->text, r->environment));
}

static void read_rules(struct reader *r, struct sma_client_contract *contract,
                       const struct sma_json *rules)
{
    const struct sma_json *domain = sma_json_getz(rules, "domainRules");
    const struct sma_json *encoding = sma_json_getz(rules, "encodingRules");
    size_t count = (size_t)count_of(domain) + count_of(encoding);
    bool writes = !strcmp(r->direction, "WRITE");
    if (!is_here(r, rules))
        return;
    if (count > 2 * SMA_CLIENT_RULES_MAX) {
        r->status = sma_client_fail(r->err, SCHEMATA_ERR_SERVER,
                                    "the schema has more than %u rules", 2 * SMA_CLIENT_RULES_MAX);
        return;
    }
    contract->rules = take(r, count, sizeof *contract->rules);
    read_list(r, contract, writes ? domain : encoding, !writes);
    read_list(r, contract, writes ? encoding : domain, writes);
}

static void read_metadata(struct reader *r, struct sma_client_contract *contract,
                          const struct sma_json *metadata)
{
    const struct sma_json *tags = sma_json_getz(metadata, "tags");
    contract->properties =
        pairs_of(r, sma_json_getz(metadata, "properties"), &contract->property_count);
    if (!sma_json_is(tags, SMA_JSON_OBJECT) || !tags->count)
        return;
    struct sma_client_tagged *tagged = take(r, tags->count, sizeof *tagged);
    for (uint32_t i = 0; tagged && i < tags->count; i++) {
        tagged[i].pattern = sma_arena_copy(r->arena, tags->members[i].name);
        tagged[i].tags = tags_of(r, &tags->members[i].value);
        if (!tagged[i].pattern.ptr)
            no_memory(r);
    }
    contract->tagged = tagged;
    contract->tagged_count = tags->count;
}

/* NULL for no text; the tree lives in `scratch`. */
static const struct sma_json *tree_of(struct reader *r, struct sma_arena *scratch, const char *json)
{
    struct sma_error problem = SMA_ERROR_INIT;
    const struct sma_json *tree = NULL;
    if (json && !r->status && sma_json_parse(&tree, scratch, sma_str_z(json), NULL, NULL, &problem))
        r->status = sma_client_fail_core(r->err, SCHEMATA_ERR_SERVER, &problem);
    return r->status ? NULL : tree;
}

schemata_status_t sma_client_contract_new(struct sma_client_contract **out,
                                          const schemata_schema_t *schema, bool writes,
                                          const char *environment, schemata_error_t **err)
{
    struct sma_client_contract *contract;
    struct sma_arena scratch;
    *out = NULL;
    if (!schema->rule_set)
        return SCHEMATA_OK;
    contract = sma_client_alloc(sizeof *contract);
    if (!contract)
        return sma_client_no_memory(err);
    sma_arena_init(&contract->arena, 0);
    sma_arena_init(&scratch, 0);
    struct reader r = {&contract->arena, writes ? "WRITE" : "READ", environment, SCHEMATA_OK, err};
    read_rules(&r, contract, tree_of(&r, &scratch, schema->rule_set));
    if (!r.status && contract->count)
        read_metadata(&r, contract, tree_of(&r, &scratch, schema->metadata));
    sma_arena_fini(&scratch);
    if (r.status || !contract->count)
        sma_client_contract_free(contract);
    else
        *out = contract;
    return r.status;
}

void sma_client_contract_free(struct sma_client_contract *contract)
{
    if (!contract)
        return;
    sma_arena_fini(&contract->arena);
    sma_client_free(contract);
}

schemata_status_t sma_client_contract_migration(struct sma_str *name, struct sma_str *type,
                                                struct sma_arena *arena,
                                                const schemata_schema_t *schema,
                                                schemata_error_t **err)
{
    struct reader r = {arena, "UPGRADE", NULL, SCHEMATA_OK, err};
    const struct sma_json *list =
        sma_json_getz(tree_of(&r, arena, schema->rule_set), "migrationRules");
    *name = sma_str_make(NULL, 0);
    for (uint32_t i = 0; !r.status && !name->ptr && i < count_of(list); i++) {
        const struct sma_json *rule = &list->items[i], *mode = sma_json_getz(rule, "mode");
        if (is_true(sma_json_getz(rule, "disabled")) || !sma_json_is(mode, SMA_JSON_STRING) ||
            !(sma_str_eqz(mode->text, "UPGRADE") || sma_str_eqz(mode->text, "UPDOWN")))
            continue;
        *name = member(&r, rule, "name");
        *type = member(&r, rule, "type");
    }
    return r.status;
}

/* ---- questions ----------------------------------------------------------------------------------
 */

static struct sma_str find(const schemata_kv_t *pairs, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(pairs[i].key, name))
            return sma_str_z(pairs[i].value);
    return sma_str_make(NULL, 0);
}

struct sma_str sma_client_contract_param(const struct sma_client_contract *contract,
                                         const struct sma_client_rule *rule, const char *name)
{
    struct sma_str value = find(rule->params, rule->param_count, name);
    return value.ptr ? value : find(contract->properties, contract->property_count, name);
}

static bool is_among(struct sma_client_tags tags, struct sma_str tag)
{
    for (size_t i = 0; i < tags.count; i++)
        if (sma_str_eq(tags.items[i], tag))
            return true;
    return false;
}

bool sma_client_contract_means(const struct sma_client_contract *contract,
                               const struct sma_client_rule *rule, struct sma_str field,
                               bool (*has_tag)(void *ctx, struct sma_str tag), void *ctx)
{
    for (size_t i = 0; i < rule->tags.count; i++)
        if (has_tag(ctx, rule->tags.items[i]))
            return true;
    for (size_t i = 0; rule->tags.count && i < contract->tagged_count; i++) {
        const struct sma_client_tagged *tagged = &contract->tagged[i];
        for (size_t j = 0; j < tagged->tags.count; j++)
            if (is_among(rule->tags, tagged->tags.items[j]) &&
                sma_client_wildcard_match(tagged->pattern, field))
                return true;
    }
    return !rule->tags.count;
}

static bool same_tags(struct sma_client_tags a, struct sma_client_tags b)
{
    bool same = a.count == b.count;
    for (size_t i = 0; same && i < a.count; i++)
        same = is_among(b, a.items[i]) && is_among(a, b.items[i]);
    return same;
}

bool sma_client_contract_is_repeated(const struct sma_client_contract *contract,
                                     const struct sma_client_rule *rule)
{
    for (const struct sma_client_rule *other = contract->rules; other < rule; other++)
        if (rule->tags.count && !rule->is_condition && !other->is_condition &&
            other->is_encoding == rule->is_encoding && sma_str_eq(other->type, rule->type) &&
            sma_str_eq(other->mode, rule->mode) && same_tags(other->tags, rule->tags))
            return true;
    return false;
}

/* Two ways back: to the last `*`, which stays within its name, and to the last `**`. Earlier ones need not
 * move again: a later one of their kind finds whatever they would leave to it. */
bool sma_client_wildcard_match(struct sma_str pattern, struct sma_str text)
{
    size_t p = 0, t = 0;
    struct {
        size_t pattern, text;
        bool is_set;
    } star = {0, 0, false}, wide = {0, 0, false};
    for (;;) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            bool is_wide = p + 1 < pattern.len && pattern.ptr[p + 1] == '*';
            p += is_wide ? 2 : 1;
            /* "**.*" means "**", as in the other clients. */
            if (is_wide && p + 1 < pattern.len && pattern.ptr[p] == '.' && pattern.ptr[p + 1] == '*')
                p += 2;
            if (is_wide) {
                wide.pattern = p, wide.text = t, wide.is_set = true;
                star.is_set = false;
            } else {
                star.pattern = p, star.text = t, star.is_set = true;
            }
            continue;
        }
        if (p == pattern.len && t == text.len)
            return true;
        if (p < pattern.len && t < text.len &&
            (pattern.ptr[p] == text.ptr[t] || (pattern.ptr[p] == '?' && text.ptr[t] != '.'))) {
            p++, t++;
            continue;
        }
        if (star.is_set && star.text < text.len && text.ptr[star.text] != '.') {
            p = star.pattern;
            t = ++star.text;
        } else if (wide.is_set && wide.text < text.len) {
            star.is_set = false;
            p = wide.pattern;
            t = ++wide.text;
        } else {
            return false;
        }
    }
}
