/* What the original's DEK registry adds to encryption rules when they come in (confluent-rest 17.3): a
 * rule that names a key of a service, but no kek, gets a kek named after the key. */
#include "registry/rules.h"
#include "registry/text.h"

#define KEY_ID SMA_STR("encrypt.kms.key.id")
#define KEK_NAME SMA_STR("encrypt.kek.name")
#define KMS_TYPE SMA_STR("encrypt.kms.type")
#define ARN SMA_STR("arn:")

static bool needs_kek(const struct sma_contract_rule *rule)
{
    return sma_properties_get(&rule->params, KEY_ID).ptr &&
           !sma_properties_get(&rule->params, KEK_NAME).ptr;
}

/* Without "arn:", anything but letters, digits, '_' and '-' as '-'. */
static struct sma_str kek_name(struct sma_arena *arena, struct sma_str key_id)
{
    if (sma_str_starts(key_id, ARN))
        key_id = sma_str_from(key_id, ARN.len);
    char *name = sma_arena_alloc(arena, key_id.len + 1);
    if (!name)
        return (struct sma_str){NULL, 0};
    for (size_t i = 0; i < key_id.len; i++) {
        char c = key_id.ptr[i];
        bool is_kept = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '_' || c == '-';
        name[i] = is_kept ? c : '-';
    }
    return sma_str_make(name, key_id.len);
}

/* Keeps the order; replaces a property of that name. There is room for one more. */
static void put(struct sma_properties *params, struct sma_str name, struct sma_str value)
{
    size_t at = params->count;
    while (at && sma_str_cmp_utf16(params->items[at - 1].name, name) > 0)
        at--;
    if (at && sma_str_eq(params->items[at - 1].name, name)) {
        params->items[at - 1].value = value;
        return;
    }
    memmove(params->items + at + 1, params->items + at,
            (params->count - at) * sizeof *params->items);
    params->items[at] = (struct sma_property){name, value};
    params->count++;
}

static bool complete(struct sma_contract_rule *rule, struct sma_arena *arena)
{
    struct sma_str key_id = sma_properties_get(&rule->params, KEY_ID);
    struct sma_str name = kek_name(arena, key_id);
    struct sma_properties params = {
        sma_arena_calloc(arena, rule->params.count + 2, sizeof *params.items), rule->params.count};
    if (!name.ptr || !params.items)
        return false;
    memcpy(params.items, rule->params.items, params.count * sizeof *params.items);
    put(&params, KEK_NAME, name);
    if (sma_str_starts(key_id, ARN))
        put(&params, KMS_TYPE, SMA_STR("aws-kms"));
    rule->params = params;
    return true;
}

static bool complete_list(struct sma_contract_rules *rules, struct sma_arena *arena)
{
    struct sma_contract_rule *items = NULL;
    for (size_t i = 0; i < rules->count; i++) {
        if (!needs_kek(&rules->items[i]))
            continue;
        if (!items) {
            items = sma_arena_calloc(arena, rules->count, sizeof *items);
            if (!items)
                return false;
            memcpy(items, rules->items, rules->count * sizeof *items);
        }
        if (!complete(&items[i], arena))
            return false;
    }
    if (items)
        rules->items = items;
    return true;
}

enum sma_status sma_rule_set_name_keks(const struct sma_rule_set **rules, struct sma_arena *arena,
                                       struct sma_error *err)
{
    if (!*rules)
        return SMA_OK;
    struct sma_rule_set *own = sma_arena_alloc(arena, sizeof *own);
    if (!own)
        return sma_fail_nomem(err);
    *own = **rules;
    if (!complete_list(&own->lists[SMA_RULES_DOMAIN], arena) ||
        !complete_list(&own->lists[SMA_RULES_ENCODING], arena))
        return sma_fail_nomem(err);
    *rules = own;
    return SMA_OK;
}
