#include "clients/c/lane.h"

#include <pthread.h>
#include <string.h>

#include "clients/c/memory.h"

/* Mixes the bits of a 64-bit number well enough for a table of 32. */
static uint64_t scatter(uint64_t x)
{
    x *= 0x9e3779b97f4a7c15u;
    return x ^ (x >> 29);
}

/* Something that differs between threads that live at the same time. */
static inline uint64_t own_number(void)
{
#if defined(__GNUC__) && !defined(__clang__) && __GNUC__ >= 11
    return (uint64_t)(uintptr_t)__builtin_thread_pointer();
#else
    pthread_t self = pthread_self();
    uint64_t bits = 0;
    memcpy(&bits, &self, sizeof self < sizeof bits ? sizeof self : sizeof bits);
    return bits;
#endif
}

static inline size_t own_place(void)
{
    return (size_t)(scatter(own_number() >> 6) >> 32);
}

static struct sma_client_lane *lane_new(void)
{
    struct sma_client_lane *lane = sma_client_alloc(sizeof *lane);
    if (!lane)
        return NULL;
    atomic_init(&lane->is_busy, true);
    sma_buf_init(&lane->bytes, 0);
    sma_arena_init(&lane->arena, 0);
    return lane;
}

static void lane_free(struct sma_client_lane *lane)
{
    if (!lane)
        return;
    for (size_t i = 0; i < SMA_CLIENT_NOTES; i++)
        if (lane->notes[i])
            lane->notes[i]->release(lane->notes[i]);
    sma_validator_scratch_free(lane->validator);
    sma_arena_fini(&lane->arena);
    sma_buf_fini(&lane->bytes);
    sma_client_free(lane);
}

/* The lane of an empty place, made here; NULL when somebody was faster or memory is short. */
static struct sma_client_lane *settle(struct sma_client_lanes *lanes, size_t place)
{
    struct sma_client_lane *nobody = NULL, *lane = lane_new();
    if (lane && !atomic_compare_exchange_strong(&lanes->items[place], &nobody, lane)) {
        lane_free(lane);
        lane = NULL;
    }
    return lane;
}

struct sma_client_lane *sma_client_lane_take(struct sma_client_lanes *lanes)
{
    size_t start = own_place();
    struct sma_client_lane *lane;
    for (size_t i = 0; i < SMA_CLIENT_LANES; i++) {
        size_t place = (start + i) % SMA_CLIENT_LANES;
        lane = atomic_load_explicit(&lanes->items[place], memory_order_acquire);
        if (!lane && (lane = settle(lanes, place)))
            return lane;
        if (lane && !atomic_exchange_explicit(&lane->is_busy, true, memory_order_acquire))
            return lane;
    }
    lane = lane_new();
    if (lane)
        lane->is_temporary = true;
    return lane;
}

void sma_client_lane_give(struct sma_client_lane *lane)
{
    if (!lane)
        return;
    if (lane->is_temporary) {
        lane_free(lane);
        return;
    }
    if (lane->bytes.capacity > SMA_CLIENT_SCRATCH_KEPT)
        sma_buf_fini(&lane->bytes);
    lane->bytes.len = 0;
    lane->bytes.failed = false;
    if (lane->arena.bytes > SMA_CLIENT_SCRATCH_KEPT)
        sma_arena_fini(&lane->arena);
    else if (lane->arena.bytes)
        sma_arena_reset(&lane->arena);
    atomic_store_explicit(&lane->is_busy, false, memory_order_release);
}

void sma_client_lanes_fini(struct sma_client_lanes *lanes)
{
    for (size_t i = 0; i < SMA_CLIENT_LANES; i++)
        lane_free(atomic_load_explicit(&lanes->items[i], memory_order_acquire));
}

struct sma_client_note *sma_client_note_at(const struct sma_client_lane *lane, uint64_t hash)
{
    struct sma_client_note *note = lane->notes[hash % SMA_CLIENT_NOTES];
    return note && note->hash == hash ? note : NULL;
}

void sma_client_note_put(struct sma_client_lane *lane, struct sma_client_note *note)
{
    struct sma_client_note **place = &lane->notes[note->hash % SMA_CLIENT_NOTES];
    struct sma_client_note *old = *place;
    *place = note;
    lane->last = note;
    if (old)
        old->release(old);
}

uint64_t sma_client_mix(uint64_t hash, const char *text)
{
    uint64_t word;
    size_t len = text ? strlen(text) : 0;
    hash = scatter(hash + len + (text != NULL));
    for (size_t at = 0; at < len; at += sizeof word) {
        size_t n = len - at < sizeof word ? len - at : sizeof word;
        word = 0;
        memcpy(&word, text + at, n);
        hash = scatter(hash ^ word);
    }
    return hash;
}
