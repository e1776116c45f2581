/* A small emitter for REST answers and records: places commas, escapes strings, keeps order.
 * Writes straight into a sma_buf; check the buffer once at the end. */
#ifndef SMA_CORE_JSON_WRITER_H
#define SMA_CORE_JSON_WRITER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/str.h"

struct sma_json;

struct sma_json_writer {
    struct sma_buf *buf;
    bool need_comma;
};

static inline struct sma_json_writer sma_json_writer_on(struct sma_buf *buf)
{
    return (struct sma_json_writer){buf, false};
}

/* Structure. A name must be followed by exactly one value (or by an open). */
void sma_jw_object_open(struct sma_json_writer *w);
void sma_jw_object_close(struct sma_json_writer *w);
void sma_jw_array_open(struct sma_json_writer *w);
void sma_jw_array_close(struct sma_json_writer *w);
void sma_jw_name(struct sma_json_writer *w, const char *name); /* plain ASCII, written as is */
void sma_jw_name_str(struct sma_json_writer *w, struct sma_str name);
/* Values. */
void sma_jw_string(struct sma_json_writer *w, struct sma_str value);
void sma_jw_i64(struct sma_json_writer *w, int64_t value);
void sma_jw_bool(struct sma_json_writer *w, bool value);
void sma_jw_null(struct sma_json_writer *w);
void sma_jw_raw(struct sma_json_writer *w, struct sma_str json); /* already JSON */
void sma_jw_value(struct sma_json_writer *w, const struct sma_json *value); /* a parsed one */
/* Name and value in one call. */
void sma_jw_member_string(struct sma_json_writer *w, const char *name, struct sma_str value);
void sma_jw_member_i64(struct sma_json_writer *w, const char *name, int64_t value);
void sma_jw_member_bool(struct sma_json_writer *w, const char *name, bool value);
void sma_jw_member_raw(struct sma_json_writer *w, const char *name, struct sma_str json);

#endif
