/* Reading use cases. All of them: one snapshot (the loader's), results in the loader's arena,
 * errors with Confluent's codes and words. */
#ifndef SMA_REGISTRY_READ_H
#define SMA_REGISTRY_READ_H

#include "registry/loader.h"
#include "registry/scope.h"

/* ---- subjects -----------------------------------------------------------------------------------
 */

/* Walks the places where an unqualified subject may be meant: itself, then every other context, as
 * far as they hold versions that count (confluent-rest 6.4). A qualified subject is only itself. */
struct sma_subject_search {
    struct sma_subject subject; /* set by the caller, the rest zero */
    struct sma_str *contexts;
    size_t count, next;
};
/* SMA_ENOTFOUND without message at the end. */
enum sma_status sma_subject_search_next(struct sma_subject_search *search, struct sma_subject *out,
                                        struct sma_loader *loader, enum sma_deleted deleted,
                                        struct sma_error *err) SMA_MUST_CHECK;

/* 40401 with the subject's normalized name. */
enum sma_status sma_subject_not_found(const struct sma_subject *subject, struct sma_error *err);

/* The subject's alias, when its own configuration has one: then *out is what is meant instead, else
 * a copy of `subject` (confluent-rest 5). One hop. */
enum sma_status sma_read_alias(struct sma_subject *out, struct sma_loader *loader,
                               const struct sma_subject *subject,
                               struct sma_error *err) SMA_MUST_CHECK;

/* The same for the subject of a dek: `aliasForDeks` goes before `alias`. */
enum sma_status sma_read_alias_for_deks(struct sma_subject *out, struct sma_loader *loader,
                                        const struct sma_subject *subject,
                                        struct sma_error *err) SMA_MUST_CHECK;

/* A `subjectPrefix`: ":*:", ":.ctx:", "", "foo", ":*:foo", ":.ctx:foo". */
enum sma_status sma_read_prefix(struct sma_str *context, struct sma_str *prefix,
                                struct sma_arena *arena, struct sma_str text,
                                struct sma_error *err) SMA_MUST_CHECK;

/* ---- versions -----------------------------------------------------------------------------------
 */

#define SMA_LATEST (-1)
/* "1" … "2147483647", "latest" in any case, "-1". 42202 otherwise. */
enum sma_status sma_version_parse(int32_t *out, struct sma_str text,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* One version of a subject, other contexts included for an unqualified one. SMA_LATEST is the
 * newest live one whatever `with_deleted` says. 40401, 40402. */
enum sma_status sma_read_version(struct sma_version *out, struct sma_loader *loader,
                                 const struct sma_subject *subject, int32_t version,
                                 bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;
/* Numbers of exactly this subject, ascending. 40401 when none counts. */
enum sma_status sma_read_versions(struct sma_version_number **out, size_t *count,
                                  struct sma_loader *loader, const struct sma_subject *subject,
                                  enum sma_deleted deleted, struct sma_error *err) SMA_MUST_CHECK;
/* The newest version whose metadata properties have all `pairs`; without pairs the newest that has
 * metadata. 40401, 40403. */
enum sma_status sma_read_by_metadata(struct sma_version *out, struct sma_loader *loader,
                                     const struct sma_subject *subject,
                                     const struct sma_property *pairs, size_t pair_count,
                                     bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;
/* Ids of the schemas that refer to the version, ascending, each once. 40401, 40402. */
enum sma_status sma_read_referrer_ids(int32_t **out, size_t *count, struct sma_loader *loader,
                                      const struct sma_subject *subject, int32_t version,
                                      bool with_deleted, struct sma_error *err) SMA_MUST_CHECK;

/* ---- ids and guids ------------------------------------------------------------------------------
 */

/* What an id stands for. subject: NULL or with an empty name = just the id in that context (the
 * default one); qualified = bound to the id there; unqualified = the subject that binds it in some
 * context, or else the id in the default one (confluent-rest 6.3). 40403 "Schema <id> not found".
 */
enum sma_status sma_read_id(struct sma_version *out, struct sma_loader *loader,
                            const struct sma_subject *subject, int32_t id,
                            struct sma_error *err) SMA_MUST_CHECK;
/* One version per subject that carries the id. 40403 "Schema not found" when the id is unknown. */
enum sma_status sma_read_id_versions(struct sma_version **out, size_t *count,
                                     struct sma_loader *loader, const struct sma_subject *subject,
                                     int32_t id, bool with_deleted,
                                     struct sma_error *err) SMA_MUST_CHECK;
/* 40403 "Schema <guid> not found", also for text that is no guid. */
enum sma_status sma_read_guid(struct sma_version *out, struct sma_loader *loader,
                              struct sma_str guid, struct sma_error *err) SMA_MUST_CHECK;
/* Empty when unknown. */
enum sma_status sma_read_guid_ids(struct sma_context_id **out, size_t *count,
                                  struct sma_loader *loader, struct sma_str guid,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* ---- settings -----------------------------------------------------------------------------------
 */

/* The scope's own configuration with its level filled in; 40408 when there is none. With
 * `default_to_global`, and always for the global settings, what is in force. */
enum sma_status sma_read_config(struct sma_config *out, struct sma_loader *loader,
                                const struct sma_subject *scope, bool default_to_global,
                                struct sma_error *err) SMA_MUST_CHECK;
/* The same for the mode; 40409. */
enum sma_status sma_read_mode(enum sma_mode *out, struct sma_loader *loader,
                              const struct sma_subject *scope, bool default_to_global,
                              struct sma_error *err) SMA_MUST_CHECK;

#endif
