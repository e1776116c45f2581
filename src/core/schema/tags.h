/* Tags inside a schema: which of its records and fields carry some, and how a list of edits changes
 * them (confluent-rest 17.5). A format says where they stand in its text; what they are and how
 * edits add up is the same for all. */
#ifndef SMA_CORE_SCHEMA_TAGS_H
#define SMA_CORE_SCHEMA_TAGS_H

#include "base/arena.h"
#include "base/error.h"
#include "base/map.h"
#include "core/json/json.h"

#define SMA_TAG_EDITS_MAX 1000                   /* entities that one request may edit */
#define SMA_TAGGED_PATH_BYTES_MAX (8u << 20) /* of all paths of one list together */

enum sma_entity_kind { SMA_ENTITY_RECORD, SMA_ENTITY_FIELD };

/* Names in the order they were given. */
struct sma_tag_list {
    const struct sma_str *items;
    size_t count;
};

/* A record or field with at least one tag. */
struct sma_tagged {
    struct sma_str path; /* what it looks like is the format's business */
    enum sma_entity_kind kind;
    struct sma_tag_list tags;
};

struct sma_tagged_list {
    struct sma_tagged *items;
    size_t count;
    size_t capacity;   /* private */
    size_t path_bytes; /* private */
};

/* Adds first, takes out then. All texts are UTF-8. */
struct sma_tag_edit {
    struct sma_str path;
    enum sma_entity_kind kind;
    struct sma_tag_list add, remove;
    bool is_optional; /* a path that leads nowhere is passed over */
};

/* ---- sets of tags -------------------------------------------------------------------------------
 */

/* Distinct tags in the order they came. Names are borrowed. */
struct sma_tag_set {
    struct sma_map names; /* value NULL: taken out again */
    bool failed;          /* out of memory; sticky */
};

void sma_tag_set_init(struct sma_tag_set *set);
void sma_tag_set_fini(struct sma_tag_set *set);
void sma_tag_set_add(struct sma_tag_set *set, struct sma_str tag);
/* The texts of a JSON array; everything else holds no tags. */
void sma_tag_set_add_json(struct sma_tag_set *set, const struct sma_json *value);
void sma_tag_set_edit(struct sma_tag_set *set, const struct sma_tag_edit *edit);
/* What is in it, in `arena`. SMA_ENOMEM. */
enum sma_status sma_tag_set_list(struct sma_tag_list *out, struct sma_arena *arena,
                                 const struct sma_tag_set *set,
                                 struct sma_error *err) SMA_MUST_CHECK;

/* ---- what a format reports ----------------------------------------------------------------------
 */

/* Appends an entity, unless the set is empty; path and names are copied. SMA_ELIMIT beyond
 * SMA_TAGGED_PATH_BYTES_MAX. */
enum sma_status sma_tagged_add(struct sma_tagged_list *list, struct sma_arena *arena,
                               struct sma_str path, enum sma_entity_kind kind,
                               const struct sma_tag_set *set, struct sma_error *err) SMA_MUST_CHECK;
/* SMA_EINVAL "No matching path '…' found in the schema". */
enum sma_status sma_tag_path_missing(const struct sma_tag_edit *edit, struct sma_error *err);

#endif
