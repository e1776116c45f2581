#include "registry/rules.h"

#include "base/map.h"
#include "base/utf8.h"
#include "registry/codes.h"
#include "registry/text.h"
#include "registry/value.h"

#define NAME_UNITS_MAX 256 /* UTF-16 code units */

static const char *const list_names[SMA_RULE_LISTS] = {
    [SMA_RULES_MIGRATION] = "migrationRules",
    [SMA_RULES_DOMAIN] = "domainRules",
    [SMA_RULES_ENCODING] = "encodingRules",
};

/* ---- reading ------------------------------------------------------------------------------------
 */

static enum sma_status read_word(struct sma_str *out, const struct sma_json *value,
                                 const char *name, const char *const *words, const char *initial,
                                 struct sma_error *err)
{
    struct sma_str text;
    enum sma_status st = sma_value_text(&text, value, name, err);
    if (st)
        return st;
    if (!text.ptr) {
        *out = initial ? sma_str_z(initial) : text;
        return SMA_OK;
    }
    for (; *words; words++)
        if (sma_str_eqz(text, *words)) {
            *out = sma_str_z(*words);
            return SMA_OK;
        }
    return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                      "Cannot deserialize field \"%s\": \"%.*s\" is none of its values", name,
                      (int)(text.len > 64 ? 64 : text.len), text.ptr);
}

static enum sma_status read_rule(struct sma_contract_rule *rule, struct sma_arena *arena,
                                 const struct sma_json *value, struct sma_error *err)
{
    static const char *const kinds[] = {"TRANSFORM", "CONDITION", NULL};
    static const char *const modes[] = {"UPGRADE", "DOWNGRADE", "UPDOWN", "WRITE",
                                        "READ",    "WRITEREAD", NULL};
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, "rule", err);
    if (!st && !object)
        return sma_refuse(err, SMA_CODE_BAD_REQUEST, "Cannot deserialize a rule: null");
    if (!st)
        st = sma_value_text(&rule->name, sma_json_getz(object, "name"), "name", err);
    if (!st)
        st = sma_value_text(&rule->doc, sma_json_getz(object, "doc"), "doc", err);
    if (!st)
        st = read_word(&rule->kind, sma_json_getz(object, "kind"), "kind", kinds, kinds[0], err);
    if (!st)
        st = read_word(&rule->mode, sma_json_getz(object, "mode"), "mode", modes, modes[5], err);
    if (!st)
        st = sma_value_text(&rule->type, sma_json_getz(object, "type"), "type", err);
    if (!st)
        st = sma_names_read(&rule->tags, arena, sma_json_getz(object, "tags"), "tags", err);
    if (!st)
        st = sma_properties_read(&rule->params, arena, sma_json_getz(object, "params"), "params",
                                 err);
    if (!st)
        st = sma_value_text(&rule->expr, sma_json_getz(object, "expr"), "expr", err);
    if (!st)
        st =
            sma_value_text(&rule->on_success, sma_json_getz(object, "onSuccess"), "onSuccess", err);
    if (!st)
        st =
            sma_value_text(&rule->on_failure, sma_json_getz(object, "onFailure"), "onFailure", err);
    if (!st)
        st = sma_value_bool(&rule->is_disabled, sma_json_getz(object, "disabled"), "disabled", err);
    return st;
}

static enum sma_status read_list(struct sma_contract_rules *list, struct sma_arena *arena,
                                 const struct sma_json *value, const char *name,
                                 struct sma_error *err)
{
    const struct sma_json *array;
    enum sma_status st = sma_value_container(&array, value, SMA_JSON_ARRAY, name, err);
    if (st || !array || !array->count)
        return st;
    list->items = sma_arena_calloc(arena, array->count, sizeof *list->items);
    if (!list->items)
        return sma_fail_nomem(err);
    for (; !st && list->count < array->count; list->count++)
        st = read_rule(&list->items[list->count], arena, &array->items[list->count], err);
    return st;
}

enum sma_status sma_rule_set_read(const struct sma_rule_set **out, struct sma_arena *arena,
                                  const struct sma_json *value, const char *name,
                                  struct sma_error *err)
{
    static const char *const places[] = {"ALL", "CLIENT", "GATEWAY", "SERVER", "NONE", NULL};
    const struct sma_json *object;
    enum sma_status st = sma_value_container(&object, value, SMA_JSON_OBJECT, name, err);
    if (st)
        return st;
    if (!object) {
        *out = NULL;
        return SMA_OK;
    }
    struct sma_rule_set *rules = sma_arena_calloc(arena, 1, sizeof *rules);
    if (!rules)
        return sma_fail_nomem(err);
    for (int i = 0; !st && i < SMA_RULE_LISTS; i++)
        st = read_list(&rules->lists[i], arena, sma_json_get(object, sma_str_z(list_names[i])),
                       list_names[i], err);
    if (!st)
        st = read_word(&rules->enable_at, sma_json_getz(object, "enableAt"), "enableAt", places,
                       NULL, err);
    if (!st)
        *out = rules;
    return st;
}

enum sma_status sma_rule_set_parse(const struct sma_rule_set **out, struct sma_arena *arena,
                                   struct sma_str text, struct sma_error *err)
{
    const struct sma_json *value = NULL;
    if (!text.ptr) {
        *out = NULL;
        return SMA_OK;
    }
    enum sma_status st = sma_json_parse(&value, arena, text, NULL, NULL, err);
    return st ? st : sma_rule_set_read(out, arena, value, "ruleSet", err);
}

/* ---- writing ------------------------------------------------------------------------------------
 */

static void put_text(struct sma_json_writer *w, const char *name, struct sma_str text)
{
    if (text.len)
        sma_jw_member_string(w, name, text);
}

static void write_rule(struct sma_json_writer *w, const struct sma_contract_rule *rule)
{
    sma_jw_object_open(w);
    put_text(w, "name", rule->name);
    put_text(w, "doc", rule->doc);
    put_text(w, "kind", rule->kind);
    put_text(w, "mode", rule->mode);
    put_text(w, "type", rule->type);
    sma_names_write(w, "tags", &rule->tags);
    sma_properties_write(w, "params", &rule->params);
    put_text(w, "expr", rule->expr);
    put_text(w, "onSuccess", rule->on_success);
    put_text(w, "onFailure", rule->on_failure);
    sma_jw_member_bool(w, "disabled", rule->is_disabled);
    sma_jw_object_close(w);
}

enum sma_status sma_rule_set_text(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_rule_set *rules, struct sma_error *err)
{
    struct sma_buf buf;
    struct sma_json_writer w;
    if (!rules) {
        *out = (struct sma_str){NULL, 0};
        return SMA_OK;
    }
    sma_buf_init(&buf, 0);
    w = sma_json_writer_on(&buf);
    sma_jw_object_open(&w);
    for (int i = 0; i < SMA_RULE_LISTS; i++) {
        const struct sma_contract_rules *list = &rules->lists[i];
        if (!list->count)
            continue;
        sma_jw_name(&w, list_names[i]);
        sma_jw_array_open(&w);
        for (size_t k = 0; k < list->count; k++)
            write_rule(&w, &list->items[k]);
        sma_jw_array_close(&w);
    }
    put_text(&w, "enableAt", rules->enable_at);
    sma_jw_object_close(&w);
    struct sma_str text = sma_text_keep(arena, &buf);
    if (!text.ptr)
        return sma_fail_nomem(err);
    *out = text;
    return SMA_OK;
}

/* ---- validity -----------------------------------------------------------------------------------
 */

/* The original asks Java's Character.isLetter; characters beyond ASCII all pass here. */
static bool is_letter(unsigned char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c >= 0x80;
}

static enum sma_status check_name(struct sma_str name, struct sma_error *err)
{
    if (!name.ptr)
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "Missing rule name");
    if (!name.len)
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "Empty rule name");
    if (sma_utf16_len(name) > NAME_UNITS_MAX)
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "Rule name too long");
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (is_letter(c) || c == '_' || (i && ((c >= '0' && c <= '9') || c == '-')))
            continue;
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET,
                          i ? "Illegal character in rule name: %.*s"
                            : "Illegal initial character in rule name: %.*s",
                          SMA_STR_ARG(name));
    }
    return SMA_OK;
}

static bool is_migration_mode(struct sma_str mode)
{
    return sma_str_eqz(mode, "UPGRADE") || sma_str_eqz(mode, "DOWNGRADE") ||
           sma_str_eqz(mode, "UPDOWN");
}

static enum sma_status check_rule(const struct sma_contract_rule *rule, enum sma_rule_list list,
                                  struct sma_error *err)
{
    static const char *const wrong_mode[SMA_RULE_LISTS] = {
        [SMA_RULES_MIGRATION] = "Migration rules can only be UPGRADE, DOWNGRADE, UPDOWN",
        [SMA_RULES_DOMAIN] = "Domain rules can only be WRITE, READ, WRITEREAD",
        [SMA_RULES_ENCODING] = "Encoding rules can only be WRITE, READ, WRITEREAD",
    };
    enum sma_status st = check_name(rule->name, err);
    if (st)
        return st;
    if (!rule->type.len)
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "Missing rule type");
    if ((sma_str_chr(rule->on_success, ',') >= 0 || sma_str_chr(rule->on_failure, ',') >= 0) &&
        !sma_str_eqz(rule->mode, "WRITEREAD") && !sma_str_eqz(rule->mode, "UPDOWN"))
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET,
                          "Multiple actions only valid with WRITEREAD and UPDOWN");
    if (is_migration_mode(rule->mode) != (list == SMA_RULES_MIGRATION))
        return sma_refuse(err, SMA_CODE_INVALID_RULE_SET, "%s", wrong_mode[list]);
    return SMA_OK;
}

enum sma_status sma_rule_set_validate(const struct sma_rule_set *rules, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    struct sma_map names;
    if (!rules)
        return SMA_OK;
    sma_map_init(&names);
    for (int list = 0; !st && list < SMA_RULE_LISTS; list++)
        for (size_t i = 0; !st && i < rules->lists[list].count; i++) {
            const struct sma_contract_rule *rule = &rules->lists[list].items[i];
            st = check_rule(rule, (enum sma_rule_list)list, err);
            if (st)
                break;
            int added = sma_map_add(&names, rule->name, NULL);
            if (added < 0)
                st = sma_fail_nomem(err);
            else if (!added)
                st = sma_refuse(err, SMA_CODE_INVALID_RULE_SET,
                                "Found rule with duplicate name '%.*s'", SMA_STR_ARG(rule->name));
        }
    sma_map_fini(&names);
    return st;
}

/* ---- merging ------------------------------------------------------------------------------------
 */

static enum sma_status merge_list(struct sma_contract_rules *out, struct sma_arena *arena,
                                  const struct sma_contract_rules *older,
                                  const struct sma_contract_rules *newer, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    struct sma_map names; /* of the newer list */
    sma_map_init(&names);
    out->items = sma_arena_calloc(arena, older->count + newer->count + 1, sizeof *out->items);
    if (!out->items)
        st = sma_fail_nomem(err);
    for (size_t i = 0; !st && i < newer->count; i++)
        if (sma_map_add(&names, newer->items[i].name, NULL) < 0)
            st = sma_fail_nomem(err);
    for (size_t i = 0; !st && i < older->count; i++)
        if (!sma_map_find(&names, older->items[i].name))
            out->items[out->count++] = older->items[i];
    for (size_t i = 0; !st && i < newer->count; i++)
        out->items[out->count++] = newer->items[i];
    sma_map_fini(&names);
    return st;
}

enum sma_status sma_rule_set_merge(const struct sma_rule_set **out, struct sma_arena *arena,
                                   const struct sma_rule_set *older,
                                   const struct sma_rule_set *newer, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (!older || !newer) {
        *out = older ? older : newer;
        return SMA_OK;
    }
    struct sma_rule_set *merged = sma_arena_calloc(arena, 1, sizeof *merged);
    if (!merged)
        return sma_fail_nomem(err);
    for (int i = 0; !st && i < SMA_RULE_LISTS; i++)
        st = merge_list(&merged->lists[i], arena, &older->lists[i], &newer->lists[i], err);
    merged->enable_at = newer->enable_at.ptr ? newer->enable_at : older->enable_at;
    if (!st)
        *out = merged;
    return st;
}

static bool is_named(const struct sma_contract_rule *rule, const struct sma_names *names)
{
    size_t low = 0, high = names->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = sma_str_cmp_utf16(rule->name, names->items[middle]);
        if (!order)
            return true;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return false;
}

enum sma_status sma_rule_set_without(const struct sma_rule_set **out, struct sma_arena *arena,
                                     const struct sma_rule_set *rules,
                                     const struct sma_names *names, struct sma_error *err)
{
    struct sma_rule_set *kept = rules ? sma_arena_alloc(arena, sizeof *kept) : NULL;
    if (!rules) {
        *out = NULL;
        return SMA_OK;
    }
    if (!kept)
        return sma_fail_nomem(err);
    *kept = *rules;
    for (int list = 0; list < SMA_RULE_LISTS; list++) {
        const struct sma_contract_rules *from = &rules->lists[list];
        struct sma_contract_rules *to = &kept->lists[list];
        to->count = 0;
        to->items = sma_arena_calloc(arena, from->count + 1, sizeof *to->items);
        if (!to->items)
            return sma_fail_nomem(err);
        for (size_t i = 0; i < from->count; i++)
            if (!is_named(&from->items[i], names))
                to->items[to->count++] = from->items[i];
    }
    *out = kept;
    return SMA_OK;
}

bool sma_rule_set_has_type(const struct sma_rule_set *rules, struct sma_str type)
{
    for (int list = 0; rules && list < SMA_RULE_LISTS; list++)
        for (size_t i = 0; i < rules->lists[list].count; i++)
            if (sma_str_eq(rules->lists[list].items[i].type, type))
                return true;
    return false;
}
