#include "clients/c/adapter.h"

const struct sma_client_adapter *schemata_private_adapter(void)
{
    static const struct sma_client_adapter table = {
        .layout = SMA_CLIENT_ADAPTER_LAYOUT,
        .version = SMA_VERSION,
        .write_begin = sma_client_write_begin,
        .write_codec = sma_client_write_codec,
        .write_end = sma_client_write_end,
        .read_begin = sma_client_read_begin,
        .read_reading = sma_client_read_reading,
        .read_end = sma_client_read_end,
        .attach = sma_client_body_attach,
        .alloc = sma_client_alloc,
        .release = sma_client_free,
        .fail = sma_client_fail,
        .hint = sma_client_hint,
        .no_memory = sma_client_no_memory,
        .fail_core = sma_client_fail_core,
    };
    return &table;
}
