#pragma once
/* What stands in a request line and a Host field. Pure; internal to http. Each gives NULL when all is well, else the
 * static sentence that says what is wrong. */
#include <stddef.h>

const char *target_check_path(const char *path, size_t length);
const char *target_check_query(const char *query, size_t length);
/* uri-host [ ":" port ] of RFC 9110 section 7.2; the host may not be empty (the port may), and nobody's user name may
 * stand there. */
const char *target_check_host(const char *host, size_t length);

/* Of a host that passed, without the colon of an empty port, which says nothing (RFC 3986 section 6.2.3). */
size_t target_host_length(const char *host, size_t length);
