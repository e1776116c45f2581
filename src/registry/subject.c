#include "registry/subject.h"

#include "base/utf8.h"
#include "registry/text.h"
#include "store/qualified.h"

static enum sma_status qualify(struct sma_subject *subject, struct sma_arena *arena,
                               struct sma_error *err)
{
    if (sma_str_eq(subject->context, SMA_CONTEXT_DEFAULT)) {
        subject->qualified = subject->name;
        return SMA_OK;
    }
    subject->qualified = sma_qualified_make(arena, subject->context, subject->name);
    return subject->qualified.ptr ? SMA_OK : sma_fail_nomem(err);
}

static bool is_qualified(struct sma_str text)
{
    return sma_str_starts(text, SMA_STR(":.")) || sma_str_starts(text, SMA_STR(":*:"));
}

enum sma_status sma_subject_parse(struct sma_subject *out, struct sma_arena *arena,
                                  struct sma_str text, struct sma_error *err)
{
    return sma_subject_resolve(out, arena, SMA_CONTEXT_DEFAULT, text, err);
}

enum sma_status sma_subject_make(struct sma_subject *out, struct sma_arena *arena,
                                 struct sma_str context, struct sma_str name, struct sma_error *err)
{
    struct sma_subject made = {context, name, {NULL, 0}};
    enum sma_status st = qualify(&made, arena, err);
    if (!st)
        *out = made;
    return st;
}

enum sma_status sma_subject_resolve(struct sma_subject *out, struct sma_arena *arena,
                                    struct sma_str context, struct sma_str text,
                                    struct sma_error *err)
{
    if (!is_qualified(text))
        return sma_subject_make(out, arena, context, text, err);
    struct sma_str rest = sma_str_from(text, 1);
    ptrdiff_t colon = sma_str_chr(rest, ':');
    if (colon < 0) /* no closing colon: all of it is the context */
        return sma_subject_make(out, arena, rest, SMA_STR(""), err);
    return sma_subject_make(out, arena, sma_str_head(rest, (size_t)colon),
                            sma_str_from(rest, (size_t)colon + 1), err);
}

bool sma_subject_is_default_context(const struct sma_subject *subject)
{
    return sma_str_eq(subject->context, SMA_CONTEXT_DEFAULT);
}

bool sma_subject_is_global_context(const struct sma_subject *subject)
{
    return sma_str_eq(subject->context, SMA_CONTEXT_GLOBAL);
}

/* Java's Character.isISOControl. Text that is not UTF-8 never gets here from a facade, and is
 * refused should it do so. */
static bool has_control_character(struct sma_str s)
{
    while (s.len) {
        uint32_t codepoint;
        size_t used = sma_utf8_decode(s, &codepoint);
        if (!used || codepoint < 0x20 || (codepoint >= 0x7f && codepoint <= 0x9f))
            return true;
        s = sma_str_from(s, used);
    }
    return false;
}

static bool is_reserved(struct sma_str name)
{
    return sma_str_eqz(name, "__GLOBAL") || sma_str_eqz(name, "__EMPTY");
}

bool sma_subject_is_registrable(const struct sma_subject *subject, bool reject_empty)
{
    if (sma_subject_is_global_context(subject))
        return false;
    if (reject_empty && (!subject->name.len || sma_str_eqz(subject->name, "*")))
        return false;
    return sma_subject_is_configurable(subject);
}

bool sma_subject_is_configurable(const struct sma_subject *subject)
{
    if (sma_str_eqz(subject->context, "*")) /* the wildcard of queries names no place */
        return false;
    return !has_control_character(subject->context) && !has_control_character(subject->name) &&
           !is_reserved(subject->name);
}

struct sma_str sma_subject_shown_context(struct sma_arena *arena, const struct sma_subject *subject)
{
    if (sma_subject_is_default_context(subject))
        return SMA_STR("");
    return SMA_JOIN(arena, SMA_STR(":"), subject->context, SMA_STR(":"));
}

struct sma_str sma_subject_context_scope(struct sma_arena *arena, const struct sma_subject *subject)
{
    return sma_subject_shown_context(arena, subject);
}
