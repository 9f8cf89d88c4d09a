#pragma once
/*
 * The keyring file as bytes. Nothing outside server/vault includes this. Any thread; changes of one file, by whatever
 * process, happen one after the other.
 */
#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/status.h"

/* Tells one version of the file from the next: each replacement is a new inode. */
struct keyring_identity {
    dev_t device;
    ino_t inode;
    off_t bytes;
    struct timespec modified;
};

struct keyring_text {
    char *bytes; /* `length` of them; no NUL follows */
    size_t length;
    size_t capacity;
    struct keyring_identity identity;
};

/* Failures as for keyring_load(), but for what stands in the file. Release it with keyring_text_release(). */
enum status keyring_text_read(const char *path, struct keyring_text *text, struct error *error) AKKOORD_MUST_CHECK;
/* Overwrites and frees. A zeroed one is accepted. */
void keyring_text_release(struct keyring_text *text);
/* Whether the file is still the one that was read; false also when it can't be examined. */
bool keyring_file_is(const char *path, const struct keyring_identity *identity);

/* All of it; false, with errno, on failure. */
bool write_whole(int descriptor, const char *bytes, size_t length);

/* A file that is not there yet, as keyring_create() says. */
enum status keyring_file_create(const char *path, const char *bytes, size_t length,
                                struct error *error) AKKOORD_MUST_CHECK;

/* Writes to `out` what is to stand in the place of `text`. */
typedef enum status keyring_edit(const char *path, const char *text, size_t length, const void *context,
                                 struct buffer *out, struct error *error);

/* Replaces the file by what `edit` makes of it: written beside it, flushed, renamed. Waits for other changers. Failures
 * of reading, of `edit`, and STATUS_UNAVAILABLE "keyring_write"; STATUS_TOO_LARGE "keyring_full". */
enum status keyring_file_change(const char *path, keyring_edit *edit, const void *context,
                                struct error *error) AKKOORD_MUST_CHECK;
