#include "cli/credentials.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "cli/source.h"
#include "core/json/json.h"

#define HELPER_BYTES_MAX (64u << 10)

struct sma_str sma_url_host(struct sma_str url)
{
    ptrdiff_t scheme = sma_str_chr(url, '/');
    struct sma_str rest = scheme < 0 ? url : sma_str_from(url, (size_t)scheme + 2);
    ptrdiff_t slash = sma_str_chr(rest, '/');
    rest = slash < 0 ? rest : sma_str_head(rest, (size_t)slash);
    ptrdiff_t at = sma_str_rchr(rest, '@');
    rest = sma_str_from(rest, (size_t)(at + 1));
    ptrdiff_t close = sma_str_chr(rest, ']');
    if (rest.len && rest.ptr[0] == '[' && close > 0)
        return sma_str_make(rest.ptr + 1, (size_t)close - 1);
    ptrdiff_t colon = sma_str_chr(rest, ':');
    return colon < 0 ? rest : sma_str_head(rest, (size_t)colon);
}

/* ---- netrc ---- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool next_word(struct sma_str *word, struct sma_str *rest)
{
    size_t start = 0, end;
    while (start < rest->len && is_space(rest->ptr[start]))
        start++;
    for (end = start; end < rest->len && !is_space(rest->ptr[end]);)
        end++;
    *word = sma_str_make(rest->ptr + start, end - start);
    *rest = sma_str_from(*rest, end);
    return word->len > 0;
}

/* A macro ends with an empty line. */
static void skip_macro(struct sma_str *rest)
{
    size_t i = 0;
    while (i + 1 < rest->len && !(rest->ptr[i] == '\n' && rest->ptr[i + 1] == '\n'))
        i++;
    *rest = sma_str_from(*rest, i + 2);
}

enum sma_status sma_credentials_netrc(struct sma_credentials *out, struct sma_arena *arena,
                                      const char *path, struct sma_str host, struct sma_error *err)
{
    struct sma_str rest, word, value;
    bool is_ours = false;
    *out = (struct sma_credentials){.user = {NULL, 0}};
    enum sma_status st = sma_read_file(&rest, arena, path, err);
    while (!st && next_word(&word, &rest)) {
        if (sma_str_eqz(word, "macdef")) {
            skip_macro(&rest);
            continue;
        }
        bool is_default = sma_str_eqz(word, "default");
        if (is_default || sma_str_eqz(word, "machine")) {
            if (is_ours)
                return SMA_OK; /* the first entry that fits counts */
            is_ours = is_default || (next_word(&value, &rest) && sma_str_eq_nocase(value, host));
            continue;
        }
        if (!next_word(&value, &rest))
            break;
        if (is_ours && sma_str_eqz(word, "login"))
            out->user = value;
        else if (is_ours && sma_str_eqz(word, "password"))
            out->password = value;
    }
    return st;
}

/* ---- a command ---- */

static enum sma_status read_text(struct sma_str *out, struct sma_arena *arena, FILE *pipe)
{
    char block[4096];
    struct sma_buf text;
    size_t got;
    sma_buf_init(&text, HELPER_BYTES_MAX);
    while ((got = fread(block, 1, sizeof block, pipe)) > 0)
        sma_buf_append(&text, block, got);
    *out = sma_buf_failed(&text) ? sma_str_make(NULL, 0)
                                 : sma_arena_copy(arena, sma_buf_str(&text));
    explicit_bzero(block, sizeof block);
    if (text.ptr)
        explicit_bzero(text.ptr, text.len);
    sma_buf_fini(&text);
    return out->ptr ? SMA_OK : SMA_ENOMEM;
}

static struct sma_str text_of(const struct sma_json *object, const char *name)
{
    const struct sma_json *value = sma_json_get(object, sma_str_z(name));
    return sma_json_is(value, SMA_JSON_STRING) ? value->text : sma_str_make(NULL, 0);
}

enum sma_status sma_credentials_helper(struct sma_credentials *out, struct sma_arena *arena,
                                       const char *command, const char *url, struct sma_error *err)
{
    const struct sma_json *root = NULL;
    struct sma_str text;
    *out = (struct sma_credentials){.user = {NULL, 0}};
    if (setenv("SCHEMATA_URL", url, 1))
        return sma_fail_nomem(err);
    FILE *pipe = popen(command, "re");
    if (!pipe)
        return sma_fail(err, SMA_EINVAL, "credential-helper: cannot run \"%s\"", command);
    enum sma_status st = read_text(&text, arena, pipe);
    int status = pclose(pipe);
    unsetenv("SCHEMATA_URL");
    if (!WIFEXITED(status) || WEXITSTATUS(status))
        return sma_fail(err, SMA_EINVAL, "credential-helper: \"%s\" failed (status %d)", command,
                        WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    /* What it printed may hold the secret: it does not go into the message. */
    if (st || sma_json_parse(&root, arena, text, NULL, NULL, NULL) ||
        root->type != SMA_JSON_OBJECT)
        return sma_fail(err, SMA_EINVAL,
                        "credential-helper: \"%s\" did not print a JSON object of at most %u bytes",
                        command, HELPER_BYTES_MAX);
    out->user = text_of(root, "username");
    out->password = text_of(root, "password");
    out->token = text_of(root, "token");
    if (out->token.ptr || (out->user.ptr && out->password.ptr))
        return SMA_OK;
    return sma_fail(err, SMA_EINVAL,
                    "credential-helper: \"%s\" printed neither \"token\" nor \"username\" and "
                    "\"password\"",
                    command);
}
