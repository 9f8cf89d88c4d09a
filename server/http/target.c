/*
 * The checks of a request's target and Host, RFC 3986 and RFC 9112 section 3.2. Pure functions over pointer + length.
 *
 * Invariant: a path that passes has one spelling only. Everything that could make two programs read it differently
 * (encoded dots and slashes, dot segments, empty segments, overlong UTF-8) is refused rather than normalised.
 */
#include "target.h"

#include <arpa/inet.h>

#include "akkoord/http/parser.h"
#include "characters.h"

#define PORT_MAX           65535
#define HOST_LITERAL_BYTES 46

/* A parameter after a semicolon makes some programs see a dot segment in "..;x", so it does not hide one here. */
static bool is_dot_segment(const char *segment, size_t length)
{
    const char *semicolon = memchr(segment, ';', length);
    if (semicolon != NULL)
        length = (size_t)(semicolon - segment);
    return (length == 1 && segment[0] == '.') || (length == 2 && segment[0] == '.' && segment[1] == '.');
}

static const char *check_segments(const char *path, size_t length)
{
    size_t start = 1;
    for (size_t i = 1; i <= length; i++) {
        if (i < length && path[i] != '/')
            continue;
        if (i == start && i < length)
            return "the path has an empty segment";
        if (is_dot_segment(path + start, i - start))
            return "the path has a dot segment";
        start = i + 1;
    }
    return NULL;
}

const char *target_check_path(const char *path, size_t length)
{
    if (length == 0 || path[0] != '/')
        return "the target is not a path";
    struct utf8_reader utf8 = {0};
    for (size_t i = 0; i < length; i++) {
        int value = (unsigned char)path[i];
        if (path[i] == '%') {
            value = percent_value(path + i, length - i);
            if (value < 0)
                return "the path has a broken percent-encoding";
            char c = (char)value;
            if (is_control(c) || is_unreserved(c) || c == '/' || c == '\\' || c == '%')
                return "the path encodes a character that may not be encoded";
            i += 2;
        } else if (path[i] != '/' && !is_path_character(path[i])) {
            return "the path has a character that must be encoded";
        }
        if (!utf8_accept(&utf8, (uint8_t)value))
            return "the path is not UTF-8";
    }
    if (utf8.missing > 0)
        return "the path is not UTF-8";
    return check_segments(path, length);
}

const char *target_check_query(const char *query, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (query[i] == '%') {
            if (percent_value(query + i, length - i) < 0)
                return "the query has a broken percent-encoding";
            i += 2;
        } else if (query[i] != '/' && query[i] != '?' && !is_path_character(query[i])) {
            return "the query has a character that must be encoded";
        }
    }
    return NULL;
}

/* RFC 3986 section 3.2.3: *DIGIT, so none is a port too, and means the scheme's own. */
static bool is_port(const char *port, size_t length)
{
    int number = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(port[i]))
            return false;
        number = number * 10 + (port[i] - '0');
        if (number > PORT_MAX)
            return false;
    }
    return true;
}

static bool is_ipv6_address(const char *text, size_t length)
{
    char copy[HOST_LITERAL_BYTES];
    struct in6_addr address;
    if (length >= sizeof(copy))
        return false;
    memcpy(copy, text, length);
    copy[length] = '\0';
    return inet_pton(AF_INET6, copy, &address) == 1;
}

const char *target_check_host(const char *host, size_t length)
{
    static const char *const malformed = "Host is not a host with an optional port";
    size_t end = 0;
    if (length > 0 && host[0] == '[') {
        const char *bracket = memchr(host, ']', length);
        if (bracket == NULL || !is_ipv6_address(host + 1, (size_t)(bracket - host) - 1))
            return malformed;
        end = (size_t)(bracket - host) + 1;
    } else {
        while (end < length && (is_digit(host[end]) || is_alpha(host[end]) || strchr("-._", host[end]) != NULL) &&
               host[end] != '\0')
            end++;
        if (end == 0)
            return malformed;
    }
    if (end < length && (host[end] != ':' || !is_port(host + end + 1, length - end - 1)))
        return malformed;
    return NULL;
}

size_t target_host_length(const char *host, size_t length)
{
    return length > 0 && host[length - 1] == ':' ? length - 1 : length;
}

void http_decode_path(const char *path, size_t length, char *out)
{
    for (size_t i = 0; i < length; i++) {
        int value = percent_value(path + i, length - i);
        if (value < 0) {
            *out++ = path[i];
        } else {
            *out++ = (char)value;
            i += 2;
        }
    }
    *out = '\0';
}
