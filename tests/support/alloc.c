/* Makes chosen allocations of the code under test fail. Unit tests are linked with --wrap for malloc,
 * calloc and realloc, so every call from our archives comes through here; what shared libraries
 * allocate for themselves does not. */
#include "tests/support/test.h"

#include <stdatomic.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *p, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *p, size_t size);

static atomic_long left = -1; /* allocations until the one that fails; -1: none does */
static atomic_bool has_failed;

void sma_test_fail_alloc(long n)
{
    atomic_store(&has_failed, false);
    atomic_store(&left, n);
}

bool sma_test_alloc_failed(void)
{
    atomic_store(&left, -1);
    return atomic_load(&has_failed);
}

static bool is_refused(void)
{
    long n = atomic_load(&left);
    while (n >= 0 && !atomic_compare_exchange_weak(&left, &n, n - 1))
        ;
    if (n != 0)
        return false;
    atomic_store(&has_failed, true);
    return true;
}

void *__wrap_malloc(size_t size)
{
    return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *p, size_t size)
{
    return is_refused() ? NULL : __real_realloc(p, size);
}
