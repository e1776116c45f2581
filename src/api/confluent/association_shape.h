/* JSON of associations, both ways (confluent-rest 3, 4.9). */
#ifndef SMA_API_CONFLUENT_ASSOCIATION_SHAPE_H
#define SMA_API_CONFLUENT_ASSOCIATION_SHAPE_H

#include "api/confluent/call.h"
#include "registry/association.h"

/* ---- answers ---- */

/* Association: an item of the lists. */
void sma_shape_association(struct sma_json_writer *w, const struct sma_assoc_row *row);
/* AssociationResponse is opened with its resource, then has a list of these, if any. */
void sma_shape_resource(struct sma_json_writer *w, const struct sma_assoc_resource *resource);
struct sma_shown_association {
    struct sma_str subject, type;
    struct sma_str lifecycle;
    bool is_frozen;
    const struct sma_version *schema; /* NULL = not shown */
    bool is_stored_row;               /* of the schema */
};
void sma_shape_associated(struct sma_json_writer *w, const struct sma_shown_association *shown);
/* The same for what a change has made, one after the other. */
void sma_shape_done(struct sma_json_writer *w, const struct sma_assoc_result *result);

/* ---- requests ---- */

/* The query's associationType values into the filter. */
enum sma_status sma_param_association_types(struct sma_assoc_filter *filter,
                                            const struct sma_call *call,
                                            struct sma_error *err) SMA_MUST_CHECK;
/* resourceName, resourceNamespace, resourceId, resourceType. 400 for wrong types. */
enum sma_status sma_body_resource(struct sma_assoc_resource *out, const struct sma_json *object,
                                  struct sma_error *err) SMA_MUST_CHECK;
/* An array member; an absent one is empty. */
enum sma_status sma_body_array(const struct sma_json **items, size_t *count,
                               const struct sma_json *object, const char *name,
                               struct sma_error *err) SMA_MUST_CHECK;
/* An item of an array that must hold objects. */
enum sma_status sma_body_item(const struct sma_json **out, const struct sma_json *item,
                              const char *name, struct sma_error *err) SMA_MUST_CHECK;
/* A lifecycle; 400 for an unknown one. */
enum sma_status sma_body_lifecycle(enum sma_lifecycle *out, const struct sma_json *object,
                                   struct sma_error *err) SMA_MUST_CHECK;
/* One of `associations`. */
enum sma_status sma_body_wish(struct sma_assoc_wish *out, const struct sma_call *call,
                              const struct sma_json *object, struct sma_error *err) SMA_MUST_CHECK;

#endif
