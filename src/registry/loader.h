/* One operation's way to the rows: a snapshot, an arena, a memory of what was already read (so that
 * a thousand versions with the same ten references read those ten once), and a list of what the
 * result rests on (so that a cache can drop it in time). Not shared between threads.
 *
 * What an answer reads, it reads through here: then the list is complete by construction. */
#ifndef SMA_REGISTRY_LOADER_H
#define SMA_REGISTRY_LOADER_H

#include "base/map.h"
#include "registry/registry.h"
#include "registry/subject.h"
#include "store/store.h"

/* Touched keys (store.h). */
struct sma_depends {
    struct sma_str tags[SMA_CACHE_TAGS_MAX];
    size_t count;
    bool is_too_many; /* then the result cannot be cached */
};

struct sma_loader {
    struct sma_registry *registry;
    struct sma_view *view;
    struct sma_arena *arena; /* all results live here */
    struct sma_map rows;     /* version and subject -> struct sma_version */
    struct sma_depends depends;
};

/* Takes nothing over; view and arena outlive it. */
void sma_loader_init(struct sma_loader *loader, struct sma_registry *registry,
                     struct sma_view *view, struct sma_arena *arena);
void sma_loader_fini(struct sma_loader *loader);

/* Notes that the result rests on `kind` + `scope` ("s:" + subject …). */
void sma_loader_depend(struct sma_loader *loader, const char *kind, struct sma_str scope);
void sma_loader_depend_on_id(struct sma_loader *loader, struct sma_str context, int32_t id);

/* As the sma_view_ functions of the same name, with the dependency noted. */

/* Read at most once, soft-deleted or not. */
enum sma_status sma_loader_row(const struct sma_version **out, struct sma_loader *loader,
                               struct sma_str subject, int32_t version,
                               struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_latest(struct sma_version *out, struct sma_loader *loader,
                                  struct sma_str subject, enum sma_deleted deleted,
                                  struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_versions(struct sma_version_number **out, size_t *count,
                                    struct sma_loader *loader, struct sma_str subject,
                                    enum sma_deleted deleted, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_has_subject(bool *out, struct sma_loader *loader, struct sma_str subject,
                                       enum sma_deleted deleted,
                                       struct sma_error *err) SMA_MUST_CHECK;
/* Sorted, the default one first. */
enum sma_status sma_loader_contexts(struct sma_str **out, size_t *count, struct sma_loader *loader,
                                    struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_id(struct sma_version *out, struct sma_loader *loader,
                              struct sma_str context, int32_t id,
                              struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_id_versions(struct sma_version **out, size_t *count,
                                       struct sma_loader *loader, struct sma_str context,
                                       int32_t id, enum sma_deleted deleted,
                                       struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_guid(struct sma_version *out, struct sma_loader *loader,
                                const uint8_t hash[SMA_HASH_LEN],
                                struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_loader_max_id(int32_t *out, struct sma_loader *loader, struct sma_str context,
                                  struct sma_error *err) SMA_MUST_CHECK;

/* ---- walking over many versions -----------------------------------------------------------------
 */

/* A loader whose memory is given back on the way, for a walk over many rows of any size of which at
 * most one is needed in the end. What the walk rests on is added to the main loader's list. */
struct sma_scan {
    struct sma_loader loader; /* results live until the next sma_scan_step */
    struct sma_loader *main;
    struct sma_arena arena;
};

void sma_scan_init(struct sma_scan *scan, struct sma_loader *main);
/* Before each row. */
void sma_scan_step(struct sma_scan *scan);
void sma_scan_fini(struct sma_scan *scan);

#endif
