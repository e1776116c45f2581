#include "api/schemata/cursor.h"

#include "core/json/visitor.h"

enum sma_status sma_own_cursor_read(struct sma_str *out, struct sma_buf *buf,
                                    const struct sma_own_call *call, struct sma_error *err)
{
    struct sma_str text = sma_own_param(call, "cursor");
    *out = (struct sma_str){NULL, 0};
    if (!text.len)
        return SMA_OK;
    if (!sma_base64_read(buf, text))
        return sma_own_refuse(err, "cursor: give nextCursor of the page before as it came");
    *out = sma_buf_str(buf);
    return SMA_OK;
}

enum sma_status sma_own_cursor_write(struct sma_json_writer *w, bool goes_on, struct sma_str bytes,
                                     struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, 0);
    if (goes_on)
        sma_base64_put(&text, bytes);
    enum sma_status st = sma_buf_failed(&text) ? sma_fail_nomem(err) : SMA_OK;
    sma_jw_name(w, "nextCursor");
    if (goes_on)
        sma_jw_string(w, sma_buf_str(&text));
    else
        sma_jw_null(w);
    sma_buf_fini(&text);
    return st;
}
