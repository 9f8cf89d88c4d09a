/*
 * The search of router.h: every pattern is tried in turn, as a few dozen comparisons cost less than keeping a tree
 * right. Pure; any thread.
 */
#include "akkoord/http/router.h"

#include "characters.h"

/* The end of the segment that starts at `text`. */
static const char *segment_end(const char *text)
{
    return text + strcspn(text, "/");
}

/* One segment with a parameter: {name} and perhaps literal text after it. */
static bool match_parameter(const char *pattern, const char *pattern_end, const char *segment, const char *end,
                            struct http_match *match, size_t *literal_bytes)
{
    const char *brace = memchr(pattern, '}', (size_t)(pattern_end - pattern));
    if (brace == NULL || match->parameter_count == HTTP_PARAMETERS_MAX)
        return false;
    const char *suffix = brace + 1;
    size_t suffix_length = (size_t)(pattern_end - suffix);
    size_t length = (size_t)(end - segment);
    if (length <= suffix_length || memcmp(end - suffix_length, suffix, suffix_length) != 0)
        return false;
    match->parameters[match->parameter_count++] = (struct http_match_parameter){
        .name = pattern + 1,
        .name_length = (size_t)(brace - pattern) - 1,
        .value = segment,
        .value_length = length - suffix_length,
    };
    *literal_bytes += suffix_length;
    return true;
}

/* True when `path` fits `pattern`; *literal_bytes then says how closely. */
static bool match_pattern(const char *pattern, const char *path, struct http_match *match, size_t *literal_bytes)
{
    match->parameter_count = 0;
    *literal_bytes = 0;
    while (*pattern == '/' && *path == '/') {
        const char *pattern_end = segment_end(++pattern);
        const char *end = segment_end(++path);
        size_t length = (size_t)(end - path);
        if (*pattern == '{') {
            if (!match_parameter(pattern, pattern_end, path, end, match, literal_bytes))
                return false;
        } else {
            if ((size_t)(pattern_end - pattern) != length || memcmp(pattern, path, length) != 0)
                return false;
            *literal_bytes += length + 1; /* so that a whole literal segment outweighs a suffix as long */
        }
        pattern = pattern_end;
        path = end;
    }
    return *pattern == '\0' && *path == '\0';
}

static void allow_add(struct http_match *match, const char *method)
{
    size_t length = strlen(match->allow);
    snprintf(match->allow + length, sizeof(match->allow) - length, "%s%s", length > 0 ? ", " : "", method);
}

enum http_match_result http_route_match(const struct http_route *routes, size_t route_count, enum http_method method,
                                        const char *path, struct http_match *match)
{
    const char *pattern = NULL;
    size_t best = 0;
    *match = (struct http_match){0};
    for (size_t i = 0; i < route_count; i++) {
        struct http_match candidate = {0};
        size_t literal_bytes;
        if (match_pattern(routes[i].pattern, path, &candidate, &literal_bytes) &&
            (pattern == NULL || literal_bytes > best)) {
            *match = candidate;
            pattern = routes[i].pattern;
            best = literal_bytes;
        }
    }
    if (pattern == NULL)
        return HTTP_MATCH_NO_PATH;

    enum http_method wanted = method == HTTP_HEAD ? HTTP_GET : method;
    for (size_t i = 0; i < route_count; i++) {
        if (strcmp(routes[i].pattern, pattern) != 0)
            continue;
        if (routes[i].method == wanted && match->route == NULL)
            match->route = &routes[i];
        allow_add(match, http_method_name(routes[i].method));
        if (routes[i].method == HTTP_GET)
            allow_add(match, http_method_name(HTTP_HEAD));
    }
    allow_add(match, http_method_name(HTTP_OPTIONS));
    return match->route != NULL ? HTTP_MATCH_FOUND : HTTP_MATCH_NO_METHOD;
}
