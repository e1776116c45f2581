/* Subjects, versions and schemas of a registry, read through the standard API alone, so that every
 * compatible registry will do. */
#ifndef SMA_CLI_REMOTE_READ_H
#define SMA_CLI_REMOTE_READ_H

#include "cli/remote.h"
#include "core/schema/schema.h"

/* "sr:" and what follows it. */
enum sma_sr_kind { SMA_SR_ALL, SMA_SR_SUBJECT, SMA_SR_ID, SMA_SR_GUID };
enum sma_sr_versions { SMA_SR_LATEST, SMA_SR_ONE, SMA_SR_EVERY };

struct sma_sr_ref {
    enum sma_sr_kind kind;
    struct sma_str subject; /* may be a pattern */
    enum sma_sr_versions versions;
    bool is_explicit; /* a version was written */
    int32_t version;  /* SMA_SR_ONE */
    int32_t id;
    struct sma_str guid;
};

/* Reads SUBJECT, SUBJECT@3, @latest, @-1, @all, id/812, guid/…, with or without "sr:" in front. The
 * part after the last '@' is a version only when it is one of those. SMA_EINVAL for a bad id. */
enum sma_status sma_sr_parse(struct sma_sr_ref *out, struct sma_str text,
                             struct sma_error *err) SMA_MUST_CHECK;

/* One schema as the registry has it. Views live in the arena of the call. */
struct sma_remote_schema {
    struct sma_str subject; /* without the context in use; empty for an id or GUID alone */
    int32_t version, id;    /* 0 = not told */
    struct sma_str guid, type, text;
    const struct sma_reference *references;
    size_t reference_count;
    const struct sma_json *metadata, *rule_set; /* NULL = none */
    bool is_deleted;
    struct sma_str raw; /* the answer as it came */
};

/* version 0 = the latest. deleted: soft-deleted ones count. */
enum sma_status sma_remote_version(struct sma_remote_schema *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str subject,
                                   int32_t version, bool deleted,
                                   struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_remote_by_id(struct sma_remote_schema *out, struct sma_remote *remote,
                                 struct sma_arena *arena, int32_t id,
                                 struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_remote_by_guid(struct sma_remote_schema *out, struct sma_remote *remote,
                                   struct sma_arena *arena, struct sma_str guid,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* One schema of many to be fetched. */
struct sma_fetch {
    struct sma_str subject;
    int32_t version; /* 0 = the latest */
    bool is_missing; /* out: the registry has no such version */
    struct sma_remote_schema schema; /* out */
};

/* Fetches them, several at a time, with progress. Schemas live in `arena`, without `raw`. */
enum sma_status sma_remote_fetch(struct sma_remote *remote, struct sma_arena *arena,
                                 const struct sma_arguments *arguments, struct sma_fetch *items,
                                 size_t count, bool deleted,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* The same for the latest versions of the subjects that match a pattern; *count of them are there
 * and none is missing. */
enum sma_status sma_remote_fetch_latest(struct sma_fetch **items, size_t *count,
                                        struct sma_remote *remote, struct sma_arena *arena,
                                        const struct sma_arguments *arguments,
                                        struct sma_str pattern,
                                        struct sma_error *err) SMA_MUST_CHECK;

struct sma_numbers {
    int32_t *items;
    size_t count;
};

enum sma_remote_deleted { SMA_REMOTE_LIVE, SMA_REMOTE_WITH_DELETED, SMA_REMOTE_ONLY_DELETED };

/* Version numbers, ascending. A subject without such versions is SMA_ENOTFOUND, exit 6. */
enum sma_status sma_remote_versions(struct sma_numbers *out, struct sma_remote *remote,
                                    struct sma_arena *arena, struct sma_str subject,
                                    enum sma_remote_deleted deleted,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* Subjects of the context in use, sorted, those that match the pattern (empty = all). A pattern that
 * begins with ':' is about full names, ":.prod:orders-value", also of other contexts. */
enum sma_status sma_remote_subjects(struct sma_strings *out, struct sma_remote *remote,
                                    struct sma_arena *arena, struct sma_str pattern,
                                    enum sma_remote_deleted deleted,
                                    struct sma_error *err) SMA_MUST_CHECK;
/* [{"subject":…,"version":…}] as text and number. */
struct sma_subject_version {
    struct sma_str subject;
    int32_t version;
};
struct sma_subject_versions {
    struct sma_subject_version *items;
    size_t count;
};
/* Every subject and version that has the schema. */
enum sma_status sma_remote_uses(struct sma_subject_versions *out, struct sma_remote *remote,
                                struct sma_arena *arena, int32_t id, bool deleted,
                                struct sma_error *err) SMA_MUST_CHECK;

/* Pattern over a subject's name: * and ? for anything, also for '/'. Work grows with the product of
 * the two lengths at most. */
bool sma_subject_match(struct sma_str pattern, struct sma_str name);
bool sma_subject_is_pattern(struct sma_str text);
/* A subject's name without the context in use in front. */
struct sma_str sma_remote_short(const struct sma_remote *remote, struct sma_str subject);
/* Sorts names by bytes. */
void sma_strings_sort(struct sma_strings *names);
enum sma_status sma_strings_add(struct sma_strings *names, struct sma_arena *arena,
                                struct sma_str name, struct sma_error *err) SMA_MUST_CHECK;

#endif
