/* Which configuration and mode hold for a subject: its own, its context's or the global one, the
 * global context's, the server's defaults (confluent-rest 11, 12). */
#ifndef SMA_REGISTRY_SCOPE_H
#define SMA_REGISTRY_SCOPE_H

#include "registry/config.h"
#include "registry/loader.h"
#include "registry/subject.h"

enum sma_mode {
    SMA_MODE_READWRITE,
    SMA_MODE_READONLY,
    SMA_MODE_READONLY_OVERRIDE,
    SMA_MODE_IMPORT,
    SMA_MODE_FORWARD
};

/* Case-insensitive name; false when unknown. */
bool sma_mode_parse(struct sma_str name, enum sma_mode *out);
const char *sma_mode_name(enum sma_mode mode);
/* READONLY and READONLY_OVERRIDE. */
bool sma_mode_is_readonly(enum sma_mode mode);
/* IMPORT and FORWARD: schemas come with their ids. */
bool sma_mode_is_replica(enum sma_mode mode);

/* The scopes to ask, nearest first, as sma_view_config takes them; without repetitions. */
#define SMA_SCOPES_MAX 3
struct sma_scopes {
    struct sma_str items[SMA_SCOPES_MAX];
    size_t count;
};
enum sma_status sma_scopes_of(struct sma_scopes *out, struct sma_arena *arena,
                              const struct sma_subject *subject,
                              struct sma_error *err) SMA_MUST_CHECK;

/* The setting of exactly this scope. SMA_ENOTFOUND without message when there is none. */
enum sma_status sma_scope_own_config(struct sma_config *out, struct sma_loader *loader,
                                     struct sma_str scope, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_scope_own_mode(enum sma_mode *out, struct sma_loader *loader,
                                   struct sma_str scope, struct sma_error *err) SMA_MUST_CHECK;

/* What holds for the subject. The level is always set. The subject's own level does not fall back
 * to the global one but to the server's default; its switches, policy and group do fall back to the
 * global setting. */
enum sma_status sma_scope_config(struct sma_config *out, struct sma_loader *loader,
                                 const struct sma_subject *subject,
                                 struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_scope_mode(enum sma_mode *out, struct sma_loader *loader,
                               const struct sma_subject *subject,
                               struct sma_error *err) SMA_MUST_CHECK;

/* 42205 "… is in read-only mode" when the mode in scope says so. The original prints "null" for the
 * global setting, and so do we. */
enum sma_status sma_scope_must_be_writable(struct sma_loader *loader,
                                           const struct sma_subject *subject,
                                           struct sma_error *err) SMA_MUST_CHECK;
/* 42205 with one of the original's endings: "read-only mode", "not in import mode", … */
enum sma_status sma_scope_refuse(struct sma_arena *arena, const struct sma_subject *subject,
                                 const char *ending, struct sma_error *err);

#endif
