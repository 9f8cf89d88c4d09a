#pragma once
/*
 * The composition of an invoice or credit note on A4: which block stands where, and which lines go on which page.
 *
 * The first page opens with seller, title, buyer and particulars; the lines follow, on as many pages as they need, each
 * page with the table's head, and with the net amount carried from page to page. The last line and the totals are never
 * parted.
 */
#include "akkoord/base/arena.h"
#include "akkoord/documents/canvas.h"
#include "akkoord/domain/invoice.h"

/* Draws every page. The invoice was checked: its texts are clean, and its lines add up to its net total. */
void sheet_draw(struct canvas *canvas, const struct invoice *invoice, struct arena *arena);
