/*
 * Puts PDF/A-3 around cairo's PDF. Owns nothing; any thread.
 * It won't look at the pages: that all fonts are embedded and all colour is RGB is the canvas's care.
 */
#include "akkoord/documents/pdfa.h"

#include <stdbool.h>
#include <string.h>

#include "icc.h"
#include "pdf_objects.h"
#include "xmp.h"

static enum status failed(struct error *error, const char *what)
{
    return error_set(error, STATUS_INTERNAL, "document_failed", "the file could not be made PDF/A: %s", what);
}

/* "<< ... >>" of the file's stream and of the specification that names it. (ISO 32000-1, 7.11.4; ISO 19005-3, 6.8)
 * Returns the number of the latter; 0: it could not be compressed. */
static size_t add_attachment(struct pdf_objects *objects, const struct pdfa_parts *parts, const char *modified)
{
    size_t length;
    const uint8_t *deflated = pdf_deflate(objects->arena, parts->cii, parts->cii_length, &length);
    if (deflated == NULL)
        return 0;
    const char *entries = arena_format(objects->arena,
                                       "/Type /EmbeddedFile /Subtype /text#2Fxml /Params << /Size %zu /ModDate (%s) >> "
                                       "/Filter /FlateDecode",
                                       parts->cii_length, modified);
    size_t stream = pdf_objects_add_stream(objects, entries, deflated, length);
    return pdf_objects_add(objects, arena_format(objects->arena,
                                                 "<< /Type /Filespec /F (" PDFA_ATTACHMENT ") /UF (" PDFA_ATTACHMENT ")"
                                                 " /Desc (Factur-X) /AFRelationship /Alternative"
                                                 " /EF << /F %zu 0 R /UF %zu 0 R >> >>",
                                                 stream, stream));
}

static size_t add_output_intent(struct pdf_objects *objects, const struct icc_profile *profile)
{
    size_t stream = pdf_objects_add_stream(objects, "/N 3 /Filter /FlateDecode", profile->deflated, profile->length);
    return pdf_objects_add(objects, arena_format(objects->arena,
                                                 "<< /Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier "
                                                 "(sRGB) /Info (sRGB IEC61966-2.1) /DestOutputProfile %zu 0 R >>",
                                                 stream));
}

/* What cairo leaves out: of its TrueType fonts, that a character's number is its glyph's, which other readers take for
 * granted and PDF/A does not (ISO 19005-3, 6.2.11.3.2); and of pictures, what they show. */
static bool complete_objects(struct pdf_objects *objects, const struct pdfa_parts *parts)
{
    size_t described = 0;
    bool extended = true;
    size_t count = objects->count;
    for (size_t i = 1; i < count; i++) {
        if (pdf_objects_is(objects, i, "<< /Type /Font\n", "/Subtype /CIDFontType2\n") &&
            !pdf_objects_is(objects, i, "<< /Type /Font\n", "/CIDToGIDMap"))
            extended = pdf_objects_extend(objects, i, "/CIDToGIDMap /Identity") && extended;
        if (described < parts->figures_count && pdf_objects_is(objects, i, "<< /Type /StructElem\n", "/S /Figure\n")) {
            const char *text = pdf_text_string(objects->arena, parts->figures[described++]);
            extended = pdf_objects_extend(objects, i, arena_format(objects->arena, "/Alt %s", text)) && extended;
        }
    }
    return extended && described == parts->figures_count;
}

/* What the XMP says, too. cairo leaves the "D:" out of dates. */
static void write_information(struct pdf_objects *objects, const struct pdfa_parts *parts, const char *created)
{
    struct arena *arena = objects->arena;
    const char *title = pdf_text_string(arena, parts->title);
    const char *author = pdf_text_string(arena, parts->author);
    pdf_objects_replace(objects, objects->info,
                        arena_format(arena,
                                     "<< /Title %s /Author %s /Creator (" XMP_CREATOR_TOOL ") /Producer (%s) "
                                     "/CreationDate (%s) /ModDate (%s) >>",
                                     title, author, xmp_producer(arena), created, created));
}

static enum status add_parts(struct pdf_objects *objects, const struct pdfa_parts *parts, struct error *error)
{
    const struct icc_profile *profile = icc_srgb();
    if (profile == NULL)
        return failed(error, "no colour profile");
    if (!complete_objects(objects, parts))
        return failed(error, "a picture is missing");
    struct xmp_packet packet = xmp_write(objects->arena, parts);
    write_information(objects, parts, packet.created_pdf);
    size_t attachment = add_attachment(objects, parts, packet.created_pdf);
    if (attachment == 0)
        return failed(error, "the invoice for programs can't be put in");
    size_t intent = add_output_intent(objects, profile);
    /* Not compressed, so that programs which know no PDF can find it. */
    size_t metadata =
        pdf_objects_add_stream(objects, "/Type /Metadata /Subtype /XML", (const uint8_t *)packet.text, packet.length);
    const char *entries =
        arena_format(objects->arena,
                     "/Metadata %zu 0 R /OutputIntents [%zu 0 R] /AF [%zu 0 R] /Names << /EmbeddedFiles << /Names "
                     "[(" PDFA_ATTACHMENT ") %zu 0 R] >> >> /Lang (%s) /ViewerPreferences << /DisplayDocTitle true >>",
                     metadata, intent, attachment, attachment, parts->language);
    return pdf_objects_extend(objects, objects->root, entries) ? STATUS_OK : failed(error, "there is no catalogue");
}

enum status pdfa_make(const uint8_t *pages, size_t pages_length, const struct pdfa_parts *parts, struct arena *arena,
                      const uint8_t **bytes, size_t *length, struct error *error)
{
    struct pdf_objects objects;
    if (!pdf_objects_read(arena, pages, pages_length, &objects))
        return failed(error, "the pages can't be read");
    enum status status = add_parts(&objects, parts, error);
    if (status == STATUS_OK && !pdf_objects_write(&objects, bytes, length))
        status = failed(error, "it can't be written");
    return status;
}
