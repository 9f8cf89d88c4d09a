#pragma once
/*
 * Which handler serves which path. Pure: a static table and a search through it.
 *
 * A pattern is a path whose segments are literal text or hold one parameter: "/v1/orders/{id}". A parameter takes at
 * least one byte and never a slash; literal text may stand after it in its segment: "/v1/invoices/{number}.cii.xml".
 * Where several patterns fit a path, the one with more literal bytes wins ("{number}.cii.xml" over "{number}.xml", and
 * "/v1/orders/export" over "/v1/orders/{id}"), whatever their order in the table.
 */
#include <stddef.h>

#include "akkoord/http/exchange.h"

typedef void http_handler(void *context, struct http_exchange *exchange);

struct http_route {
    enum http_method method; /* HTTP_GET serves HEAD too */
    const char *pattern;
    http_handler *handler;
    void *context;
    size_t body_bytes_max; /* 413 above; 0: the server's limit */
};

enum http_match_result {
    HTTP_MATCH_FOUND,
    HTTP_MATCH_NO_PATH,   /* 404 */
    HTTP_MATCH_NO_METHOD, /* 405, with `allow`; for OPTIONS it is the answer's content */
};

#define HTTP_ALLOW_BYTES 64

/* A parameter as a part of the path that was matched. */
struct http_match_parameter {
    const char *name;
    size_t name_length;
    const char *value;
    size_t value_length;
};

struct http_match {
    const struct http_route *route;
    struct http_match_parameter parameters[HTTP_PARAMETERS_MAX];
    size_t parameter_count;
    char allow[HTTP_ALLOW_BYTES]; /* "GET, HEAD, POST, OPTIONS" */
};

/* `path` is decoded and checked, as in struct http_request. The match points into it and into `routes`. */
enum http_match_result http_route_match(const struct http_route *routes, size_t route_count, enum http_method method,
                                        const char *path, struct http_match *match);
