#include "api/ops/ops.h"

extern const char sma_openapi_start[], sma_openapi_end[];

struct sma_str sma_ops_openapi(void)
{
    return sma_str_make(sma_openapi_start, (size_t)(sma_openapi_end - sma_openapi_start));
}
