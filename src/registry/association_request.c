/* Associations: what a request wants, judged without looking at the state. */
#include "base/utf8.h"
#include "registry/association_op.h"

/* ---- the resource -------------------------------------------------------------------------------
 */

static bool is_name_byte(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* Characters; the first one that no name has in *odd, else ptr NULL. */
static size_t scan_name(struct sma_str name, struct sma_str *odd)
{
    size_t count = 0;
    *odd = (struct sma_str){NULL, 0};
    while (name.len) {
        uint32_t codepoint;
        size_t used = sma_utf8_decode(name, &codepoint);
        used = used ? used : 1;
        if (!odd->ptr && !is_name_byte(name.ptr[0]))
            *odd = sma_str_head(name, used);
        name = sma_str_from(name, used);
        count++;
    }
    return count;
}

static enum sma_status check_name(struct sma_str name, const char *property, struct sma_error *err)
{
    struct sma_str odd;
    if (!name.len)
        return sma_assoc_invalid(err, property, "cannot be null or empty");
    if (scan_name(name, &odd) > SMA_ASSOC_NAME_MAX)
        return sma_assoc_invalid(err, property, "exceeds max length of %d", SMA_ASSOC_NAME_MAX);
    if (odd.ptr)
        return sma_assoc_invalid(err, property, "illegal character '%.*s'", SMA_STR_ARG(odd));
    return SMA_OK;
}

enum sma_status sma_assoc_check_resource(const struct sma_assoc_resource *resource,
                                         struct sma_error *err)
{
    enum sma_status st = check_name(resource->name, "resourceName", err);
    if (!st)
        st = check_name(resource->ns, "resourceNamespace", err);
    if (!st && resource->type.len && !sma_str_eqz(resource->type, "topic"))
        st = sma_assoc_invalid(err, "resourceType", "must be 'topic'");
    return st;
}

static enum sma_status check_type(struct sma_str type, struct sma_error *err)
{
    if (sma_str_eqz(type, "key") || sma_str_eqz(type, "value"))
        return SMA_OK;
    return sma_assoc_invalid(err, "associationType", "must be either 'key' or 'value'");
}

enum sma_status sma_assoc_check_change(const struct sma_assoc_change *change, struct sma_error *err)
{
    enum sma_status st = SMA_OK;
    if (!change->is_by_id)
        st = sma_assoc_check_resource(&change->resource, err);
    if (!st && !change->is_dry_run && !change->resource.id.len)
        st = sma_assoc_invalid(err, "resourceId", "cannot be null or empty");
    for (size_t i = 0; !st && !change->is_by_id && i < change->type_count; i++)
        st = check_type(change->types[i], err);
    return st;
}

/* ---- what is wanted -----------------------------------------------------------------------------
 */

static enum sma_status check_frozen(const struct sma_assoc_item *item, struct sma_error *err)
{
    if (item->lifecycle == SMA_LIFECYCLE_UNSET || item->frozen == SMA_UNSET ||
        (item->frozen == SMA_TRUE) == sma_lifecycle_freezes(item->lifecycle))
        return SMA_OK;
    return sma_assoc_invalid(err, "frozen", "association with lifecycle of %s cannot be frozen=%s",
                             sma_lifecycle_name(item->lifecycle),
                             item->frozen == SMA_TRUE ? "true" : "false");
}

/* A schema can come with a topic only as its own; without one the association is to something
 * shared.
 */
static enum sma_status settle_creation(struct sma_assoc_item *item, struct sma_error *err)
{
    const struct sma_assoc_wish *wish = item->wish;
    if (wish->has_schema && item->lifecycle == SMA_LIFECYCLE_WEAK)
        return sma_assoc_invalid(err, "lifecycle", "cannot be WEAK when schema is provided");
    if (wish->has_schema && item->frozen == SMA_FALSE)
        return sma_assoc_invalid(err, "frozen", "cannot be false when a schema is provided");
    if (item->lifecycle == SMA_LIFECYCLE_UNSET)
        item->lifecycle = wish->has_schema ? SMA_LIFECYCLE_STRONG : SMA_LIFECYCLE_WEAK;
    enum sma_status st = check_frozen(item, err);
    if (!st && item->lifecycle == SMA_LIFECYCLE_WEAK && !wish->subject.len)
        st = sma_assoc_invalid(err, "subject", "must be provided for WEAK associations");
    item->frozen = sma_lifecycle_freezes(item->lifecycle) ? SMA_TRUE : SMA_FALSE;
    return st;
}

static enum sma_status read_wish(struct sma_assoc_item *item, enum sma_assoc_kind kind,
                                 const struct sma_assoc_wish *wish, struct sma_error *err)
{
    *item = (struct sma_assoc_item){
        .wish = wish,
        .type = wish->type.len ? wish->type : SMA_STR("value"),
        .lifecycle = wish->lifecycle,
        .frozen = wish->frozen,
    };
    enum sma_status st = check_type(item->type, err);
    if (st)
        return st;
    return kind == SMA_ASSOC_CREATE ? settle_creation(item, err) : check_frozen(item, err);
}

enum sma_status sma_assoc_read_wishes(struct sma_assoc_op *op,
                                      const struct sma_assoc_change *change, struct sma_error *err)
{
    op->item_count = 0;
    if (!change->wish_count)
        return sma_assoc_invalid(err, "associations", "cannot be null or empty");
    for (size_t i = 0; i < change->wish_count; i++) {
        struct sma_assoc_item item;
        enum sma_status st = read_wish(&item, change->kind, &change->wishes[i], err);
        if (st)
            return st;
        for (size_t k = 0; k < op->item_count; k++)
            if (sma_str_eq(op->items[k].type, item.type))
                return sma_assoc_invalid(err, "associationType",
                                         "may only appear once per request, but '%.*s' appears "
                                         "more than once",
                                         SMA_STR_ARG(item.type));
        op->items[op->item_count++] = item; /* there are no more than two types */
    }
    return SMA_OK;
}
