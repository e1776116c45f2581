#include "core/avro/names.h"

#include "base/utf8.h"

static bool is_ascii_letter(uint32_t c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool may_start(uint32_t c, enum sma_avro_name_rule rule)
{
    if (c == '_' || is_ascii_letter(c))
        return true;
    return c >= 0x80 && rule == SMA_AVRO_NAME_UNICODE && sma_avro_is_letter(c);
}

static bool may_follow(uint32_t c, enum sma_avro_name_rule rule)
{
    if (may_start(c, rule) || (c >= '0' && c <= '9'))
        return true;
    return c >= 0x80 && rule == SMA_AVRO_NAME_UNICODE && sma_avro_is_digit(c);
}

const char *sma_avro_name_problem(struct sma_str name, enum sma_avro_name_rule rule)
{
    uint32_t c;
    size_t n = sma_utf8_decode(name, &c);
    if (!name.len)
        return "Empty name";
    if (!n || !may_start(c, rule))
        return "Illegal initial character: ";
    for (size_t i = n; i < name.len; i += n) {
        n = sma_utf8_decode(sma_str_from(name, i), &c);
        if (!n || !may_follow(c, rule))
            return "Illegal character in: ";
    }
    return NULL;
}

const char *sma_avro_space_problem(struct sma_str space, struct sma_str *part)
{
    for (;;) {
        ptrdiff_t dot = sma_str_chr(space, '.');
        *part = dot < 0 ? space : sma_str_head(space, (size_t)dot);
        const char *problem = sma_avro_name_problem(*part, SMA_AVRO_NAME_ASCII);
        if (problem || dot < 0)
            return problem;
        space = sma_str_from(space, (size_t)dot + 1);
    }
}

bool sma_avro_name_make(struct sma_avro_name *out, struct sma_arena *arena, struct sma_str written,
                        struct sma_str space)
{
    ptrdiff_t dot = sma_str_rchr(written, '.');
    out->name = dot < 0 ? written : sma_str_from(written, (size_t)dot + 1);
    out->space = dot < 0 ? space : sma_str_head(written, (size_t)dot);
    out->full = dot == 0 ? out->name : written;
    if (dot >= 0 || !space.len)
        return true;
    char *full = sma_arena_alloc(arena, space.len + 1 + written.len);
    if (!full)
        return false;
    memcpy(full, space.ptr, space.len);
    full[space.len] = '.';
    if (written.len)
        memcpy(full + space.len + 1, written.ptr, written.len);
    out->full = sma_str_make(full, space.len + 1 + written.len);
    return true;
}
