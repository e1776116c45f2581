#include "clients/c/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clients/c/memory.h"
#include "core/hash/hash.h"

#define MAGIC "schemata cache 1\n"
#define HEX_LEN (2 * SMA_SHA256_LEN)

struct sma_client_disk {
    char *directory, *registry; /* the URLs as configured, without credentials they may hold */
    atomic_uint temporaries;
};

/* A URL's credentials must not make another registry of it, nor end in a hash that somebody could
 * guess back. */
static void put_without_credentials(struct sma_buf *out, struct sma_str urls)
{
    while (urls.len) {
        ptrdiff_t comma = sma_str_chr(urls, ',');
        struct sma_str url = comma < 0 ? urls : sma_str_head(urls, (size_t)comma);
        ptrdiff_t at = sma_str_rchr(url, '@');
        urls = sma_str_from(urls, url.len + 1);
        sma_buf_puts(out, sma_str_trim(sma_str_from(url, (size_t)(at + 1))));
        sma_buf_putc(out, ',');
    }
}

schemata_status_t sma_client_disk_new(struct sma_client_disk **out, const schemata_conf_t *c,
                                      schemata_error_t **err)
{
    const char *directory = sma_client_conf_text(c, SMA_P_CACHE_DIR);
    struct sma_client_disk *disk;
    struct sma_buf registry;
    *out = NULL;
    if (!directory || !*directory)
        return SCHEMATA_OK;
    if ((mkdir(directory, 0700) && errno != EEXIST) || access(directory, R_OK | W_OK | X_OK))
        return sma_client_fail(err, SCHEMATA_ERR_CONF, "cache.dir: %s: %s", directory,
                               strerrordesc_np(errno));
    disk = sma_client_alloc(sizeof *disk);
    if (!disk)
        return sma_client_no_memory(err);
    sma_buf_init(&registry, 0);
    put_without_credentials(&registry, sma_str_z(sma_client_conf_text(c, SMA_P_URL)));
    disk->directory = sma_client_copy(directory);
    disk->registry = sma_buf_failed(&registry) ? NULL : sma_client_copy_str(sma_buf_str(&registry));
    sma_buf_fini(&registry);
    if (disk->directory && disk->registry) {
        *out = disk;
        return SCHEMATA_OK;
    }
    sma_client_disk_free(disk);
    return sma_client_no_memory(err);
}

void sma_client_disk_free(struct sma_client_disk *disk)
{
    if (!disk)
        return;
    sma_client_free(disk->directory);
    sma_client_free(disk->registry);
    sma_client_free(disk);
}

static bool hash(char out[HEX_LEN + 1], struct sma_str text)
{
    uint8_t digest[SMA_SHA256_LEN];
    if (sma_sha256(digest, text, NULL))
        return false;
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(out + 2 * i, 3, "%02x", digest[i]);
    return true;
}

/* Directory, then the hash of registry and request. */
static bool put_name(struct sma_client_disk *disk, const char *path, struct sma_buf *out)
{
    struct sma_buf what;
    char hex[HEX_LEN + 1];
    sma_buf_init(&what, 0);
    sma_buf_putz(&what, disk->registry);
    sma_buf_putz(&what, path);
    bool ok = !sma_buf_failed(&what) && hash(hex, sma_buf_str(&what));
    sma_buf_fini(&what);
    if (ok)
        sma_buf_printf(out, "%s/%s", disk->directory, hex);
    return ok && !sma_buf_failed(out);
}

static bool read_file(const char *name, struct sma_buf *out)
{
    char block[16384];
    ssize_t got = -1;
    int fd = open(name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    while (fd >= 0 && !sma_buf_failed(out) && (got = read(fd, block, sizeof block)) > 0)
        sma_buf_append(out, block, (size_t)got);
    if (fd >= 0)
        close(fd);
    return got == 0 && !sma_buf_failed(out);
}

/* MAGIC, hash of the rest, newline, the request, newline, the answer. */
static bool verify(struct sma_str file, const char *path, struct sma_str *answer)
{
    struct sma_str magic = SMA_STR(MAGIC), rest, request = sma_str_z(path);
    char hex[HEX_LEN + 1];
    if (!sma_str_starts(file, magic) || file.len < magic.len + HEX_LEN + 1)
        return false;
    rest = sma_str_from(file, magic.len + HEX_LEN + 1);
    if (!hash(hex, rest) || memcmp(hex, file.ptr + magic.len, HEX_LEN) != 0 ||
        !sma_str_starts(rest, request) || rest.len <= request.len || rest.ptr[request.len] != '\n')
        return false;
    *answer = sma_str_from(rest, request.len + 1);
    return true;
}

bool sma_client_disk_get(struct sma_client_disk *disk, const char *path, struct sma_buf *out)
{
    struct sma_buf name, file;
    struct sma_str answer;
    if (!disk)
        return false;
    sma_buf_init(&name, 0);
    sma_buf_init(&file, out->max ? out->max + 8192 : 0);
    bool ok = put_name(disk, path, &name) && read_file(name.ptr, &file) &&
              verify(sma_buf_str(&file), path, &answer);
    if (ok)
        sma_buf_puts(out, answer);
    sma_buf_fini(&name);
    sma_buf_fini(&file);
    return ok && !sma_buf_failed(out);
}

static bool write_file(const char *name, struct sma_str text)
{
    int fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    size_t done = 0;
    while (fd >= 0 && done < text.len) {
        ssize_t n = write(fd, text.ptr + done, text.len - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        done += (size_t)n;
    }
    return fd >= 0 && !close(fd) && done == text.len;
}

void sma_client_disk_put(struct sma_client_disk *disk, const char *path, struct sma_str text)
{
    struct sma_buf name, temporary, rest, file;
    char hex[HEX_LEN + 1];
    if (!disk)
        return;
    sma_buf_init(&name, 0);
    sma_buf_init(&temporary, 0);
    sma_buf_init(&rest, 0);
    sma_buf_init(&file, 0);
    sma_buf_printf(&rest, "%s\n", path);
    sma_buf_puts(&rest, text);
    sma_buf_putz(&file, MAGIC);
    if (!sma_buf_failed(&rest) && hash(hex, sma_buf_str(&rest)) && put_name(disk, path, &name)) {
        sma_buf_printf(&file, "%s\n", hex);
        sma_buf_puts(&file, sma_buf_str(&rest));
        sma_buf_printf(&temporary, "%s.%ld.%u.tmp", name.ptr, (long)getpid(),
                       atomic_fetch_add(&disk->temporaries, 1));
        if (!sma_buf_failed(&file) && !sma_buf_failed(&temporary) &&
            (!write_file(temporary.ptr, sma_buf_str(&file)) || rename(temporary.ptr, name.ptr)))
            unlink(temporary.ptr);
    }
    sma_buf_fini(&file);
    sma_buf_fini(&rest);
    sma_buf_fini(&temporary);
    sma_buf_fini(&name);
}
