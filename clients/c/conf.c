/* Setting, checking, copying and reading configuration. */
#include "clients/c/conf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "clients/c/memory.h"
#include "core/hash/hash.h"

/* ---- names ----------------------------------------------------------------------------------------
 */

/* Whether `name` is one of the comma-separated `list`. */
static bool is_listed(const char *list, struct sma_str name)
{
    struct sma_str rest = sma_str_z(list);
    while (rest.len) {
        ptrdiff_t comma = sma_str_chr(rest, ',');
        size_t len = comma < 0 ? rest.len : (size_t)comma;
        if (sma_str_eq(sma_str_head(rest, len), name))
            return true;
        rest = sma_str_from(rest, len + 1);
    }
    return false;
}

static enum sma_client_prop find_exact(struct sma_str name)
{
    for (int i = 0; i < SMA_P_COUNT; i++)
        if (sma_str_eqz(name, sma_client_props[i].key) ||
            (sma_client_props[i].alias && is_listed(sma_client_props[i].alias, name)))
            return (enum sma_client_prop)i;
    return SMA_P_COUNT;
}

enum sma_client_prop sma_client_prop_find(struct sma_str name)
{
    enum sma_client_prop found = find_exact(name);
    struct sma_str prefix = SMA_STR("schema.registry.");
    return found == SMA_P_COUNT && sma_str_starts(name, prefix)
               ? find_exact(sma_str_from(name, prefix.len))
               : found;
}

bool sma_client_prop_is_header(struct sma_str name, struct sma_str *header)
{
    struct sma_str prefix = SMA_STR("request.header."), outer = SMA_STR("schema.registry.");
    if (sma_str_starts(name, outer))
        name = sma_str_from(name, outer.len);
    if (!sma_str_starts(name, prefix) || name.len == prefix.len)
        return false;
    *header = sma_str_from(name, prefix.len);
    return true;
}

bool sma_client_prop_is_rule(struct sma_str name, struct sma_str *param)
{
    struct sma_str prefix = SMA_STR("rule.executors"), inner = SMA_STR(".param.");
    *param = sma_str_make(NULL, 0);
    if (sma_str_eqz(name, "rule.actions") || sma_str_starts(name, SMA_STR("rule.actions.")))
        return true;
    if (!sma_str_starts(name, prefix))
        return false;
    name = sma_str_from(name, prefix.len);
    for (size_t i = 0; i + inner.len < name.len; i++)
        if (sma_str_starts(sma_str_from(name, i), inner)) {
            *param = sma_str_from(name, i + inner.len);
            break;
        }
    return !name.len || name.ptr[0] == '.';
}

/* ---- values ---------------------------------------------------------------------------------------
 */

/* One of "a|b|c", without case; gives the table's spelling. */
static bool pick(struct sma_str options, struct sma_str value, struct sma_str *out)
{
    while (options.len) {
        ptrdiff_t bar = sma_str_chr(options, '|');
        size_t len = bar < 0 ? options.len : (size_t)bar;
        *out = sma_str_head(options, len);
        if (sma_str_eq_nocase(*out, value))
            return true;
        options = sma_str_from(options, len + 1);
    }
    return false;
}

/* Java's class names, as client.properties of that world have them. */
static struct sma_str from_class_name(struct sma_str value)
{
    static const struct {
        struct sma_str class_name, value;
    } known[] = {
        {SMA_STR_INIT("TopicNameStrategy"), SMA_STR_INIT("TOPIC")},
        {SMA_STR_INIT("RecordNameStrategy"), SMA_STR_INIT("RECORD")},
        {SMA_STR_INIT("TopicRecordNameStrategy"), SMA_STR_INIT("TOPIC_RECORD")},
        {SMA_STR_INIT("AssociatedNameStrategy"), SMA_STR_INIT("ASSOCIATED")},
        {SMA_STR_INIT("DefaultReferenceSubjectNameStrategy"), SMA_STR_INIT("DEFAULT")},
        {SMA_STR_INIT("QualifiedReferenceSubjectNameStrategy"), SMA_STR_INIT("QUALIFIED")},
        {SMA_STR_INIT("PrefixSchemaIdSerializer"), SMA_STR_INIT("prefix")},
        {SMA_STR_INIT("HeaderSchemaIdSerializer"), SMA_STR_INIT("header")},
        {SMA_STR_INIT("PrefixSchemaIdDeserializer"), SMA_STR_INIT("prefix")},
        {SMA_STR_INIT("HeaderSchemaIdDeserializer"), SMA_STR_INIT("header")},
        {SMA_STR_INIT("DualSchemaIdDeserializer"), SMA_STR_INIT("dual")},
    };
    struct sma_str last = sma_str_from(value, (size_t)(sma_str_rchr(value, '.') + 1));
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (sma_str_eq(last, known[i].class_name))
            return known[i].value;
    return value;
}

static bool in_range(const char *range, int64_t value)
{
    struct sma_str text = sma_str_z(range);
    int64_t low, high;
    const char *dots = range ? strstr(range, "..") : NULL;
    if (!dots)
        return true;
    return sma_parse_i64(sma_str_head(text, (size_t)(dots - range)), &low) &&
           sma_parse_i64(sma_str_from(text, (size_t)(dots - range) + 2), &high) && value >= low &&
           value <= high;
}

static bool is_pairs(struct sma_str value)
{
    while (value.len) {
        ptrdiff_t comma = sma_str_chr(value, ',');
        struct sma_str pair = comma < 0 ? value : sma_str_head(value, (size_t)comma);
        if (sma_str_chr(pair, '=') < 1)
            return false;
        value = sma_str_from(value, pair.len + 1);
    }
    return true;
}

/* Checks a value against its row; *out is the text to keep. */
static schemata_status_t check(const schemata_prop_t *prop, struct sma_str value,
                               struct sma_str *out, schemata_error_t **err)
{
    const char *type = prop->type;
    int64_t number;
    uint8_t guid[16];
    bool ok = true;
    *out = value;
    if (!strcmp(type, "int"))
        ok = sma_parse_i64(value, &number) && in_range(prop->range, number);
    else if (!strcmp(type, "bool"))
        ok = pick(SMA_STR("true|false"), value, out);
    else if (!strcmp(type, "guid"))
        ok = !value.len || sma_uuid_parse(guid, value);
    else if (!strcmp(type, "pairs"))
        ok = is_pairs(value);
    else if (!strcmp(type, "enum") || !strcmp(type, "strategy") || !strcmp(type, "idform") ||
             !strcmp(type, "reference"))
        ok = pick(sma_str_z(prop->range), from_class_name(value), out);
    if (ok)
        return SCHEMATA_OK;
    if (!strcmp(type, "secret"))
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: the value is not valid", prop->key);
    return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: \"%.*s\" is not %s%s%s", prop->key,
                           SMA_STR_ARG(value), prop->range ? "one of " : "a valid ",
                           prop->range ? prop->range : type, "");
}

static schemata_status_t unknown(struct sma_str name, schemata_error_t **err)
{
    const char *near = NULL;
    size_t best = 4;
    schemata_status_t st = sma_client_fail(err, SCHEMATA_ERR_CONF, "no property is called \"%.*s\"",
                                           SMA_STR_ARG(name));
    for (int i = 0; i < SMA_P_COUNT; i++) {
        size_t distance = sma_str_distance(name, sma_str_z(sma_client_props[i].key));
        if (distance < best) {
            best = distance;
            near = sma_client_props[i].key;
        }
    }
    if (near)
        sma_client_hint(err, "did you mean %s?", near);
    return st;
}

static bool is_token(struct sma_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("()<>@,;:\\\"/[]?={}", c))
            return false;
    }
    return name.len > 0;
}

static schemata_status_t set_header(schemata_conf_t *c, struct sma_str name, const char *value,
                                    schemata_error_t **err)
{
    struct sma_client_header *grown, made;
    if (!is_token(name) || strpbrk(value, "\r\n"))
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "request.header.%.*s is no header",
                               SMA_STR_ARG(name));
    grown = sma_client_resize(c->headers, (c->header_count + 1) * sizeof *grown);
    if (!grown)
        return sma_client_no_memory(err);
    c->headers = grown;
    made = (struct sma_client_header){sma_client_copy_str(name), sma_client_copy(value)};
    if (!made.name || !made.value) {
        sma_client_free(made.name);
        sma_client_free(made.value);
        return sma_client_no_memory(err);
    }
    c->headers[c->header_count++] = made;
    return SCHEMATA_OK;
}

/* A later one of the same name takes the place of the earlier. */
static schemata_status_t set_rule_param(schemata_conf_t *c, struct sma_str name, const char *value,
                                        schemata_error_t **err)
{
    struct sma_client_header *grown, *at = c->rule_params;
    char *copy = sma_client_copy(value);
    if (!copy)
        return sma_client_no_memory(err);
    while (at < c->rule_params + c->rule_param_count && !sma_str_eqz(name, at->name))
        at++;
    if (at < c->rule_params + c->rule_param_count) {
        sma_client_free_secret(at->value);
        at->value = copy;
        return SCHEMATA_OK;
    }
    grown = sma_client_resize(c->rule_params, (c->rule_param_count + 1) * sizeof *grown);
    if (grown)
        c->rule_params = grown;
    char *kept = grown ? sma_client_copy_str(name) : NULL;
    if (!kept) {
        sma_client_free_secret(copy);
        return sma_client_no_memory(err);
    }
    grown[c->rule_param_count++] = (struct sma_client_header){kept, copy};
    return SCHEMATA_OK;
}

schemata_status_t schemata_conf_set(schemata_conf_t *c, const char *key, const char *value,
                                    schemata_error_t **err)
{
    struct sma_str header, kept;
    enum sma_client_prop prop;
    char *copy;
    if (!c || !key || !value)
        return sma_client_fail(err, SCHEMATA_ERR_ARG, "schemata_conf_set: NULL");
    if (sma_client_prop_is_header(sma_str_z(key), &header))
        return set_header(c, header, value, err);
    if (sma_client_prop_is_rule(sma_str_z(key), &header))
        return header.ptr ? set_rule_param(c, header, value, err) : SCHEMATA_OK;
    prop = sma_client_prop_find(sma_str_z(key));
    if (prop == SMA_P_COUNT)
        return unknown(sma_str_z(key), err);
    schemata_status_t st =
        check(&sma_client_props[prop], sma_str_trim(sma_str_z(value)), &kept, err);
    if (st)
        return st;
    copy = sma_client_copy_str(kept);
    if (!copy)
        return sma_client_no_memory(err);
    sma_client_free_secret(c->values[prop]);
    c->values[prop] = copy;
    return SCHEMATA_OK;
}

/* ---- reading --------------------------------------------------------------------------------------
 */

bool sma_client_conf_has(const schemata_conf_t *c, enum sma_client_prop prop)
{
    return c->values[prop] != NULL;
}

const char *sma_client_conf_text(const schemata_conf_t *c, enum sma_client_prop prop)
{
    return c->values[prop] ? c->values[prop] : sma_client_props[prop].dflt;
}

int64_t sma_client_conf_int(const schemata_conf_t *c, enum sma_client_prop prop)
{
    int64_t value = 0;
    const char *text = sma_client_conf_text(c, prop);
    (void)(text && sma_parse_i64(sma_str_z(text), &value)); /* checked when it was set */
    return value;
}

bool sma_client_conf_bool(const schemata_conf_t *c, enum sma_client_prop prop)
{
    const char *text = sma_client_conf_text(c, prop);
    return text && !strcmp(text, "true");
}

const char *sma_client_conf_sided(const schemata_conf_t *c, bool is_key,
                                  enum sma_client_prop of_keys, enum sma_client_prop of_values,
                                  enum sma_client_prop common)
{
    enum sma_client_prop own = is_key ? of_keys : of_values;
    return sma_client_conf_text(c, sma_client_conf_has(c, own) ? own : common);
}

/* ---- life -----------------------------------------------------------------------------------------
 */

schemata_conf_t *schemata_conf_new(void)
{
    return sma_client_alloc(sizeof(schemata_conf_t));
}

void schemata_conf_free(schemata_conf_t *c)
{
    if (!c)
        return;
    for (int i = 0; i < SMA_P_COUNT; i++)
        sma_client_free_secret(c->values[i]);
    for (size_t i = 0; i < c->header_count; i++) {
        sma_client_free(c->headers[i].name);
        sma_client_free_secret(c->headers[i].value);
    }
    for (size_t i = 0; i < c->executor_count; i++)
        sma_client_free(c->executors[i].rule_type);
    for (size_t i = 0; i < c->action_count; i++)
        sma_client_free(c->actions[i].name);
    for (size_t i = 0; i < c->rule_param_count; i++) {
        sma_client_free(c->rule_params[i].name);
        sma_client_free_secret(c->rule_params[i].value);
    }
    for (size_t i = 0; i < c->kms_count; i++)
        sma_client_free((char *)c->kms[i].scheme); /* a copy of ours */
    sma_client_free(c->actions);
    sma_client_free(c->rule_params);
    sma_client_free(c->headers);
    sma_client_free(c->executors);
    sma_client_free(c->kms);
    sma_client_free(c);
}

static bool copy_lists(schemata_conf_t *copy, const schemata_conf_t *c)
{
    for (size_t i = 0; i < c->header_count; i++)
        if (set_header(copy, sma_str_z(c->headers[i].name), c->headers[i].value, NULL))
            return false;
    for (size_t i = 0; i < c->executor_count; i++)
        if (schemata_conf_add_rule_executor(copy, c->executors[i].rule_type, c->executors[i].fn,
                                            c->executors[i].ctx))
            return false;
    for (size_t i = 0; i < c->action_count; i++)
        if (schemata_conf_add_rule_action(copy, c->actions[i].name, c->actions[i].fn,
                                          c->actions[i].ctx))
            return false;
    for (size_t i = 0; i < c->rule_param_count; i++)
        if (set_rule_param(copy, sma_str_z(c->rule_params[i].name), c->rule_params[i].value, NULL))
            return false;
    for (size_t i = 0; i < c->kms_count; i++)
        if (schemata_conf_add_kms(copy, &c->kms[i]))
            return false;
    return true;
}

schemata_conf_t *schemata_conf_copy(const schemata_conf_t *c)
{
    schemata_conf_t *copy = c ? schemata_conf_new() : NULL;
    bool ok = copy != NULL;
    if (!ok)
        return NULL;
    *copy = *c;
    memset(copy->values, 0, sizeof copy->values);
    copy->headers = NULL;
    copy->executors = NULL;
    copy->kms = NULL;
    copy->actions = NULL;
    copy->rule_params = NULL;
    copy->header_count = copy->executor_count = copy->kms_count = 0;
    copy->action_count = copy->rule_param_count = 0;
    for (int i = 0; ok && i < SMA_P_COUNT; i++)
        ok = !c->values[i] || (copy->values[i] = sma_client_copy(c->values[i]));
    if (ok && copy_lists(copy, c))
        return copy;
    schemata_conf_free(copy);
    return NULL;
}

/* ---- the log ----------------------------------------------------------------------------------
 */

void sma_client_log(const schemata_conf_t *c, schemata_log_level_t level, const char *facility,
                    const char *fmt, ...)
{
    char text[SMA_ERROR_MESSAGE_MAX];
    va_list args;
    if (!c->log)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    c->log(c->log_ctx, level, facility, text);
}

/* ---- what is no text ------------------------------------------------------------------------------
 */

void schemata_conf_set_log(schemata_conf_t *c, schemata_log_fn fn, void *ctx)
{
    if (c) {
        c->log = fn;
        c->log_ctx = ctx;
    }
}

void schemata_conf_set_token_source(schemata_conf_t *c, schemata_token_fn fn, void *ctx)
{
    if (c) {
        c->token = fn;
        c->token_ctx = ctx;
    }
}

void schemata_conf_set_http(schemata_conf_t *c, schemata_http_fn fn,
                            void (*free_resp)(void *ctx, schemata_http_response_t *), void *ctx)
{
    if (c) {
        c->http = fn;
        c->http_free = free_resp;
        c->http_ctx = ctx;
    }
}

void schemata_conf_set_subject_strategy(schemata_conf_t *c, schemata_subject_fn fn, void *ctx)
{
    if (c) {
        c->subject = fn;
        c->subject_ctx = ctx;
    }
}

schemata_status_t schemata_conf_add_rule_executor(schemata_conf_t *c, const char *rule_type,
                                                  schemata_rule_fn fn, void *ctx)
{
    struct sma_client_executor *grown;
    if (!c || !rule_type || !*rule_type || !fn)
        return SCHEMATA_ERR_ARG;
    grown = sma_client_resize(c->executors, (c->executor_count + 1) * sizeof *grown);
    if (!grown)
        return SCHEMATA_ERR_NOMEM;
    c->executors = grown;
    grown += c->executor_count;
    *grown = (struct sma_client_executor){sma_client_copy(rule_type), fn, ctx};
    if (!grown->rule_type)
        return SCHEMATA_ERR_NOMEM;
    c->executor_count++;
    return SCHEMATA_OK;
}

schemata_status_t schemata_conf_add_rule_action(schemata_conf_t *c, const char *name,
                                                schemata_rule_action_fn fn, void *ctx)
{
    struct sma_client_action *grown;
    if (!c || !name || !*name || !fn)
        return SCHEMATA_ERR_ARG;
    grown = sma_client_resize(c->actions, (c->action_count + 1) * sizeof *grown);
    if (!grown)
        return SCHEMATA_ERR_NOMEM;
    c->actions = grown;
    grown += c->action_count;
    *grown = (struct sma_client_action){sma_client_copy(name), fn, ctx};
    if (!grown->name)
        return SCHEMATA_ERR_NOMEM;
    c->action_count++;
    return SCHEMATA_OK;
}

/* The last one of a name counts, in all three. */
const char *sma_client_conf_rule_param(const schemata_conf_t *c, const char *name)
{
    for (size_t i = 0; i < c->rule_param_count; i++)
        if (!strcmp(c->rule_params[i].name, name))
            return c->rule_params[i].value;
    return NULL;
}

const struct sma_client_executor *sma_client_conf_executor(const schemata_conf_t *c,
                                                           struct sma_str type)
{
    for (size_t i = c->executor_count; i > 0; i--)
        if (sma_str_eqz(type, c->executors[i - 1].rule_type))
            return &c->executors[i - 1];
    return NULL;
}

const struct sma_client_action *sma_client_conf_action(const schemata_conf_t *c,
                                                       struct sma_str name)
{
    for (size_t i = c->action_count; i > 0; i--)
        if (sma_str_eqz(name, c->actions[i - 1].name))
            return &c->actions[i - 1];
    return NULL;
}

const schemata_kms_t *sma_client_conf_kms(const schemata_conf_t *c, struct sma_str scheme)
{
    for (size_t i = 0; i < c->kms_count; i++)
        if (sma_str_eqz(scheme, c->kms[i].scheme))
            return &c->kms[i];
    return NULL;
}

/* One of the same scheme is replaced. */
schemata_status_t schemata_conf_add_kms(schemata_conf_t *c, const schemata_kms_t *k)
{
    schemata_kms_t *grown, *there;
    if (!c || !k || k->size < sizeof *k || !k->scheme || !*k->scheme || !k->unwrap)
        return SCHEMATA_ERR_ARG;
    there = (schemata_kms_t *)sma_client_conf_kms(c, sma_str_z(k->scheme));
    if (!there) {
        grown = sma_client_resize(c->kms, (c->kms_count + 1) * sizeof *grown);
        if (!grown)
            return SCHEMATA_ERR_NOMEM;
        c->kms = grown;
        there = &grown[c->kms_count];
        there->scheme = sma_client_copy(k->scheme);
        if (!there->scheme)
            return SCHEMATA_ERR_NOMEM;
        c->kms_count++;
    }
    const char *scheme = there->scheme;
    *there = *k;
    there->scheme = scheme;
    return SCHEMATA_OK;
}
