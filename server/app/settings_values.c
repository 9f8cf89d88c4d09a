/*
 * Owns the parsing of single settings. Pure but for value_absolute_path(), which asks for the working folder. Any
 * thread.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "akkoord/base/memory.h"
#include "settings_values.h"

#define IPV4_BITS 32
#define IPV6_BITS 128

bool value_integer(const char *text, int64_t minimum, int64_t maximum, int64_t *number)
{
    bool negative = *text == '-';
    int64_t value = 0;
    text += negative;
    if (!*text)
        return false;
    for (; *text; text++) {
        if (*text < '0' || *text > '9' || __builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, *text - '0', &value))
            return false;
    }
    if (negative)
        value = -value;
    if (value < minimum || value > maximum)
        return false;
    *number = value;
    return true;
}

static bool is_loopback_host(const char *host)
{
    struct in_addr four;
    struct in6_addr six;
    if (strcmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &four) == 1)
        return ntohl(four.s_addr) >> 24 == 127;
    return inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six);
}

/* Splits "host:port" or "[host]:port" of `length` bytes; the port may be missing when `port` is optional: 0 then. */
static bool split_host_port(const char *text, size_t length, char *host, size_t host_bytes, bool port_optional,
                            uint16_t *port)
{
    const char *end = text + length;
    const char *host_start = text;
    const char *host_end;
    char digits[8];
    int64_t number = 0;
    if (length > 0 && *text == '[') {
        host_start++;
        host_end = memchr(text, ']', length);
        text = host_end ? host_end + 1 : end;
    } else {
        host_end = memchr(text, ':', length);
        host_end = host_end ? host_end : end;
        text = host_end;
    }
    if (!host_end || host_end == host_start || (size_t)(host_end - host_start) >= host_bytes)
        return false;
    memcpy(host, host_start, (size_t)(host_end - host_start));
    host[host_end - host_start] = '\0';
    *port = 0;
    if (text == end)
        return port_optional;
    if (*text != ':' || (size_t)(end - text) > sizeof(digits))
        return false;
    memcpy(digits, text + 1, (size_t)(end - text) - 1);
    digits[end - text - 1] = '\0';
    if (!value_integer(digits, 1, UINT16_MAX, &number))
        return false;
    *port = (uint16_t)number;
    return true;
}

bool value_listen(const char *text, char host[SETTINGS_HOST_BYTES], uint16_t *port, bool *is_loopback)
{
    struct in6_addr address;
    if (!split_host_port(text, strlen(text), host, SETTINGS_HOST_BYTES, false, port))
        return false;
    if (strcmp(host, "localhost") == 0)
        (void)snprintf(host, SETTINGS_HOST_BYTES, "127.0.0.1");
    if (inet_pton(text[0] == '[' ? AF_INET6 : AF_INET, host, &address) != 1)
        return false;
    *is_loopback = is_loopback_host(host);
    return true;
}

/* `secure` and `plain` are schemes with their "://". */
static bool parse_url(const char *text, const char *secure, const char *plain, struct value_url *url)
{
    char host[256];
    uint16_t port;
    size_t length;
    *url = (struct value_url){.is_secure = strncmp(text, secure, strlen(secure)) == 0};
    if (!url->is_secure && strncmp(text, plain, strlen(plain)) != 0)
        return false;
    text += strlen(url->is_secure ? secure : plain);
    if (!value_is_printable(text) || strpbrk(text, "@?#\\\"<>"))
        return false;
    length = strcspn(text, "/");
    url->has_path = text[length] && text[length + 1];
    if (!split_host_port(text, length, host, sizeof(host), true, &port))
        return false;
    url->is_loopback = is_loopback_host(host);
    return true;
}

bool value_url(const char *text, struct value_url *url)
{
    return parse_url(text, "https://", "http://", url);
}

bool value_mail_url(const char *text, struct value_url *url)
{
    return parse_url(text, "smtps://", "smtp://", url);
}

static bool has_bits_after_prefix(const struct settings_cidr *cidr, unsigned bits)
{
    for (unsigned bit = cidr->prefix_bits; bit < bits; bit++) {
        if (cidr->address[bit / 8] & (0x80u >> bit % 8))
            return true;
    }
    return false;
}

static bool parse_cidr(char *text, struct settings_cidr *cidr)
{
    char *slash = strchr(text, '/');
    unsigned bits;
    int64_t prefix;
    if (slash)
        *slash = '\0';
    *cidr = (struct settings_cidr){.family = strchr(text, ':') ? AF_INET6 : AF_INET};
    bits = cidr->family == AF_INET6 ? IPV6_BITS : IPV4_BITS;
    if (inet_pton(cidr->family, text, cidr->address) != 1)
        return false;
    prefix = bits;
    if (slash && !value_integer(slash + 1, 0, bits, &prefix))
        return false;
    cidr->prefix_bits = (unsigned)prefix;
    return !has_bits_after_prefix(cidr, bits);
}

bool value_cidrs(const char *text, struct settings_cidr cidrs[SETTINGS_PROXIES_MAX], size_t *count)
{
    char item[INET6_ADDRSTRLEN + 8];
    *count = 0;
    for (;;) {
        size_t length;
        text += strspn(text, " ");
        length = strcspn(text, ", ");
        if (*count == SETTINGS_PROXIES_MAX || length == 0 || length >= sizeof(item))
            return false;
        memcpy(item, text, length);
        item[length] = '\0';
        if (!parse_cidr(item, &cidrs[*count]))
            return false;
        ++*count;
        text += length;
        text += strspn(text, " ");
        if (!*text)
            return true;
        if (*text++ != ',')
            return false;
    }
}

bool value_is_printable(const char *text)
{
    for (; *text; text++) {
        if (*text <= ' ' || *text > '~')
            return false;
    }
    return true;
}

bool value_ends_with(const char *text, const char *end)
{
    size_t text_length = strlen(text);
    size_t end_length = strlen(end);
    return text_length >= end_length && memcmp(text + text_length - end_length, end, end_length) == 0;
}

/* Two texts end to end, in new memory. */
static char *join(const char *first, const char *second, const char *third)
{
    size_t bytes = strlen(first) + strlen(second) + strlen(third) + 1;
    char *joined = memory_alloc(bytes);
    (void)snprintf(joined, bytes, "%s%s%s", first, second, third);
    return joined;
}

char *value_absolute_path(const char *relative)
{
    char *here = getcwd(NULL, 0);
    char *absolute = here ? join(here, "/", relative) : NULL;
    free(here);
    return absolute;
}

char *value_format_url(const char *scheme, const char *host, uint16_t port)
{
    size_t bytes = strlen(scheme) + strlen(host) + sizeof("://[]:65535");
    char *url = memory_alloc(bytes);
    (void)snprintf(url, bytes, strchr(host, ':') ? "%s://[%s]:%u" : "%s://%s:%u", scheme, host, port);
    return url;
}

void value_strip_slash(char *text)
{
    size_t length = strlen(text);
    if (length > 0 && text[length - 1] == '/')
        text[length - 1] = '\0';
}

void value_release(char **text)
{
    if (*text)
        memory_free_cleansed(*text, strlen(*text));
    *text = NULL;
}
