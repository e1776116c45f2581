#include "registry/candidate.h"

#include "registry/codes.h"
#include "store/identity.h"

void sma_schema_request_take(struct sma_schema_request *request, const struct sma_version *row)
{
    request->type = row->type;
    request->text = row->content.text;
    request->references = row->content.references;
    request->reference_count = row->content.reference_count;
}

enum sma_status sma_candidate_set_contract(struct sma_candidate *candidate, struct sma_arena *arena,
                                           const struct sma_metadata *metadata,
                                           const struct sma_rule_set *rule_set,
                                           struct sma_error *err)
{
    candidate->metadata = metadata;
    candidate->rule_set = rule_set;
    enum sma_status st = sma_metadata_text(&candidate->content.metadata, arena, metadata, err);
    if (!st)
        st = sma_rule_set_text(&candidate->content.rule_set, arena, rule_set, err);
    if (!st)
        st = sma_content_hash(candidate->content.hash, &candidate->content, err);
    return st;
}

enum sma_status sma_candidate_make(struct sma_candidate *out, struct sma_loader *loader,
                                   struct sma_str context, const struct sma_schema_request *request,
                                   const struct sma_parse_how *how, struct sma_error *err)
{
    struct sma_candidate made = {.schema = NULL};
    if (!sma_str_trim(request->text).len)
        return sma_refuse(err, SMA_CODE_INVALID_SCHEMA, "Empty schema");
    enum sma_status st = sma_parse_schema(&made.schema, &made.closure, loader,
                                          &(struct sma_parse_source){
                                              .type = request->type,
                                              .text = request->text,
                                              .context = context,
                                              .references = request->references,
                                              .reference_count = request->reference_count,
                                          },
                                          how, err);
    if (st)
        return st;
    made.content.text = made.schema->canonical;
    made.content.references = made.schema->references;
    made.content.reference_count = made.schema->reference_count;
    st =
        sma_candidate_set_contract(&made, loader->arena, request->metadata, request->rule_set, err);
    if (st)
        sma_candidate_fini(&made);
    else
        *out = made;
    return st;
}

void sma_candidate_fini(struct sma_candidate *candidate)
{
    sma_schema_unref(candidate->schema);
    candidate->schema = NULL;
}

/* ---- completing the contract --------------------------------------------------------------------
 */

enum sma_status sma_contract_complete(struct sma_contract *contract, struct sma_arena *arena,
                                      const struct sma_config *config,
                                      const struct sma_version *latest, int32_t request_version,
                                      int32_t next_version, bool touch_version,
                                      struct sma_error *err)
{
    const struct sma_metadata *metadata = contract->metadata;
    const struct sma_rule_set *rules = contract->rule_set;
    enum sma_status st = SMA_OK;
    if (!metadata && latest)
        st = sma_metadata_parse(&metadata, arena, latest->content.metadata, err);
    if (!st && !rules && latest)
        st = sma_rule_set_parse(&rules, arena, latest->content.rule_set, err);
    if (!st)
        st = sma_metadata_merge(&metadata, arena, config->default_metadata, metadata, err);
    if (!st)
        st = sma_metadata_merge(&metadata, arena, metadata, config->override_metadata, err);
    if (!st)
        st = sma_rule_set_merge(&rules, arena, config->default_rule_set, rules, err);
    if (!st)
        st = sma_rule_set_merge(&rules, arena, rules, config->override_rule_set, err);
    if (!st && touch_version &&
        (request_version ||
         (metadata && sma_properties_get(&metadata->properties, SMA_CONFLUENT_VERSION).ptr))) {
        struct sma_str number = sma_arena_printf(arena, "%d", next_version);
        st = number.ptr
                 ? sma_metadata_with(&metadata, arena, metadata, SMA_CONFLUENT_VERSION, number, err)
                 : sma_fail_nomem(err);
    }
    if (!st)
        *contract = (struct sma_contract){metadata, rules};
    return st;
}

/* ---- sameness -----------------------------------------------------------------------------------
 */

/* null differs from an empty object. */
static bool same_text(struct sma_str a, struct sma_str b)
{
    return !a.ptr == !b.ptr && sma_str_eq(a, b);
}

bool sma_content_equal(const struct sma_content *a, const struct sma_content *b)
{
    return sma_str_eq(a->text, b->text) && same_text(a->metadata, b->metadata) &&
           same_text(a->rule_set, b->rule_set) &&
           sma_references_equal(a->references, a->reference_count, b->references,
                                b->reference_count);
}

static struct sma_str or_empty(struct sma_str text)
{
    return text.ptr ? text : SMA_STR("{}");
}

/* The metadata's text without confluent:version; null counts as empty. */
static enum sma_status without_version(struct sma_str *out, struct sma_arena *arena,
                                       const struct sma_metadata *metadata, struct sma_error *err)
{
    enum sma_status st = sma_metadata_with(&metadata, arena, metadata, SMA_CONFLUENT_VERSION,
                                           (struct sma_str){NULL, 0}, err);
    return st ? st : sma_metadata_text(out, arena, metadata, err);
}

/* The table "equals ignoring confluent:version". */
static enum sma_status same_metadata(bool *out, const struct sma_candidate *candidate,
                                     struct sma_arena *arena, const struct sma_version *row,
                                     struct sma_error *err)
{
    const struct sma_metadata *stored;
    struct sma_str bare;
    int32_t mine = 0, its = 0;
    enum sma_status st = sma_metadata_parse(&stored, arena, row->content.metadata, err);
    if (st)
        return st;
    bool have_mine = sma_metadata_version(candidate->metadata, &mine);
    bool have_its = sma_metadata_version(stored, &its);
    if (have_mine == have_its) {
        *out = same_text(candidate->content.metadata, row->content.metadata);
    } else if (have_its) {
        st = without_version(&bare, arena, stored, err);
        if (!st)
            *out = sma_str_eq(or_empty(candidate->content.metadata), bare);
    } else if (mine != row->version) {
        *out = false;
    } else {
        st = without_version(&bare, arena, candidate->metadata, err);
        if (!st)
            *out = sma_str_eq(bare, or_empty(row->content.metadata));
    }
    return st;
}

/* Two Avro texts of one structure differ at most in the order of properties and aliases, so they
 * have one length; the other formats compare texts anyway. */
static bool may_be_equal(const struct sma_candidate *candidate, size_t reference_count,
                         size_t text_bytes)
{
    const struct sma_content *mine = &candidate->content;
    if (!mine->reference_count && reference_count)
        return true; /* referenced types may be written out in the request */
    return mine->reference_count == reference_count && mine->text.len == text_bytes;
}

static enum sma_status same_structure(bool *out, struct sma_candidate *candidate,
                                      struct sma_loader *loader, const struct sma_version *row,
                                      struct sma_error *err)
{
    struct sma_schema *stored = NULL;
    struct sma_error ignored = SMA_ERROR_INIT;
    enum sma_status st = sma_parse_row(&stored, loader, row, &ignored);
    if (st == SMA_ENOMEM || st == SMA_EIO)
        return sma_fail(err, st, "%s", ignored.message);
    /* A stored text that does not parse (imported unchecked) equals nothing. */
    *out = !st && candidate->schema->format->equal(candidate->schema, stored);
    sma_schema_unref(stored);
    return SMA_OK;
}

enum sma_status sma_candidate_matches(bool *out, struct sma_candidate *candidate,
                                      struct sma_loader *loader, const struct sma_version *row,
                                      struct sma_error *err)
{
    const struct sma_content *mine = &candidate->content, *its = &row->content;
    bool is_inlined = !mine->reference_count && its->reference_count;
    *out = false;
    if (!sma_str_eqz(row->type, candidate->schema->format->name) ||
        !same_text(mine->rule_set, its->rule_set) ||
        !may_be_equal(candidate, its->reference_count, its->text.len))
        return SMA_OK;
    if (!is_inlined && !sma_references_equal(mine->references, mine->reference_count,
                                             its->references, its->reference_count))
        return SMA_OK;
    enum sma_status st = same_metadata(out, candidate, loader->arena, row, err);
    if (st || !*out || (!is_inlined && sma_str_eq(mine->text, its->text)))
        return st;
    return same_structure(out, candidate, loader, row, err);
}

/* Sets *version to the newest that matches, or leaves it alone. */
static enum sma_status find_number(int32_t *version, struct sma_candidate *candidate,
                                   struct sma_scan *scan, struct sma_str subject,
                                   const struct sma_version_number *numbers, size_t count,
                                   struct sma_error *err)
{
    while (count--) {
        const struct sma_version *row;
        bool is_same = false;
        if (!may_be_equal(candidate, numbers[count].reference_count, numbers[count].text_bytes))
            continue;
        sma_scan_step(scan);
        enum sma_status st =
            sma_loader_row(&row, &scan->loader, subject, numbers[count].version, err);
        if (!st)
            st = sma_candidate_matches(&is_same, candidate, &scan->loader, row, err);
        if (st)
            return st;
        if (is_same) {
            *version = numbers[count].version;
            return SMA_OK;
        }
    }
    return SMA_OK;
}

enum sma_status sma_candidate_find(struct sma_version *out, struct sma_candidate *candidate,
                                   struct sma_loader *loader, struct sma_str subject,
                                   const struct sma_version_number *numbers, size_t count,
                                   struct sma_error *err)
{
    struct sma_scan scan;
    const struct sma_version *row;
    int32_t version = 0;
    sma_scan_init(&scan, loader);
    enum sma_status st = find_number(&version, candidate, &scan, subject, numbers, count, err);
    sma_scan_fini(&scan);
    if (!st && !version)
        st = SMA_ENOTFOUND;
    if (!st)
        st = sma_loader_row(&row, loader, subject, version, err);
    if (!st)
        *out = *row;
    return st;
}
