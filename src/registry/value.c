#include "registry/value.h"

#include "base/num.h"
#include "registry/codes.h"

static const char *kind_of(const struct sma_json *value)
{
    static const char *const names[] = {
        [SMA_JSON_NULL] = "null",       [SMA_JSON_BOOL] = "a boolean",
        [SMA_JSON_NUMBER] = "a number", [SMA_JSON_STRING] = "a text",
        [SMA_JSON_ARRAY] = "an array",  [SMA_JSON_OBJECT] = "an object",
    };
    return names[value->type];
}

static enum sma_status mismatch(const struct sma_json *value, const char *name, const char *wanted,
                                struct sma_error *err)
{
    if (value->type == SMA_JSON_STRING || value->type == SMA_JSON_NUMBER)
        return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                          "Cannot deserialize field \"%s\": expected %s, found %s \"%.*s\"", name,
                          wanted, kind_of(value),
                          (int)(value->text.len > 64 ? 64 : value->text.len), value->text.ptr);
    return sma_refuse(err, SMA_CODE_BAD_REQUEST,
                      "Cannot deserialize field \"%s\": expected %s, found %s", name, wanted,
                      kind_of(value));
}

static bool is_absent(const struct sma_json *value)
{
    return !value || value->type == SMA_JSON_NULL ||
           (value->type == SMA_JSON_STRING && !sma_str_trim(value->text).len);
}

enum sma_status sma_value_text(struct sma_str *out, const struct sma_json *value, const char *name,
                               struct sma_error *err)
{
    struct sma_str text = {NULL, 0};
    if (value) {
        switch (value->type) {
        case SMA_JSON_NULL:
            break;
        case SMA_JSON_BOOL:
            text = value->boolean ? SMA_STR("true") : SMA_STR("false");
            break;
        case SMA_JSON_NUMBER:
        case SMA_JSON_STRING:
            text = value->text;
            if (!text.ptr)
                text = SMA_STR("");
            break;
        default:
            return mismatch(value, name, "a text", err);
        }
    }
    *out = text;
    return SMA_OK;
}

enum sma_status sma_value_i32(int32_t *out, const struct sma_json *value, const char *name,
                              struct sma_error *err)
{
    double fraction;
    int32_t whole;
    if (is_absent(value))
        return SMA_OK;
    if (value->type == SMA_JSON_NUMBER && !value->is_integer) {
        if (!sma_parse_double(value->text, &fraction) || !(fraction > -2147483649.0) ||
            !(fraction < 2147483648.0))
            return mismatch(value, name, "an integer", err);
        *out = (int32_t)fraction;
        return SMA_OK;
    }
    if (value->type != SMA_JSON_NUMBER && value->type != SMA_JSON_STRING)
        return mismatch(value, name, "an integer", err);
    struct sma_str digits = sma_str_trim(value->text);
    if (digits.len > 1 && digits.ptr[0] == '+' && digits.ptr[1] != '-')
        digits = sma_str_from(digits, 1);
    if (!sma_parse_i32(digits, &whole))
        return mismatch(value, name, "an integer", err);
    *out = whole;
    return SMA_OK;
}

enum sma_status sma_value_bool(bool *out, const struct sma_json *value, const char *name,
                               struct sma_error *err)
{
    static const struct {
        const char *text;
        bool value;
    } words[] = {
        {"true", true},   {"True", true},   {"TRUE", true},
        {"false", false}, {"False", false}, {"FALSE", false},
    };
    if (is_absent(value))
        return SMA_OK;
    if (value->type == SMA_JSON_BOOL) {
        *out = value->boolean;
        return SMA_OK;
    }
    if (value->type == SMA_JSON_NUMBER && value->is_integer) {
        *out = !sma_str_eqz(value->text, "0") && !sma_str_eqz(value->text, "-0");
        return SMA_OK;
    }
    if (value->type == SMA_JSON_STRING)
        for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
            if (sma_str_eqz(sma_str_trim(value->text), words[i].text)) {
                *out = words[i].value;
                return SMA_OK;
            }
    return mismatch(value, name, "a boolean", err);
}

enum sma_status sma_value_container(const struct sma_json **out, const struct sma_json *value,
                                    enum sma_json_type type, const char *name,
                                    struct sma_error *err)
{
    if (!value || value->type == SMA_JSON_NULL) {
        *out = NULL;
        return SMA_OK;
    }
    if (value->type != type)
        return mismatch(value, name, type == SMA_JSON_ARRAY ? "an array" : "an object", err);
    *out = value;
    return SMA_OK;
}
