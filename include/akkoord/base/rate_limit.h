#pragma once
/*
 * How often somebody may do something: at most `count` times in any `period_s` seconds, for each key. Any thread; each
 * process counts for itself.
 *
 * Keys are kept only as keyed hashes under a key of this process, so that no address or account can be read from
 * memory, and in a table of fixed size (at most RATE_LIMIT_BYTES_MAX). When too many are in use at once, one near by
 * makes room that has not used up its count, if there is such a one.
 */
#include <stddef.h>
#include <stdint.h>

#define RATE_LIMIT_BYTES_MAX ((size_t)4 << 20)

struct rate_limit;

/* `count` up to 1024. */
struct rate_limit *rate_limit_new(int64_t count, int64_t period_s) __attribute__((returns_nonnull));
/* NULL is accepted. */
void rate_limit_free(struct rate_limit *limit);

/* Counts one for `key`: 0. When that would be one too many nothing is counted, and the answer is the whole seconds, at
 * least 1, after which it will not be. A NULL limit is never passed. */
int rate_limit_take(struct rate_limit *limit, const void *key, size_t key_length);
/* The same with the prefix of a numeric address as key: 24 bits of an IPv4 address (also of one written as IPv6), 56
 * bits of an IPv6 one, which is what one customer of a provider commands. A text that is no address is its own key. */
int rate_limit_take_address(struct rate_limit *limit, const char *address);
/* The same at a time of clock_monotonic_us() that is given. */
int rate_limit_take_at(struct rate_limit *limit, const void *key, size_t key_length, int64_t now_us);
