/* Data-contract rules: what a rule executor of the program learns about the rule it is to run, and actions.
 *
 * A serializer runs the domain rules of the schema it writes with in their order, then its encoding rules; a
 * deserializer runs those of the schema a message was written with the other way round. Built in are
 *
 *   ENCRYPT           fields that carry one of the rule's tags (all of them when the rule has no tags) are
 *                     encrypted and decrypted; strings become base64, bytes stay bytes
 *   ENCRYPT_PAYLOAD   an encoding rule: the whole message
 *
 * with the keks and deks of the registry's DEK registry. Any other type needs an executor
 * (schemata_conf_add_rule_executor); a rule without one fails, as in the other clients. A failed rule means
 * SCHEMATA_ERR_RULE unless its onFailure says otherwise.
 *
 * Settings of executors are properties: rule.executors._default_.param.NAME, or rule.executors.X.param.NAME
 * with any X, as other clients spell them. Key services read: secret (LOCAL_SECRET); token.id (VAULT_TOKEN),
 * namespace (VAULT_NAMESPACE), approle.role.id and approle.secret.id (VAULT_APPROLE_ROLE_ID,
 * VAULT_APPROLE_SECRET_ID); vault.address (VAULT_ADDR), which must be set: a kek may name any host, and the
 * token goes to this one only. In parentheses the environment's variable, which counts when the property is
 * not set. */
#ifndef SCHEMATA_RULES_H
#define SCHEMATA_RULES_H

#include <schemata/schemata.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Everything below is valid during the call of the executor or action. Strings that are not there are NULL. */
SCHEMATA_API const char *schemata_rule_name(const schemata_rule_ctx_t *rc);
SCHEMATA_API const char *schemata_rule_type(const schemata_rule_ctx_t *rc);
SCHEMATA_API const char *schemata_rule_doc(const schemata_rule_ctx_t *rc);
SCHEMATA_API const char *schemata_rule_expr(const schemata_rule_ctx_t *rc);
/* True: the rule says yes or no (*pass) and must leave the buffer alone. False: it changes the buffer. */
SCHEMATA_API bool schemata_rule_is_condition(const schemata_rule_ctx_t *rc);
/* True for an encoding rule: the buffer holds the encoded message. False: it holds its JSON. */
SCHEMATA_API bool schemata_rule_is_encoding(const schemata_rule_ctx_t *rc);
SCHEMATA_API bool schemata_rule_is_write(const schemata_rule_ctx_t *rc);
/* The rule's parameter, else the property of that name in the schema's metadata. */
SCHEMATA_API const char *schemata_rule_param(const schemata_rule_ctx_t *rc, const char *name);
/* The rule's tags, one after the other from 0; NULL at the end. */
SCHEMATA_API const char *schemata_rule_tag(const schemata_rule_ctx_t *rc, size_t index);
SCHEMATA_API const char *schemata_rule_subject(const schemata_rule_ctx_t *rc);
SCHEMATA_API const char *schemata_rule_topic(const schemata_rule_ctx_t *rc);
SCHEMATA_API bool schemata_rule_is_key(const schemata_rule_ctx_t *rc);
/* The schema of the message. Borrowed. */
SCHEMATA_API const schemata_schema_t *schemata_rule_schema(const schemata_rule_ctx_t *rc);

/* What is to be done after a rule (onSuccess, onFailure), under the name that rules use: "DLQ", say. NONE and
 * ERROR are built in. `failure` is NULL after success. The action gets the message as the rule got it (JSON, or
 * encoded). It returns SCHEMATA_OK to go on with the message as it was before the rule, anything else to end the
 * call with that status. Called from the threads that serialize and deserialize. */
typedef schemata_status_t (*schemata_rule_action_fn)(void *ctx, const schemata_rule_ctx_t *rc,
                                                     const void *message, size_t len,
                                                     const char *failure);
/* SCHEMATA_ERR_ARG for NULL; SCHEMATA_ERR_NOMEM. A later action of one name takes the place of the earlier. */
SCHEMATA_API schemata_status_t schemata_conf_add_rule_action(schemata_conf_t *c, const char *name,
                                                             schemata_rule_action_fn fn, void *ctx);

#ifdef __cplusplus
} /* extern "C" */
#endif
#endif
