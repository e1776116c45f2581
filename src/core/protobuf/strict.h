/* What protoc refuses and the registry's parser lets pass: the checks of validateFields. */
#ifndef SMA_CORE_PROTOBUF_STRICT_H
#define SMA_CORE_PROTOBUF_STRICT_H

#include "core/protobuf/world.h"

/* Checks the own file of the session's world: names defined once, imports that lead somewhere and
 * make visible what is used, numbers within bounds and used once, reserved numbers and names,
 * enums, JSON names, defaults, extensions, options.
 *
 * Returns   SMA_EINVAL with the first mistake; SMA_ELIMIT; SMA_ENOMEM.
 * Source    compat-protobuf sections 1 and 8; the protobuf language specification. */
enum sma_status sma_proto_check_strict(struct sma_proto_session *session,
                                       struct sma_error *err) SMA_MUST_CHECK;

#endif
