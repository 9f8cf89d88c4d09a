#pragma once
/* A ZIP archive in memory (PKWARE APPNOTE, by libzip). Pure; any thread. */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"

struct zip_entry {
    const char *name; /* UTF-8, with slashes for folders */
    const void *bytes;
    size_t length;
};

/* Entries in their order, each deflated and dated 1980-01-01, so that the same entries are the same bytes. The archive
 * lives in the arena. STATUS_INTERNAL `zip`: a name twice, or out of memory. */
enum status document_zip(struct arena *arena, const struct zip_entry *entries, size_t count, const uint8_t **bytes,
                         size_t *length, struct error *error) AKKOORD_MUST_CHECK;
