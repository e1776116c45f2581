#include "core/jsonschema/pattern.h"

#include "base/buf.h"

/* A property of Java's Pattern and what stands for it inside a class. */
static const struct property {
    const char *name, *members;
} properties[] = {
    {"Lower", "a-z"},
    {"Upper", "A-Z"},
    {"Digit", "0-9"},
    {"Alnum", "a-zA-Z0-9"},
    {"Punct", "!-\\/:-@\\[-`\\{-~"},
    {"Graph", "!-~"},
    {"Print", " -~"},
    {"Blank", " \\t"},
    {"Cntrl", "\\u0000-\\u001F\\u007F"},
    {"XDigit", "0-9a-fA-F"},
    {"Space", "\\t-\\r "},
    {"javaLowerCase", "\\p{Ll}"},
    {"javaUpperCase", "\\p{Lu}"},
    {"javaTitleCase", "\\p{Lt}"},
    {"javaLetter", "\\p{L}"},
    {"javaAlphabetic", "\\p{Alphabetic}"},
    {"javaDigit", "\\p{Nd}"},
    {"javaLetterOrDigit", "\\p{L}\\p{Nd}"},
    {"javaWhitespace", "\\s"},
    {"javaSpaceChar", "\\p{Z}"},
    {"IsDigit", "\\p{Nd}"},
    {"IsLetter", "\\p{L}"},
    {"IsPunctuation", "\\p{P}"},
    {"IsControl", "\\p{Cc}"},
    {"IsTitlecase", "\\p{Lt}"},
    {"IsWhiteSpace", "\\p{White_Space}"},
    {"IsHexDigit", "\\p{Hex_Digit}"},
};

/* Writes what stands for the property. Outside a class it becomes one; inside, only the plain form
 * can be spelled out. "IsX" with X a script, category or binary property is \p{X}. */
static bool put_property(struct sma_buf *out, struct sma_str name, bool is_negated, bool in_class)
{
    for (size_t i = 0; i < sizeof properties / sizeof *properties; i++) {
        if (!sma_str_eqz(name, properties[i].name))
            continue;
        if (in_class && is_negated)
            return false;
        sma_buf_putz(out, in_class ? "" : is_negated ? "[^" : "[");
        sma_buf_putz(out, properties[i].members);
        sma_buf_putz(out, in_class ? "" : "]");
        return true;
    }
    bool has_prefix = sma_str_starts(name, SMA_STR("Is"));
    struct sma_str rest = has_prefix ? sma_str_from(name, 2) : name;
    /* A name of two letters is a category, a longer one may be a script, which wants its key. */
    bool is_script = has_prefix && rest.len > 2;
    sma_buf_putz(out, is_negated ? "\\P{" : "\\p{");
    if (is_script && !sma_str_eqz(rest, "Alphabetic") && !sma_str_eqz(rest, "Ideographic") &&
        !sma_str_eqz(rest, "Lowercase") && !sma_str_eqz(rest, "Uppercase"))
        sma_buf_putz(out, "Script=");
    sma_buf_puts(out, rest);
    sma_buf_putc(out, '}');
    return true;
}

/* Length of "\p{name}" or "\P{name}" at the start of the text, 0 when there is none. */
static size_t property_len(struct sma_str text, struct sma_str *name)
{
    if (!sma_str_starts(text, SMA_STR("\\p{")) && !sma_str_starts(text, SMA_STR("\\P{")))
        return 0;
    ptrdiff_t end = sma_str_chr(text, '}');
    if (end < 0)
        return 0;
    *name = sma_str_head(sma_str_from(text, 3), (size_t)end - 3);
    return (size_t)end + 1;
}

/* The pattern in other words; false when it has no property that needs any. */
static bool rewrite(struct sma_buf *out, struct sma_str pattern)
{
    unsigned class_depth = 0;
    bool is_changed = false;
    for (size_t i = 0; i < pattern.len;) {
        struct sma_str rest = sma_str_from(pattern, i), name;
        size_t len = property_len(rest, &name);
        if (len) {
            if (!put_property(out, name, rest.ptr[1] == 'P', class_depth > 0))
                return false;
            is_changed = true;
        } else {
            len = rest.ptr[0] == '\\' && rest.len > 1 ? 2 : 1;
            class_depth += rest.ptr[0] == '[';
            class_depth -= rest.ptr[0] == ']' && class_depth > 0;
            sma_buf_append(out, rest.ptr, len);
        }
        i += len;
    }
    return is_changed;
}

enum sma_status sma_js_pattern_compile(struct sma_regex **out, struct sma_str pattern,
                                       struct sma_error *err)
{
    struct sma_error problem = SMA_ERROR_INIT;
    struct sma_buf other;
    enum sma_status st = sma_regex_compile_lenient(out, pattern, &problem);
    if (st != SMA_EINVAL)
        return st ? sma_fail(err, st, "%s", problem.message) : SMA_OK;
    sma_buf_init(&other, 4 * SMA_REGEX_BYTES_MAX);
    enum sma_status again = SMA_EINVAL;
    if (rewrite(&other, pattern) && !sma_buf_failed(&other))
        again = sma_regex_compile_lenient(out, sma_buf_str(&other), NULL);
    sma_buf_fini(&other);
    if (again == SMA_EINVAL)
        return sma_fail(err, st, "%s", problem.message);
    return again ? sma_fail(err, again, "%s", problem.message) : SMA_OK;
}
