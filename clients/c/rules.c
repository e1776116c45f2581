#include "clients/c/rules.h"

#include <string.h>

#include "clients/c/choose.h"
#include "clients/c/encrypt.h"
#include "clients/c/memory.h"
#include "core/avro/fields.h"
#include "core/jsonschema/fields.h"
#include "core/protobuf/fields.h"
#include "schemata/rules.h"

struct sma_client_rules {
    schemata_client_t *client; /* may be NULL */
    const schemata_conf_t *conf;
    schemata_schema_t *schema;
    struct sma_client_contract *contract;
    char *subject;
    bool writes;
};

struct schemata_rule_ctx {
    const struct sma_client_rules *rules;
    const struct sma_client_rule *rule;
    const schemata_msg_t *m;
};

/* One message on its way through the rules. */
struct run {
    struct sma_client_rules *rules;
    const schemata_msg_t *m;
    const char *message;
    const struct sma_client_form *form;
    const struct sma_client_codec *codec;
    int64_t deadline_ms;
    schemata_error_t **err;
};

/* ---- what executors see -------------------------------------------------------------------------
 */

const char *schemata_rule_name(const schemata_rule_ctx_t *rc)
{
    return rc->rule->name.ptr;
}

const char *schemata_rule_type(const schemata_rule_ctx_t *rc)
{
    return rc->rule->type.ptr;
}

const char *schemata_rule_doc(const schemata_rule_ctx_t *rc)
{
    return rc->rule->doc.ptr;
}

const char *schemata_rule_expr(const schemata_rule_ctx_t *rc)
{
    return rc->rule->expr.ptr;
}

bool schemata_rule_is_condition(const schemata_rule_ctx_t *rc)
{
    return rc->rule->is_condition;
}

bool schemata_rule_is_encoding(const schemata_rule_ctx_t *rc)
{
    return rc->rule->is_encoding;
}

bool schemata_rule_is_write(const schemata_rule_ctx_t *rc)
{
    return rc->rules->writes;
}

const char *schemata_rule_param(const schemata_rule_ctx_t *rc, const char *name)
{
    return name ? sma_client_contract_param(rc->rules->contract, rc->rule, name).ptr : NULL;
}

const char *schemata_rule_tag(const schemata_rule_ctx_t *rc, size_t index)
{
    return index < rc->rule->tags.count ? rc->rule->tags.items[index].ptr : NULL;
}

const char *schemata_rule_subject(const schemata_rule_ctx_t *rc)
{
    return rc->rules->subject;
}

const char *schemata_rule_topic(const schemata_rule_ctx_t *rc)
{
    return rc->m->topic;
}

bool schemata_rule_is_key(const schemata_rule_ctx_t *rc)
{
    return rc->m->is_key;
}

const schemata_schema_t *schemata_rule_schema(const schemata_rule_ctx_t *rc)
{
    return rc->rules->schema;
}

/* ---- life ---------------------------------------------------------------------------------------
 */

schemata_status_t sma_client_rules_new(struct sma_client_rules **out, schemata_client_t *client,
                                       const schemata_conf_t *conf, schemata_schema_t *schema,
                                       struct sma_str subject, bool writes, schemata_error_t **err)
{
    struct sma_client_contract *contract;
    *out = NULL;
    schemata_status_t st = sma_client_contract_new(
        &contract, schema, writes, sma_client_conf_text(conf, SMA_P_RULE_ENVIRONMENT), err);
    if (st || !contract)
        return st;
    struct sma_client_rules *rules = sma_client_alloc(sizeof *rules);
    char *copy = rules ? sma_client_copy_str(subject) : NULL;
    if (!copy) {
        sma_client_free(rules);
        sma_client_contract_free(contract);
        return sma_client_no_memory(err);
    }
    *rules = (struct sma_client_rules){client, conf, schema, contract, copy, writes};
    *out = rules;
    return SCHEMATA_OK;
}

void sma_client_rules_free(struct sma_client_rules *rules)
{
    if (!rules)
        return;
    sma_client_contract_free(rules->contract);
    sma_client_free(rules->subject);
    sma_client_free(rules);
}

schemata_status_t sma_client_rules_refuse_migration(const schemata_schema_t *writer,
                                                    const schemata_schema_t *reader,
                                                    schemata_error_t **err)
{
    struct sma_arena arena;
    struct sma_str name, type = {NULL, 0};
    if (!reader || !reader->rule_set || reader->id == writer->id)
        return SCHEMATA_OK;
    sma_arena_init(&arena, 0);
    schemata_status_t st = sma_client_contract_migration(&name, &type, &arena, reader, err);
    if (!st && name.ptr) {
        st = sma_client_fail(err, SCHEMATA_ERR_UNSUPPORTED,
                             "schema %d migrates older messages with the rule \"%.*s\" of type %.*s, "
                             "which this library does not run", reader->id, SMA_STR_ARG(name),
                             SMA_STR_ARG(type));
        sma_client_hint(err, "read with the writer's schema (use.latest.version=false), or with a "
                             "client that runs migrations");
    }
    sma_arena_fini(&arena);
    return st;
}

/* ---- ENCRYPT ------------------------------------------------------------------------------------
 */

struct field_run {
    const struct sma_client_contract *contract;
    const struct sma_client_rule *rule;
    struct sma_client_cipher cipher;
    schemata_error_t **err; /* where the reason is, when a field could not be rewritten */
    schemata_status_t status;
};

static bool has_tag(void *ctx, struct sma_str tag)
{
    const struct sma_tag_set *tags = ctx;
    return sma_map_get(&tags->names, tag) != NULL;
}

static bool wants(void *ctx, struct sma_str name, const struct sma_tag_set *tags)
{
    const struct field_run *f = ctx;
    return sma_client_contract_means(f->contract, f->rule, name, has_tag, (void *)tags);
}

/* Text is base64 while it is encrypted. */
static schemata_status_t run_text(struct field_run *f, struct sma_str value, struct sma_buf *out)
{
    struct sma_buf bytes;
    schemata_status_t st = SCHEMATA_OK;
    sma_buf_init(&bytes, 0);
    if (f->cipher.request.writes) {
        st = sma_client_cipher_run(&f->cipher, value, &bytes, f->err);
        if (!st)
            sma_base64_put(out, sma_buf_str(&bytes));
    } else if (!sma_base64_read(&bytes, value)) {
        st = sma_client_fail(f->err, SCHEMATA_ERR_RULE, "the text is no base64: was it encrypted?");
    } else if (!sma_buf_failed(&bytes)) {
        st = sma_client_cipher_run(&f->cipher, sma_buf_str(&bytes), out, f->err);
    }
    if (!st && sma_buf_failed(&bytes))
        st = sma_client_no_memory(f->err);
    sma_buf_fini(&bytes);
    return st;
}

static enum sma_status rewrite(void *ctx, struct sma_str name, enum sma_leaf_kind kind,
                               struct sma_str value, struct sma_buf *out, struct sma_error *err)
{
    struct field_run *f = ctx;
    if (kind == SMA_LEAF_OTHER)
        f->status = sma_client_fail(f->err, SCHEMATA_ERR_RULE,
                                    "its type cannot be encrypted, only strings and bytes can");
    else if (kind == SMA_LEAF_STRING)
        f->status = run_text(f, value, out);
    else
        f->status = sma_client_cipher_run(&f->cipher, value, out, f->err);
    if (!f->status)
        return SMA_OK;
    sma_client_error_prefix(f->err, "field %.*s: ", SMA_STR_ARG(name));
    return sma_fail(err, SMA_EINTERNAL, "the field's rule failed"); /* the reason is in f->err */
}

static schemata_status_t cipher_of(struct run *run, const struct sma_client_rule *rule,
                                   struct sma_client_cipher *cipher)
{
    struct sma_client_keys *keys = sma_client_keys_of(run->rules->client);
    if (!keys)
        return run->rules->client
                   ? sma_client_no_memory(run->err)
                   : sma_client_fail(run->err, SCHEMATA_ERR_RULE, "keys need a registry");
    return sma_client_cipher_init(cipher, run->rules->contract, rule, keys,
                                  sma_str_z(run->rules->subject), run->rules->writes,
                                  run->deadline_ms, run->err);
}

static enum sma_status rewrite_fields(struct run *run, struct sma_str data, struct sma_buf *out,
                                      const struct sma_field_rewriter *rewriter,
                                      struct sma_error *problem)
{
    const struct sma_schema *core = run->rules->schema->body->core;
    switch (run->rules->schema->body->type) {
    case SCHEMATA_AVRO:
        return sma_avro_rewrite_fields(out, core, sma_str_make("", 0), data, rewriter, problem);
    case SCHEMATA_PROTOBUF:
        return sma_proto_rewrite_fields(out, run->codec->proto, sma_str_z(run->message), data,
                                        rewriter, problem);
    default:
        return sma_jsonschema_rewrite_fields(out, core, data, rewriter, problem);
    }
}

static schemata_status_t encrypt_fields(struct run *run, const struct sma_client_rule *rule,
                                        struct sma_str data, struct sma_buf *out)
{
    struct field_run f = {.contract = run->rules->contract, .rule = rule, .err = run->err};
    const struct sma_field_rewriter rewriter = {wants, rewrite, run->rules->writes, &f};
    struct sma_error problem = SMA_ERROR_INIT;
    if (sma_client_contract_is_repeated(run->rules->contract, rule)) {
        sma_buf_puts(out, data);
        return SCHEMATA_OK;
    }
    schemata_status_t st = cipher_of(run, rule, &f.cipher);
    if (!st && rewrite_fields(run, data, out, &rewriter, &problem))
        st = f.status ? f.status : sma_client_fail_core(run->err, SCHEMATA_ERR_DATA, &problem);
    return st;
}

static schemata_status_t encrypt_payload(struct run *run, const struct sma_client_rule *rule,
                                         struct sma_str data, struct sma_buf *out)
{
    struct sma_client_cipher cipher;
    schemata_status_t st = cipher_of(run, rule, &cipher);
    return st ? st : sma_client_cipher_run(&cipher, data, out, run->err);
}

/* ---- the program's executors --------------------------------------------------------------------
 */

/* The message as executors get it: JSON for domain rules. In *text, the caller's to free. */
static schemata_status_t present(struct run *run, const struct sma_client_rule *rule,
                                 struct sma_str data, schemata_buf_t *text)
{
    const struct sma_client_reading reading = {
        .codec = run->codec,
        .plan = run->codec->type == SCHEMATA_AVRO ? run->codec->plan : NULL,
        .message = run->message};
    struct sma_client_lanes lanes = {NULL};
    if (rule->is_encoding)
        return sma_client_buf_set(text, data.ptr, data.len) ? SCHEMATA_OK
                                                            : sma_client_no_memory(run->err);
    struct sma_client_lane *lane = sma_client_lane_take(&lanes);
    if (!lane)
        return sma_client_no_memory(run->err);
    schemata_status_t st = sma_client_decode_json(&reading, run->form, lane, data, run->err);
    if (!st && (sma_buf_failed(&lane->bytes) ||
                !sma_client_buf_set(text, lane->bytes.ptr, lane->bytes.len)))
        st = sma_client_no_memory(run->err);
    sma_client_lane_give(lane);
    sma_client_lanes_fini(&lanes);
    return st;
}

static schemata_status_t take_back(struct run *run, const struct sma_client_rule *rule,
                                   struct sma_str text, struct sma_buf *out)
{
    struct sma_client_lanes lanes = {NULL};
    if (rule->is_encoding) {
        sma_buf_puts(out, text);
        return SCHEMATA_OK;
    }
    struct sma_client_lane *lane = sma_client_lane_take(&lanes);
    if (!lane)
        return sma_client_no_memory(run->err);
    schemata_status_t st =
        sma_client_encode_json(run->codec, run->message, run->form, lane, text, run->err);
    if (!st && sma_buf_failed(&lane->bytes))
        st = sma_client_no_memory(run->err);
    if (!st)
        sma_buf_puts(out, sma_buf_str(&lane->bytes));
    sma_client_lane_give(lane);
    sma_client_lanes_fini(&lanes);
    return st;
}

static struct sma_str buf_text(const schemata_buf_t *buf)
{
    return sma_str_make(buf->data ? (const char *)buf->data : "", buf->len);
}

static schemata_status_t refused(struct run *run, const struct sma_client_rule *rule)
{
    if (rule->doc.len)
        return sma_client_fail(run->err, SCHEMATA_ERR_RULE, "%.*s", SMA_STR_ARG(rule->doc));
    if (rule->expr.len)
        return sma_client_fail(run->err, SCHEMATA_ERR_RULE, "the message does not fulfil %.*s",
                               SMA_STR_ARG(rule->expr));
    return sma_client_fail(run->err, SCHEMATA_ERR_RULE, "the message does not pass");
}

static schemata_status_t execute(struct run *run, const struct sma_client_rule *rule,
                                 const struct sma_client_executor *executor, struct sma_str data,
                                 struct sma_buf *out)
{
    const schemata_rule_ctx_t rc = {run->rules, rule, run->m};
    schemata_buf_t text = {0};
    bool pass = true;
    schemata_status_t st = present(run, rule, data, &text);
    if (!st) {
        st = executor->fn(executor->ctx, &rc, &text, &pass);
        if (st)
            st = sma_client_fail(run->err, SCHEMATA_ERR_RULE, "its executor returned %s",
                                 schemata_status_name(st));
        else if (!pass)
            st = refused(run, rule);
        else if (rule->is_condition)
            sma_buf_puts(out, data);
        else
            st = take_back(run, rule, buf_text(&text), out);
    }
    schemata_buf_free(&text);
    return st;
}

static schemata_status_t unknown_type(struct run *run, const struct sma_client_rule *rule)
{
    sma_client_fail(run->err, SCHEMATA_ERR_RULE, "nothing here runs rules of type %.*s",
                    SMA_STR_ARG(rule->type));
    sma_client_hint(run->err, "add an executor with schemata_conf_add_rule_executor, or disable the "
                              "rule");
    return SCHEMATA_ERR_RULE;
}

/* ---- one rule -----------------------------------------------------------------------------------
 */

static schemata_status_t run_rule(struct run *run, const struct sma_client_rule *rule,
                                  struct sma_str data, struct sma_buf *out)
{
    const struct sma_client_executor *executor =
        sma_client_conf_executor(run->rules->conf, rule->type);
    if (executor)
        return execute(run, rule, executor, data, out);
    if (sma_str_eqz(rule->type, "ENCRYPT") && !rule->is_encoding)
        return encrypt_fields(run, rule, data, out);
    if (sma_str_eqz(rule->type, "ENCRYPT_PAYLOAD") && rule->is_encoding)
        return encrypt_payload(run, rule, data, out);
    return unknown_type(run, rule);
}

/* The call ends for these whatever a rule's onFailure says. */
static bool is_final(schemata_status_t st)
{
    return st == SCHEMATA_ERR_NOMEM || st == SCHEMATA_ERR_WOULD_BLOCK;
}

static schemata_status_t act(struct run *run, const struct sma_client_rule *rule,
                             struct sma_str name, struct sma_str data, const char *failure)
{
    const struct sma_client_action *action = sma_client_conf_action(run->rules->conf, name);
    const schemata_rule_ctx_t rc = {run->rules, rule, run->m};
    schemata_buf_t text = {0};
    if (!action) {
        sma_client_fail(run->err, SCHEMATA_ERR_RULE, "nothing here does the action %.*s",
                        SMA_STR_ARG(name));
        sma_client_hint(run->err, "add it with schemata_conf_add_rule_action");
        return SCHEMATA_ERR_RULE;
    }
    schemata_status_t st = present(run, rule, data, &text);
    if (!st) {
        st = action->fn(action->ctx, &rc, text.data ? text.data : (const void *)"", text.len,
                        failure);
        if (st)
            sma_client_fail(run->err, st, "the action %.*s ended the call", SMA_STR_ARG(name));
    }
    schemata_buf_free(&text);
    return st;
}

/* What onFailure says about a failed rule; SCHEMATA_OK: the message goes on as it was. */
static schemata_status_t fail_rule(struct run *run, const struct sma_client_rule *rule,
                                   struct sma_str data, schemata_error_t *made)
{
    schemata_status_t st = made->status;
    if (is_final(st) || !rule->on_failure.len || sma_str_eqz(rule->on_failure, "ERROR"))
        return sma_client_error_give(run->err, made);
    if (!sma_str_eqz(rule->on_failure, "NONE"))
        st = act(run, rule, rule->on_failure, data, made->message);
    else
        st = SCHEMATA_OK;
    schemata_error_free(made);
    return st;
}

static schemata_status_t step(struct run *run, const struct sma_client_rule *rule,
                              struct sma_str data, struct sma_buf *out)
{
    schemata_error_t *made = NULL, **outer = run->err;
    run->err = &made;
    schemata_status_t st = run_rule(run, rule, data, out);
    run->err = outer;
    if (!st && sma_buf_failed(out))
        return sma_client_no_memory(outer);
    if (st) {
        sma_client_error_prefix(&made, "rule \"%.*s\" of schema %d: ", SMA_STR_ARG(rule->name),
                                run->rules->schema->id);
        if (!made->hint)
            sma_client_hint(&made, "rules are part of the schema in the registry: change the rule or its "
                                   "onFailure there, or disable it");
        sma_buf_clear(out);
        st = fail_rule(run, rule, data, made);
        if (!st)
            sma_buf_puts(out, data);
    } else if (rule->on_success.len && !sma_str_eqz(rule->on_success, "NONE")) {
        st = sma_str_eqz(rule->on_success, "ERROR")
                 ? sma_client_fail(outer, SCHEMATA_ERR_RULE,
                                   "rule \"%.*s\" succeeded, which it calls an error",
                                   SMA_STR_ARG(rule->name))
                 : act(run, rule, rule->on_success, data, NULL);
    }
    return st;
}

schemata_status_t sma_client_rules_run(struct sma_client_rules *rules, const schemata_msg_t *m,
                                       const char *message, const struct sma_client_form *form,
                                       struct sma_str data, struct sma_buf *out,
                                       schemata_error_t **err)
{
    const schemata_call_t call = sma_client_call_of(m);
    struct run run = {.rules = rules, .m = m, .message = message, .form = form, .err = err};
    struct sma_buf here, next;
    schemata_status_t st = sma_client_codec_of(rules->schema->body, &run.codec, err);
    if (st)
        return st;
    if (rules->client)
        run.deadline_ms = sma_client_deadline(rules->client, &call);
    sma_buf_init(&here, 0);
    sma_buf_puts(&here, data);
    for (size_t i = 0; !st && i < rules->contract->count; i++) {
        sma_buf_init(&next, 0);
        st = sma_buf_failed(&here) ? sma_client_no_memory(err)
                                   : step(&run, &rules->contract->rules[i], sma_buf_str(&here), &next);
        sma_buf_fini(&here);
        here = next;
    }
    if (!st && sma_buf_failed(&here))
        st = sma_client_no_memory(err);
    if (!st)
        sma_buf_puts(out, sma_buf_str(&here));
    sma_buf_fini(&here);
    return st;
}
