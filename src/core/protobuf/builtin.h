/* The .proto files that every schema may import without a reference, embedded in the binary. The
 * names of their types are a constant table, so that resolving a name parses none of them. */
#ifndef SMA_CORE_PROTOBUF_BUILTIN_H
#define SMA_CORE_PROTOBUF_BUILTIN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/str.h"
#include "core/protobuf/world.h"

#define SMA_PROTO_BUILTIN_COUNT 30

struct sma_proto_builtin {
    struct sma_str path;
    struct sma_str text;
};

/* Index of the built-in file with that import path, -1 when there is none. */
int sma_proto_builtin_find(struct sma_str path);
/* The i-th file, i < SMA_PROTO_BUILTIN_COUNT. */
struct sma_proto_builtin sma_proto_builtin_at(size_t i);
/* The type of that full name (without a leading dot) in any built-in file, or NULL. Its message and
 * unit are NULL: see sma_proto_load. */
const struct sma_proto_type *sma_proto_builtin_type(struct sma_str full_name);
/* The i-th type, NULL past the end. */
const struct sma_proto_type *sma_proto_builtin_type_at(size_t i);
/* Index of the file that declares the extension of that full name, -1 when none does. */
int sma_proto_builtin_extension(struct sma_str full_name);

#endif
