/* Edits of the `confluent:tags` members of a JSON text (Avro, JSON Schema). Everything else in the
 * text stays as it is, byte for byte. */
#ifndef SMA_CORE_SCHEMA_TAG_EDITOR_H
#define SMA_CORE_SCHEMA_TAG_EDITOR_H

#include "base/buf.h"
#include "core/schema/tags.h"

#define SMA_TAGS_MEMBER SMA_STR("confluent:tags")

struct sma_tag_editor {
    struct sma_str text;
    struct sma_arena arena;
    struct sma_map targets; /* an object's address → its tags */
};

/* text: compact JSON without repeated names, what the formats print. It outlives the editor, and so
 * do the trees that were parsed from it. */
void sma_tag_editor_init(struct sma_tag_editor *editor, struct sma_str text);
void sma_tag_editor_fini(struct sma_tag_editor *editor);

/* Changes the tags of an object of the text's tree. Names in `edit` outlive the editor. */
enum sma_status sma_tag_editor_edit(struct sma_tag_editor *editor, const struct sma_json *object,
                                    const struct sma_tag_edit *edit,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Appends the edited text. An object without tags has no such member. */
enum sma_status sma_tag_editor_print(struct sma_buf *out, struct sma_tag_editor *editor,
                                     struct sma_error *err) SMA_MUST_CHECK;

#endif
