#include "api/dek/dek.h"

#include "api/confluent/call.h"
#include "api/dek/resources.h"

enum sma_status sma_dek_new(struct sma_confluent **out, const struct sma_confluent_options *options,
                            struct sma_error *err)
{
    return sma_confluent_new_with(out, options, sma_dek_routes, sma_dek_route_count, err);
}

struct sma_http_facade sma_dek_facade(struct sma_confluent *dek)
{
    struct sma_http_facade facade = sma_confluent_facade(dek);
    facade.rewrite = NULL;
    return facade;
}
