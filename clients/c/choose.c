#include "clients/c/choose.h"

#include <string.h>

#include "clients/c/memory.h"
#include "clients/c/report.h"
#include "core/hash/hash.h"

/* ---- settings -------------------------------------------------------------------------------------
 */

schemata_status_t sma_client_pairs_init(struct sma_client_pairs *pairs, const schemata_conf_t *c,
                                        enum sma_client_prop prop, schemata_error_t **err)
{
    const char *text = sma_client_conf_text(c, prop);
    if (!text || !*text)
        return SCHEMATA_OK;
    pairs->text = sma_client_copy(text);
    if (!pairs->text)
        return sma_client_no_memory(err);
    for (char *at = pairs->text, *next; at; at = next) {
        char *value = strchr(at, '=');
        if (pairs->count == SMA_CLIENT_PAIRS_MAX)
            return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: more than %d pairs",
                                   sma_client_props[prop].key, SMA_CLIENT_PAIRS_MAX);
        next = strchr(at, ',');
        if (next)
            *next++ = '\0';
        if (!value)
            return sma_client_fail(err, SCHEMATA_ERR_CONF, "%s: \"%s\" is no key=value",
                                   sma_client_props[prop].key, at);
        *value++ = '\0';
        pairs->items[pairs->count++] = (schemata_kv_t){at, value};
    }
    return SCHEMATA_OK;
}

void sma_client_pairs_fini(struct sma_client_pairs *pairs)
{
    sma_client_free(pairs->text);
}

schemata_status_t sma_client_chooser_init(struct sma_client_chooser *chooser,
                                          schemata_client_t *client,
                                          struct sma_client_subjects *subjects,
                                          const schemata_conf_t *c, schemata_error_t **err)
{
    const char *guid = sma_client_conf_text(c, SMA_P_USE_GUID);
    chooser->client = client;
    chooser->subjects = subjects;
    chooser->auto_register = sma_client_conf_bool(c, SMA_P_AUTO_REGISTER);
    chooser->normalize = sma_client_conf_bool(c, SMA_P_NORMALIZE);
    chooser->use_latest = sma_client_conf_bool(c, SMA_P_USE_LATEST);
    chooser->latest_strict = sma_client_conf_bool(c, SMA_P_LATEST_STRICT);
    chooser->id_strict = sma_client_conf_bool(c, SMA_P_ID_STRICT);
    chooser->id = (int32_t)sma_client_conf_int(c, SMA_P_USE_ID);
    chooser->has_guid = guid && *guid && sma_uuid_parse(chooser->guid.b, sma_str_z(guid));
    sma_client_reference_rules_init(&chooser->references, c);
    return sma_client_pairs_init(&chooser->metadata, c, SMA_P_USE_LATEST_METADATA, err);
}

void sma_client_chooser_fini(struct sma_client_chooser *chooser)
{
    sma_client_pairs_fini(&chooser->metadata);
}

bool sma_client_chooser_knows(const struct sma_client_chooser *chooser)
{
    return chooser->id >= 0 || chooser->has_guid || chooser->metadata.count || chooser->use_latest;
}

schemata_call_t sma_client_call_of(const schemata_msg_t *m)
{
    return (schemata_call_t){
        .size = sizeof(schemata_call_t), .flags = m->flags, .timeout_ms = m->timeout_ms};
}

/* ---- the strict check -----------------------------------------------------------------------------
 */

/* What the given schema writes must be readable with the chosen one. */
static schemata_status_t check(const schemata_schema_t *given, const schemata_schema_t *chosen,
                               const char *property, schemata_error_t **err)
{
    const schemata_schema_t *older[] = {given};
    schemata_report_t *report = NULL;
    schemata_error_t *made = NULL;
    if (given->body == chosen->body ||
        sma_str_eq(given->body->core->canonical, chosen->body->core->canonical))
        return SCHEMATA_OK;
    schemata_status_t st = SCHEMATA_OK;
    if (given->body->type != chosen->body->type)
        st = sma_client_fail(&made, SCHEMATA_ERR_INCOMPATIBLE,
                             "schema %d of the registry is %s, the given one is %s", chosen->id,
                             sma_client_type_name(chosen->body->type),
                             sma_client_type_name(given->body->type));
    else
        st = schemata_check(chosen, older, 1, SCHEMATA_BACKWARD, &report, &made);
    if (st == SCHEMATA_ERR_INCOMPATIBLE) {
        sma_client_error_prefix(&made, "schema %d of the registry cannot read what the given "
                                       "schema writes: ", chosen->id);
        sma_client_hint(&made, "give the serializer that version, or set %s=false", property);
        if (!made->is_static && !made->report) {
            made->report = report;
            report = NULL;
        }
    }
    schemata_report_free(report);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
}

/* ---- the five ways --------------------------------------------------------------------------------
 */

static schemata_schema_t *post(const struct sma_client_chooser *c, const schemata_schema_t *given,
                               const char *subject, schemata_call_t call, bool registers,
                               schemata_error_t **err)
{
    schemata_schema_t *settled = NULL, *found = NULL;
    if (sma_client_settle_references(c->client, &c->references, given, registers, &call, &settled,
                                     err))
        return NULL;
    if (c->normalize)
        call.flags |= SCHEMATA_NORMALIZE;
    found = registers ? schemata_register(c->client, subject, settled, &call, err)
                      : schemata_lookup(c->client, subject, settled, &call, err);
    if (!found && !registers && err && (*err)->status == SCHEMATA_ERR_NOT_FOUND)
        sma_client_hint(err, "register the schema first, or set auto.register.schemas=true or "
                             "use.latest.version=true");
    schemata_schema_unref(settled);
    return found;
}

static schemata_schema_t *get(const struct sma_client_chooser *c, const schemata_schema_t *given,
                              const char *subject, const schemata_call_t *call, int64_t *until_ms,
                              schemata_error_t **err)
{
    if (given && c->auto_register)
        return post(c, given, subject, *call, true, err);
    if (c->id >= 0)
        return schemata_get_by_id(c->client, c->id, subject, call, err);
    if (c->has_guid)
        return schemata_get_by_guid(c->client, &c->guid, call, err);
    if (c->metadata.count || c->use_latest)
        return sma_client_get_latest(c->client, subject,
                                     c->metadata.count ? &c->metadata : NULL, call, until_ms, err);
    return post(c, given, subject, *call, false, err);
}

schemata_status_t sma_client_choose(const struct sma_client_chooser *c, const schemata_msg_t *m,
                                    const schemata_schema_t *given, const char *record,
                                    const schemata_schema_t *approved, schemata_schema_t **out,
                                    int64_t *until_ms, schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call_of(m);
    schemata_schema_t *chosen = NULL;
    schemata_error_t *made = NULL;
    struct sma_buf subject;
    int64_t subject_until_ms = INT64_MAX;
    bool is_by_id = c->id >= 0 || c->has_guid;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&subject, 0);
    *until_ms = INT64_MAX;
    if (!record && given)
        record = given->body->record_name;
    /* An id needs no subject: without a schema, its record's name cannot be known before it. */
    if (!is_by_id || given || !sma_client_subjects_need_record(c->subjects, m))
        st = sma_client_subject(c->subjects, m, record, &subject, &subject_until_ms, &made);
    if (!st && !(chosen = get(c, given, subject.len ? subject.ptr : NULL, &call, until_ms, &made)))
        st = made->status;
    bool is_found = chosen && given && !c->auto_register && sma_client_chooser_knows(c);
    bool is_strict = is_by_id ? c->id_strict : c->latest_strict && !c->metadata.count;
    if (is_found && is_strict && !(approved && approved->body == chosen->body))
        st = check(given, chosen,
                   is_by_id ? "id.compatibility.strict" : "latest.compatibility.strict", &made);
    if (subject_until_ms < *until_ms)
        *until_ms = subject_until_ms;
    if (st)
        schemata_schema_unref(chosen);
    else
        *out = chosen;
    sma_buf_fini(&subject);
    return st ? sma_client_error_give(err, made) : SCHEMATA_OK;
}
