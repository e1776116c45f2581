/* Associations: under which subjects the schemas of a resource live (confluent-rest 4.9). A
 * resource is a Kafka topic: namespace = Kafka cluster, name = topic, id = the topic's uuid; it has
 * at most one association for its keys and one for its values.
 *
 *   STRONG  the subject belongs to the topic: comes with it, is frozen, goes with it
 *   WEAK    the subject is shared, and is there before and after
 *
 *   association_request.c   what a request wants, as far as it can be judged without looking
 *   association_rules.c     what may be, given what there is
 *   association_change.c    create and upsert
 *   association_remove.c    delete, and the subject with it
 *   association_write.c     the operation: one change or many, each with a commit of its own */
#ifndef SMA_REGISTRY_ASSOCIATION_H
#define SMA_REGISTRY_ASSOCIATION_H

#include "registry/candidate.h"
#include "registry/codes.h"
#include "registry/lookup.h"
#include "registry/write.h"

enum sma_lifecycle { SMA_LIFECYCLE_UNSET, SMA_LIFECYCLE_WEAK, SMA_LIFECYCLE_STRONG };
const char *sma_lifecycle_name(enum sma_lifecycle lifecycle);
/* "STRONG", "WEAK"; false for anything else. */
bool sma_lifecycle_parse(enum sma_lifecycle *out, struct sma_str name);
/* What frozen is when nobody says: STRONG is, WEAK is not. */
bool sma_lifecycle_freezes(enum sma_lifecycle lifecycle);

#define SMA_ASSOC_NAME_MAX 256 /* characters of a resource's name and namespace */
#define SMA_ASSOC_TYPES 2      /* key, value: each once per resource */
#define SMA_ASSOC_CHANGES_MAX 1000

struct sma_assoc_resource {
    struct sma_str name, ns, id, type; /* empty = not given */
};

/* What is wanted for one association type of a resource. */
struct sma_assoc_wish {
    struct sma_str type;    /* empty = "value" */
    struct sma_str subject; /* as sent; empty = absent */
    enum sma_lifecycle lifecycle;
    enum sma_tristate frozen;
    bool has_schema, normalize;
    struct sma_schema_request schema;
    struct sma_tag_changes tags; /* of the schema */
};

enum sma_assoc_kind { SMA_ASSOC_CREATE, SMA_ASSOC_UPSERT, SMA_ASSOC_DELETE };

/* One change of one resource, done whole or not at all. All views outlive the operation. */
struct sma_assoc_change {
    enum sma_assoc_kind kind;
    bool is_dry_run;
    struct sma_assoc_resource resource;
    /* create, upsert */
    struct sma_str context; /* of unqualified subjects, with its dot */
    const struct sma_assoc_wish *wishes;
    size_t wish_count;
    /* delete */
    bool is_by_id;               /* the id says it all; name and namespace are not given */
    const struct sma_str *types; /* to delete; none = all */
    const bool *cascades;        /* parallel to `types`; with no types one item */
    size_t type_count;
    /* A change that fails takes those that follow under the same number with it. */
    size_t request;
};

struct sma_assoc_result {
    struct sma_assoc_resource resource;
    struct sma_assoc_done {
        struct sma_str subject, type;
        enum sma_lifecycle lifecycle;
        bool is_frozen;
        const struct sma_found_schema *schema; /* NULL = none was given */
    } items[SMA_ASSOC_TYPES];
    size_t count; /* 0 after a dry run and after a deletion */
};

/* The outcome of the change at `index`; not called for those that a failure took along. */
typedef void sma_assoc_changed_fn(void *ctx, size_t index, const struct sma_assoc_result *result,
                                  const struct sma_failure *failure);
/* After the last change. */
typedef void sma_assoc_finished_fn(void *ctx);

/* One after the other, each committed by itself; `changed` in this order. 40410, 4090x, 42205,
 * 42206, 42208, 42212 and those of a registration. A dry run says what would happen and writes
 * nothing. */
void sma_associations_change(struct sma_registry *registry, const struct sma_assoc_change *changes,
                             size_t count, sma_assoc_changed_fn *changed,
                             sma_assoc_finished_fn *finished, void *ctx);

/* 42212. A detail is cut at 1 KiB. */
enum sma_status sma_assoc_invalid(struct sma_error *err, const char *property, const char *fmt, ...)
    SMA_PRINTF(3, 4);
/* Name and namespace as a request must give them: 42212. */
enum sma_status sma_assoc_check_resource(const struct sma_assoc_resource *resource,
                                         struct sma_error *err) SMA_MUST_CHECK;

/* ---- for other use cases ------------------------------------------------------------------------
 */

enum sma_status sma_assoc_has_any(bool *out, struct sma_view *view, struct sma_arena *arena,
                                  struct sma_str subject, struct sma_error *err) SMA_MUST_CHECK;
/* 40904. */
enum sma_status sma_assoc_refuse_subject(struct sma_str subject, struct sma_error *err);
/* 42205 when the subject belongs to a resource: then no schema may refer to it. */
enum sma_status sma_assoc_may_refer(struct sma_view *view, struct sma_arena *arena,
                                    struct sma_str subject, struct sma_error *err) SMA_MUST_CHECK;

#endif
