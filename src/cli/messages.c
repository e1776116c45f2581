#include "cli/messages.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "core/json/visitor.h"

static int digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool sma_hex_read(struct sma_buf *out, struct sma_str text)
{
    int high = -1;
    for (size_t i = 0; i < text.len; i++) {
        int d = digit(text.ptr[i]);
        if (d < 0 && text.ptr[i] && strchr(" \t\r\n", text.ptr[i]) && high < 0)
            continue;
        if (d < 0)
            return false;
        if (high >= 0)
            sma_buf_putc(out, (char)(high << 4 | d));
        high = high < 0 ? d : -1;
    }
    return high < 0;
}

void sma_hex_put(struct sma_buf *out, struct sma_str bytes)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < bytes.len; i++) {
        sma_buf_putc(out, digits[(unsigned char)bytes.ptr[i] >> 4]);
        sma_buf_putc(out, digits[(unsigned char)bytes.ptr[i] & 15]);
    }
}

bool sma_message_read(struct sma_buf *out, struct sma_str text, const char *form)
{
    if (!strcmp(form, "hex"))
        return sma_hex_read(out, text);
    if (!strcmp(form, "base64"))
        return sma_base64_read(out, sma_str_trim(text));
    sma_buf_puts(out, text);
    return true;
}

void sma_message_put(struct sma_buf *out, struct sma_str bytes, const char *form)
{
    if (!strcmp(form, "raw")) {
        sma_buf_puts(out, bytes);
        return;
    }
    if (!strcmp(form, "hex"))
        sma_hex_put(out, bytes);
    else
        sma_base64_put(out, bytes);
    sma_buf_putc(out, '\n');
}

/* ---- the stream ---- */

enum sma_status sma_message_input_open(struct sma_message_input *input, const char *path,
                                       const char *form, struct sma_error *err)
{
    struct stat info;
    bool is_stdin = !strcmp(path, "-");
    *input = (struct sma_message_input){.name = is_stdin ? "stdin" : path, .form = form};
    sma_buf_init(&input->text, SMA_MESSAGE_BYTES_MAX);
    input->file = is_stdin ? stdin : fopen(path, "re");
    if (!input->file)
        return sma_fail(err, SMA_EIO, "cannot open %s: %s", path, strerror(errno));
    if (!fstat(fileno(input->file), &info) && S_ISDIR(info.st_mode))
        return sma_fail(err, SMA_EIO, "%s is a folder", path);
    if (is_stdin && !S_ISREG(info.st_mode))
        setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
    return SMA_OK;
}

void sma_message_input_close(struct sma_message_input *input)
{
    if (input->file && input->file != stdin)
        fclose(input->file);
    input->file = NULL;
    sma_buf_fini(&input->text);
}

static enum sma_status too_long(const struct sma_message_input *input, struct sma_error *err)
{
    return sma_fail(err, SMA_ELIMIT, "%s: message %llu is longer than %u bytes", input->name,
                    (unsigned long long)input->number, SMA_MESSAGE_BYTES_MAX);
}

/* At most `count` bytes, up to the end of the line when asked to. */
static enum sma_status fill(struct sma_message_input *input, size_t count, bool until_line_end,
                            struct sma_error *err)
{
    int c = 0;
    while (input->text.len < count && !sma_buf_failed(&input->text) &&
           (c = getc_unlocked(input->file)) != EOF && !(until_line_end && c == '\n'))
        sma_buf_putc(&input->text, (char)c);
    if (ferror(input->file))
        return sma_fail(err, SMA_EIO, "%s: %s", input->name, strerror(errno));
    input->is_done = c == EOF;
    return sma_buf_failed(&input->text) ? too_long(input, err) : SMA_OK;
}

static enum sma_status cut_off(const struct sma_message_input *input, struct sma_error *err)
{
    return sma_fail(err, SMA_EIO, "%s: the input ends within message %llu", input->name,
                    (unsigned long long)input->number);
}

static enum sma_status next_counted(struct sma_message_input *input, struct sma_error *err)
{
    enum sma_status st = fill(input, 4, false, err);
    if (st || !input->text.len)
        return st ? st : SMA_ENOTFOUND;
    if (input->text.len < 4)
        return cut_off(input, err);
    const unsigned char *b = (const unsigned char *)input->text.ptr;
    uint32_t length = (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
    if (length == UINT32_MAX)
        length = 0; /* kcat's sign for no value at all */
    if (length > SMA_MESSAGE_BYTES_MAX)
        return too_long(input, err);
    sma_buf_clear(&input->text);
    st = fill(input, length, false, err);
    return st || input->text.len == length ? st : cut_off(input, err);
}

static enum sma_status next_line(struct sma_message_input *input, struct sma_error *err)
{
    enum sma_status st;
    do {
        sma_buf_clear(&input->text);
        input->line++;
        st = input->is_done ? SMA_ENOTFOUND : fill(input, SIZE_MAX, true, err);
    } while (!st && !sma_str_trim(sma_buf_str(&input->text)).len);
    return st;
}

enum sma_status sma_message_input_next(struct sma_message_input *input, struct sma_str *text,
                                       struct sma_error *err)
{
    enum sma_status st;
    input->number++;
    sma_buf_clear(&input->text);
    if (!strcmp(input->form, "kcat"))
        st = next_counted(input, err);
    else if (strcmp(input->form, "raw"))
        st = next_line(input, err);
    else
        st = input->number > 1 ? SMA_ENOTFOUND : fill(input, SIZE_MAX, false, err);
    *text = sma_buf_str(&input->text);
    return st;
}
