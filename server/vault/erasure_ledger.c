/*
 * The erasure ledger's file (format in erasure_ledger.h). Owns nothing but its path; any thread. Invariants: each call
 * opens the file, locks it and reads all of it, so what others appended, or did to it, is seen (erasures are rare, and
 * 10,000 entries are read in a tenth of a second); whoever appends returns only after fdatasync().
 */
#include "akkoord/vault/erasure_ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/clock.h"
#include "akkoord/base/json.h"
#include "akkoord/base/log.h"
#include "akkoord/base/memory.h"
#include "keyring_io.h"

#define LEDGER_VERSION   1
#define LEDGER_MODE      ((mode_t)0600)
#define HASH_TEXT_BYTES  (2 * SHA256_BYTES + 1)
#define LINE_BYTES_MAX   ((size_t)64 << 10)
#define LINE_END         "\"}"
#define HASH_BEGIN       ",\"hash\":\""
#define HASH_FIELD_BYTES (sizeof(HASH_BEGIN) - 1 + (size_t)2 * SHA256_BYTES + sizeof(LINE_END) - 1)
#define ENTRIES_MAX      INT64_MAX

struct erasure_ledger {
    char *path;
};

static enum status file_fault(const struct erasure_ledger *ledger, const char *what, struct error *error)
{
    return error_set(error, STATUS_UNAVAILABLE, "erasure_ledger_file", "the erasure ledger %s can't be %s: %s",
                     ledger->path, what, strerrordesc_np(errno));
}

static enum status damaged(const struct erasure_ledger *ledger, int64_t line, const char *how, struct error *error)
{
    return error_set(error, STATUS_CONFLICT, "erasure_ledger_damaged",
                     "the erasure ledger %s is damaged in line %lld: %s; put its newest copy in its place",
                     ledger->path, (long long)line, how);
}

/* ---- lines ---- */

static void hash_text(const void *bytes, size_t length, uint8_t hash[SHA256_BYTES], char text[HASH_TEXT_BYTES])
{
    crypto_sha256(bytes, length, hash);
    hex_encode(hash, SHA256_BYTES, text);
}

/* Ends a line: its hash, and the line feed. */
static void finish_line(struct buffer *line, uint8_t hash[SHA256_BYTES])
{
    char text[HASH_TEXT_BYTES];
    hash_text(line->data, line->length, hash, text);
    buffer_append_format(line, HASH_BEGIN "%s" LINE_END "\n", text);
}

static void write_header(struct buffer *line, struct erasure_mark *mark)
{
    char created[CLOCK_RFC3339_BYTES], id[UUID_TEXT_BYTES];
    *mark = (struct erasure_mark){.ledger_id = uuid_new()};
    clock_format_rfc3339(clock_now_us(), created);
    buffer_append_format(line, "{\"ledger\":\"%s\",\"version\":%d,\"created\":\"%s\"",
                         uuid_format(&mark->ledger_id, id), LEDGER_VERSION, created);
    finish_line(line, mark->hash);
}

static void write_entry(struct buffer *line, const struct erasure *erasure, struct erasure_mark *mark)
{
    char at[CLOCK_RFC3339_BYTES], id[UUID_TEXT_BYTES], previous[HASH_TEXT_BYTES];
    clock_format_rfc3339(erasure->at_us, at);
    hex_encode(mark->hash, SHA256_BYTES, previous);
    mark->entries++;
    buffer_append_format(line, "{\"entry\":%lld,\"at\":\"%s\",\"subject\":\"%s\",\"data_keys\":[",
                         (long long)mark->entries, at, uuid_format(&erasure->subject_id, id));
    for (size_t i = 0; i < erasure->keys_count; i++)
        buffer_append_format(line, "%s\"%s\"", i > 0 ? "," : "", uuid_format(&erasure->key_ids[i], id));
    buffer_append_format(line, "],\"previous\":\"%s\"", previous);
    finish_line(line, mark->hash);
}

/* The hash at its end is that of the line before it. */
static bool hash_fits(const char *line, size_t length, uint8_t hash[SHA256_BYTES])
{
    char text[HASH_TEXT_BYTES];
    if (length <= HASH_FIELD_BYTES)
        return false;
    const char *field = line + length - HASH_FIELD_BYTES;
    hash_text(line, length - HASH_FIELD_BYTES, hash, text);
    return memcmp(field, HASH_BEGIN, sizeof(HASH_BEGIN) - 1) == 0 &&
           memcmp(field + sizeof(HASH_BEGIN) - 1, text, HASH_TEXT_BYTES - 1) == 0 &&
           memcmp(line + length - (sizeof(LINE_END) - 1), LINE_END, sizeof(LINE_END) - 1) == 0;
}

static bool get_uuid(const json_t *object, const char *key, struct uuid *id)
{
    const char *text;
    return json_get_text(object, "", key, JSON_REQUIRED, UUID_TEXT_BYTES, &text, NULL) == STATUS_OK &&
           uuid_parse(text, strlen(text), id) == STATUS_OK;
}

static bool get_time(const json_t *object, const char *key, int64_t *time_us)
{
    const char *text;
    return json_get_text(object, "", key, JSON_REQUIRED, CLOCK_RFC3339_BYTES, &text, NULL) == STATUS_OK &&
           clock_parse_rfc3339(text, strlen(text), time_us) == STATUS_OK;
}

static bool read_header(const json_t *object, struct erasure_mark *mark)
{
    int64_t version = 0;
    return get_uuid(object, "ledger", &mark->ledger_id) &&
           json_get_integer(object, "", "version", JSON_REQUIRED, LEDGER_VERSION, LEDGER_VERSION, &version, NULL) ==
               STATUS_OK;
}

static bool read_keys(struct arena *arena, const json_t *object, struct erasure *erasure)
{
    json_t *keys;
    if (json_get_array(object, "", "data_keys", JSON_REQUIRED, ERASURE_KEYS_MAX, &keys, NULL) != STATUS_OK)
        return false;
    erasure->keys_count = json_array_size(keys);
    struct uuid *ids = ARENA_ARRAY(arena, struct uuid, erasure->keys_count);
    for (size_t i = 0; i < erasure->keys_count; i++) {
        const char *text = json_string_value(json_array_get(keys, i));
        if (text == NULL || uuid_parse(text, strlen(text), &ids[i]) != STATUS_OK)
            return false;
    }
    erasure->key_ids = ids;
    return true;
}

static bool follows(const json_t *object, const struct erasure_mark *before)
{
    int64_t entry = 0;
    const char *previous;
    char expected[HASH_TEXT_BYTES];
    hex_encode(before->hash, SHA256_BYTES, expected);
    return json_get_integer(object, "", "entry", JSON_REQUIRED, 1, ENTRIES_MAX, &entry, NULL) == STATUS_OK &&
           entry == before->entries + 1 &&
           json_get_text(object, "", "previous", JSON_REQUIRED, HASH_TEXT_BYTES, &previous, NULL) == STATUS_OK &&
           strcmp(previous, expected) == 0;
}

/* ---- the file ---- */

static enum status open_file(struct erasure_ledger *ledger, int *descriptor, struct stat *found, struct error *error)
{
    int opened = open(ledger->path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY, LEDGER_MODE);
    if (opened < 0)
        return file_fault(ledger, "opened", error);
    /* Closing it unlocks it. */
    if (flock(opened, LOCK_EX) == 0 && fstat(opened, found) == 0 && S_ISREG(found->st_mode)) {
        *descriptor = opened;
        return STATUS_OK;
    }
    enum status status = file_fault(ledger, "locked", error);
    close(opened);
    return status;
}

static bool append_line(int descriptor, const struct buffer *line)
{
    return write_whole(descriptor, line->data, line->length) && fdatasync(descriptor) == 0;
}

/* The name of a new file is on the disk, too. */
static bool flush_folder(const char *path)
{
    char *copy = memory_copy_text(path);
    int folder = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(copy);
    bool flushed = folder >= 0 && fsync(folder) == 0;
    if (folder >= 0)
        close(folder);
    return flushed;
}

struct reading {
    struct erasure_ledger *ledger;
    erasure_ledger_visit *visit; /* may be NULL */
    void *context;
    struct arena *arena;
    struct erasure_mark mark;
    off_t bytes; /* read and found good */
    bool made;   /* the file was not there, or empty */
};

static enum status read_line(struct reading *reading, const char *line, size_t length, struct error *error)
{
    uint8_t hash[SHA256_BYTES];
    json_t *object;
    struct erasure erasure = {0};
    bool is_header = reading->bytes == 0;
    int64_t number = reading->mark.entries + (is_header ? 1 : 2);
    if (!hash_fits(line, length, hash))
        return damaged(reading->ledger, number, "it was altered", error);
    if (json_parse_object(reading->arena, line, length, &object, NULL) != STATUS_OK)
        return damaged(reading->ledger, number, "it is not JSON", error);
    if (is_header ? !read_header(object, &reading->mark)
                  : !get_uuid(object, "subject", &erasure.subject_id) || !get_time(object, "at", &erasure.at_us) ||
                        !read_keys(reading->arena, object, &erasure))
        return damaged(reading->ledger, number, "it is not of the format", error);
    if (!is_header) {
        if (!follows(object, &reading->mark))
            return damaged(reading->ledger, number, "it does not follow the line before it", error);
        reading->mark.entries++;
    }
    memcpy(reading->mark.hash, hash, sizeof(hash));
    reading->bytes += (off_t)length + 1;
    if (reading->visit == NULL)
        return STATUS_OK;
    return reading->visit(reading->context, is_header ? NULL : &erasure, &reading->mark, error);
}

/* Up to the last whole line. */
static enum status read_lines(struct reading *reading, int descriptor, struct error *error)
{
    char *line = NULL;
    size_t capacity = 0;
    enum status status = STATUS_OK;
    int copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0);
    FILE *file = copy >= 0 ? fdopen(copy, "r") : NULL;
    if (file == NULL || fseeko(file, reading->bytes, SEEK_SET) != 0)
        status = file_fault(reading->ledger, "read", error);
    while (status == STATUS_OK) {
        ssize_t length = getline(&line, &capacity, file);
        if (length <= 0 || line[length - 1] != '\n')
            break;
        arena_reset(reading->arena);
        status = read_line(reading, line, (size_t)length - 1, error);
    }
    free(line);
    if (file != NULL)
        (void)fclose(file);
    return status;
}

/* What a crash left of a line. */
static enum status cut_rest(const struct reading *reading, int descriptor, off_t bytes, struct error *error)
{
    if (bytes <= reading->bytes)
        return STATUS_OK;
    if (ftruncate(descriptor, reading->bytes) != 0 || fsync(descriptor) != 0)
        return file_fault(reading->ledger, "mended", error);
    log_event(LOG_WARNING, "erasure.unfinished_entry_cut", log_int("bytes", bytes - reading->bytes));
    return STATUS_OK;
}

static enum status make(struct erasure_ledger *ledger, int descriptor, struct error *error)
{
    struct buffer line;
    struct erasure_mark mark;
    buffer_init(&line, LINE_BYTES_MAX);
    write_header(&line, &mark);
    bool written = append_line(descriptor, &line) && fsync(descriptor) == 0 && flush_folder(ledger->path);
    buffer_release(&line);
    return written ? STATUS_OK : file_fault(ledger, "written", error);
}

/* Makes the file when it is empty, and reads all of it. On success it stays open and locked. */
static enum status open_and_read(struct erasure_ledger *ledger, erasure_ledger_visit *visit, void *context,
                                 int *descriptor, struct reading *reading, struct error *error)
{
    struct stat found = {0};
    enum status status = open_file(ledger, descriptor, &found, error);
    if (status != STATUS_OK)
        return status;
    *reading = (struct reading){.ledger = ledger, .visit = visit, .context = context, .arena = arena_new()};
    status = read_lines(reading, *descriptor, error);
    if (status == STATUS_OK)
        status = cut_rest(reading, *descriptor, found.st_size, error);
    reading->made = status == STATUS_OK && reading->bytes == 0;
    if (reading->made) {
        status = make(ledger, *descriptor, error);
        if (status == STATUS_OK)
            status = read_lines(reading, *descriptor, error);
    }
    arena_free(reading->arena);
    if (status != STATUS_OK)
        close(*descriptor);
    return status;
}

enum status erasure_ledger_open(const char *path, struct erasure_ledger **ledger, bool *made, struct error *error)
{
    int descriptor = -1;
    struct reading reading;
    struct erasure_ledger *opened = memory_alloc_zero(1, sizeof(*opened));
    opened->path = memory_copy_text(path);
    enum status status = open_and_read(opened, NULL, NULL, &descriptor, &reading, error);
    if (status != STATUS_OK) {
        erasure_ledger_free(opened);
        return status;
    }
    close(descriptor);
    *ledger = opened;
    *made = reading.made;
    return STATUS_OK;
}

void erasure_ledger_free(struct erasure_ledger *ledger)
{
    if (ledger == NULL)
        return;
    free(ledger->path);
    free(ledger);
}

enum status erasure_ledger_append(struct erasure_ledger *ledger, const struct erasure *erasure,
                                  struct erasure_mark *mark, struct error *error)
{
    int descriptor = -1;
    struct reading reading;
    if (erasure->keys_count > ERASURE_KEYS_MAX)
        return error_set(error, STATUS_TOO_LARGE, "erasure_keys", "more than %d data keys in one entry",
                         ERASURE_KEYS_MAX);
    enum status status = open_and_read(ledger, NULL, NULL, &descriptor, &reading, error);
    if (status != STATUS_OK)
        return status;
    struct buffer line;
    *mark = reading.mark;
    buffer_init(&line, LINE_BYTES_MAX);
    write_entry(&line, erasure, mark);
    /* What is written in part is cut off by the next reading. */
    if (!append_line(descriptor, &line))
        status = file_fault(ledger, "written", error);
    buffer_release(&line);
    close(descriptor);
    return status;
}

enum status erasure_ledger_read(struct erasure_ledger *ledger, erasure_ledger_visit *visit, void *context,
                                struct error *error)
{
    int descriptor = -1;
    struct reading reading;
    enum status status = open_and_read(ledger, visit, context, &descriptor, &reading, error);
    if (status == STATUS_OK)
        close(descriptor);
    return status;
}
