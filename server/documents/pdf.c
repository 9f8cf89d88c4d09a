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

/* Puts the invoice for programs, and what PDF/A asks for, around the pages. */
static enum status finish(struct canvas *canvas, const struct invoice *invoice, const struct canvas_metadata *metadata,
                          struct arena *arena, const uint8_t **bytes, size_t *length, struct error *error)
{
    const uint8_t *pages;
    size_t pages_length;
    struct pdfa_parts parts = {.title = metadata->title,
                               .author = metadata->author,
                               .language = language_name(invoice->language),
                               .created_day = metadata->created_day};
    parts.figures = canvas_figures(canvas, &parts.figures_count);
    enum status status = document_render_cii(invoice, arena, &parts.cii, &parts.cii_length, error);
    if (status == STATUS_OK)
        status = canvas_finish(canvas, arena, &pages, &pages_length, error);
    if (status == STATUS_OK)
        status = pdfa_make(pages, pages_length, &parts, arena, bytes, length, error);
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
    enum status status = document_prepare(invoice, arena, &clean, error);
    if (status != STATUS_OK)
        return status;

    const struct words *words = words_of(clean->language);
    struct canvas_metadata metadata = {
        .title = arena_format(arena, "%s %s", words->kinds[clean->kind].title, clean->number),
        .author = clean->seller.name,
        .created_day = clean->issue_day,
    };
    struct canvas *canvas = NULL;
    status = canvas_new(&metadata, &canvas, error);
    if (status != STATUS_OK)
        return status;
    sheet_draw(canvas, clean, arena);
    status = finish(canvas, clean, &metadata, arena, bytes, length, error);
    canvas_free(canvas);
    return status;
}
