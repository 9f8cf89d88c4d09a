#pragma once
/* Whose request it is when proxies stand in between. Pure; internal to http. */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/http/exchange.h"

#define TRUSTED_NETWORKS_MAX 32

/* IPv4 as the IPv6 addresses ::ffff:0:0/96. */
struct network {
    uint8_t address[16];
    int prefix_bits;
};

struct trusted_proxies {
    struct network networks[TRUSTED_NETWORKS_MAX];
    size_t count;
};

/* `text`: CIDRs or single addresses, separated by commas; NULL or "": none. STATUS_INVALID, field "trusted_proxies". */
enum status trusted_proxies_parse(const char *text, struct trusted_proxies *proxies,
                                  struct error *error) AKKOORD_MUST_CHECK;
/* The address that X-Forwarded-For gives, read from its end for as long as trusted proxies vouch for it; the peer's
 * when the peer is not trusted or the field can't be read. */
void client_address_find(const struct trusted_proxies *proxies, const char *peer, const struct http_request *request,
                         char out[HTTP_ADDRESS_BYTES]);
