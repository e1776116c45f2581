/* /contexts (confluent-rest 4.7). */
#include "api/confluent/resources.h"

#include "registry/read.h"

enum sma_status sma_contexts_list(struct sma_call *call, struct sma_error *err)
{
    struct sma_str prefix = sma_param_text(call, "contextPrefix"), *contexts;
    struct sma_page page;
    size_t count, kept = 0;
    enum sma_status st = sma_param_page(&page, call, &call->confluent->options.context_limits, err);
    if (!st)
        st = sma_loader_contexts(&contexts, &count, call->loader, err);
    if (st)
        return st;
    for (size_t i = 0; i < count; i++)
        if (sma_str_starts(contexts[i], prefix))
            contexts[kept++] = contexts[i];
    sma_page_write_texts(call, &page, contexts, kept);
    return SMA_OK;
}

static void deleted(void *ctx, const struct sma_failure *failure)
{
    struct sma_call *call = ctx;
    if (failure) {
        sma_call_failed(call, failure);
        return;
    }
    sma_http_set_status(call->exchange, 204);
    sma_call_done(call, NULL);
}

enum sma_status sma_contexts_delete(struct sma_call *call, struct sma_error *err)
{
    struct sma_str context;
    enum sma_status st =
        sma_api_context(&context, call->arena, sma_http_param(call->request, "context"), err);
    if (!st)
        sma_context_delete(call->registry, context, deleted, call);
    return st;
}
