/* What the tag tests of the formats share: edits and lists as short texts.
 *
 *   edits   "R:ns.Rec+PII,GDPR F:Rec.f-OLD ?F:Rec.x+A"   kind, path, what comes and what goes;
 *           a question mark: the path may be missing
 *   list    "R:ns.Rec=PII,GDPR F:ns.Rec.f=X" */
#ifndef SMA_TESTS_SUPPORT_TAGS_H
#define SMA_TESTS_SUPPORT_TAGS_H

#include "tests/support/test.h"

#include "core/schema/schema.h"
#include "core/schema/tags.h"

#define SMA_TEST_EDITS_MAX 16
#define SMA_TEST_TAGS_MAX 8

struct sma_test_edits {
    struct sma_tag_edit items[SMA_TEST_EDITS_MAX];
    struct sma_str names[SMA_TEST_EDITS_MAX][2][SMA_TEST_TAGS_MAX];
    size_t count;
};

/* "A,B" from `text` up to one of `ends`; what is left is put into *text. */
static inline size_t test_names(struct sma_str *names, const char **text)
{
    size_t count = 0;
    while (**text && **text != ' ' && **text != '+' && **text != '-') {
        size_t len = strcspn(*text, ",+- ");
        assert_true(count < SMA_TEST_TAGS_MAX);
        names[count++] = sma_str_make(*text, len);
        *text += len + ((*text)[len] == ',');
    }
    return count;
}

static inline void test_edits(struct sma_test_edits *out, const char *text)
{
    memset(out, 0, sizeof *out);
    while (*text) {
        struct sma_tag_edit *edit = &out->items[out->count];
        struct sma_str(*names)[SMA_TEST_TAGS_MAX] = out->names[out->count++];
        assert_true(out->count <= SMA_TEST_EDITS_MAX);
        edit->is_optional = *text == '?';
        text += edit->is_optional;
        edit->kind = *text == 'R' ? SMA_ENTITY_RECORD : SMA_ENTITY_FIELD;
        text += 2;
        size_t len = strcspn(text, "+- ");
        edit->path = sma_str_make(text, len);
        text += len;
        while (*text == '+' || *text == '-') {
            bool is_added = *text++ == '+';
            struct sma_tag_list *list = is_added ? &edit->add : &edit->remove;
            list->count = test_names(names[is_added], &text);
            list->items = names[is_added];
        }
        text += *text == ' ';
    }
}

/* Fails unless the edits of `schema` give `want`, or, when that begins with "! ", are refused with
 * the rest of it. */
static inline void test_edited(const char *name, const struct sma_schema *schema, const char *edits,
                               const char *want)
{
    struct sma_test_edits list;
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf text;
    sma_buf_init(&text, 0);
    test_edits(&list, edits);
    if (schema->format->edit_tags(&text, schema, list.items, list.count, &err)) {
        sma_buf_clear(&text);
        sma_buf_putz(&text, "! ");
        sma_buf_putz(&text, err.message);
    }
    sma_test_same_text(name, sma_buf_str(&text), sma_str_z(want));
    sma_buf_fini(&text);
}

/* Fails unless the schema's list of tagged entities is `want`. */
static inline void test_tagged(const char *name, const struct sma_schema *schema, const char *want)
{
    struct sma_arena arena;
    struct sma_tagged_list list = {0};
    struct sma_error err = SMA_ERROR_INIT;
    struct sma_buf text;
    sma_buf_init(&text, 0);
    sma_arena_init(&arena, 0);
    if (schema->format->tagged(&list, &arena, schema, &err))
        fail_msg("%s: %s", name, err.message);
    for (size_t i = 0; i < list.count; i++) {
        sma_buf_putz(&text, i ? " " : "");
        sma_buf_putz(&text, list.items[i].kind == SMA_ENTITY_RECORD ? "R:" : "F:");
        sma_buf_puts(&text, list.items[i].path);
        for (size_t k = 0; k < list.items[i].tags.count; k++) {
            sma_buf_putc(&text, k ? ',' : '=');
            sma_buf_puts(&text, list.items[i].tags.items[k]);
        }
    }
    sma_test_same_text(name, sma_buf_str(&text), sma_str_z(want));
    sma_buf_fini(&text);
    sma_arena_fini(&arena);
}

/* Both questions again with every allocation failing once: nothing but SMA_ENOMEM may come of it. */
static inline void test_tags_memory(const struct sma_schema *schema, const char *edits)
{
    struct sma_test_edits list;
    test_edits(&list, edits);
    for (long n = 0;; n++) {
        struct sma_arena arena;
        struct sma_tagged_list tagged = {0};
        struct sma_buf text;
        sma_buf_init(&text, 0);
        sma_arena_init(&arena, 0);
        sma_test_fail_alloc(n);
        enum sma_status st =
            schema->format->edit_tags(&text, schema, list.items, list.count, NULL);
        if (!st)
            st = schema->format->tagged(&tagged, &arena, schema, NULL);
        bool has_failed = sma_test_alloc_failed();
        sma_arena_fini(&arena);
        sma_buf_fini(&text);
        assert_int_equal(st, has_failed ? SMA_ENOMEM : SMA_OK);
        if (!has_failed)
            break;
    }
}

#endif
