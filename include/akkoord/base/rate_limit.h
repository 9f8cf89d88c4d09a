#pragma once
/*
 * How often somebody may do something: a token bucket for each key, any thread, one process.
 *
 * A bucket holds `count` tokens and fills evenly, `count` of them in `period_s`: so many at once, and no more than that
 * rate for long. Keys are kept only as keyed hashes under a key of this process, so that no address or account can be
 * read from memory, and in a table of fixed size. When too many are in use at once the fullest bucket near by makes
 * room, that is, the one of whoever has taken least.
 */
#include <stddef.h>
#include <stdint.h>

struct rate_limit;

struct rate_limit *rate_limit_new(int64_t count, int64_t period_s) __attribute__((returns_nonnull));
/* NULL is accepted. */
void rate_limit_free(struct rate_limit *limit);

/* Takes a token of `key`'s bucket: 0. When there is none, nothing is taken, and the answer is the whole seconds, at
 * least 1, after which there will be one. A NULL limit never runs out. */
int rate_limit_take(struct rate_limit *limit, const void *key, size_t key_length);
/* The same with the prefix of a numeric address as key: 24 bits of an IPv4 address (also of one written as IPv6), 56
 * bits of an IPv6 one, which is what one customer of a provider commands. A text that is no address is its own key. */
int rate_limit_take_address(struct rate_limit *limit, const char *address);
/* The same at a time of clock_monotonic_us() that is given. */
int rate_limit_take_at(struct rate_limit *limit, const void *key, size_t key_length, int64_t now_us);
