#include "server/fixed_headers.h"

/* Takes the next piece off *text: up to a comma, or a double-quoted one that may hold commas. */
static bool next_piece(struct sma_str *text, struct sma_str *piece)
{
    struct sma_str rest = sma_str_trim(*text);
    if (!rest.len)
        return false;
    bool is_quoted = rest.ptr[0] == '"';
    ptrdiff_t end = sma_str_chr(sma_str_from(rest, is_quoted), is_quoted ? '"' : ',');
    size_t len = end < 0 ? rest.len - is_quoted : (size_t)end;
    *piece = sma_str_trim(sma_str_make(rest.ptr + is_quoted, len));
    rest = sma_str_trim(sma_str_from(rest, len + is_quoted + (end >= 0 && is_quoted)));
    if (rest.len && rest.ptr[0] == ',')
        rest = sma_str_from(rest, 1);
    *text = rest;
    return true;
}

static bool is_token(struct sma_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.ptr[i];
        if (c <= ' ' || c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", c))
            return false;
    }
    return name.len > 0;
}

static bool is_value(struct sma_str value)
{
    for (size_t i = 0; i < value.len; i++)
        if ((unsigned char)value.ptr[i] < ' ' || value.ptr[i] == 0x7f)
            return false;
    return true;
}

/* piece = ("add" | "set") NAME ":" VALUE */
static enum sma_status parse_piece(struct sma_http_header *out, struct sma_arena *arena,
                                   struct sma_str piece, struct sma_error *err)
{
    struct sma_str rest = piece;
    ptrdiff_t colon = sma_str_chr(piece, ':');
    bool has_verb =
        sma_str_starts(piece, SMA_STR("add ")) || sma_str_starts(piece, SMA_STR("set "));
    if (has_verb)
        rest = sma_str_from(piece, 4);
    if (!has_verb || colon < 4)
        return sma_fail(err, SMA_EINVAL,
                        "response.http.headers.config: \"%.*s\" is not \"add NAME: VALUE\"",
                        SMA_STR_ARG(piece));
    out->name = sma_arena_copy(arena, sma_str_trim(sma_str_head(rest, (size_t)colon - 4)));
    out->value = sma_arena_copy(arena, sma_str_trim(sma_str_from(piece, (size_t)colon + 1)));
    if (!out->name.ptr || !out->value.ptr)
        return sma_fail_nomem(err);
    if (!is_token(out->name) || !is_value(out->value))
        return sma_fail(err, SMA_EINVAL,
                        "response.http.headers.config: \"%.*s\" is no header field",
                        SMA_STR_ARG(piece));
    return SMA_OK;
}

enum sma_status sma_fixed_headers_parse(struct sma_http_header out[SMA_FIXED_HEADERS_MAX],
                                        size_t *count, struct sma_arena *arena, struct sma_str text,
                                        struct sma_error *err)
{
    struct sma_str piece;
    *count = 0;
    while (next_piece(&text, &piece)) {
        if (*count == SMA_FIXED_HEADERS_MAX)
            return sma_fail(err, SMA_ELIMIT, "response.http.headers.config: more than %d headers",
                            SMA_FIXED_HEADERS_MAX);
        enum sma_status st = parse_piece(&out[*count], arena, piece, err);
        if (st)
            return st;
        (*count)++;
    }
    return SMA_OK;
}
