#pragma once
/*
 * The objects of a PDF that cairo wrote, to be added to and written anew (ISO 32000-1, 7.5): in object streams and with
 * a cross-reference stream, which makes a tagged file a third smaller, and with an id that is made of its content.
 *
 * It reads what cairo writes for PDF 1.4, and no other PDF: one classic cross-reference table, every object in place.
 * What it does not know, it refuses. Everything lives in the arena.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"

/* What stands between "obj" and "endobj". Of number 0, and of a number that nothing refers to any more, `text` is NULL.
 */
struct pdf_object {
    const char *text; /* of a stream: its dictionary, without Length */
    size_t text_length;
    const uint8_t *stream; /* NULL: no stream */
    size_t stream_length;
};

struct pdf_objects {
    struct arena *arena;
    struct pdf_object *objects; /* by number */
    size_t count;
    size_t capacity;
    size_t root; /* the number of the catalogue */
    size_t info; /* of the document information */
};

/* How many objects may be added to a file that was read. */
#define PDF_OBJECTS_ADDED_MAX 8

/* False: this is no file of cairo's. The objects refer to its bytes. */
bool pdf_objects_read(struct arena *arena, const uint8_t *file, size_t length, struct pdf_objects *objects);

/* Return the new object's number. */
size_t pdf_objects_add(struct pdf_objects *objects, const char *text);
/* `entries` stand in the dictionary beside Length. The bytes are not copied. */
size_t pdf_objects_add_stream(struct pdf_objects *objects, const char *entries, const uint8_t *bytes, size_t length);
/* An object that is no stream, in the place of the one that has this number. */
void pdf_objects_replace(struct pdf_objects *objects, size_t number, const char *text);
/* Adds entries at the end of an object that is a dictionary; false where it is none. */
bool pdf_objects_extend(struct pdf_objects *objects, size_t number, const char *entries);
/* Whether an object that is no stream begins with the first text and holds the second. */
bool pdf_objects_is(const struct pdf_objects *objects, size_t number, const char *begins, const char *holds);

/* A text string: UTF-16 in hexadecimal, so that nothing in it has to be escaped. (7.9.2.2) */
const char *pdf_text_string(struct arena *arena, const char *text);

/* Compressed by zlib, for a filter of FlateDecode. NULL: zlib reported an error. */
const uint8_t *pdf_deflate(struct arena *arena, const void *bytes, size_t length, size_t *deflated_length);

/* The file. False: zlib reported an error. */
bool pdf_objects_write(const struct pdf_objects *objects, const uint8_t **bytes, size_t *length);
