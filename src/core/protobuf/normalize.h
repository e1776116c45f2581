/* The normal form: everything that may be written in several ways is written in one. */
#ifndef SMA_CORE_PROTOBUF_NORMALIZE_H
#define SMA_CORE_PROTOBUF_NORMALIZE_H

#include "core/protobuf/world.h"

/* Rewrites `file`, the own file of the session's world, as compat-protobuf section 6 says; printing
 * the result gives the normal form.
 *
 * out       lives in the session's arena; shares strings with `file`.
 * Returns   SMA_EINVAL "Could not resolve type: X" for the first name, in the order of printing,
 * that means nothing; SMA_ELIMIT; SMA_ENOMEM. */
enum sma_status sma_proto_normalize(const struct sma_proto_file **out,
                                    struct sma_proto_session *session,
                                    const struct sma_proto_file *file,
                                    struct sma_error *err) SMA_MUST_CHECK;

/* Only whether all names resolve: what every registration checks. Same errors. */
enum sma_status sma_proto_check_types(struct sma_proto_session *session,
                                      const struct sma_proto_file *file,
                                      struct sma_error *err) SMA_MUST_CHECK;

/* True for the messages that stand for map<K, V>: the option, and a key and a value that a map type
 * can be written with. */
bool sma_proto_is_map_entry(const struct sma_proto_message *message);
/* The field of that number outside oneofs, or NULL. */
const struct sma_proto_field *sma_proto_field_by_number(const struct sma_proto_message *message,
                                                        int32_t number);

#endif
