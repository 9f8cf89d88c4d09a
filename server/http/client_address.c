/*
 * Addresses and the CIDRs that are trusted. Pure.
 *
 * X-Forwarded-For is a claim: each proxy appends who it heard it from. So it is believed from its end backwards, and
 * only as far as each claimant is a trusted proxy; the first address that is not one is the client.
 */
#include "client_address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <string.h>

#include "characters.h"

#define CIDR_BYTES 64

static bool parse_address(const char *text, uint8_t address[16])
{
    static const uint8_t mapped_prefix[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
    memcpy(address, mapped_prefix, sizeof(mapped_prefix));
    return inet_pton(AF_INET, text, address + sizeof(mapped_prefix)) == 1 || inet_pton(AF_INET6, text, address) == 1;
}

static bool parse_prefix(const char *text, int bits_max, int *bits)
{
    *bits = 0;
    size_t length = strlen(text);
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
        *bits = *bits * 10 + (text[i] - '0');
    }
    return length > 0 && length <= 3 && *bits <= bits_max;
}

static bool parse_network(char *text, struct network *network)
{
    char *slash = strchr(text, '/');
    if (slash != NULL)
        *slash = '\0';
    if (!parse_address(text, network->address))
        return false;
    int bits_max = strchr(text, ':') != NULL ? 128 : 32;
    int bits = bits_max;
    if (slash != NULL && !parse_prefix(slash + 1, bits_max, &bits))
        return false;
    network->prefix_bits = 128 - bits_max + bits;
    return true;
}

/* Copies the piece up to `length` without the blanks around it; false when it does not fit. */
static bool copy_trimmed(const char *text, size_t length, char *out, size_t out_bytes)
{
    while (length > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        length--;
    }
    while (length > 0 && (text[length - 1] == ' ' || text[length - 1] == '\t'))
        length--;
    if (length >= out_bytes)
        return false;
    memcpy(out, text, length);
    out[length] = '\0';
    return true;
}

enum status trusted_proxies_parse(const char *text, struct trusted_proxies *proxies, struct error *error)
{
    proxies->count = 0;
    if (text == NULL || *text == '\0')
        return STATUS_OK;
    for (;;) {
        char cidr[CIDR_BYTES];
        size_t length = strcspn(text, ",");
        if (proxies->count == TRUSTED_NETWORKS_MAX)
            return error_set_field(error, STATUS_INVALID, "too_many", "trusted_proxies", "at most %d networks",
                                   TRUSTED_NETWORKS_MAX);
        if (!copy_trimmed(text, length, cidr, sizeof(cidr)) || !parse_network(cidr, &proxies->networks[proxies->count]))
            return error_set_field(error, STATUS_INVALID, "malformed", "trusted_proxies",
                                   "entry %zu is not a network such as 10.0.0.0/8", proxies->count + 1);
        proxies->count++;
        if (text[length] == '\0')
            return STATUS_OK;
        text += length + 1;
    }
}

static bool network_has(const struct network *network, const uint8_t address[16])
{
    int whole_bytes = network->prefix_bits / 8;
    int rest_bits = network->prefix_bits % 8;
    if (memcmp(network->address, address, (size_t)whole_bytes) != 0)
        return false;
    return rest_bits == 0 || (network->address[whole_bytes] ^ address[whole_bytes]) >> (8 - rest_bits) == 0;
}

static bool is_trusted(const struct trusted_proxies *proxies, const char *text)
{
    uint8_t address[16];
    if (!parse_address(text, address))
        return false;
    for (size_t i = 0; i < proxies->count; i++)
        if (network_has(&proxies->networks[i], address))
            return true;
    return false;
}

/* Walks one field's list from its end; true when an untrusted address was met or the list can't be read on. */
static bool walk_back(const struct trusted_proxies *proxies, const char *list, char out[HTTP_ADDRESS_BYTES])
{
    size_t end = strlen(list);
    for (;;) {
        size_t start = end;
        while (start > 0 && list[start - 1] != ',')
            start--;
        char claimed[HTTP_ADDRESS_BYTES];
        uint8_t address[16];
        if (!copy_trimmed(list + start, end - start, claimed, sizeof(claimed)) || !parse_address(claimed, address))
            return true;
        memcpy(out, claimed, sizeof(claimed));
        if (!is_trusted(proxies, claimed))
            return true;
        if (start == 0)
            return false;
        end = start - 1;
    }
}

void client_address_find(const struct trusted_proxies *proxies, const char *peer, const struct http_request *request,
                         char out[HTTP_ADDRESS_BYTES])
{
    snprintf(out, HTTP_ADDRESS_BYTES, "%s", peer);
    if (proxies->count == 0 || !is_trusted(proxies, peer))
        return;
    for (size_t i = request->header_count; i > 0; i--) {
        const struct http_header *header = &request->headers[i - 1];
        if (equals_ignoring_case(header->name, strlen(header->name), "x-forwarded-for", 15) &&
            walk_back(proxies, header->value, out))
            return;
    }
}
