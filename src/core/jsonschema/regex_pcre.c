/* PCRE2 as the engine for patterns that need backtracking. The syntax tree is written out in
 * PCRE2's language with every class, escape and anchor spelled so that both dialects agree; nothing
 * of the original text reaches PCRE2.
 *
 * Bounds. PCRE2 counts backtracking steps afresh for each start position, so an unanchored search
 * is compiled as one anchored match with a lazy `.*?` in front: then one count covers it all. A
 * step may scan the rest of the subject, so the number of steps shrinks as the subject grows
 * (match_limit). */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "core/jsonschema/regex_pcre.h"

#include <pcre2.h>

#include <stdlib.h>

#include "base/buf.h"

#define PCRE_TEXT_MAX (4u << 20)
/* Characters that all steps of one search may look at, in the worst case. */
#define SCAN_MAX 2000000000u
/* Up to this length a search always gets a few steps per byte. */
#define SHORT_SUBJECT 32768u

struct sma_regex_pcre {
    pcre2_code *code;
};

struct sma_regex_scratch {
    pcre2_match_data *data;
    pcre2_match_context *context;
};

/* ---- writing
 * ------------------------------------------------------------------------------------- */

static void put_code_point(struct sma_buf *out, uint32_t c)
{
    if ((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'))
        sma_buf_putc(out, (char)c);
    else
        sma_buf_printf(out, "\\x{%x}", c);
}

static void put_set(struct sma_buf *out, const struct sma_regex_set *set)
{
    if (!set->range_count && !set->property_count) {
        sma_buf_putz(out, "(?!)");
        return;
    }
    if (!set->property_count && set->range_count == 1 &&
        set->ranges[0].first == set->ranges[0].last) {
        put_code_point(out, set->ranges[0].first);
        return;
    }
    sma_buf_putz(out, set->negated ? "[^" : "[");
    for (size_t i = 0; i < set->range_count; i++) {
        put_code_point(out, set->ranges[i].first);
        if (set->ranges[i].last > set->ranges[i].first) {
            sma_buf_putc(out, '-');
            put_code_point(out, set->ranges[i].last);
        }
    }
    for (size_t i = 0; i < set->property_count; i++)
        sma_buf_printf(out, "\\%c{%.*s}", set->properties[i].negated ? 'P' : 'p',
                       SMA_STR_ARG(set->properties[i].name));
    sma_buf_putc(out, ']');
}

static void put_node(struct sma_buf *out, const struct sma_regex_node *node);

static void put_repeat(struct sma_buf *out, const struct sma_regex_node *node)
{
    sma_buf_putz(out, "(?:");
    put_node(out, node->children[0]);
    sma_buf_putc(out, ')');
    if (node->max == SMA_REGEX_UNBOUNDED)
        sma_buf_printf(out, "{%u,}", node->min);
    else
        sma_buf_printf(out, "{%u,%u}", node->min, node->max);
    if (node->lazy)
        sma_buf_putc(out, '?');
}

static void put_children(struct sma_buf *out, const struct sma_regex_node *node,
                         const char *separator)
{
    for (size_t i = 0; i < node->child_count; i++) {
        if (i)
            sma_buf_putz(out, separator);
        put_node(out, node->children[i]);
    }
}

/* Depth is bounded by the parser's SMA_REGEX_DEPTH_MAX. */
static void put_node(struct sma_buf *out, const struct sma_regex_node *node)
{
    switch (node->kind) {
    case SMA_RE_EMPTY:
        break;
    case SMA_RE_SET:
        put_set(out, node->set);
        break;
    case SMA_RE_SEQUENCE:
        put_children(out, node, "");
        break;
    case SMA_RE_ALTERNATION:
        put_children(out, node, "|");
        break;
    case SMA_RE_REPEAT:
        put_repeat(out, node);
        break;
    case SMA_RE_GROUP:
        sma_buf_putz(out, node->number ? "(" : "(?:");
        put_node(out, node->children[0]);
        sma_buf_putc(out, ')');
        break;
    case SMA_RE_LOOK:
        sma_buf_printf(out, "(?%s%c", node->behind ? "<" : "", node->negated ? '!' : '=');
        put_node(out, node->children[0]);
        sma_buf_putc(out, ')');
        break;
    case SMA_RE_BACKREF:
        sma_buf_printf(out, "\\g{%u}", node->number);
        break;
    case SMA_RE_START:
        sma_buf_putz(out, "\\A");
        break;
    case SMA_RE_END:
        sma_buf_putz(out, "\\z");
        break;
    case SMA_RE_BOUNDARY:
        sma_buf_putz(out, node->negated ? "\\B" : "\\b");
        break;
    }
}

/* Can a match begin only at the start of the subject? */
static bool is_anchored(const struct sma_regex_node *node)
{
    switch (node->kind) {
    case SMA_RE_START:
        return true;
    case SMA_RE_SEQUENCE:
    case SMA_RE_GROUP:
        return is_anchored(node->children[0]);
    case SMA_RE_ALTERNATION:
        for (size_t i = 0; i < node->child_count; i++)
            if (!is_anchored(node->children[i]))
                return false;
        return true;
    default:
        return false;
    }
}

/* ---- compiling
 * ----------------------------------------------------------------------------------- */

static enum sma_status compile_error(int code, struct sma_str pattern, struct sma_error *err)
{
    char reason[256];
    struct sma_str shown = sma_str_head(pattern, 200);
    switch (code) {
    case PCRE2_ERROR_HEAP_FAILED:
        return sma_fail_nomem(err);
    case PCRE2_ERROR_LOOKBEHIND_NOT_FIXED_LENGTH:
        return sma_fail(err, SMA_EUNSUPPORTED,
                        "pattern \"%.*s\": a look-behind must have a fixed length",
                        SMA_STR_ARG(shown));
    case PCRE2_ERROR_PATTERN_TOO_LARGE:
    case PCRE2_ERROR_PATTERN_TOO_COMPLICATED:
    case PCRE2_ERROR_LOOKBEHIND_TOO_COMPLICATED:
    case PCRE2_ERROR_PARENTHESES_NEST_TOO_DEEP:
        return sma_fail(err, SMA_ELIMIT, "pattern \"%.*s\": too large (limit: compiled pattern)",
                        SMA_STR_ARG(shown));
    default:
        break;
    }
    if (pcre2_get_error_message(code, (PCRE2_UCHAR *)reason, sizeof reason) < 0)
        reason[0] = '\0';
    return sma_fail(err, SMA_EINVAL, "pattern \"%.*s\": %s", SMA_STR_ARG(shown), reason);
}

/* `text` is what PCRE2 compiles, `pattern` what the user wrote. */
static enum sma_status compile(struct sma_regex_pcre **out, struct sma_str text,
                               struct sma_str pattern, struct sma_error *err)
{
    int code;
    PCRE2_SIZE offset;
    struct sma_regex_pcre *re = calloc(1, sizeof *re);
    if (!re)
        return sma_fail_nomem(err);
    re->code = pcre2_compile((PCRE2_SPTR)text.ptr, text.len,
                             PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_MATCH_UNSET_BACKREF |
                                 PCRE2_NEVER_BACKSLASH_C | PCRE2_ANCHORED,
                             &code, &offset, NULL);
    if (!re->code) {
        free(re);
        return compile_error(code, pattern, err);
    }
    *out = re;
    return SMA_OK;
}

enum sma_status sma_regex_pcre_new(struct sma_regex_pcre **out, const struct sma_regex_tree *tree,
                                   struct sma_str pattern, struct sma_error *err)
{
    struct sma_buf text;
    sma_buf_init(&text, PCRE_TEXT_MAX);
    if (!is_anchored(tree->root))
        sma_buf_putz(&text, "(?s:.*?)");
    sma_buf_putz(&text, "(?:");
    put_node(&text, tree->root);
    sma_buf_putc(&text, ')');
    enum sma_status st =
        sma_buf_failed(&text)
            ? sma_fail(err, SMA_ELIMIT, "pattern \"%.*s\": too large (limit: compiled pattern)",
                       SMA_STR_ARG(sma_str_head(pattern, 200)))
            : compile(out, sma_buf_str(&text), pattern, err);
    sma_buf_fini(&text);
    return st;
}

enum sma_status sma_regex_pcre_new_native(struct sma_regex_pcre **out, struct sma_str pattern,
                                          struct sma_error *err)
{
    struct sma_regex_pcre *alone = NULL;
    struct sma_buf text;
    if (pattern.len > SMA_REGEX_BYTES_MAX || sma_str_starts(pattern, SMA_STR("(*")))
        return sma_fail(err, SMA_EINVAL, "not a pattern");
    /* By itself first, so that a stray parenthesis cannot pair up with the ones put around it. */
    enum sma_status st = compile(&alone, pattern, pattern, err);
    sma_regex_pcre_free(alone);
    if (st)
        return st;
    sma_buf_init(&text, PCRE_TEXT_MAX);
    sma_buf_putz(&text, "(?s:.*?)(?:");
    sma_buf_puts(&text, pattern);
    sma_buf_putc(&text, ')');
    st = sma_buf_failed(&text) ? sma_fail_nomem(err)
                               : compile(out, sma_buf_str(&text), pattern, err);
    sma_buf_fini(&text);
    return st;
}

void sma_regex_pcre_free(struct sma_regex_pcre *re)
{
    if (!re)
        return;
    pcre2_code_free(re->code);
    free(re);
}

size_t sma_regex_pcre_bytes(const struct sma_regex_pcre *re)
{
    size_t bytes = 0;
    (void)pcre2_pattern_info(re->code, PCRE2_INFO_SIZE, &bytes);
    return sizeof *re + bytes;
}

/* ---- searching
 * ----------------------------------------------------------------------------------- */

/* Steps for a subject of `bytes`. Short ones: SMA_REGEX_MATCH_LIMIT or at least four per byte, so
 * that an honest linear search always ends. Long ones: what keeps steps times bytes below SCAN_MAX.
 */
static uint32_t match_limit(size_t bytes)
{
    uint64_t by_scan = SCAN_MAX / (bytes + 1);
    if (bytes > SHORT_SUBJECT)
        return by_scan < 500 ? 500 : (uint32_t)by_scan;
    uint64_t limit = by_scan < SMA_REGEX_MATCH_LIMIT ? by_scan : SMA_REGEX_MATCH_LIMIT;
    uint64_t linear = 4 * (uint64_t)bytes + 1000;
    return (uint32_t)(limit < linear ? linear : limit);
}

static struct sma_regex_scratch *scratch_new(void)
{
    struct sma_regex_scratch *scratch = calloc(1, sizeof *scratch);
    if (!scratch)
        return NULL;
    scratch->data = pcre2_match_data_create(1, NULL); /* no captures are asked for */
    scratch->context = pcre2_match_context_create(NULL);
    if (!scratch->data || !scratch->context) {
        sma_regex_scratch_free(scratch);
        return NULL;
    }
    pcre2_set_heap_limit(scratch->context, SMA_REGEX_HEAP_LIMIT_KIB);
    return scratch;
}

void sma_regex_scratch_free(struct sma_regex_scratch *scratch)
{
    if (!scratch)
        return;
    pcre2_match_data_free(scratch->data);
    pcre2_match_context_free(scratch->context);
    free(scratch);
}

enum sma_status sma_regex_pcre_search(const struct sma_regex_pcre *re, struct sma_str subject,
                                      struct sma_regex_scratch **scratch, bool *matched,
                                      struct sma_error *err)
{
    if (!*scratch)
        *scratch = scratch_new();
    if (!*scratch)
        return sma_fail_nomem(err);
    uint32_t limit = match_limit(subject.len);
    pcre2_set_match_limit((*scratch)->context, limit);
    int rc = pcre2_match(re->code, (PCRE2_SPTR)(subject.ptr ? subject.ptr : ""), subject.len, 0, 0,
                         (*scratch)->data, (*scratch)->context);
    if (rc >= 0 || rc == PCRE2_ERROR_NOMATCH) {
        *matched = rc >= 0;
        return SMA_OK;
    }
    if (rc == PCRE2_ERROR_MATCHLIMIT || rc == PCRE2_ERROR_DEPTHLIMIT || rc == PCRE2_ERROR_HEAPLIMIT)
        return sma_fail(
            err, SMA_ELIMIT,
            "the pattern takes more than %u steps on a text of %zu bytes (limit: pattern "
            "match steps)",
            limit, subject.len);
    if (rc == PCRE2_ERROR_NOMEMORY)
        return sma_fail_nomem(err);
    return sma_fail(err, SMA_EINVAL, "the text to match is not UTF-8");
}
