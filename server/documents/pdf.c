/*
 * The way in: takes an invoice, has it checked and drawn, and hands out the file. Any thread.
 */
#include "akkoord/documents/pdf.h"

#include "akkoord/documents/canvas.h"
#include "akkoord/documents/prepare.h"
#include "akkoord/documents/sheet.h"
#include "akkoord/documents/words.h"

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
    status = canvas_finish(canvas, arena, bytes, length, error);
    canvas_free(canvas);
    return status;
}
