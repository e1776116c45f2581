#include "registry/tags.h"

#include "registry/codes.h"
#include "registry/text.h"

static enum sma_status list(struct sma_tagged_list *out, struct sma_loader *loader,
                            const struct sma_version *row, struct sma_error *err)
{
    struct sma_schema *schema = NULL;
    *out = (struct sma_tagged_list){0};
    enum sma_status st = sma_parse_row(&schema, loader, row, err);
    if (!st)
        st = schema->format->tagged(out, loader->arena, schema, err);
    if (st == SMA_ELIMIT && err)
        err->code = SMA_CODE_INVALID_SCHEMA;
    sma_schema_unref(schema);
    return st;
}

static bool has_name(const struct sma_tag_list *tags, struct sma_str name)
{
    for (size_t i = 0; i < tags->count; i++)
        if (sma_str_eq(tags->items[i], name))
            return true;
    return false;
}

static bool is_wanted(const struct sma_tagged *entity, const struct sma_tag_list *names)
{
    for (size_t i = 0; i < names->count; i++)
        if (sma_str_eqz(names->items[i], "*") || has_name(&entity->tags, names->items[i]))
            return true;
    return false;
}

enum sma_status sma_tags_find(struct sma_tagged_list *out, struct sma_loader *loader,
                              const struct sma_version *row, const struct sma_tag_list *names,
                              struct sma_error *err)
{
    size_t kept = 0;
    enum sma_status st = list(out, loader, row, err);
    if (st)
        return st;
    for (size_t i = 0; i < out->count; i++)
        if (is_wanted(&out->items[i], names))
            out->items[kept++] = out->items[i];
    out->count = kept;
    return SMA_OK;
}

/* ---- edits --------------------------------------------------------------------------------------
 */

/* All edits in one list: what is taken over comes first. */
static enum sma_status all_edits(struct sma_tag_edit **out, size_t *count,
                                 struct sma_loader *loader, const struct sma_tag_changes *changes,
                                 const struct sma_version *latest, struct sma_error *err)
{
    struct sma_tagged_list old = {0};
    enum sma_status st =
        changes->propagate && latest ? list(&old, loader, latest, err) : SMA_OK;
    if (st)
        return st;
    struct sma_tag_edit *edits =
        sma_arena_calloc(loader->arena, old.count + changes->count + 1, sizeof *edits);
    if (!edits)
        return sma_fail_nomem(err);
    for (size_t i = 0; i < old.count; i++)
        edits[i] = (struct sma_tag_edit){.path = old.items[i].path,
                                         .kind = old.items[i].kind,
                                         .add = old.items[i].tags,
                                         .is_optional = true};
    for (size_t i = 0; i < changes->count; i++)
        edits[old.count + i] = changes->edits[i];
    *out = edits;
    *count = old.count + changes->count;
    return SMA_OK;
}

/* The edited text in the loader's arena. */
static enum sma_status edited_text(struct sma_str *out, struct sma_loader *loader,
                                   const struct sma_schema *schema,
                                   const struct sma_tag_edit *edits, size_t count,
                                   struct sma_error *err)
{
    struct sma_error cause = SMA_ERROR_INIT;
    struct sma_buf text;
    sma_buf_init(&text, SMA_RESOLVED_BYTES_MAX);
    enum sma_status st = schema->format->edit_tags(&text, schema, edits, count, &cause);
    struct sma_str kept = sma_text_keep(loader->arena, &text);
    if (st == SMA_EINVAL || st == SMA_ELIMIT)
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "%s", cause.message);
    if (st)
        return sma_fail(err, st, "%s", cause.message);
    if (!kept.ptr)
        return sma_fail_nomem(err);
    *out = kept;
    return SMA_OK;
}

enum sma_status sma_tags_edit(struct sma_schema_request *request, struct sma_loader *loader,
                              struct sma_str context, const struct sma_tag_changes *changes,
                              const struct sma_version *latest, struct sma_error *err)
{
    struct sma_schema *schema = NULL;
    struct sma_tag_edit *edits = NULL;
    size_t count = 0;
    enum sma_status st = all_edits(&edits, &count, loader, changes, latest, err);
    if (st || !count)
        return st;
    /* The edited text is read by the rules that hold for the request; here only its shape counts. */
    st = sma_parse_schema(&schema, NULL, loader,
                          &(struct sma_parse_source){
                              .type = request->type,
                              .text = request->text,
                              .context = context,
                              .references = request->references,
                              .reference_count = request->reference_count,
                          },
                          &(struct sma_parse_how){.is_unchecked = true}, err);
    if (!st)
        st = edited_text(&request->text, loader, schema, edits, count, err);
    sma_schema_unref(schema);
    return st;
}
