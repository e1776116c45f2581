/* Schemas of a registry as files: names, pretty texts, writing. */
#ifndef SMA_CLI_SCHEMA_FILES_H
#define SMA_CLI_SCHEMA_FILES_H

#include "cli/remote_read.h"

/* The pretty form of a schema's text, closed by a line end; the text as it is when its type is not
 * known here or it cannot be laid out. */
enum sma_status sma_schema_pretty(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_remote_schema *schema,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* The subject, percent-encoded where a file name cannot have the byte, with the extension of the
 * type; "@3" in between when asked for. By id or GUID without a subject: "id-812.avsc". ptr NULL when
 * out of memory. */
struct sma_str sma_schema_file_name(struct sma_arena *arena, const struct sma_remote_schema *schema,
                                    bool with_version);
/* ".avsc" and so on; ".txt" for an unknown type. */
const char *sma_schema_extension(struct sma_str type);
/* Writes folder/name whole or not at all, folders made as needed. The name was made by us: it does
 * not climb. */
enum sma_status sma_write_below(struct sma_arena *arena, const char *folder, struct sma_str name,
                                struct sma_str text, struct sma_error *err) SMA_MUST_CHECK;

#endif
