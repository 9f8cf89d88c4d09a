/*
 * Writes a ZIP archive front to back. Owns the list of what was written; any thread, one at a time.
 * It won't look back: an entry is compressed in memory, so that its sizes stand in front of it.
 */
#include "akkoord/documents/zip_stream.h"

#include <stdint.h>
#include <string.h>
#include <zlib.h>

#include "akkoord/base/memory.h"

#define SIGNATURE_LOCAL   0x04034b50U
#define SIGNATURE_CENTRAL 0x02014b50U
#define SIGNATURE_END     0x06054b50U
#define SIGNATURE_END_64  0x06064b50U
#define SIGNATURE_LOCATOR 0x07064b50U
#define VERSION_DEFLATE   20
#define VERSION_64        45
#define MADE_BY_UNIX      (3U << 8)
#define FLAG_UTF8         (1U << 11)
#define METHOD_DEFLATE    8
#define DOS_DATE_FIRST    0x21
#define OWNER_READS       (0100600U << 16)
#define COUNT_16_MAX      0xFFFFU
#define RAW_DEFLATE       (-MAX_WBITS)
#define MEMORY_LEVEL      8
#define HEADER_BYTES_MAX  64
#define END_64_REST_BYTES 44
#define NAME_BYTES_MAX    1000
#define ENTRIES_FIRST     64
#define BITS_OF_BYTE      8

struct entry {
    char *name;
    uint32_t crc;
    uint32_t packed_bytes;
    uint32_t plain_bytes;
    uint32_t offset;
};

struct zip_stream {
    document_sink *sink;
    void *context;
    struct entry *entries;
    size_t count;
    size_t capacity;
    int64_t written;
};

/* A header under way: little-endian, as the format has it. */
struct header {
    uint8_t bytes[HEADER_BYTES_MAX];
    size_t length;
};

static void put(struct header *header, uint64_t number, size_t bytes)
{
    for (size_t i = 0; i < bytes; i++)
        header->bytes[header->length++] = (uint8_t)(number >> (BITS_OF_BYTE * i));
}

static void put2(struct header *header, uint32_t number)
{
    put(header, number, 2);
}

static void put4(struct header *header, uint32_t number)
{
    put(header, number, 4);
}

static void put8(struct header *header, uint64_t number)
{
    put(header, number, 8);
}

struct zip_stream *zip_stream_new(document_sink *sink, void *context)
{
    struct zip_stream *zip = memory_alloc_zero(1, sizeof(*zip));
    zip->sink = sink;
    zip->context = context;
    return zip;
}

void zip_stream_free(struct zip_stream *zip)
{
    if (zip == NULL)
        return;
    for (size_t i = 0; i < zip->count; i++)
        free(zip->entries[i].name);
    free(zip->entries);
    free(zip);
}

static enum status write_bytes(struct zip_stream *zip, const void *bytes, size_t length, struct error *error)
{
    if ((uint64_t)zip->written + length > (uint64_t)ZIP_STREAM_BYTES_MAX)
        return error_set(error, STATUS_TOO_LARGE, "archive_too_large",
                         "the archive would pass 4 GiB: ask for a shorter time");
    if (!zip->sink(zip->context, bytes, length))
        return error_set(error, STATUS_UNAVAILABLE, "file_write", "the archive can't be written");
    zip->written += (int64_t)length;
    return STATUS_OK;
}

static enum status write_header(struct zip_stream *zip, const struct header *header, const char *name,
                                struct error *error)
{
    enum status status = write_bytes(zip, header->bytes, header->length, error);
    if (status == STATUS_OK && name != NULL)
        status = write_bytes(zip, name, strlen(name), error);
    return status;
}

/* ---- entries ---- */

/* The caller frees *packed. NULL: out of memory. */
static uint8_t *deflate_whole(const void *bytes, size_t length, size_t *packed_length)
{
    z_stream stream = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)length};
    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, RAW_DEFLATE, MEMORY_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return NULL;
    size_t bound = deflateBound(&stream, (uLong)length);
    uint8_t *packed = memory_alloc(bound);
    stream.next_out = packed;
    stream.avail_out = (uInt)bound;
    int outcome = deflate(&stream, Z_FINISH);
    *packed_length = stream.total_out;
    (void)deflateEnd(&stream);
    if (outcome == Z_STREAM_END)
        return packed;
    free(packed);
    return NULL;
}

static struct entry *new_entry(struct zip_stream *zip)
{
    if (zip->count == zip->capacity) {
        size_t capacity = zip->capacity > 0 ? zip->capacity * 2 : ENTRIES_FIRST;
        zip->entries = memory_resize(zip->entries, capacity, sizeof(*zip->entries));
        zip->capacity = capacity;
    }
    return &zip->entries[zip->count++];
}

/* From the flags to the length of the extra field: the same in both headers. */
static void put_common(struct header *header, const struct entry *entry)
{
    put2(header, FLAG_UTF8);
    put2(header, METHOD_DEFLATE);
    put2(header, 0); /* time */
    put2(header, DOS_DATE_FIRST);
    put4(header, entry->crc);
    put4(header, entry->packed_bytes);
    put4(header, entry->plain_bytes);
    put2(header, (uint32_t)strlen(entry->name));
    put2(header, 0); /* extra field */
}

enum status zip_stream_add(struct zip_stream *zip, const char *name, const void *bytes, size_t length,
                           struct error *error)
{
    if (length > INT32_MAX || strlen(name) > NAME_BYTES_MAX)
        return error_set(error, STATUS_TOO_LARGE, "archive_too_large", "an entry is too large for the archive");
    size_t packed_length;
    uint8_t *packed = deflate_whole(bytes, length, &packed_length);
    if (packed == NULL)
        return error_set(error, STATUS_INTERNAL, "zip", "the archive could not be made");
    struct entry *entry = new_entry(zip);
    *entry = (struct entry){.name = memory_copy_text(name),
                            .crc = (uint32_t)crc32(0, bytes, (uInt)length),
                            .packed_bytes = (uint32_t)packed_length,
                            .plain_bytes = (uint32_t)length,
                            .offset = (uint32_t)zip->written};
    struct header header = {.length = 0};
    put4(&header, SIGNATURE_LOCAL);
    put2(&header, VERSION_DEFLATE);
    put_common(&header, entry);
    enum status status = write_header(zip, &header, name, error);
    if (status == STATUS_OK)
        status = write_bytes(zip, packed, packed_length, error);
    free(packed);
    return status;
}

/* ---- the directory ---- */

static enum status write_central(struct zip_stream *zip, const struct entry *entry, struct error *error)
{
    struct header header = {.length = 0};
    put4(&header, SIGNATURE_CENTRAL);
    put2(&header, MADE_BY_UNIX | VERSION_DEFLATE);
    put2(&header, VERSION_DEFLATE);
    put_common(&header, entry);
    put2(&header, 0); /* comment */
    put2(&header, 0); /* disk */
    put2(&header, 0); /* internal attributes */
    put4(&header, OWNER_READS);
    put4(&header, entry->offset);
    return write_header(zip, &header, entry->name, error);
}

/* More entries than 16 bits count. */
static enum status write_end_64(struct zip_stream *zip, int64_t begin, int64_t bytes, struct error *error)
{
    uint64_t place = (uint64_t)zip->written;
    struct header header = {.length = 0};
    put4(&header, SIGNATURE_END_64);
    put8(&header, END_64_REST_BYTES);
    put2(&header, MADE_BY_UNIX | VERSION_64);
    put2(&header, VERSION_64);
    put4(&header, 0); /* this disk, and that of the directory */
    put4(&header, 0);
    put8(&header, zip->count);
    put8(&header, zip->count);
    put8(&header, (uint64_t)bytes);
    put8(&header, (uint64_t)begin);
    enum status status = write_header(zip, &header, NULL, error);
    if (status != STATUS_OK)
        return status;
    header.length = 0;
    put4(&header, SIGNATURE_LOCATOR);
    put4(&header, 0);
    put8(&header, place);
    put4(&header, 1); /* disks */
    return write_header(zip, &header, NULL, error);
}

enum status zip_stream_finish(struct zip_stream *zip, struct error *error)
{
    int64_t begin = zip->written;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < zip->count && status == STATUS_OK; i++)
        status = write_central(zip, &zip->entries[i], error);
    int64_t bytes = zip->written - begin;
    uint32_t count = zip->count < COUNT_16_MAX ? (uint32_t)zip->count : COUNT_16_MAX;
    if (status == STATUS_OK && count == COUNT_16_MAX)
        status = write_end_64(zip, begin, bytes, error);
    if (status != STATUS_OK)
        return status;
    struct header header = {.length = 0};
    put4(&header, SIGNATURE_END);
    put4(&header, 0); /* this disk, and that of the directory */
    put2(&header, count);
    put2(&header, count);
    put4(&header, (uint32_t)bytes);
    put4(&header, (uint32_t)begin);
    put2(&header, 0); /* comment */
    return write_header(zip, &header, NULL, error);
}
