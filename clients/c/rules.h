/* Running a schema's rules over the encoded data of its messages. Every rule turns data of the schema into data
 * of the schema, so that it does not matter what kind of value the program has in its hands: JSON, avro-c's,
 * protobuf-c's, bytes. */
#ifndef SMA_CLIENT_RULES_H
#define SMA_CLIENT_RULES_H

#include "clients/c/codec.h"
#include "clients/c/contract.h"
#include "clients/c/keys.h"

struct sma_client_rules;

/* Compiles the rules of one schema and direction.
 *
 * client    for keys; may be NULL.
 * conf      of the serializer or deserializer: executors, actions, environment. Borrowed.
 * out       NULL when there are none: the usual case, which costs nothing per message.
 * schema    borrowed; must outlive *out, and so must client and conf.
 * subject   the subject of the messages; copied.
 * Returns   SCHEMATA_ERR_SERVER for a rule set that makes no sense; SCHEMATA_ERR_NOMEM. */
schemata_status_t sma_client_rules_new(struct sma_client_rules **out, schemata_client_t *client,
                                       const schemata_conf_t *conf, schemata_schema_t *schema,
                                       struct sma_str subject, bool writes,
                                       schemata_error_t **err);
void sma_client_rules_free(struct sma_client_rules *rules);

/* Runs them over `data`.
 *
 * message   Protobuf: full name of the message; NULL otherwise.
 * out       the new data, appended.
 * Returns   SCHEMATA_ERR_RULE naming the rule that failed; SCHEMATA_ERR_DATA for data that are not the
 *           schema's; what the REST layer says when keys have to be fetched; what an action returned. */
schemata_status_t sma_client_rules_run(struct sma_client_rules *rules, const schemata_msg_t *m,
                                       const char *message, const struct sma_client_form *form,
                                       struct sma_str data, struct sma_buf *out,
                                       schemata_error_t **err);

/* A reader's schema that is newer than the writer's may have rules that migrate messages to it; nothing here
 * runs those. SCHEMATA_ERR_UNSUPPORTED with the rule's name then. */
schemata_status_t sma_client_rules_refuse_migration(const schemata_schema_t *writer,
                                                    const schemata_schema_t *reader,
                                                    schemata_error_t **err);

#endif
