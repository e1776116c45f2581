/* How many connections each remote address has. A connection's beginning and end take one short
 * lock; requests never do. */
#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>

#include "base/map.h"
#include "http/loop.h"

#define BUCKETS 1024u

struct peer {
    struct peer *next;
    unsigned char address[16]; /* IPv6, or IPv4 in its mapped form */
    size_t count;
};

struct sma_http_peers {
    pthread_mutex_t lock;
    size_t max;
    uint64_t seed;
    struct peer *buckets[BUCKETS];
};

struct sma_http_peers *sma_http_peers_new(size_t max)
{
    struct sma_http_peers *peers = calloc(1, sizeof *peers);
    if (!peers)
        return NULL;
    struct sma_http_random random;
    sma_http_random_init(&random);
    peers->seed = random.state[0];
    peers->max = max;
    pthread_mutex_init(&peers->lock, NULL);
    return peers;
}

void sma_http_peers_free(struct sma_http_peers *peers)
{
    if (!peers)
        return;
    for (size_t i = 0; i < BUCKETS; i++)
        while (peers->buckets[i]) {
            struct peer *next = peers->buckets[i]->next;
            free(peers->buckets[i]);
            peers->buckets[i] = next;
        }
    pthread_mutex_destroy(&peers->lock);
    free(peers);
}

static void key_of(const struct sockaddr_storage *address, unsigned char key[16])
{
    memset(key, 0, 16);
    if (address->ss_family == AF_INET6) {
        memcpy(key, &((const struct sockaddr_in6 *)address)->sin6_addr, 16);
    } else if (address->ss_family == AF_INET) {
        key[10] = key[11] = 0xff;
        memcpy(key + 12, &((const struct sockaddr_in *)address)->sin_addr, 4);
    }
}

/* The link that points to the address's entry, or the end of its chain. */
static struct peer **find(struct sma_http_peers *peers, const unsigned char key[16])
{
    struct peer **link = &peers->buckets[sma_hash_bytes(peers->seed, key, 16) % BUCKETS];
    while (*link && memcmp((*link)->address, key, 16))
        link = &(*link)->next;
    return link;
}

bool sma_http_peers_add(struct sma_http_peers *peers, const struct sockaddr_storage *address)
{
    unsigned char key[16];
    key_of(address, key);
    pthread_mutex_lock(&peers->lock);
    struct peer **link = find(peers, key);
    if (!*link && (*link = calloc(1, sizeof **link)))
        memcpy((*link)->address, key, 16);
    bool fits = *link && (*link)->count < peers->max;
    if (fits)
        (*link)->count++;
    pthread_mutex_unlock(&peers->lock);
    return fits;
}

void sma_http_peers_remove(struct sma_http_peers *peers, const struct sockaddr_storage *address)
{
    unsigned char key[16];
    key_of(address, key);
    pthread_mutex_lock(&peers->lock);
    struct peer **link = find(peers, key), *peer = *link;
    if (peer && --peer->count == 0) {
        *link = peer->next;
        free(peer);
    }
    pthread_mutex_unlock(&peers->lock);
}
