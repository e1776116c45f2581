/* The text of default values in descriptors: numbers the way protoc prints them, bytes with C
 * escapes. Both forms have the same: descriptor pools refuse some spellings that .proto texts may
 * use. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/num.h"
#include "core/protobuf/descriptor_write.h"
#include "core/protobuf/number.h"

static void put_escaped(struct sma_buf *out, struct sma_str bytes)
{
    static const char codes[] = "\n\r\t\"'\\", names[] = "nrt\"'\\";
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.ptr[i];
        const char *at = c ? strchr(codes, c) : NULL;
        if (at)
            sma_buf_printf(out, "\\%c", names[at - codes]);
        else if (c < 0x20 || c >= 0x7f)
            sma_buf_printf(out, "\\%03o", c);
        else
            sma_buf_putc(out, (char)c);
    }
}

static bool read_real(struct sma_str text, double *out)
{
    bool is_negative;
    uint64_t magnitude;
    if (sma_proto_parse_integer(text, &is_negative, &magnitude)) {
        *out = is_negative ? -(double)magnitude : (double)magnitude;
        return true;
    }
    return sma_parse_double(text, out);
}

/* Shortest of two precisions that reads back as the same number. */
static void put_real(struct sma_buf *out, double value, bool is_float)
{
    char text[40];
    snprintf(text, sizeof text, "%.*g", is_float ? 6 : 15, value);
    double back = strtod(text, NULL);
    if (is_float ? (float)back != (float)value : back != value)
        snprintf(text, sizeof text, "%.*g", is_float ? 9 : 17, value);
    sma_buf_putz(out, text);
}

/* inf and nan stay words; a number that is none stays as it is written. */
static void put_number(struct sma_buf *out, enum sma_proto_kind kind, struct sma_str text)
{
    bool is_negative, is_float = kind == SMA_PROTO_FLOAT;
    uint64_t magnitude;
    double value;
    if (kind == SMA_PROTO_DOUBLE || is_float) {
        if (read_real(text, &value))
            put_real(out, is_float ? (double)(float)value : value, is_float);
        else
            sma_buf_puts(out, text);
    } else if (sma_proto_parse_integer(text, &is_negative, &magnitude)) {
        sma_buf_putz(out, is_negative ? "-" : "");
        sma_buf_put_u64(out, magnitude);
    } else {
        sma_buf_puts(out, text);
    }
}

void sma_proto_write_default(struct sma_proto_descriptor_writer *w,
                             const struct sma_proto_field *field)
{
    const struct sma_proto_value *value = field->default_value;
    if (value->kind == SMA_PROTO_VALUE_MAP || value->kind == SMA_PROTO_VALUE_LIST)
        return;
    size_t mark = sma_proto_open(w->out, 7);
    if (field->kind == SMA_PROTO_BYTES)
        put_escaped(w->out, value->kind == SMA_PROTO_VALUE_STRING ? value->bytes : value->text);
    else if (field->kind == SMA_PROTO_STRING)
        sma_buf_puts(w->out, value->kind == SMA_PROTO_VALUE_STRING ? value->bytes : value->text);
    else if (field->kind != SMA_PROTO_NAMED && field->kind != SMA_PROTO_BOOL)
        put_number(w->out, field->kind, value->text);
    else
        sma_buf_puts(w->out, value->text);
    sma_proto_close(w->out, mark);
}
