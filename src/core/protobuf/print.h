/* Syntax tree to text, byte for byte as the original prints. */
#ifndef SMA_CORE_PROTOBUF_PRINT_H
#define SMA_CORE_PROTOBUF_PRINT_H

#include "base/buf.h"
#include "core/protobuf/ast.h"

/* Appends the text of a file: two spaces per level, blocks in the order of compat-protobuf
 * section 5. The result parses again, and printing that gives the same text.
 *
 * skip_extensions   leave out extends, extension ranges and custom options other than confluent.*
 *                   (format=ignore_extensions). */
void sma_proto_print(struct sma_buf *out, const struct sma_proto_file *file, bool skip_extensions);

/* Appends `s` with quotes and the original's escapes. */
void sma_proto_put_string(struct sma_buf *out, struct sma_str s);
/* The same for bytes: everything outside printable ASCII as three octal digits. */
void sma_proto_put_bytes(struct sma_buf *out, struct sma_str s);

#endif
