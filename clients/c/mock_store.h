/* The mock registry's state: subjects with their versions, ids, levels. No HTTP here, no locks: the
 * scope holds its own while it calls. Deliberately smaller than the server: no modes, no import, no
 * context settings. */
#ifndef SMA_CLIENT_MOCK_STORE_H
#define SMA_CLIENT_MOCK_STORE_H

#include "base/buf.h"
#include "clients/c/schema.h"
#include "core/json/json.h"

struct sma_mock_version {
    schemata_schema_t *schema; /* with its subject, version, id and GUID */
    bool is_deleted;           /* softly */
};

struct sma_mock_setting {
    char *subject; /* "" is the global one */
    char *level;
};

struct sma_mock_store {
    struct sma_mock_version *versions; /* in order of registration */
    size_t count, capacity;
    struct sma_mock_setting *settings;
    size_t setting_count;
};

#define SMA_MOCK_NO_MEMORY 50001

/* A refusal as the registry words it, or SMA_MOCK_NO_MEMORY. */
struct sma_mock_refusal {
    int status, code;
    bool is_reference; /* one is not there */
    struct sma_buf message;
};

/* What a client posts. */
struct sma_mock_posted {
    struct sma_str subject; /* qualified: ":.ctx:name", or a bare name */
    const struct sma_json *body;
    bool normalize, is_deleted_too;
};

void sma_mock_store_fini(struct sma_mock_store *store);

/* Finds by state; NULL when absent. `deleted` counts softly deleted versions too. version -1 is the
 * latest. */
struct sma_mock_version *sma_mock_find_version(struct sma_mock_store *store, struct sma_str subject,
                                               int32_t version, bool deleted);
/* By id within the context of `subject` (which may be just ":.ctx:" or empty). */
struct sma_mock_version *sma_mock_find_id(struct sma_mock_store *store, struct sma_str subject,
                                          int32_t id);
struct sma_mock_version *sma_mock_find_guid(struct sma_mock_store *store,
                                            const schemata_guid_t *guid);
/* The latest version whose metadata has all of the pairs. */
struct sma_mock_version *sma_mock_find_metadata(struct sma_mock_store *store,
                                                struct sma_str subject,
                                                const struct sma_str *names,
                                                const struct sma_str *values, size_t count);
bool sma_mock_has_subject(const struct sma_mock_store *store, struct sma_str subject, bool deleted);

/* Looks a posted schema up under a subject. False with the refusal filled in. */
bool sma_mock_lookup(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                     struct sma_mock_version **out, struct sma_mock_refusal *refusal);
/* Registers it: the version that was there, or a new one after the compatibility check. */
bool sma_mock_register(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                       struct sma_mock_version **out, struct sma_mock_refusal *refusal);
/* Where a schema of a file goes. */
struct sma_mock_place {
    int32_t id, version; /* above 0 */
    bool has_guid, is_deleted;
    schemata_guid_t guid;
};
/* Puts it there without any check of compatibility, over what was there. */
bool sma_mock_place(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                    const struct sma_mock_place *place, struct sma_mock_refusal *refusal);
/* Takes a version away, for good or softly; nothing happens when it is not there. */
void sma_mock_forget(struct sma_mock_store *store, struct sma_str subject, int32_t version,
                     bool for_good);
/* Checks it against a version (0: as the subject's level says). `messages` gets a JSON array. */
bool sma_mock_check(struct sma_mock_store *store, const struct sma_mock_posted *posted,
                    int32_t version, bool *is_compatible, struct sma_buf *messages,
                    struct sma_mock_refusal *refusal);

const char *sma_mock_level(const struct sma_mock_store *store, struct sma_str subject);
bool sma_mock_set_level(struct sma_mock_store *store, struct sma_str subject, struct sma_str level,
                        struct sma_mock_refusal *refusal);

/* ":.ctx:" of a qualified subject, empty for the default context. */
struct sma_str sma_mock_context(struct sma_str subject);

#endif
