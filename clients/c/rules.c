/* Data-contract rules are not run yet: schemas that have some for the way a message goes are refused,
 * because passing its data on as they are could disclose or break them. */
#include "clients/c/schema.h"
#include "clients/c/serde.h"
#include "core/json/json.h"

/* The first rule of a list that would run; NULL when there is none. */
static const struct sma_json *first_active(const struct sma_json *list, const char *mode)
{
    for (uint32_t i = 0; sma_json_is(list, SMA_JSON_ARRAY) && i < list->count; i++) {
        const struct sma_json *rule = &list->items[i];
        const struct sma_json *disabled = sma_json_getz(rule, "disabled");
        const struct sma_json *when = sma_json_getz(rule, "mode");
        bool is_meant = sma_json_is(when, SMA_JSON_STRING) &&
                        (sma_str_eqz(when->text, mode) || sma_str_eqz(when->text, "WRITEREAD"));
        if (is_meant && !(sma_json_is(disabled, SMA_JSON_BOOL) && disabled->boolean))
            return rule;
    }
    return NULL;
}

static struct sma_str text_of(const struct sma_json *rule, const char *name)
{
    const struct sma_json *value = sma_json_get(rule, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : sma_str_make("", 0);
}

schemata_status_t sma_client_rules_refuse(const schemata_schema_t *schema, bool writes,
                                          schemata_error_t **err)
{
    struct sma_arena arena;
    const struct sma_json *rules = NULL, *rule = NULL;
    struct sma_error problem = SMA_ERROR_INIT;
    const char *mode = writes ? "WRITE" : "READ";
    schemata_status_t st = SCHEMATA_OK;
    if (!schema->rule_set)
        return SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    if (sma_json_parse(&rules, &arena, sma_str_z(schema->rule_set), NULL, NULL, &problem))
        st = sma_client_fail_core(err, SCHEMATA_ERR_SERVER, &problem);
    if (!st)
        rule = first_active(sma_json_getz(rules, "domainRules"), mode);
    if (!st && !rule)
        rule = first_active(sma_json_getz(rules, "encodingRules"), mode);
    if (rule) {
        struct sma_str name = text_of(rule, "name"), type = text_of(rule, "type");
        st = sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED,
                             "schema %d has the rule \"%.*s\" of type %.*s, which this library does "
                             "not run", schema->id, SMA_STR_ARG(name), SMA_STR_ARG(type));
        sma_client_hint(err, "use a client that runs rules, or disable the rule");
    }
    sma_arena_fini(&arena);
    return st;
}
