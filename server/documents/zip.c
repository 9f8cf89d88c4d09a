/* The archive writer, on libzip. Whatever thread calls. */
#include "akkoord/documents/zip.h"

#include <zip.h>

#include "akkoord/base/memory.h"

/* MS-DOS dates begin here: month and day one of year zero. */
#define DOS_DATE_FIRST 0x21

static enum status fail(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "zip", "the archive could not be made");
}

static bool add(zip_t *archive, const struct zip_entry *entry)
{
    zip_source_t *source = zip_source_buffer(archive, entry->bytes, entry->length, 0);
    if (source == NULL)
        return false;
    zip_int64_t index = zip_file_add(archive, entry->name, source, ZIP_FL_ENC_UTF_8);
    if (index < 0) {
        zip_source_free(source);
        return false;
    }
    return zip_file_set_dostime(archive, (zip_uint64_t)index, 0, DOS_DATE_FIRST, 0) == 0;
}

/* Into the arena, as the source's own memory is freed with it. */
static enum status read_back(struct arena *arena, zip_source_t *source, const uint8_t **bytes, size_t *length,
                             struct error *error)
{
    zip_stat_t stat;
    if (zip_source_stat(source, &stat) != 0 || (stat.valid & ZIP_STAT_SIZE) == 0 || zip_source_open(source) != 0)
        return fail(error);
    uint8_t *copy = arena_alloc(arena, (size_t)stat.size + 1);
    zip_int64_t got = zip_source_read(source, copy, stat.size);
    (void)zip_source_close(source);
    if (got < 0 || (zip_uint64_t)got != stat.size)
        return fail(error);
    *bytes = copy;
    *length = (size_t)stat.size;
    return STATUS_OK;
}

enum status document_zip(struct arena *arena, const struct zip_entry *entries, size_t count, const uint8_t **bytes,
                         size_t *length, struct error *error)
{
    zip_error_t fault;
    zip_error_init(&fault);
    zip_source_t *source = zip_source_buffer_create(NULL, 0, 0, &fault);
    if (source == NULL)
        return fail(error);
    zip_t *archive = zip_open_from_source(source, ZIP_CREATE | ZIP_TRUNCATE, &fault);
    if (archive == NULL) {
        zip_source_free(source);
        return fail(error);
    }
    zip_source_keep(source); /* to read from it after the archive is closed */
    bool is_complete = true;
    for (size_t i = 0; i < count && is_complete; i++)
        is_complete = add(archive, &entries[i]);
    enum status status = STATUS_OK;
    if (!is_complete || zip_close(archive) != 0) {
        zip_discard(archive);
        status = fail(error);
    }
    if (status == STATUS_OK)
        status = read_back(arena, source, bytes, length, error);
    zip_source_free(source);
    return status;
}
