/*
 * The way in: takes an invoice, has it checked and drawn, and hands out the file. Any thread.
 */
#include "akkoord/documents/pdf.h"

#include "akkoord/documents/canvas.h"
#include "akkoord/documents/cii.h"
#include "akkoord/documents/pdfa.h"
#include "akkoord/documents/picture.h"
#include "akkoord/documents/prepare.h"
#include "akkoord/documents/sheet.h"
#include "akkoord/documents/words.h"

/* The pages, and in `parts` what their pictures show. Ends before anything else is made of them: while a canvas is in
 * use, others wait for it. */
static enum status draw_pages(const struct invoice *invoice, struct pdfa_parts *parts, struct arena *arena,
                              const uint8_t **pages, size_t *pages_length, struct error *error)
{
    struct canvas *canvas = NULL;
    enum status status = canvas_new(&canvas, error);
    if (status != STATUS_OK)
        return status;
    sheet_draw(canvas, invoice, arena);
    parts->figures = canvas_copy_figures(canvas, arena, &parts->figures_count);
    status = canvas_finish(canvas, arena, pages, pages_length, error);
    canvas_free(canvas);
    return status;
}

enum status document_check_logo(const struct image *logo, struct error *error)
{
    return picture_check(logo, error);
}

enum status document_render_pdf(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error)
{
    const struct invoice *clean;
    const uint8_t *pages;
    size_t pages_length;
    enum status status = document_prepare(invoice, arena, &clean, error);
    if (status != STATUS_OK)
        return status;
    struct pdfa_parts parts = {
        .title = arena_format(arena, "%s %s", words_of(clean->language)->kinds[clean->kind].title, clean->number),
        .author = clean->seller.name,
        .language = language_name(clean->language),
        .created_day = clean->issue_day,
    };
    status = document_render_cii(clean, arena, &parts.cii, &parts.cii_length, error);
    if (status == STATUS_OK)
        status = draw_pages(clean, &parts, arena, &pages, &pages_length, error);
    if (status == STATUS_OK)
        status = pdfa_make(pages, pages_length, &parts, arena, bytes, length, error);
    return status;
}
