/* Associations: names and the questions of other use cases. */
#include "registry/association.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/utf8.h"

const char *sma_lifecycle_name(enum sma_lifecycle lifecycle)
{
    static const char *const names[] = {"", "WEAK", "STRONG"};
    return names[lifecycle];
}

bool sma_lifecycle_parse(enum sma_lifecycle *out, struct sma_str name)
{
    for (int i = SMA_LIFECYCLE_WEAK; i <= SMA_LIFECYCLE_STRONG; i++)
        if (sma_str_eqz(name, sma_lifecycle_name((enum sma_lifecycle)i))) {
            *out = (enum sma_lifecycle)i;
            return true;
        }
    return false;
}

bool sma_lifecycle_freezes(enum sma_lifecycle lifecycle)
{
    return lifecycle == SMA_LIFECYCLE_STRONG;
}

enum sma_status sma_assoc_invalid(struct sma_error *err, const char *property, const char *fmt, ...)
{
    char text[1024];
    size_t whole;
    va_list args;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    struct sma_str detail = sma_str_z(text);
    if (!sma_utf8_valid(detail, &whole))
        detail = sma_str_head(detail, whole);
    return sma_refuse(err, SMA_CODE_INVALID_ASSOCIATION,
                      "The association specified an invalid value for property: '%s', "
                      "detail: %.*s",
                      property, SMA_STR_ARG(detail));
}

static enum sma_status has(bool *out, struct sma_view *view, struct sma_arena *arena,
                           const struct sma_assoc_filter *filter, struct sma_error *err)
{
    struct sma_assoc_row *rows;
    size_t count = 0;
    enum sma_status st = sma_view_associations(view, arena, filter, &rows, &count, err);
    *out = count > 0;
    return st;
}

enum sma_status sma_assoc_has_any(bool *out, struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str subject, struct sma_error *err)
{
    return has(out, view, arena, &(struct sma_assoc_filter){.subject = subject, .limit = 1}, err);
}

enum sma_status sma_assoc_refuse_subject(struct sma_str subject, struct sma_error *err)
{
    return sma_refuse(err, SMA_CODE_SUBJECT_ASSOCIATED,
                      "An association already exists for subject '%.*s'", SMA_STR_ARG(subject));
}

enum sma_status sma_assoc_may_refer(struct sma_view *view, struct sma_arena *arena,
                                    struct sma_str subject, struct sma_error *err)
{
    const struct sma_assoc_filter filter = {
        .subject = subject, .lifecycle = SMA_STR("STRONG"), .limit = 1};
    bool is_owned;
    enum sma_status st = has(&is_owned, view, arena, &filter, err);
    if (st || !is_owned)
        return st;
    return sma_refuse(err, SMA_CODE_NOT_PERMITTED,
                      "Subject '%.*s' has a strong association and cannot be referenced",
                      SMA_STR_ARG(subject));
}
