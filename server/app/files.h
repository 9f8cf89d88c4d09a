#pragma once
/* Small files, whole. Main thread. */
#include <stddef.h>
#include <sys/types.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"

/* The whole file as text in the arena, with a NUL that is not counted. STATUS_NOT_FOUND `file_missing`, STATUS_INVALID
 * `file_unreadable` (with the system's reason), STATUS_TOO_LARGE `file_too_large`; `detail` names the path. */
enum status file_read(struct arena *arena, const char *path, size_t bytes_max, char **text, size_t *length,
                      struct error *error) AKKOORD_MUST_CHECK;

/* Makes a file that is not there yet: whole or not at all, flushed to the disk. An existing one is never touched:
 * STATUS_CONFLICT `file_exists`; of several that try at once one succeeds. STATUS_UNAVAILABLE `file_write`. */
enum status file_create(const char *path, mode_t mode, const void *bytes, size_t length,
                        struct error *error) AKKOORD_MUST_CHECK;

/* Makes a folder (0700) unless it is there. STATUS_UNAVAILABLE `file_write`. */
enum status folder_make(const char *path, struct error *error) AKKOORD_MUST_CHECK;
