/*
 * Writing XML through libxml2. Owns the writer and its memory; any thread, one at a time.
 * It won't check a document against a schema, nor texts for characters that XML does not allow.
 */
#include "akkoord/documents/xml.h"

#include <libxml/parser.h>
#include <libxml/xmlwriter.h>
#include <pthread.h>
#include <stdbool.h>

#include "akkoord/base/memory.h"

#define INDENT "  "

struct xml {
    xmlBuffer *buffer; /* NULL when it streams */
    xmlTextWriter *writer;
    document_sink *sink;
    void *context;
    bool sink_failed;
    bool failed;
};

/* libxml2 sets up its table of encodings at first use, without a lock. */
static pthread_once_t library_once = PTHREAD_ONCE_INIT;

/* The functions of libxml2's writer return a negative number when they fail. */
static void note(struct xml *xml, int outcome)
{
    if (outcome < 0)
        xml->failed = true;
}

static const xmlChar *chars(const char *text)
{
    return (const xmlChar *)text;
}

static enum status failed(struct error *error)
{
    return error_set(error, STATUS_INTERNAL, "document_failed", "the XML could not be written");
}

static enum status begin(struct xml *fresh, struct xml **xml, struct error *error)
{
    if (fresh->writer == NULL) {
        xml_free(fresh);
        return failed(error);
    }
    note(fresh, xmlTextWriterSetIndentString(fresh->writer, chars(INDENT)));
    note(fresh, xmlTextWriterSetIndent(fresh->writer, 1));
    note(fresh, xmlTextWriterStartDocument(fresh->writer, NULL, "UTF-8", NULL));
    *xml = fresh;
    return STATUS_OK;
}

enum status xml_new(struct xml **xml, struct error *error)
{
    pthread_once(&library_once, xmlInitParser);
    struct xml *fresh = memory_alloc_zero(1, sizeof(*fresh));
    fresh->buffer = xmlBufferCreate();
    if (fresh->buffer != NULL)
        fresh->writer = xmlNewTextWriterMemory(fresh->buffer, 0);
    return begin(fresh, xml, error);
}

/* A failure is kept to ourselves: libxml2 would print it. */
static int pass_on(void *context, const char *bytes, int length)
{
    struct xml *xml = context;
    if (!xml->sink_failed && length > 0 && !xml->sink(xml->context, bytes, (size_t)length))
        xml->sink_failed = true;
    return length;
}

enum status xml_new_streaming(struct xml **xml, document_sink *sink, void *context, struct error *error)
{
    pthread_once(&library_once, xmlInitParser);
    struct xml *fresh = memory_alloc_zero(1, sizeof(*fresh));
    fresh->sink = sink;
    fresh->context = context;
    xmlOutputBuffer *output = xmlOutputBufferCreateIO(pass_on, NULL, fresh, NULL);
    if (output != NULL)
        fresh->writer = xmlNewTextWriter(output);
    if (output != NULL && fresh->writer == NULL)
        (void)xmlOutputBufferClose(output);
    return begin(fresh, xml, error);
}

void xml_free(struct xml *xml)
{
    if (xml == NULL)
        return;
    if (xml->writer != NULL)
        xmlFreeTextWriter(xml->writer);
    if (xml->buffer != NULL)
        xmlBufferFree(xml->buffer);
    free(xml);
}

void xml_begin(struct xml *xml, const char *name)
{
    note(xml, xmlTextWriterStartElement(xml->writer, chars(name)));
}

void xml_end(struct xml *xml)
{
    note(xml, xmlTextWriterEndElement(xml->writer));
}

void xml_attribute(struct xml *xml, const char *name, const char *value)
{
    note(xml, xmlTextWriterWriteAttribute(xml->writer, chars(name), chars(value)));
}

void xml_element(struct xml *xml, const char *name, const char *text)
{
    if (text != NULL)
        note(xml, xmlTextWriterWriteElement(xml->writer, chars(name), chars(text)));
}

void xml_element_with(struct xml *xml, const char *name, const char *attribute, const char *value, const char *text)
{
    if (text == NULL)
        return;
    xml_begin(xml, name);
    xml_attribute(xml, attribute, value);
    note(xml, xmlTextWriterWriteString(xml->writer, chars(text)));
    xml_end(xml);
}

enum status xml_finish(struct xml *xml, struct arena *arena, const uint8_t **bytes, size_t *length, struct error *error)
{
    note(xml, xmlTextWriterEndDocument(xml->writer));
    note(xml, xmlTextWriterFlush(xml->writer));
    if (xml->failed)
        return failed(error);
    size_t written = (size_t)xmlBufferLength(xml->buffer);
    *bytes = (const uint8_t *)arena_copy_bytes(arena, xmlBufferContent(xml->buffer), written);
    *length = written;
    return STATUS_OK;
}

enum status xml_finish_streaming(struct xml *xml, struct error *error)
{
    note(xml, xmlTextWriterEndDocument(xml->writer));
    note(xml, xmlTextWriterFlush(xml->writer));
    if (xml->sink_failed)
        return error_set(error, STATUS_UNAVAILABLE, "file_write", "the XML could not be written to where it goes");
    return xml->failed ? failed(error) : STATUS_OK;
}
