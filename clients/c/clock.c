#include "clients/c/clock.h"

#include <errno.h>
#include <sys/random.h>
#include <time.h>

int64_t sma_client_now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int64_t sma_client_now_coarse_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t sma_client_now_ms(void)
{
    return sma_client_now_us() / 1000;
}

bool sma_client_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attributes;
    if (pthread_condattr_init(&attributes))
        return false;
    bool ok = !pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) &&
              !pthread_cond_init(cond, &attributes);
    pthread_condattr_destroy(&attributes);
    return ok;
}

bool sma_client_cond_wait(pthread_cond_t *cond, pthread_mutex_t *mutex, int64_t deadline_ms)
{
    struct timespec until = {deadline_ms / 1000, deadline_ms % 1000 * 1000000};
    return pthread_cond_timedwait(cond, mutex, &until) != ETIMEDOUT;
}

void sma_client_sleep_ms(int64_t ms)
{
    struct timespec left = {ms / 1000, ms % 1000 * 1000000};
    while (ms > 0 && clock_nanosleep(CLOCK_MONOTONIC, 0, &left, &left) == EINTR)
        ;
}

uint64_t sma_client_random_below(uint64_t limit)
{
    uint64_t bits;
    if (!limit)
        return 0;
    if (getrandom(&bits, sizeof bits, GRND_NONBLOCK) != (ssize_t)sizeof bits)
        bits = (uint64_t)sma_client_now_ms() * 0x9e3779b97f4a7c15u;
    return bits % limit;
}
