#pragma once
/*
 * Where the bytes of something go that is too large to be kept in memory: called again and again, with what comes next.
 * false: it could not be written, and whoever writes gives up.
 */
#include <stdbool.h>
#include <stddef.h>

typedef bool document_sink(void *context, const void *bytes, size_t length);
