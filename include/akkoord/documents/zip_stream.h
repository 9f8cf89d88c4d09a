#pragma once
/*
 * A ZIP archive that is written entry by entry to anything that takes bytes, a pipe too: libzip, on which zip.h stands,
 * wants a file that it can go back in, and holds every entry until the end. (PKWARE APPNOTE 6.3.9, sections 4.3 to 4.5;
 * zlib for RFC 1951.) Only names, sizes and places of the entries are kept. Any thread, one at a time.
 *
 * Entries are dated 1980-01-01, so that the same entries are the same bytes, and may be read by their owner only.
 */
#include <stddef.h>

#include "akkoord/base/status.h"
#include "akkoord/documents/sink.h"

/* An archive that is larger, or an entry, is refused: the format's 64-bit form is used for the number of entries only.
 */
#define ZIP_STREAM_BYTES_MAX INT64_C(0xFFFFFFFE)

struct zip_stream;

struct zip_stream *zip_stream_new(document_sink *sink, void *context) __attribute__((returns_nonnull));
/* NULL is accepted. */
void zip_stream_free(struct zip_stream *zip);

/* `name`: UTF-8, with slashes for folders, and no name twice.
 * STATUS_TOO_LARGE `archive_too_large`; STATUS_UNAVAILABLE `file_write`: the sink would not. */
enum status zip_stream_add(struct zip_stream *zip, const char *name, const void *bytes, size_t length,
                           struct error *error) AKKOORD_MUST_CHECK;
/* The directory at the end; afterwards only zip_stream_free() is left. */
enum status zip_stream_finish(struct zip_stream *zip, struct error *error) AKKOORD_MUST_CHECK;
