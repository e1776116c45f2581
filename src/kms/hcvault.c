/* Vault's transit engine: POST /v1/MOUNT/encrypt/NAME and …/decrypt/NAME. A wrapped key is the text
 * that Vault gives ("vault:v1:…"). Source: Vault's HTTP API, "Transit"; what is sent is what the
 * Python client sends. */
#include "kms/service.h"

#include <string.h>

#include "base/utf8.h"
#include "core/crypto/crypto.h"
#include "core/json/json.h"
#include "core/json/visitor.h"
#include "core/json/writer.h"

#define KEY_ID_BYTES_MAX 2048
#define HEADERS_MAX 5
#define REASON_BYTES_MAX 300
/* Of an answer as a tree; a tree is a multiple of its text. */
#define TREE_BYTES_MAX (2u << 20)

/* ---- the key id ---------------------------------------------------------------------------- */

/* https://HOST[:PORT]/MOUNT/keys/NAME */
struct vault_key {
    struct sma_str origin, mount, name; /* mount: without slashes around it */
};

static bool is_host_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
}

/* The length of "https://host:port" at the start; 0 when there is none. No user names: what they
 * would hide is where the request goes. */
static size_t origin_len(struct sma_str url)
{
    size_t at = sma_str_starts(url, SMA_STR("https://"))  ? 8
                : sma_str_starts(url, SMA_STR("http://")) ? 7
                                                          : 0;
    size_t end = at;
    while (at && end < url.len && is_host_character(url.ptr[end]))
        end++;
    return end > at && end < url.len && url.ptr[end] == '/' ? end : 0;
}

/* No empty, "." or ".." segment: servers would read another path out of them. */
static bool is_plain_path(struct sma_str path)
{
    while (true) {
        ptrdiff_t slash = sma_str_chr(path, '/');
        struct sma_str segment = slash < 0 ? path : sma_str_head(path, (size_t)slash);
        if (!segment.len || sma_str_eqz(segment, ".") || sma_str_eqz(segment, ".."))
            return false;
        if (slash < 0)
            return true;
        path = sma_str_from(path, (size_t)slash + 1);
    }
}

static enum sma_status parse_key_id(struct vault_key *out, struct sma_str id, struct sma_error *err)
{
    size_t len = id.len <= KEY_ID_BYTES_MAX ? origin_len(id) : 0;
    struct sma_str path = sma_str_from(id, len + 1);
    ptrdiff_t slash = len ? sma_str_rchr(path, '/') : -1;
    if (slash > 0 && is_plain_path(path)) {
        struct sma_str head = sma_str_head(path, (size_t)slash);
        out->origin = sma_str_head(id, len);
        out->name = sma_str_from(path, (size_t)slash + 1);
        out->mount = sma_str_head(head, head.len >= 5 ? head.len - 5 : 0);
        if (out->mount.len && sma_str_ends(head, SMA_STR("/keys")))
            return SMA_OK;
    }
    return sma_fail(err, SMA_EUNSUPPORTED, "the key id is not https://HOST:PORT/MOUNT/keys/NAME");
}

/* ---- one exchange -------------------------------------------------------------------------- */

/* A path, its slashes kept, everything unusual percent-encoded. */
static void put_path(struct sma_buf *out, struct sma_str path)
{
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                        (c >= '0' && c <= '9') || (c && strchr("-._~/", c));
        if (is_plain)
            sma_buf_putc(out, (char)c);
        else
            sma_buf_printf(out, "%%%02X", c);
    }
}

/* A token with a line break in it would be two headers. */
static enum sma_status check_header(struct sma_str value, const char *name, struct sma_error *err)
{
    for (size_t i = 0; i < value.len; i++)
        if (value.ptr[i] <= ' ' || value.ptr[i] > '~')
            return sma_fail(err, SMA_EUNSUPPORTED,
                            "property \"%s\" has a character that no header takes", name);
    return SMA_OK;
}

struct exchange {
    const struct sma_kms_call *call;
    struct sma_str origin, token;
    struct sma_arena arena; /* of the answer's tree */
    struct sma_buf path, body;
    struct sma_kms_http_response answer;
    const struct sma_json *tree;
};

static void exchange_init(struct exchange *x, const struct sma_kms_call *call)
{
    memset(x, 0, sizeof *x);
    x->call = call;
    sma_arena_init(&x->arena, TREE_BYTES_MAX);
    sma_buf_init(&x->path, 0);
    sma_buf_init(&x->body, 0);
    sma_buf_init(&x->answer.body, 0);
}

static void exchange_fini(struct exchange *x)
{
    sma_buf_fini(&x->path);
    sma_crypto_wipe_buf(&x->body);
    sma_crypto_wipe_buf(&x->answer.body);
    sma_arena_fini(&x->arena);
}

/* What Vault says went wrong, as far as it fits one line. */
static enum sma_status refused(struct exchange *x, int status, struct sma_error *err)
{
    const struct sma_json *errors = sma_json_getz(x->tree, "errors");
    struct sma_str reason = {NULL, 0};
    enum sma_status st = status == 403 || status == 401 ? SMA_ECONFLICT
                         : status == 429                ? SMA_EBUSY
                         : status >= 400 && status < 500 ? SMA_EINVAL
                                                         : SMA_EIO;
    if (sma_json_is(errors, SMA_JSON_ARRAY) && errors->count &&
        sma_json_is(&errors->items[0], SMA_JSON_STRING))
        reason = sma_utf8_head(errors->items[0].text, REASON_BYTES_MAX);
    return sma_fail(err, st, "the service answers %d%s%.*s", status, reason.len ? ": " : "",
                    SMA_STR_ARG(reason));
}

static enum sma_status read_answer(struct exchange *x, struct sma_error *err)
{
    enum sma_status st =
        sma_json_parse(&x->tree, &x->arena, sma_buf_str(&x->answer.body), NULL, NULL, NULL);
    if (st == SMA_ENOMEM)
        return sma_fail_nomem(err);
    if (x->answer.status != 200)
        return refused(x, x->answer.status, err);
    if (st)
        return sma_fail(err, SMA_EIO, "the service's answer is no JSON");
    return SMA_OK;
}

/* Sends x->body to x->path; x->tree is the answer. */
static enum sma_status post(struct exchange *x, struct sma_error *err)
{
    const struct sma_kms *kms = x->call->kms;
    struct sma_str space = sma_kms_prop(x->call->props, SMA_KMS_VAULT_NAMESPACE);
    struct sma_kms_header headers[HEADERS_MAX] = {
        {"Content-Type", SMA_STR("application/json")},
        {"Accept", SMA_STR("application/json")},
        {"X-Vault-Request", SMA_STR("true")},
    };
    size_t count = 3;
    enum sma_status st = check_header(x->token, SMA_KMS_VAULT_TOKEN, err);
    if (!st)
        st = check_header(space, SMA_KMS_VAULT_NAMESPACE, err);
    if (st)
        return st;
    if (!kms->http)
        return sma_fail(err, SMA_EUNSUPPORTED, "no way to the network was given");
    if (sma_buf_failed(&x->path) || sma_buf_failed(&x->body))
        return sma_fail_nomem(err);
    if (x->token.len)
        headers[count++] = (struct sma_kms_header){"X-Vault-Token", x->token};
    if (space.len)
        headers[count++] = (struct sma_kms_header){"X-Vault-Namespace", space};
    const struct sma_kms_http_request request = {"POST",  x->origin, sma_buf_str(&x->path),
                                                 headers, count,     sma_buf_str(&x->body)};
    st = kms->http(kms->http_ctx, &request, &x->answer, err);
    return st ? st : read_answer(x, err);
}

/* ---- credentials --------------------------------------------------------------------------- */

/* The token: given, or from a login. The latter is copied into `arena`. */
static enum sma_status find_token(struct sma_str *out, const struct sma_kms_call *call,
                                  struct sma_str origin, struct sma_arena *arena,
                                  struct sma_error *err)
{
    struct sma_str role = sma_kms_prop(call->props, SMA_KMS_VAULT_ROLE_ID);
    struct sma_str secret = sma_kms_prop(call->props, SMA_KMS_VAULT_SECRET_ID);
    struct exchange x;
    *out = sma_kms_prop(call->props, SMA_KMS_VAULT_TOKEN);
    if (!role.ptr || !secret.ptr)
        return SMA_OK; /* without a token Vault refuses, with its own words */
    exchange_init(&x, call);
    x.origin = origin;
    sma_buf_putz(&x.path, "/v1/auth/approle/login");
    struct sma_json_writer w = sma_json_writer_on(&x.body);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, "role_id", role);
    sma_jw_member_string(&w, "secret_id", secret);
    sma_jw_object_close(&w);
    enum sma_status st = post(&x, err);
    if (!st) {
        const struct sma_json *token =
            sma_json_getz(sma_json_getz(x.tree, "auth"), "client_token");
        if (!sma_json_is(token, SMA_JSON_STRING))
            st = sma_fail(err, SMA_EIO, "the login's answer has no client_token");
        else if (!(*out = sma_arena_copy(arena, token->text)).ptr)
            st = sma_fail_nomem(err);
    }
    exchange_fini(&x);
    return st;
}

/* ---- encrypt, decrypt ---------------------------------------------------------------------- */

static void write_body(struct sma_buf *out, const char *name, struct sma_str value)
{
    struct sma_json_writer w = sma_json_writer_on(out);
    sma_jw_object_open(&w);
    sma_jw_member_string(&w, name, value);
    sma_jw_member_string(&w, "context", SMA_STR(""));
    sma_jw_object_close(&w);
}

/* POST /v1/MOUNT/`verb`/NAME with {`from`: value}; *out is `to` of the answer's data, in the
 * exchange's memory. */
static enum sma_status transit(struct sma_str *out, struct exchange *x, const char *verb,
                               const char *from, struct sma_str value, const char *to,
                               struct sma_error *err)
{
    struct vault_key key;
    enum sma_status st = parse_key_id(&key, x->call->key_id, err);
    if (!st)
        st = find_token(&x->token, x->call, key.origin, &x->arena, err);
    if (st)
        return st;
    x->origin = key.origin;
    sma_buf_putz(&x->path, "/v1/");
    put_path(&x->path, key.mount);
    sma_buf_printf(&x->path, "/%s/", verb);
    put_path(&x->path, key.name);
    write_body(&x->body, from, value);
    st = post(x, err);
    if (st)
        return st;
    const struct sma_json *text =
        sma_json_get(sma_json_getz(x->tree, "data"), sma_str_z(to));
    if (!sma_json_is(text, SMA_JSON_STRING) || !text->text.len)
        return sma_fail(err, SMA_EIO, "the service's answer has no %s", to);
    *out = text->text;
    return SMA_OK;
}

static enum sma_status wrap(struct sma_buf *out, const struct sma_kms_call *call,
                            struct sma_str plain, struct sma_error *err)
{
    struct sma_buf coded;
    struct exchange x;
    struct sma_str wrapped;
    sma_buf_init(&coded, 0);
    sma_base64_put(&coded, plain);
    exchange_init(&x, call);
    enum sma_status st =
        sma_buf_failed(&coded)
            ? sma_fail_nomem(err)
            : transit(&wrapped, &x, "encrypt", "plaintext", sma_buf_str(&coded), "ciphertext", err);
    if (!st) {
        sma_buf_puts(out, wrapped);
        st = sma_buf_failed(out) ? sma_fail_nomem(err) : SMA_OK;
    }
    exchange_fini(&x);
    sma_crypto_wipe_buf(&coded);
    return st;
}

static enum sma_status unwrap(struct sma_buf *out, const struct sma_kms_call *call,
                              struct sma_str wrapped, struct sma_error *err)
{
    struct exchange x;
    struct sma_str coded;
    size_t before = out->len;
    if (!sma_str_starts(wrapped, SMA_STR("vault:")) || !sma_utf8_valid(wrapped, NULL))
        return sma_fail(err, SMA_EINVAL, "the wrapped key is none of Vault's (vault:v1:…)");
    exchange_init(&x, call);
    enum sma_status st =
        transit(&coded, &x, "decrypt", "ciphertext", wrapped, "plaintext", err);
    if (!st && !sma_base64_read(out, coded)) {
        out->len = before;
        st = sma_fail(err, SMA_EIO, "the service's plaintext is no base64");
    }
    if (!st && sma_buf_failed(out))
        st = sma_fail_nomem(err);
    exchange_fini(&x);
    return st;
}

const struct sma_kms_ops sma_kms_hcvault = {"hcvault", wrap, unwrap};
