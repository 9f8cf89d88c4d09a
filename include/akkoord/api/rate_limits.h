#pragma once
/*
 * How often passwords may be tried and customers registered (CONTRACT section 2, AKKOORD_RATE_LIMITS):
 *
 *     log-in, of customers and staff together   10 a minute an account · 60 a minute an address prefix
 *     registration                              30 a minute an address prefix
 *     codes by mail                             5 in ten minutes an account · 30 a minute an address prefix, as and
 * with registrations
 *
 * An account is an e-mail address, whether anybody has it or not. Prefixes are those of base/rate_limit.h: 24 bits of
 * IPv4, 56 of IPv6. A prefix is asked first, and on the event loop, so that a flood from one place neither fills the
 * slow lane nor uses up the attempts of the people whose addresses it tries. Counted in each process for itself.
 */
#include <stdbool.h>

#include "akkoord/api/call.h"
#include "akkoord/http/exchange.h"

enum account_kind { ACCOUNT_CUSTOMER, ACCOUNT_STAFF };

struct rate_limits;

struct rate_limits *rate_limits_new(void) __attribute__((returns_nonnull));
/* NULL is accepted. */
void rate_limits_free(struct rate_limits *limits);

/* Event loop: answers the exchange with 429 and returns true when whoever asks has asked for this too often. NULL
 * limits refuse nobody. */
bool rate_limits_refuse_address(struct rate_limits *limits, const struct api_route *route,
                                struct http_exchange *exchange);
/* Worker: fills `answer` with 429 and returns true when codes were mailed to this account (a customer's id, or an
 * address that somebody may have) too often. */
bool rate_limits_refuse_code(struct api_call *call, const void *account, size_t length, struct http_answer *answer);
/* Worker: fills `answer` with 429 and returns true when this account's password was tried too often. */
bool rate_limits_refuse_account(struct api_call *call, enum account_kind kind, const char *email,
                                struct http_answer *answer);
