/*
 * Each key has a ring of the times of its latest takes, as many as are allowed in a period: the next take is allowed
 * when the oldest of them is a period ago. Rings lie in sets; a key has its place in one set. Nothing ever has to be
 * swept: a ring whose newest take is a period ago is the same as none.
 *
 * One lock a limit: it is held for a few comparisons.
 */
#include "akkoord/base/rate_limit.h"

#include <arpa/inet.h>
#include <assert.h>
#include <pthread.h>
#include <string.h>

#include "akkoord/base/clock.h"
#include "akkoord/base/crypto.h"
#include "akkoord/base/memory.h"

#define COUNT_MAX      1024
#define RINGS_A_SET    8
#define SETS_MAX       4096
#define HASH_KEY_BYTES 32
#define IPV4_PREFIX    3 /* bytes */
#define IPV6_PREFIX    7

struct ring {
    uint64_t tag;       /* the rest of the key's hash; a second key with the same one is 2^-64 */
    size_t next;        /* the oldest of the takes, and the place of the next */
    int64_t taken_us[]; /* `count`; 0: not yet */
};

struct rate_limit {
    pthread_mutex_t lock;
    size_t count;
    int64_t period_us;
    uint8_t hash_key[HASH_KEY_BYTES];
    size_t ring_bytes;
    size_t sets;
    uint8_t *rings; /* RINGS_A_SET a set */
};

struct rate_limit *rate_limit_new(int64_t count, int64_t period_s)
{
    assert(count > 0 && count <= COUNT_MAX && period_s > 0);
    struct rate_limit *limit = memory_alloc_zero(1, sizeof(*limit));
    pthread_mutex_init(&limit->lock, NULL);
    limit->count = (size_t)count;
    limit->period_us = period_s * CLOCK_US_PER_SECOND;
    crypto_random(limit->hash_key, sizeof(limit->hash_key));
    limit->ring_bytes = sizeof(struct ring) + limit->count * sizeof(int64_t);
    limit->sets = RATE_LIMIT_BYTES_MAX / (RINGS_A_SET * limit->ring_bytes);
    if (limit->sets > SETS_MAX)
        limit->sets = SETS_MAX;
    limit->rings = memory_alloc_zero(limit->sets * RINGS_A_SET, limit->ring_bytes);
    return limit;
}

void rate_limit_free(struct rate_limit *limit)
{
    if (limit == NULL)
        return;
    pthread_mutex_destroy(&limit->lock);
    free(limit->rings);
    memory_free_cleansed(limit, sizeof(*limit));
}

static struct ring *ring_at(const struct rate_limit *limit, size_t set, size_t i)
{
    return (struct ring *)(void *)(limit->rings + (set * RINGS_A_SET + i) * limit->ring_bytes);
}

static int64_t newest_take(const struct rate_limit *limit, const struct ring *ring)
{
    return ring->taken_us[(ring->next + limit->count - 1) % limit->count];
}

/* Whether `left` should rather be given up than `right`: one that is over, then one that is not used up, then the one
 * whose oldest take is older. */
static bool is_less_needed(const struct rate_limit *limit, const struct ring *left, const struct ring *right,
                           int64_t now_us)
{
    bool left_is_over = now_us - newest_take(limit, left) >= limit->period_us;
    bool right_is_over = now_us - newest_take(limit, right) >= limit->period_us;
    if (left_is_over || right_is_over)
        return left_is_over && !right_is_over;
    return left->taken_us[left->next] < right->taken_us[right->next];
}

/* The ring of `tag`: its own, or one of its set that is emptied for it. */
static struct ring *find_ring(const struct rate_limit *limit, size_t set, uint64_t tag, int64_t now_us)
{
    struct ring *victim = ring_at(limit, set, 0);
    for (size_t i = 0; i < RINGS_A_SET; i++) {
        struct ring *ring = ring_at(limit, set, i);
        if (ring->tag == tag)
            return ring;
        if (newest_take(limit, ring) == 0) {
            victim = ring;
            break; /* never used, and so are those behind it */
        }
        if (is_less_needed(limit, ring, victim, now_us))
            victim = ring;
    }
    memset(victim, 0, limit->ring_bytes);
    victim->tag = tag;
    return victim;
}

static int take(const struct rate_limit *limit, struct ring *ring, int64_t now_us)
{
    int64_t oldest_us = ring->taken_us[ring->next];
    int64_t early_us = oldest_us != 0 ? oldest_us + limit->period_us - now_us : 0;
    if (early_us > 0)
        return (int)((early_us + CLOCK_US_PER_SECOND - 1) / CLOCK_US_PER_SECOND);
    ring->taken_us[ring->next] = now_us;
    ring->next = (ring->next + 1) % limit->count;
    return 0;
}

int rate_limit_take_at(struct rate_limit *limit, const void *key, size_t key_length, int64_t now_us)
{
    if (limit == NULL)
        return 0;
    uint8_t hash[SHA256_BYTES];
    uint64_t place;
    uint64_t tag;
    crypto_hmac_sha256(limit->hash_key, sizeof(limit->hash_key), key, key_length, hash);
    memcpy(&place, hash, sizeof(place));
    memcpy(&tag, hash + sizeof(place), sizeof(tag));
    pthread_mutex_lock(&limit->lock);
    int wait_s = take(limit, find_ring(limit, place % limit->sets, tag, now_us), now_us);
    pthread_mutex_unlock(&limit->lock);
    return wait_s;
}

int rate_limit_take(struct rate_limit *limit, const void *key, size_t key_length)
{
    return rate_limit_take_at(limit, key, key_length, clock_monotonic_us());
}

int rate_limit_take_address(struct rate_limit *limit, const char *address)
{
    struct in6_addr ipv6;
    struct in_addr ipv4;
    if (inet_pton(AF_INET, address, &ipv4) == 1)
        return rate_limit_take(limit, &ipv4, IPV4_PREFIX);
    if (inet_pton(AF_INET6, address, &ipv6) != 1)
        return rate_limit_take(limit, address, strlen(address));
    if (IN6_IS_ADDR_V4MAPPED(&ipv6))
        return rate_limit_take(limit, ipv6.s6_addr + 12, IPV4_PREFIX);
    return rate_limit_take(limit, &ipv6, IPV6_PREFIX);
}
