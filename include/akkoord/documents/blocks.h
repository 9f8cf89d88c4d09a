#pragma once
/*
 * The blocks that a page is put together from. Each is drawn from the place it is given, and returns where the next one
 * goes; on a canvas that is measuring, it only returns that. Places are points from the top of the page.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/documents/canvas.h"
#include "akkoord/documents/words.h"
#include "akkoord/domain/invoice.h"

/* Nothing but the number of the page stands below. */
#define BLOCKS_BOTTOM (CANVAS_PAGE_HEIGHT - 64)

/* What every block draws from. */
struct sheet {
    struct canvas *canvas;
    const struct invoice *invoice;
    const struct words *words;
    struct arena *arena;
};

/* The first page above its table: seller, title, buyer, particulars. Returns the baseline of the table's head. */
double block_opening(const struct sheet *sheet);
/* The same of every later page: the seller's name. */
double block_running_head(const struct sheet *sheet);
/* The document's name and "1 / 2", at the foot of the page. */
void block_footer(const struct sheet *sheet, size_t page, size_t pages);

/* The rows of the lines table, between canvas elements "Table" that the caller sets. */
double block_table_head(const struct sheet *sheet, double baseline);
double block_row(const struct sheet *sheet, const struct order_line *line, double y);
/* The net amount carried from page to page, under the name that it is given. */
double block_carried(const struct sheet *sheet, const char *name, int64_t amount_minor, double y);

/* Totals, what was paid and what remains, and a sentence that says it. */
double block_closing(const struct sheet *sheet, double y);
