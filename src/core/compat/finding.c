#include "core/compat/finding.h"

void sma_findings_init(struct sma_findings *findings, struct sma_arena *arena, size_t max)
{
    *findings = (struct sma_findings){.arena = arena, .max = max};
}

struct sma_finding *sma_findings_add(struct sma_findings *findings, const struct sma_rule *rule,
                                     bool is_compatible, struct sma_str path, struct sma_str info)
{
    findings->incompatible_count += !is_compatible;
    if (findings->failed || (findings->max && findings->count >= findings->max))
        return NULL;
    findings->items =
        sma_arena_grow(findings->arena, findings->items, findings->count, &findings->capacity,
                       findings->count + 1, sizeof *findings->items);
    struct sma_str own_path = sma_arena_copy(findings->arena, path);
    struct sma_str own_info = sma_arena_copy(findings->arena, info);
    if (!findings->items || !own_path.ptr || !own_info.ptr) {
        findings->failed = true;
        findings->count = findings->items ? findings->count : 0;
        return NULL;
    }
    struct sma_finding *finding = &findings->items[findings->count++];
    *finding = (struct sma_finding){
        .rule = rule, .is_compatible = is_compatible, .path = own_path, .info = own_info};
    return finding;
}

void sma_findings_truncate(struct sma_findings *findings, size_t count)
{
    for (size_t i = count; i < findings->count; i++)
        findings->incompatible_count -= !findings->items[i].is_compatible;
    if (count < findings->count)
        findings->count = count;
}

enum sma_status sma_findings_status(const struct sma_findings *findings, struct sma_error *err)
{
    return findings->failed ? sma_fail_nomem(err) : SMA_OK;
}

/* What a placeholder "{X}" stands for; ptr NULL when it is none. */
static struct sma_str placeholder(const struct sma_finding *finding, const char *at,
                                  const char *first, const char *second)
{
    if (at[0] != '{' || !at[1] || at[2] != '}')
        return sma_str_make(NULL, 0);
    switch (at[1]) {
    case '1':
        return sma_str_z(first);
    case '2':
        return sma_str_z(second);
    case 'P':
        return finding->path;
    case 'M':
        return finding->info;
    default:
        return sma_str_make(NULL, 0);
    }
}

void sma_finding_description(struct sma_buf *out, const struct sma_finding *finding,
                             const char *first, const char *second)
{
    for (const char *at = finding->rule->description; *at;) {
        struct sma_str value = placeholder(finding, at, first, second);
        if (value.ptr) {
            sma_buf_puts(out, value);
            at += 3;
        } else {
            sma_buf_putc(out, *at++);
        }
    }
}

void sma_finding_message(struct sma_buf *out, const struct sma_finding *finding, const char *first,
                         const char *second)
{
    static const struct {
        const char *before_type, *before_description, *after;
    } frames[] = {
        [SMA_FRAME_AVRO] = {"{errorType:'", "', description:'", "', additionalInfo:'"},
        [SMA_FRAME_JSON] = {"{errorType:\"", "\", description:\"", "'}"},
        [SMA_FRAME_PROTOBUF] = {"{errorType:\"", "\", description:\"", "\"}"},
    };
    enum sma_message_frame frame = finding->rule->frame;
    if (frame == SMA_FRAME_PLAIN) {
        sma_finding_description(out, finding, first, second);
        return;
    }
    sma_buf_putz(out, frames[frame].before_type);
    sma_buf_putz(out, finding->rule->id);
    sma_buf_putz(out, frames[frame].before_description);
    sma_finding_description(out, finding, first, second);
    sma_buf_putz(out, frames[frame].after);
    if (frame == SMA_FRAME_AVRO) {
        sma_buf_puts(out, finding->info);
        sma_buf_putz(out, "'}");
    }
}
