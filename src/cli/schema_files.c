#include "cli/schema_files.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/layout.h"
#include "core/formats/formats.h"

#define NAME_BYTES_MAX 240

enum sma_status sma_schema_pretty(struct sma_str *out, struct sma_arena *arena,
                                  const struct sma_remote_schema *schema, struct sma_error *err)
{
    const struct sma_format *format = sma_format_find(schema->type);
    struct sma_error why = SMA_ERROR_INIT;
    struct sma_buf buf;
    sma_buf_init(&buf, 0);
    if (!format || sma_layout(&buf, format, schema->text, &why)) {
        sma_buf_clear(&buf);
        sma_buf_puts(&buf, schema->text);
    }
    if (buf.len && buf.ptr[buf.len - 1] != '\n')
        sma_buf_putc(&buf, '\n');
    *out = sma_buf_failed(&buf) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&buf));
    sma_buf_fini(&buf);
    return out->ptr ? SMA_OK : sma_fail_nomem(err);
}

const char *sma_schema_extension(struct sma_str type)
{
    return sma_str_eqz(type, "AVRO")       ? ".avsc"
           : sma_str_eqz(type, "PROTOBUF") ? ".proto"
           : sma_str_eqz(type, "JSON")     ? ".schema.json"
                                           : ".txt";
}

/* What the stem of a path decodes again. A leading dot would hide the file. */
static void put_name(struct sma_buf *out, struct sma_str subject)
{
    for (size_t i = 0; i < subject.len; i++) {
        unsigned char c = (unsigned char)subject.ptr[i];
        bool is_plain = c > ' ' && c < 0x7f && !strchr("/\\%:*?\"<>|", c) && !(c == '.' && !i);
        if (is_plain || c >= 0x80)
            sma_buf_putc(out, (char)c);
        else
            sma_buf_printf(out, "%%%02X", c);
    }
}

struct sma_str sma_schema_file_name(struct sma_arena *arena, const struct sma_remote_schema *schema,
                                    bool with_version)
{
    struct sma_buf out;
    struct sma_str name;
    sma_buf_init(&out, 0);
    if (schema->subject.len)
        put_name(&out, schema->subject);
    else if (schema->id > 0)
        sma_buf_printf(&out, "id-%d", schema->id);
    else
        put_name(&out, schema->guid);
    if (out.len > NAME_BYTES_MAX) { /* file systems end at 255 */
        out.len = NAME_BYTES_MAX;
        sma_buf_printf(&out, "-%d", schema->id);
    }
    if (with_version && schema->version > 0)
        sma_buf_printf(&out, "@%d", schema->version);
    sma_buf_putz(&out, sma_schema_extension(schema->type));
    name = sma_buf_failed(&out) ? sma_str_make(NULL, 0) : sma_arena_copy(arena, sma_buf_str(&out));
    sma_buf_fini(&out);
    return name;
}

static enum sma_status make_folders(char *path, struct sma_error *err)
{
    for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = 0;
        bool failed = mkdir(path, 0777) && errno != EEXIST;
        if (failed)
            return sma_fail(err, SMA_EIO, "%s: %s", path, strerror(errno));
        *slash = '/';
    }
    return SMA_OK;
}

static bool write_all(int fd, struct sma_str text)
{
    while (text.len) {
        ssize_t n = write(fd, text.ptr, text.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
        text = sma_str_from(text, (size_t)n);
    }
    return true;
}

enum sma_status sma_write_below(struct sma_arena *arena, const char *folder, struct sma_str name,
                                struct sma_str text, struct sma_error *err)
{
    struct sma_str path = sma_arena_printf(arena, "%s/%.*s", folder, SMA_STR_ARG(name));
    struct sma_str part = sma_arena_printf(arena, "%s/%.*s.part", folder, SMA_STR_ARG(name));
    if (!path.ptr || !part.ptr)
        return sma_fail_nomem(err);
    enum sma_status st = make_folders((char *)path.ptr, err);
    if (st)
        return st;
    int fd = open(part.ptr, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    bool ok = fd >= 0 && write_all(fd, text);
    ok = fd >= 0 && !close(fd) && ok && !rename(part.ptr, path.ptr);
    if (!ok) {
        st = sma_fail(err, SMA_EIO, "%s: %s", path.ptr, strerror(errno));
        if (fd >= 0)
            unlink(part.ptr);
    }
    return st;
}
