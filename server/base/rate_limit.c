/*
 * A bucket is one number: the time at which it is full again. Taking a token moves that time on by the time that one
 * token takes to come; it may lie at most one period ahead. (The generic cell rate algorithm of ITU-T I.371, which is a
 * token bucket without a timer.) A bucket that is full is the same as none, so nothing ever has to be swept.
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

#define SETS           4096
#define BUCKETS_A_SET  8
#define HASH_KEY_BYTES 32
#define IPV4_PREFIX    3 /* bytes */
#define IPV6_PREFIX    7

struct bucket {
    uint64_t tag;       /* the rest of the key's hash; a second key with the same one is 2^-64 */
    int64_t full_at_us; /* 0: never used */
};

struct rate_limit {
    pthread_mutex_t lock;
    int64_t token_us; /* in which one token comes */
    int64_t period_us;
    uint8_t hash_key[HASH_KEY_BYTES];
    struct bucket sets[SETS][BUCKETS_A_SET];
};

struct rate_limit *rate_limit_new(int64_t count, int64_t period_s)
{
    assert(count > 0 && period_s > 0);
    struct rate_limit *limit = memory_alloc_zero(1, sizeof(*limit));
    pthread_mutex_init(&limit->lock, NULL);
    limit->token_us = period_s * CLOCK_US_PER_SECOND / count;
    limit->period_us = limit->token_us * count;
    crypto_random(limit->hash_key, sizeof(limit->hash_key));
    return limit;
}

void rate_limit_free(struct rate_limit *limit)
{
    if (limit == NULL)
        return;
    pthread_mutex_destroy(&limit->lock);
    memory_free_cleansed(limit, sizeof(*limit));
}

/* The bucket of `tag`: its own, or the one in its set that is, or will be, full first. */
static struct bucket *find_bucket(struct bucket set[BUCKETS_A_SET], uint64_t tag)
{
    struct bucket *fullest = &set[0];
    for (size_t i = 0; i < BUCKETS_A_SET; i++) {
        if (set[i].full_at_us != 0 && set[i].tag == tag)
            return &set[i];
        if (set[i].full_at_us < fullest->full_at_us)
            fullest = &set[i];
    }
    *fullest = (struct bucket){.tag = tag};
    return fullest;
}

static int take(struct rate_limit *limit, struct bucket *bucket, int64_t now_us)
{
    int64_t full_at_us = (bucket->full_at_us > now_us ? bucket->full_at_us : now_us) + limit->token_us;
    int64_t early_us = full_at_us - now_us - limit->period_us;
    if (early_us > 0)
        return (int)((early_us + CLOCK_US_PER_SECOND - 1) / CLOCK_US_PER_SECOND);
    bucket->full_at_us = full_at_us;
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
    int wait_s = take(limit, find_bucket(limit->sets[place % SETS], tag), now_us);
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
