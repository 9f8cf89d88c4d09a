#pragma once
/*
 * Pages to draw on: a thin layer over cairo's PDF surface and pango, in points from the top left corner of an A4 page.
 *
 * Text stands on a baseline: `baseline` is that of the first line, each further line is one leading lower, whatever
 * script it is in. Every text must have passed document_clean_text().
 *
 * While measuring, nothing is drawn and everything is returned as if it were; so one function both measures and draws a
 * block. One thread at a time uses a canvas, and one canvas at a time is in use: canvas_new() waits for the other's
 * canvas_free(), so that the process needs the memory for fonts once.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/documents/picture.h"

#define CANVAS_PAGE_WIDTH  595.276 /* 210 mm */
#define CANVAS_PAGE_HEIGHT 841.890 /* 297 mm */
#define CANVAS_BYTES_MAX   ((size_t)16 * 1024 * 1024)
#define CANVAS_FIGURES_MAX 2

struct canvas;

struct colour {
    double red;
    double green;
    double blue;
};

/* Few, because every file carries each font that it uses: some 3 KB. */
enum text_weight { TEXT_REGULAR, TEXT_SEMIBOLD };

struct text_style {
    double size;
    double leading;
    enum text_weight weight;
    bool display; /* the cut for large sizes */
    struct colour colour;
};

enum text_align { TEXT_LEFT, TEXT_RIGHT };

struct text_box {
    double x; /* left edge, whatever the alignment */
    double baseline;
    double width;
    enum text_align align;
    int lines_max; /* 1: never wrapped, but made smaller to fit */
};

/* STATUS_INTERNAL `document_failed` when no font is installed. */
enum status canvas_new(struct canvas **canvas, struct error *error) AKKOORD_MUST_CHECK;
/* NULL is accepted. */
void canvas_free(struct canvas *canvas);

void canvas_set_measuring(struct canvas *canvas, bool measuring);

/* Returns the baseline of the last line; `style` outlives the canvas; `text` NULL draws nothing and returns baseline -
 * leading, so that the caller's next line takes its place. */
double canvas_draw_text(struct canvas *canvas, const char *text, const struct text_style *style,
                        const struct text_box *box);

/* A horizontal line; `y` is its middle. */
void canvas_draw_rule(struct canvas *canvas, double x, double y, double width, double thickness, struct colour colour);
/* A picture, scaled into the box from its top left corner; `shows` says what it shows, for whom it is read out. What
 * can't be decoded is left out: it was checked before, by picture_check(). */
void canvas_draw_picture(struct canvas *canvas, const struct picture *picture, const char *shows, double x, double y);
/* A square of `count` x `count` modules, row by row: those that are not 0 are dark. */
void canvas_draw_modules(struct canvas *canvas, const uint8_t *modules, size_t count, const char *shows, double x,
                         double y, double size);
/* What the pictures show, in the order in which they were drawn; the list lives in the arena. */
const char *const *canvas_copy_figures(const struct canvas *canvas, struct arena *arena, size_t *count);
/* A disc with a tick in it. */
void canvas_draw_tick(struct canvas *canvas, double centre_x, double centre_y, double radius, struct colour colour);

/* A structure element of tagged PDF (ISO 32000-1, 14.8.4: "H1", "P", "Table", "TR", "TH", "TD"). Elements nest, and end
 * on the page where they began. */
void canvas_begin_element(struct canvas *canvas, const char *name);
void canvas_end_element(struct canvas *canvas, const char *name);

/* `last`: no other page follows. */
void canvas_end_page(struct canvas *canvas, bool last);

/* Completes the file and copies it into `arena`; afterwards only canvas_free() is left.
 * STATUS_INTERNAL `document_failed`: cairo reported an error; STATUS_TOO_LARGE `document_too_long`: CANVAS_BYTES_MAX.
 */
enum status canvas_finish(struct canvas *canvas, struct arena *arena, const uint8_t **bytes, size_t *length,
                          struct error *error) AKKOORD_MUST_CHECK;
