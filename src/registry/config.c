#include "registry/config.h"

#include "registry/codes.h"
#include "registry/value.h"

static const char *const policies[] = {"STRICT", "LENIENT", "LOGICAL"};

/* ---- reading ------------------------------------------------------------------------------------
 */

static enum sma_status read_text(struct sma_str *out, const struct sma_json *object,
                                 const char *name, struct sma_error *err)
{
    return sma_value_text(out, sma_json_get(object, sma_str_z(name)), name, err);
}

static enum sma_status read_switch(enum sma_tristate *out, const struct sma_json *object,
                                   const char *name, struct sma_error *err)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    bool set = false;
    enum sma_status st;
    *out = SMA_UNSET;
    if (!value || value->type == SMA_JSON_NULL)
        return SMA_OK;
    st = sma_value_bool(&set, value, name, err);
    if (!st)
        *out = set ? SMA_TRUE : SMA_FALSE;
    return st;
}

static enum sma_status read_policy(struct sma_str *out, const struct sma_json *object,
                                   struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st = read_text(&text, object, "compatibilityPolicy", err);
    if (st)
        return st;
    *out = (struct sma_str){NULL, 0};
    for (size_t i = 0; i < sizeof policies / sizeof policies[0]; i++)
        if (sma_str_eq_nocase(text, sma_str_z(policies[i])))
            *out = sma_str_z(policies[i]);
    return SMA_OK;
}

/* Everything but the level, whose name and strictness differ between requests and stored values. */
static enum sma_status read_members(struct sma_config *config, struct sma_arena *arena,
                                    const struct sma_json *object, struct sma_error *err)
{
    enum sma_status st = read_text(&config->alias, object, "alias", err);
    if (!st)
        st = read_text(&config->alias_for_deks, object, "aliasForDeks", err);
    if (!st)
        st = read_switch(&config->normalize, object, "normalize", err);
    if (!st)
        st = read_switch(&config->validate_fields, object, "validateFields", err);
    if (!st)
        st = read_switch(&config->validate_new_schemas, object, "validateNewSchemas", err);
    if (!st)
        st = read_switch(&config->validate_rules, object, "validateRules", err);
    if (!st)
        st = read_policy(&config->policy, object, err);
    if (!st)
        st = read_text(&config->group, object, "compatibilityGroup", err);
    if (!st)
        st = sma_metadata_read(&config->default_metadata, arena,
                               sma_json_getz(object, "defaultMetadata"), "defaultMetadata", err);
    if (!st)
        st = sma_metadata_read(&config->override_metadata, arena,
                               sma_json_getz(object, "overrideMetadata"), "overrideMetadata", err);
    if (!st)
        st = sma_rule_set_read(&config->default_rule_set, arena,
                               sma_json_getz(object, "defaultRuleSet"), "defaultRuleSet", err);
    if (!st)
        st = sma_rule_set_read(&config->override_rule_set, arena,
                               sma_json_getz(object, "overrideRuleSet"), "overrideRuleSet", err);
    return st;
}

static unsigned named_members(const struct sma_json *body)
{
    static const char *const names[] = {
        [SMA_CONFIG_ALIAS] = "alias",
        [SMA_CONFIG_ALIAS_FOR_DEKS] = "aliasForDeks",
        [SMA_CONFIG_NORMALIZE] = "normalize",
        [SMA_CONFIG_VALIDATE_FIELDS] = "validateFields",
        [SMA_CONFIG_VALIDATE_NEW_SCHEMAS] = "validateNewSchemas",
        [SMA_CONFIG_VALIDATE_RULES] = "validateRules",
        [SMA_CONFIG_LEVEL] = SMA_LEVEL_UPDATE_MEMBER,
        [SMA_CONFIG_POLICY] = "compatibilityPolicy",
        [SMA_CONFIG_GROUP] = "compatibilityGroup",
        [SMA_CONFIG_DEFAULT_METADATA] = "defaultMetadata",
        [SMA_CONFIG_OVERRIDE_METADATA] = "overrideMetadata",
        [SMA_CONFIG_DEFAULT_RULE_SET] = "defaultRuleSet",
        [SMA_CONFIG_OVERRIDE_RULE_SET] = "overrideRuleSet",
    };
    unsigned named = 0;
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (sma_json_get(body, sma_str_z(names[i])))
            named |= 1u << i;
    return named;
}

enum sma_status sma_config_update_read(struct sma_config_update *out, struct sma_arena *arena,
                                       const struct sma_json *body, struct sma_error *err)
{
    struct sma_config_update update = {.named = named_members(body)};
    struct sma_str level;
    enum sma_status st = read_members(&update.values, arena, body, err);
    if (!st)
        st = read_text(&level, body, SMA_LEVEL_UPDATE_MEMBER, err);
    if (st)
        return st;
    if (level.ptr) {
        update.values.has_level = true;
        if (!sma_level_parse(level, &update.values.level))
            return sma_refuse(err, SMA_CODE_INVALID_LEVEL,
                              "Invalid compatibility level. Valid values are none, backward, "
                              "forward, full, backward_transitive, forward_transitive, and "
                              "full_transitive");
    }
    *out = update;
    return SMA_OK;
}

enum sma_status sma_config_parse(struct sma_config *out, struct sma_arena *arena,
                                 struct sma_str text, struct sma_error *err)
{
    struct sma_record_config stored;
    enum sma_status st = sma_record_parse_config(&stored, arena, text, err);
    if (st)
        return st;
    struct sma_config config = {
        .alias = stored.alias,
        .alias_for_deks = stored.alias_for_deks,
        .normalize = stored.normalize,
        .validate_fields = stored.validate_fields,
        .validate_new_schemas = stored.validate_new_schemas,
        .validate_rules = stored.validate_rules,
        .policy = stored.compatibility_policy,
        .group = stored.compatibility_group,
    };
    config.has_level = sma_level_parse(stored.compatibility_level, &config.level);
    st = sma_metadata_parse(&config.default_metadata, arena, stored.default_metadata, err);
    if (!st)
        st = sma_metadata_parse(&config.override_metadata, arena, stored.override_metadata, err);
    if (!st)
        st = sma_rule_set_parse(&config.default_rule_set, arena, stored.default_rule_set, err);
    if (!st)
        st = sma_rule_set_parse(&config.override_rule_set, arena, stored.override_rule_set, err);
    if (!st)
        *out = config;
    return st;
}

enum sma_status sma_config_record(struct sma_record_config *out, struct sma_arena *arena,
                                  const struct sma_config *config, struct sma_error *err)
{
    struct sma_record_config record = {
        .alias = config->alias,
        .alias_for_deks = config->alias_for_deks,
        .normalize = config->normalize,
        .validate_fields = config->validate_fields,
        .validate_new_schemas = config->validate_new_schemas,
        .validate_rules = config->validate_rules,
        .compatibility_policy = config->policy,
        .compatibility_group = config->group,
    };
    if (config->has_level)
        record.compatibility_level = sma_str_z(sma_level_name(config->level));
    enum sma_status st =
        sma_metadata_text(&record.default_metadata, arena, config->default_metadata, err);
    if (!st)
        st = sma_metadata_text(&record.override_metadata, arena, config->override_metadata, err);
    if (!st)
        st = sma_rule_set_text(&record.default_rule_set, arena, config->default_rule_set, err);
    if (!st)
        st = sma_rule_set_text(&record.override_rule_set, arena, config->override_rule_set, err);
    if (!st)
        *out = record;
    return st;
}

/* ---- merging ------------------------------------------------------------------------------------
 */

void sma_config_apply(struct sma_config *config, const struct sma_config_update *update)
{
    const struct sma_config *values = &update->values;
#define TAKE(bit, member)                                                                          \
    if (update->named & (1u << (bit)))                                                             \
    config->member = values->member
    TAKE(SMA_CONFIG_ALIAS, alias);
    TAKE(SMA_CONFIG_ALIAS_FOR_DEKS, alias_for_deks);
    TAKE(SMA_CONFIG_NORMALIZE, normalize);
    TAKE(SMA_CONFIG_VALIDATE_FIELDS, validate_fields);
    TAKE(SMA_CONFIG_VALIDATE_NEW_SCHEMAS, validate_new_schemas);
    TAKE(SMA_CONFIG_VALIDATE_RULES, validate_rules);
    TAKE(SMA_CONFIG_LEVEL, has_level);
    TAKE(SMA_CONFIG_LEVEL, level);
    TAKE(SMA_CONFIG_POLICY, policy);
    TAKE(SMA_CONFIG_GROUP, group);
    TAKE(SMA_CONFIG_DEFAULT_METADATA, default_metadata);
    TAKE(SMA_CONFIG_OVERRIDE_METADATA, override_metadata);
    TAKE(SMA_CONFIG_DEFAULT_RULE_SET, default_rule_set);
    TAKE(SMA_CONFIG_OVERRIDE_RULE_SET, override_rule_set);
#undef TAKE
}

bool sma_config_has_contract(const struct sma_config *config)
{
    return config->default_metadata || config->override_metadata || config->default_rule_set ||
           config->override_rule_set;
}

/* ---- writing ------------------------------------------------------------------------------------
 */

struct writing {
    struct sma_json_writer *w;
    struct sma_arena *arena;
    bool keep_empty_text;
    struct sma_error *err;
};

static void write_text(struct writing *out, const char *name, struct sma_str text)
{
    if (text.len || (text.ptr && out->keep_empty_text))
        sma_jw_member_string(out->w, name, text);
}

static void write_switch(struct writing *out, const char *name, enum sma_tristate value)
{
    if (value != SMA_UNSET)
        sma_jw_member_bool(out->w, name, value == SMA_TRUE);
}

static enum sma_status write_metadata(struct writing *out, const char *name,
                                      const struct sma_metadata *metadata)
{
    struct sma_str text;
    enum sma_status st = sma_metadata_text(&text, out->arena, metadata, out->err);
    if (!st && text.ptr)
        sma_jw_member_raw(out->w, name, text);
    return st;
}

static enum sma_status write_rules(struct writing *out, const char *name,
                                   const struct sma_rule_set *rules)
{
    struct sma_str text;
    enum sma_status st = sma_rule_set_text(&text, out->arena, rules, out->err);
    if (!st && text.ptr)
        sma_jw_member_raw(out->w, name, text);
    return st;
}

enum sma_status sma_config_write(struct sma_json_writer *w, struct sma_arena *arena,
                                 const struct sma_config *config, const char *level_member,
                                 bool keep_empty_text, struct sma_error *err)
{
    struct writing out = {w, arena, keep_empty_text, err};
    write_text(&out, "alias", config->alias);
    write_text(&out, "aliasForDeks", config->alias_for_deks);
    write_switch(&out, "normalize", config->normalize);
    write_switch(&out, "validateFields", config->validate_fields);
    write_switch(&out, "validateNewSchemas", config->validate_new_schemas);
    write_switch(&out, "validateRules", config->validate_rules);
    if (config->has_level)
        sma_jw_member_string(w, level_member, sma_str_z(sma_level_name(config->level)));
    write_text(&out, "compatibilityPolicy", config->policy);
    write_text(&out, "compatibilityGroup", config->group);
    enum sma_status st = write_metadata(&out, "defaultMetadata", config->default_metadata);
    if (!st)
        st = write_metadata(&out, "overrideMetadata", config->override_metadata);
    if (!st)
        st = write_rules(&out, "defaultRuleSet", config->default_rule_set);
    if (!st)
        st = write_rules(&out, "overrideRuleSet", config->override_rule_set);
    return st;
}
