/*
 * Puts PDF/A-3 around a PDF through libqpdf's interface for C: an object of libqpdf for each call, on the caller's
 * thread. Streams that cairo has compressed are taken over as they are.
 * It won't look at the pages: that all fonts are embedded and all colour is RGB is the canvas's care.
 */
#include "akkoord/documents/pdfa.h"

#include <inttypes.h>
#include <qpdf/qpdf-c.h>
#include <stdbool.h>

#include "icc.h"
#include "xmp.h"

/* PDF/A-3 is made on PDF 1.7. */
#define PDF_VERSION "1.7"

static enum status failed(struct error *error, const char *what)
{
    return error_set(error, STATUS_INTERNAL, "document_failed", "the file could not be made PDF/A: %s", what);
}

static void set(qpdf_data pdf, qpdf_oh dictionary, const char *key, qpdf_oh value)
{
    qpdf_oh_replace_key(pdf, dictionary, key, value);
}

static qpdf_oh new_name(qpdf_data pdf, const char *name)
{
    return qpdf_oh_new_name(pdf, name);
}

static qpdf_oh new_text(qpdf_data pdf, const char *text)
{
    return qpdf_oh_new_unicode_string(pdf, text);
}

/* Without a filter: libqpdf compresses it when it writes, all but metadata. */
static qpdf_oh new_stream(qpdf_data pdf, const void *bytes, size_t length, const char *type)
{
    qpdf_oh stream = qpdf_oh_new_stream(pdf);
    qpdf_oh none = qpdf_oh_new_null(pdf);
    qpdf_oh_replace_stream_data(pdf, stream, (const unsigned char *)bytes, length, none, none);
    if (type != NULL)
        set(pdf, qpdf_oh_get_dict(pdf, stream), "/Type", new_name(pdf, type));
    return stream;
}

static void add_output_intent(qpdf_data pdf, qpdf_oh root, const uint8_t *profile, size_t length)
{
    qpdf_oh stream = new_stream(pdf, profile, length, NULL);
    set(pdf, qpdf_oh_get_dict(pdf, stream), "/N", qpdf_oh_new_integer(pdf, 3));
    qpdf_oh intent = qpdf_oh_new_dictionary(pdf);
    set(pdf, intent, "/Type", new_name(pdf, "/OutputIntent"));
    set(pdf, intent, "/S", new_name(pdf, "/GTS_PDFA1"));
    set(pdf, intent, "/OutputConditionIdentifier", new_text(pdf, "sRGB"));
    set(pdf, intent, "/Info", new_text(pdf, "sRGB IEC61966-2.1"));
    set(pdf, intent, "/DestOutputProfile", stream);
    set(pdf, root, "/OutputIntents", qpdf_oh_wrap_in_array(pdf, qpdf_make_indirect_object(pdf, intent)));
}

/* The stream of the file, and the specification that names it. (ISO 32000-1, 7.11.4; ISO 19005-3, 6.8) */
static qpdf_oh new_attachment(qpdf_data pdf, const struct pdfa_parts *parts, const char *modified)
{
    qpdf_oh stream = new_stream(pdf, parts->cii, parts->cii_length, "/EmbeddedFile");
    qpdf_oh parameters = qpdf_oh_new_dictionary(pdf);
    set(pdf, parameters, "/Size", qpdf_oh_new_integer(pdf, (long long)parts->cii_length));
    set(pdf, parameters, "/ModDate", qpdf_oh_new_string(pdf, modified));
    set(pdf, qpdf_oh_get_dict(pdf, stream), "/Subtype", new_name(pdf, "/text/xml"));
    set(pdf, qpdf_oh_get_dict(pdf, stream), "/Params", parameters);
    qpdf_oh streams = qpdf_oh_new_dictionary(pdf);
    set(pdf, streams, "/F", stream);
    set(pdf, streams, "/UF", stream);
    qpdf_oh file = qpdf_oh_new_dictionary(pdf);
    set(pdf, file, "/Type", new_name(pdf, "/Filespec"));
    set(pdf, file, "/F", qpdf_oh_new_string(pdf, PDFA_ATTACHMENT));
    set(pdf, file, "/UF", new_text(pdf, PDFA_ATTACHMENT));
    set(pdf, file, "/Desc", new_text(pdf, "Factur-X"));
    set(pdf, file, "/AFRelationship", new_name(pdf, "/Alternative"));
    set(pdf, file, "/EF", streams);
    return qpdf_make_indirect_object(pdf, file);
}

/* Among the attachments that a viewer lists, and as associated with the whole document. */
static void add_attachment(qpdf_data pdf, qpdf_oh root, const struct pdfa_parts *parts, const char *modified)
{
    qpdf_oh file = new_attachment(pdf, parts, modified);
    qpdf_oh names = qpdf_oh_new_array(pdf);
    qpdf_oh_append_item(pdf, names, qpdf_oh_new_string(pdf, PDFA_ATTACHMENT));
    qpdf_oh_append_item(pdf, names, file);
    qpdf_oh tree = qpdf_oh_new_dictionary(pdf);
    set(pdf, tree, "/Names", names);
    qpdf_oh kinds = qpdf_oh_new_dictionary(pdf);
    set(pdf, kinds, "/EmbeddedFiles", tree);
    set(pdf, root, "/Names", kinds);
    set(pdf, root, "/AF", qpdf_oh_wrap_in_array(pdf, file));
}

/* The document information says what the XMP says. */
static void set_metadata(qpdf_data pdf, qpdf_oh root, const struct xmp_packet *packet, const struct pdfa_parts *parts)
{
    qpdf_set_info_key(pdf, "/CreationDate", packet->created_pdf);
    qpdf_set_info_key(pdf, "/ModDate", packet->created_pdf);
    qpdf_oh stream = new_stream(pdf, packet->text, packet->length, "/Metadata");
    set(pdf, qpdf_oh_get_dict(pdf, stream), "/Subtype", new_name(pdf, "/XML"));
    set(pdf, root, "/Metadata", stream);
    set(pdf, root, "/Lang", new_text(pdf, parts->language));
    qpdf_oh preferences = qpdf_oh_new_dictionary(pdf);
    set(pdf, preferences, "/DisplayDocTitle", qpdf_oh_new_bool(pdf, QPDF_TRUE));
    set(pdf, root, "/ViewerPreferences", preferences);
}

/* What cairo leaves out of the structure: that there is one, a "Document" above its elements (ISO 32000-1, 14.8.4.2),
 * and what a picture shows. False where there are not as many figures as were described. */
static bool complete_structure(qpdf_data pdf, qpdf_oh root, const struct pdfa_parts *parts)
{
    size_t described = 0;
    qpdf_oh tree = qpdf_oh_get_key(pdf, root, "/StructTreeRoot");
    qpdf_oh kids = qpdf_oh_get_key_if_dict(pdf, tree, "/K");
    if (!qpdf_oh_is_array(pdf, kids))
        return parts->figures_count == 0;
    qpdf_oh document = qpdf_oh_new_dictionary(pdf);
    set(pdf, document, "/Type", new_name(pdf, "/StructElem"));
    set(pdf, document, "/S", new_name(pdf, "/Document"));
    set(pdf, document, "/P", tree);
    set(pdf, document, "/K", kids);
    document = qpdf_make_indirect_object(pdf, document);
    set(pdf, tree, "/K", document);
    int kids_count = qpdf_oh_get_array_n_items(pdf, kids);
    for (int i = 0; i < kids_count; i++) {
        qpdf_oh element = qpdf_oh_get_array_item(pdf, kids, i);
        qpdf_oh kind = qpdf_oh_get_key(pdf, element, "/S");
        set(pdf, element, "/P", document);
        if (qpdf_oh_is_name_and_equals(pdf, kind, "/Figure") && described < parts->figures_count)
            set(pdf, element, "/Alt", new_text(pdf, parts->figures[described++]));
        qpdf_oh_release(pdf, kind);
        qpdf_oh_release(pdf, element);
    }
    qpdf_oh marks = qpdf_oh_new_dictionary(pdf);
    set(pdf, marks, "/Marked", qpdf_oh_new_bool(pdf, QPDF_TRUE));
    set(pdf, root, "/MarkInfo", marks);
    return described == parts->figures_count;
}

/* cairo leaves out of its TrueType fonts that a character's number is its glyph's, which other readers take for granted
 * and PDF/A does not. (ISO 19005-3, 6.2.11.3.2) */
static void complete_fonts(qpdf_data pdf)
{
    int count = qpdf_oh_get_int_value_as_int(pdf, qpdf_oh_get_key(pdf, qpdf_get_trailer(pdf), "/Size"));
    for (int id = 1; id < count; id++) {
        qpdf_oh object = qpdf_get_object_by_id(pdf, id, 0);
        if (qpdf_oh_is_dictionary_of_type(pdf, object, "/Font", "/CIDFontType2") &&
            !qpdf_oh_has_key(pdf, object, "/CIDToGIDMap"))
            set(pdf, object, "/CIDToGIDMap", new_name(pdf, "/Identity"));
        qpdf_oh_release(pdf, object);
    }
}

static enum status add_parts(qpdf_data pdf, const struct pdfa_parts *parts, struct arena *arena, struct error *error)
{
    size_t profile_length;
    const uint8_t *profile = icc_srgb(&profile_length);
    if (profile == NULL)
        return failed(error, "no colour profile");
    qpdf_oh root = qpdf_get_root(pdf);
    const char *producer = qpdf_get_info_key(pdf, "/Producer");
    struct xmp_packet packet = xmp_write(arena, parts, producer != NULL ? producer : "cairo");
    complete_fonts(pdf);
    set_metadata(pdf, root, &packet, parts);
    add_output_intent(pdf, root, profile, profile_length);
    add_attachment(pdf, root, parts, packet.created_pdf);
    if (!complete_structure(pdf, root, parts))
        return failed(error, "a picture is missing");
    return STATUS_OK;
}

static enum status write_file(qpdf_data pdf, struct arena *arena, const uint8_t **bytes, size_t *length,
                              struct error *error)
{
    if ((qpdf_init_write_memory(pdf) & QPDF_ERRORS) != 0)
        return failed(error, "it can't be written");
    qpdf_set_minimum_pdf_version(pdf, PDF_VERSION);
    qpdf_set_deterministic_ID(pdf, QPDF_TRUE);
    qpdf_set_decode_level(pdf, qpdf_dl_none);
    qpdf_set_compress_streams(pdf, QPDF_TRUE);
    qpdf_set_object_stream_mode(pdf, qpdf_o_generate);
    /* ISO 19005-3, 6.1.7.1 */
    qpdf_set_newline_before_endstream(pdf, QPDF_TRUE);
    if ((qpdf_write(pdf) & QPDF_ERRORS) != 0 || qpdf_has_error(pdf))
        return failed(error, "it can't be written");
    *length = qpdf_get_buffer_length(pdf);
    *bytes = (const uint8_t *)arena_copy_bytes(arena, qpdf_get_buffer(pdf), *length);
    return STATUS_OK;
}

enum status pdfa_make(const uint8_t *pages, size_t pages_length, const struct pdfa_parts *parts, struct arena *arena,
                      const uint8_t **bytes, size_t *length, struct error *error)
{
    qpdf_data pdf = qpdf_init();
    /* What it would tell could hold texts of the document. */
    qpdf_silence_errors(pdf);
    qpdf_set_suppress_warnings(pdf, QPDF_TRUE);
    qpdf_set_attempt_recovery(pdf, QPDF_FALSE);
    enum status status = STATUS_OK;
    if (qpdf_read_memory(pdf, "pages", (const char *)pages, pages_length, NULL) != QPDF_SUCCESS)
        status = failed(error, "the pages can't be read");
    if (status == STATUS_OK)
        status = add_parts(pdf, parts, arena, error);
    if (status == STATUS_OK && qpdf_has_error(pdf))
        status = failed(error, "a part can't be added");
    if (status == STATUS_OK)
        status = write_file(pdf, arena, bytes, length, error);
    qpdf_cleanup(&pdf);
    return status;
}
