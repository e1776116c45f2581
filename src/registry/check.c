#include "registry/check.h"

#include "registry/codes.h"
#include "registry/internal.h"
#include "registry/lookup.h"
#include "registry/read.h"

/* ---- the versions, newest first, as the driver asks for them
 * -------------------------------------- */

struct history {
    struct sma_scan scan;
    const struct sma_candidate *candidate;
    const struct sma_subject *subject;
    const struct sma_version_number *versions;
    size_t left;               /* not yet given */
    struct sma_str group;      /* property that must be equal; empty = none */
    struct sma_schema *parsed; /* the one given last */
};

static struct sma_str group_value(const struct sma_metadata *metadata, struct sma_str group)
{
    return metadata ? sma_properties_get(&metadata->properties, group) : (struct sma_str){NULL, 0};
}

/* Absent equals absent, but not an empty text. */
static enum sma_status is_in_group(bool *out, struct history *history,
                                   const struct sma_version *row, struct sma_error *err)
{
    const struct sma_metadata *metadata;
    *out = true;
    if (!history->group.len)
        return SMA_OK;
    enum sma_status st =
        sma_metadata_parse(&metadata, &history->scan.arena, row->content.metadata, err);
    if (st)
        return st;
    struct sma_str mine = group_value(history->candidate->metadata, history->group);
    struct sma_str its = group_value(metadata, history->group);
    *out = !mine.ptr == !its.ptr && sma_str_eq(mine, its);
    return SMA_OK;
}

static enum sma_status next_row(const struct sma_version **out, struct history *history,
                                struct sma_error *err)
{
    *out = NULL;
    while (history->left) {
        const struct sma_version *row;
        bool counts = false;
        int32_t version = history->versions[--history->left].version;
        sma_scan_step(&history->scan);
        enum sma_status st =
            sma_loader_row(&row, &history->scan.loader, history->subject->qualified, version, err);
        if (!st)
            st = is_in_group(&counts, history, row, err);
        if (st)
            return st;
        if (counts) {
            *out = row;
            return SMA_OK;
        }
    }
    return SMA_OK;
}

static enum sma_status next_earlier(void *ctx, size_t i, struct sma_earlier *out,
                                    struct sma_error *err)
{
    struct history *history = ctx;
    const struct sma_version *row;
    enum sma_status st = next_row(&row, history, err);
    (void)i; /* asked for in order */
    sma_schema_unref(history->parsed);
    history->parsed = NULL;
    if (!st && row)
        st = sma_parse_row(&history->parsed, &history->scan.loader, row, err);
    if (!st)
        *out = (struct sma_earlier){history->parsed, row ? row->version : 0};
    return st;
}

/* ---- reserved fields
 * ----------------------------------------------------------------------------- */

struct reserved {
    struct sma_arena *arena;
    struct sma_map names; /* the candidate's: there may be many, and many fields */
    struct sma_str *messages;
    size_t count, capacity;
    bool failed;
};

static void complain(struct reserved *reserved, const char *before, struct sma_str name,
                     const char *after)
{
    struct sma_str *grown = sma_arena_grow(reserved->arena, reserved->messages, reserved->count,
                                           &reserved->capacity, reserved->count + 1, sizeof *grown);
    struct sma_str text =
        sma_arena_printf(reserved->arena, "%s%.*s%s", before, SMA_STR_ARG(name), after);
    if (!grown || !text.ptr) {
        reserved->failed = true;
        return;
    }
    reserved->messages = grown;
    grown[reserved->count++] = text;
}

/* The comma-separated names in confluent:reserved. */
static enum sma_status reserved_names(struct sma_names *out, struct sma_arena *arena,
                                      const struct sma_metadata *metadata, struct sma_error *err)
{
    struct sma_str list = metadata
                              ? sma_properties_get(&metadata->properties, SMA_CONFLUENT_RESERVED)
                              : (struct sma_str){NULL, 0};
    size_t capacity = 0;
    *out = (struct sma_names){NULL, 0};
    while (list.len) {
        ptrdiff_t comma = sma_str_chr(list, ',');
        struct sma_str name = sma_str_trim(comma < 0 ? list : sma_str_head(list, (size_t)comma));
        list = comma < 0 ? SMA_STR("") : sma_str_from(list, (size_t)comma + 1);
        if (!name.len)
            continue;
        struct sma_str *grown =
            sma_arena_grow(arena, out->items, out->count, &capacity, out->count + 1, sizeof *grown);
        if (!grown)
            return sma_fail_nomem(err);
        out->items = grown;
        grown[out->count++] = name;
    }
    return SMA_OK;
}

static bool check_field(void *ctx, struct sma_str name)
{
    struct reserved *reserved = ctx;
    if (sma_map_find(&reserved->names, name))
        complain(reserved, "The new schema has field that conflicts with the reserved field ", name,
                 ".");
    return !reserved->failed;
}

/* What stands before all other messages when fields are validated (confluent-rest 8.5). */
static enum sma_status check_reserved(struct reserved *reserved, struct sma_candidate *candidate,
                                      const struct sma_version *latest, struct sma_error *err)
{
    const struct sma_metadata *before = NULL;
    struct sma_names old = {NULL, 0}, own = {NULL, 0};
    enum sma_status st = reserved_names(&own, reserved->arena, candidate->metadata, err);
    for (size_t i = 0; !st && i < own.count; i++)
        if (sma_map_add(&reserved->names, own.items[i], NULL) < 0)
            st = sma_fail_nomem(err);
    if (!st && latest)
        st = sma_metadata_parse(&before, reserved->arena, latest->content.metadata, err);
    if (!st)
        st = reserved_names(&old, reserved->arena, before, err);
    if (st)
        return st;
    for (size_t i = 0; i < old.count; i++)
        if (!sma_map_find(&reserved->names, old.items[i]))
            complain(reserved, "The new schema has reserved field ", old.items[i],
                     " removed from its metadata which is present in the old schema's metadata.");
    if (reserved->names.count)
        candidate->schema->format->each_field(candidate->schema, check_field, reserved);
    return reserved->failed ? sma_fail_nomem(err) : SMA_OK;
}

/* ---- the check
 * ----------------------------------------------------------------------------------- */

static enum sma_policy policy_of(const struct sma_config *config)
{
    /* LOGICAL adds checks for table formats that this registry does not have: as STRICT. */
    return sma_str_eqz(config->policy, "LENIENT") ? SMA_POLICY_LENIENT : SMA_POLICY_STRICT;
}

enum sma_status sma_check_candidate(struct sma_check_result *out, struct sma_loader *loader,
                                    struct sma_candidate *candidate,
                                    const struct sma_subject *subject,
                                    const struct sma_config *config, bool validate_fields,
                                    const struct sma_version_number *versions, size_t count,
                                    struct sma_error *err)
{
    struct history history = {
        .candidate = candidate,
        .subject = subject,
        .versions = versions,
        .left = count,
        .group = config->group,
    };
    struct reserved reserved = {.arena = loader->arena};
    struct sma_check check = {
        .level = config->level,
        .policy = policy_of(config),
        .validate_fields = validate_fields,
        .candidate = candidate->schema,
        .earlier = next_earlier,
        .earlier_ctx = &history,
    };
    enum sma_status st = SMA_OK;
    sma_map_init(&reserved.names);
    sma_scan_init(&history.scan, loader);
    if (validate_fields) {
        const struct sma_version *latest;
        st = next_row(&latest, &history, err);
        history.left = count;
        if (!st)
            st = check_reserved(&reserved, candidate, latest, err);
        check.extra_messages = reserved.messages;
        check.extra_count = reserved.count;
    }
    if (!st)
        st = sma_check_run(out, loader->arena, &check, err);
    sma_schema_unref(history.parsed);
    sma_scan_fini(&history.scan);
    sma_map_fini(&reserved.names);
    return st;
}

/* The versions that the request names. */
static enum sma_status pick_versions(struct sma_version_number **out, size_t *count,
                                     struct sma_loader *loader,
                                     const struct sma_check_request *request, struct sma_error *err)
{
    struct sma_str subject = request->subject->qualified;
    enum sma_status st = sma_loader_versions(out, count, loader, subject, SMA_LIVE, err);
    if (st || !request->version)
        return st;
    if (request->version == SMA_LATEST) {
        *out += *count ? *count - 1 : 0;
        *count = *count ? 1 : 0;
        return SMA_OK;
    }
    for (size_t i = 0; i < *count; i++)
        if ((*out)[i].version == request->version) {
            *out += i;
            *count = 1;
            return SMA_OK;
        }
    return sma_refuse(err, SMA_CODE_VERSION_NOT_FOUND, "Version %d not found.", request->version);
}

enum sma_status sma_check(struct sma_check_result *out, struct sma_loader *loader,
                          const struct sma_check_request *request, struct sma_error *err)
{
    struct sma_candidate candidate = {.schema = NULL};
    struct sma_parse_how how;
    struct sma_config config;
    enum sma_mode mode;
    struct sma_version_number *versions;
    size_t count;
    enum sma_status st = pick_versions(&versions, &count, loader, request, err);
    if (!st)
        st =
            sma_lookup_how(&how, &config, &mode, loader, request->subject, request->normalize, err);
    if (st)
        return st;
    how.is_new = sma_config_validates_new(&config, loader->registry);
    st = sma_candidate_make(&candidate, loader, request->subject->context, &request->schema, &how,
                            err);
    if (!st)
        st = sma_check_candidate(out, loader, &candidate, request->subject, &config,
                                 how.validate_fields, versions, count, err);
    sma_candidate_fini(&candidate);
    return st;
}
