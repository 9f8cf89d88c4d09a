/*
 * Reading the objects of cairo's PDF, and writing them with others. Owns nothing; any thread.
 * It won't check what an object means, nor repair a file.
 */
#include "pdf_objects.h"

#include <assert.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/crypto.h"
#include "akkoord/documents/canvas.h"

#define OBJECTS_MAX     100000
#define XREF_ENTRY      20 /* bytes of one entry in the table */
#define XREF_OFFSET     10 /* digits of its offset */
#define TRAILER_BYTES   64 /* within the end of the file, the offset of the table */
#define FILE_BYTES_MAX  (2 * CANVAS_BYTES_MAX)
#define ID_BYTES        16
#define END_OF_OBJECT   "endobj\n"
#define BEGIN_OF_STREAM "\nstream\n"

/* ---- reading ---- */

/* Where an object begins. */
struct place {
    size_t number;
    size_t offset;
};

struct file {
    const char *bytes;
    size_t length;
    size_t table; /* where the cross-reference table begins, and the objects end */
};

static const char *find(const char *bytes, size_t length, const char *text)
{
    return (const char *)memmem(bytes, length, text, strlen(text));
}

static int compare_places(const void *left, const void *right)
{
    size_t a = ((const struct place *)left)->offset;
    size_t b = ((const struct place *)right)->offset;
    return a < b ? -1 : a > b;
}

/* The number after `name` in the trailer. */
static bool read_trailer(const struct file *file, const char *name, size_t *number)
{
    const char *trailer = find(file->bytes + file->table, file->length - file->table, "trailer\n");
    const char *end = file->bytes + file->length;
    const char *at = trailer != NULL ? find(trailer, (size_t)(end - trailer), name) : NULL;
    if (at == NULL)
        return false;
    *number = strtoul(at + strlen(name), NULL, 10);
    return true;
}

static bool find_table(struct file *file)
{
    size_t tail = file->length < TRAILER_BYTES ? file->length : TRAILER_BYTES;
    const char *at = find(file->bytes + file->length - tail, tail, "startxref\n");
    if (at == NULL)
        return false;
    file->table = strtoul(at + strlen("startxref\n"), NULL, 10);
    return file->table < file->length;
}

/* The places of all objects, in the order in which they stand. */
static bool read_places(struct arena *arena, const struct file *file, size_t count, struct place **places)
{
    const char *title = arena_format(arena, "xref\n0 %zu\n", count);
    const char *at = file->bytes + file->table;
    size_t left = file->length - file->table;
    if (left < strlen(title) + count * XREF_ENTRY || strncmp(at, title, strlen(title)) != 0)
        return false;
    at += strlen(title);
    *places = ARENA_ARRAY(arena, struct place, count);
    for (size_t i = 1; i < count; i++) {
        char digits[XREF_OFFSET + 1] = "";
        memcpy(digits, at + i * XREF_ENTRY, XREF_OFFSET);
        (*places)[i - 1] = (struct place){.number = i, .offset = strtoul(digits, NULL, 10)};
        if ((*places)[i - 1].offset >= file->table)
            return false;
    }
    qsort(*places, count - 1, sizeof(**places), compare_places);
    return true;
}

/* Cuts "/Length 19 0 R" out of a stream's dictionary; its value, or the number of the object that is it. */
static bool cut_length(struct arena *arena, struct pdf_object *object, size_t *value, bool *refers)
{
    const char *at = find(object->text, object->text_length, "/Length ");
    if (at == NULL)
        return false;
    char *end;
    *value = strtoul(at + strlen("/Length "), &end, 10);
    *refers = strncmp(end, " 0 R", strlen(" 0 R")) == 0;
    if (*refers)
        end += strlen(" 0 R");
    size_t before = (size_t)(at - object->text);
    size_t after = object->text_length - (size_t)(end - object->text);
    object->text = arena_format(arena, "%.*s%.*s", (int)before, object->text, (int)after, end);
    object->text_length = before + after;
    return true;
}

/* Without the rest of a stream's length: that may stand in an object which is read later. */
static bool read_object(const struct file *file, const struct place *place, size_t end, struct pdf_object *object)
{
    const char *at = file->bytes + place->offset;
    size_t length = end - place->offset;
    size_t tail = strlen(END_OF_OBJECT);
    char *body;
    if (strtoul(at, &body, 10) != place->number || strncmp(body, " 0 obj\n", strlen(" 0 obj\n")) != 0)
        return false;
    body += strlen(" 0 obj\n");
    if ((size_t)(body - at) + tail > length || strncmp(at + length - tail, END_OF_OBJECT, tail) != 0)
        return false;
    object->text = body;
    object->text_length = length - (size_t)(body - at) - tail;
    const char *stream = find(body, object->text_length, BEGIN_OF_STREAM);
    if (stream == NULL)
        return true;
    object->stream = (const uint8_t *)stream + strlen(BEGIN_OF_STREAM);
    object->stream_length = object->text_length - (size_t)(stream - body) - strlen(BEGIN_OF_STREAM);
    object->text_length = (size_t)(stream - body);
    return true;
}

static bool set_stream_length(struct pdf_objects *objects, struct pdf_object *object)
{
    size_t value;
    bool refers;
    if (object->stream == NULL)
        return true;
    if (!cut_length(objects->arena, object, &value, &refers))
        return false;
    if (refers) {
        struct pdf_object *referred = value < objects->count ? &objects->objects[value] : NULL;
        if (referred == NULL || referred->text == NULL)
            return false;
        value = strtoul(referred->text, NULL, 10);
        referred->text = NULL;
    }
    bool fits = value <= object->stream_length;
    object->stream_length = value;
    return fits;
}

bool pdf_objects_read(struct arena *arena, const uint8_t *bytes, size_t length, struct pdf_objects *objects)
{
    struct file file = {.bytes = (const char *)bytes, .length = length};
    struct place *places;
    *objects = (struct pdf_objects){.arena = arena};
    if (!find_table(&file) || !read_trailer(&file, "/Size ", &objects->count) ||
        !read_trailer(&file, "/Root ", &objects->root) || !read_trailer(&file, "/Info ", &objects->info))
        return false;
    if (objects->count < 2 || objects->count > OBJECTS_MAX || objects->root >= objects->count ||
        objects->info >= objects->count || !read_places(arena, &file, objects->count, &places))
        return false;
    objects->capacity = objects->count + PDF_OBJECTS_ADDED_MAX;
    objects->objects = ARENA_ARRAY(arena, struct pdf_object, objects->capacity);
    size_t last = objects->count - 2;
    for (size_t i = 0; i <= last; i++) {
        size_t end = i < last ? places[i + 1].offset : file.table;
        if (!read_object(&file, &places[i], end, &objects->objects[places[i].number]))
            return false;
    }
    for (size_t i = 1; i < objects->count; i++) {
        if (!set_stream_length(objects, &objects->objects[i]))
            return false;
    }
    return true;
}

/* ---- adding ---- */

static size_t add(struct pdf_objects *objects, const struct pdf_object *object)
{
    assert(objects->count < objects->capacity);
    objects->objects[objects->count] = *object;
    return objects->count++;
}

size_t pdf_objects_add(struct pdf_objects *objects, const char *text)
{
    return add(objects, &(struct pdf_object){.text = text, .text_length = strlen(text)});
}

size_t pdf_objects_add_stream(struct pdf_objects *objects, const char *entries, const uint8_t *bytes, size_t length)
{
    const char *text = arena_format(objects->arena, "<< %s >>", entries);
    return add(objects, &(struct pdf_object){
                            .text = text, .text_length = strlen(text), .stream = bytes, .stream_length = length});
}

void pdf_objects_replace(struct pdf_objects *objects, size_t number, const char *text)
{
    objects->objects[number] = (struct pdf_object){.text = text, .text_length = strlen(text)};
}

bool pdf_objects_extend(struct pdf_objects *objects, size_t number, const char *entries)
{
    struct pdf_object *object = &objects->objects[number];
    size_t end = object->text != NULL ? object->text_length : 0;
    while (end >= 2 && strncmp(object->text + end - 2, ">>", 2) != 0)
        end--;
    if (end < 2)
        return false;
    object->text = arena_format(objects->arena, "%.*s%s >>\n", (int)(end - 2), object->text, entries);
    object->text_length = strlen(object->text);
    return true;
}

bool pdf_objects_is(const struct pdf_objects *objects, size_t number, const char *begins, const char *holds)
{
    const struct pdf_object *object = &objects->objects[number];
    return object->text != NULL && object->stream == NULL && object->text_length >= strlen(begins) &&
           strncmp(object->text, begins, strlen(begins)) == 0 && find(object->text, object->text_length, holds) != NULL;
}

const char *pdf_text_string(struct arena *arena, const char *text)
{
    /* A character of 1 to 3 bytes is one unit of four digits, one of 4 bytes is two. */
    char *string = (char *)arena_alloc(arena, strlen(text) * 4 + sizeof("<FEFF>"));
    size_t length = (size_t)snprintf(string, sizeof("<FEFF>"), "<FEFF");
    for (; *text != '\0'; text = g_utf8_next_char(text)) {
        gunichar character = g_utf8_get_char(text);
        if (character >= 0x10000) {
            unsigned rest = character - 0x10000;
            length += (size_t)snprintf(string + length, 9, "%04X%04X", 0xD800 + (rest >> 10), 0xDC00 + (rest & 0x3FF));
        } else {
            length += (size_t)snprintf(string + length, 5, "%04X", (unsigned)character);
        }
    }
    string[length] = '>';
    string[length + 1] = '\0';
    return string;
}

/* ---- writing ---- */

const uint8_t *pdf_deflate(struct arena *arena, const void *bytes, size_t length, size_t *deflated_length)
{
    uLongf room = compressBound((uLong)length);
    uint8_t *deflated = (uint8_t *)arena_alloc(arena, room);
    if (compress(deflated, &room, (const Bytef *)bytes, (uLong)length) != Z_OK)
        return NULL;
    *deflated_length = room;
    return deflated;
}

/* Where an object is: by itself, or in the object stream. (7.5.8.3) */
struct entry {
    uint8_t type;    /* 0 free, 1 by itself, 2 in the object stream */
    uint32_t offset; /* or the number of the object stream */
    uint32_t index;  /* within the object stream */
};

struct writing {
    const struct pdf_objects *objects;
    struct buffer file;
    struct entry *entries;
};

static void write_stream(struct writing *writing, size_t number, const struct pdf_object *object)
{
    struct buffer *file = &writing->file;
    size_t end = object->text_length;
    while (end >= 2 && strncmp(object->text + end - 2, ">>", 2) != 0)
        end--;
    writing->entries[number] = (struct entry){.type = 1, .offset = (uint32_t)file->length};
    buffer_append_format(file, "%zu 0 obj\n", number);
    buffer_append(file, object->text, end >= 2 ? end - 2 : 0);
    buffer_append_format(file, "/Length %zu >>\nstream\n", object->stream_length);
    buffer_append(file, object->stream, object->stream_length);
    buffer_append_text(file, "\nendstream\n" END_OF_OBJECT);
}

/* All objects that are no streams, as one stream with the number `number`. (7.5.7) */
static bool write_object_stream(struct writing *writing, size_t number)
{
    const struct pdf_objects *objects = writing->objects;
    struct buffer numbers;
    struct buffer texts;
    buffer_init(&numbers, FILE_BYTES_MAX);
    buffer_init(&texts, FILE_BYTES_MAX);
    uint32_t count = 0;
    for (size_t i = 1; i < objects->count; i++) {
        const struct pdf_object *object = &objects->objects[i];
        if (object->text == NULL || object->stream != NULL)
            continue;
        writing->entries[i] = (struct entry){.type = 2, .offset = (uint32_t)number, .index = count++};
        buffer_append_format(&numbers, "%zu %zu ", i, texts.length);
        buffer_append(&texts, object->text, object->text_length);
        buffer_append_text(&texts, "\n");
    }
    size_t first = numbers.length;
    buffer_append(&numbers, texts.data, texts.length);
    struct pdf_object stream = {.stream = NULL};
    bool fits = !numbers.overflowed && !texts.overflowed;
    if (fits)
        stream.stream = pdf_deflate(objects->arena, numbers.data, numbers.length, &stream.stream_length);
    stream.text =
        arena_format(objects->arena, "<< /Type /ObjStm /N %u /First %zu /Filter /FlateDecode >>", count, first);
    stream.text_length = strlen(stream.text);
    if (stream.stream != NULL)
        write_stream(writing, number, &stream);
    buffer_release(&numbers);
    buffer_release(&texts);
    return stream.stream != NULL;
}

/* Big-endian, as the cross-reference stream wants it. */
static void put_number(uint8_t *bytes, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        bytes[i] = (uint8_t)(number >> (24 - 8 * i));
}

static const char *make_id(struct arena *arena, const struct buffer *file)
{
    uint8_t digest[SHA256_BYTES];
    char *id = (char *)arena_alloc(arena, 2 * ID_BYTES + 1);
    crypto_sha256(file->data, file->length, digest);
    for (size_t i = 0; i < ID_BYTES; i++)
        snprintf(id + 2 * i, 3, "%02X", digest[i]);
    return id;
}

/* The cross-reference stream, which is the trailer too. (7.5.8) */
static bool write_trailer(struct writing *writing, size_t number)
{
    enum { ENTRY_BYTES = 9 };
    const struct pdf_objects *objects = writing->objects;
    const char *id = make_id(objects->arena, &writing->file);
    size_t start = writing->file.length;
    writing->entries[number] = (struct entry){.type = 1, .offset = (uint32_t)start};
    size_t count = number + 1;
    uint8_t *table = (uint8_t *)arena_alloc(objects->arena, count * ENTRY_BYTES);
    for (size_t i = 0; i < count; i++) {
        table[i * ENTRY_BYTES] = writing->entries[i].type;
        put_number(table + i * ENTRY_BYTES + 1, writing->entries[i].offset);
        put_number(table + i * ENTRY_BYTES + 5, writing->entries[i].index);
    }
    struct pdf_object stream = {.text = arena_format(objects->arena,
                                                     "<< /Type /XRef /W [1 4 4] /Size %zu /Root %zu 0 R /Info %zu 0 R "
                                                     "/ID [<%s> <%s>] /Filter /FlateDecode >>",
                                                     count, objects->root, objects->info, id, id)};
    stream.text_length = strlen(stream.text);
    stream.stream = pdf_deflate(objects->arena, table, count * ENTRY_BYTES, &stream.stream_length);
    if (stream.stream == NULL)
        return false;
    write_stream(writing, number, &stream);
    buffer_append_format(&writing->file, "startxref\n%zu\n%%%%EOF\n", start);
    return true;
}

bool pdf_objects_write(const struct pdf_objects *objects, const uint8_t **bytes, size_t *length)
{
    size_t object_stream = objects->count;
    struct writing writing = {.objects = objects,
                              .entries = ARENA_ARRAY(objects->arena, struct entry, objects->count + 2)};
    buffer_init(&writing.file, FILE_BYTES_MAX);
    /* The comment tells programs that the file is binary. (7.5.2) */
    buffer_append_text(&writing.file, "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n");
    for (size_t i = 1; i < objects->count; i++) {
        if (objects->objects[i].stream != NULL)
            write_stream(&writing, i, &objects->objects[i]);
    }
    bool written = write_object_stream(&writing, object_stream) && write_trailer(&writing, object_stream + 1) &&
                   !writing.file.overflowed;
    if (written) {
        *bytes = (const uint8_t *)arena_copy_bytes(objects->arena, writing.file.data, writing.file.length);
        *length = writing.file.length;
    }
    buffer_release(&writing.file);
    return written;
}
