#pragma once
/*
 * Where an export goes: a file that is there whole or not at all, for its owner alone (0600), or standard output. It
 * holds personal data in the clear. Main thread; one at a time.
 */
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "akkoord/base/status.h"

#define BOOKS_FILE_PENDING_BYTES 65536

struct books_file {
    int descriptor; /* -1: none */
    bool is_standard_output;
    int fault; /* errno of the first write that failed */
    char path[PATH_MAX];
    char draft[PATH_MAX]; /* what is written, until it takes the place of `path` */
    char *pending;
    size_t pending_length;
};

/* `path` NULL: standard output. A file that is there is replaced, by books_file_commit(); what is no plain file is
 * refused. A draft is taken away when the process is interrupted. STATUS_INVALID `file_unwritable`. */
enum status books_file_open(struct books_file *file, const char *path, struct error *error) AKKOORD_MUST_CHECK;
/* A document_sink. */
bool books_file_write(void *context, const void *bytes, size_t length);
/* Everything written, on the disk and in its place. STATUS_UNAVAILABLE `file_write`. */
enum status books_file_commit(struct books_file *file, struct error *error) AKKOORD_MUST_CHECK;
/* Frees, and takes away what was not committed. */
void books_file_close(struct books_file *file);
/* What the sink's failure was. */
enum status books_file_fail(const struct books_file *file, struct error *error);
