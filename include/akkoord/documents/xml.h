#pragma once
/*
 * An XML document in UTF-8, written from its start to its end: a thin layer over libxml2's xmlwriter, which escapes
 * what has to be. Names are given with their prefix ("cbc:ID"); texts must have passed document_clean_text(), so that
 * only characters which XML 1.0 allows (section 2.2) are left in them.
 *
 * A failure is kept until xml_finish(), so that nothing in between needs a check. One thread at a time uses a writer.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/documents/sink.h"

struct xml;

/* STATUS_INTERNAL `document_failed`: libxml2 could not. */
enum status xml_new(struct xml **xml, struct error *error) AKKOORD_MUST_CHECK;
/* One whose bytes go to a sink as they are written, for documents that are too large for memory. */
enum status xml_new_streaming(struct xml **xml, document_sink *sink, void *context,
                              struct error *error) AKKOORD_MUST_CHECK;
/* NULL is accepted. */
void xml_free(struct xml *xml);

void xml_begin(struct xml *xml, const char *name);
void xml_end(struct xml *xml);
/* Of the element that was begun last, before anything stands in it. */
void xml_attribute(struct xml *xml, const char *name, const char *value);
/* An element that holds a text; with `text` NULL nothing is written, as an empty element says nothing. */
void xml_element(struct xml *xml, const char *name, const char *text);
/* The same with one attribute. */
void xml_element_with(struct xml *xml, const char *name, const char *attribute, const char *value, const char *text);

/* Ends every open element and copies the document into `arena`; afterwards only xml_free() is left.
 * STATUS_INTERNAL `document_failed`: libxml2 reported an error on the way. */
enum status xml_finish(struct xml *xml, struct arena *arena, const uint8_t **bytes, size_t *length,
                       struct error *error) AKKOORD_MUST_CHECK;
/* The same for one that streams: the rest goes to the sink. STATUS_UNAVAILABLE `file_write` when the sink ever would
 * not. */
enum status xml_finish_streaming(struct xml *xml, struct error *error) AKKOORD_MUST_CHECK;
