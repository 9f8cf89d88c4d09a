/*
 * The canvas: one cairo PDF surface, texts that pango has laid out, the process's font map.
 * Whoever made it owns it, one thread at a time; another that makes one waits until this is freed. The file grows in a
 * buffer that is cleansed when it is freed; what the libraries allocate for themselves is freed, but not overwritten.
 */
#include "akkoord/documents/canvas.h"

#include <assert.h>
#include <cairo-pdf.h>
#include <math.h>
#include <pango/pangocairo.h>

#include "akkoord/base/buffer.h"
#include "akkoord/base/memory.h"
#include "akkoord/documents/fonts.h"

/* Texts that are kept laid out: more than stand on a page. */
#define LAID_OUT_MAX 256

struct laid_out {
    PangoLayout *layout; /* NULL: nothing yet */
    const struct text_style *style;
    double width;
    int lines_max;
};

struct canvas {
    struct buffer file;
    cairo_surface_t *surface;
    cairo_t *cairo;
    PangoFontMap *font_map;
    PangoContext *context;
    PangoAttrList *attributes;
    struct laid_out laid_out[LAID_OUT_MAX];
    bool measuring;
    const char *figures[CANVAS_FIGURES_MAX];
    size_t figures_count;
};

static cairo_status_t append_to_file(void *closure, const unsigned char *bytes, unsigned int length)
{
    struct buffer *file = (struct buffer *)closure;
    buffer_append(file, bytes, length);
    return file->overflowed ? CAIRO_STATUS_WRITE_ERROR : CAIRO_STATUS_SUCCESS;
}

/* Outlines are placed where the design says, not on the pixels of some screen. */
static void set_up_for_print(PangoContext *context)
{
    cairo_font_options_t *options = cairo_font_options_create();
    cairo_font_options_set_hint_style(options, CAIRO_HINT_STYLE_NONE);
    cairo_font_options_set_hint_metrics(options, CAIRO_HINT_METRICS_OFF);
    cairo_font_options_set_antialias(options, CAIRO_ANTIALIAS_GRAY);
    pango_cairo_context_set_font_options(context, options);
    cairo_font_options_destroy(options);
    pango_context_set_round_glyph_positions(context, FALSE);
    pango_context_set_base_dir(context, PANGO_DIRECTION_LTR);
}

enum status canvas_new(struct canvas **canvas, struct error *error)
{
    PangoFontMap *font_map = fonts_borrow();
    if (font_map == NULL)
        return error_set(error, STATUS_INTERNAL, "document_failed", "no font for documents is installed");
    struct canvas *made = (struct canvas *)memory_alloc_zero(1, sizeof(*made));
    buffer_init(&made->file, CANVAS_BYTES_MAX);
    made->surface =
        cairo_pdf_surface_create_for_stream(append_to_file, &made->file, CANVAS_PAGE_WIDTH, CANVAS_PAGE_HEIGHT);
    /* The form that pdf_objects.h reads. */
    cairo_pdf_surface_restrict_to_version(made->surface, CAIRO_PDF_VERSION_1_4);
    made->cairo = cairo_create(made->surface);
    made->font_map = font_map;
    made->context = pango_font_map_create_context(font_map);
    set_up_for_print(made->context);
    made->attributes = pango_attr_list_new();
    pango_attr_list_insert(made->attributes, pango_attr_font_features_new("tnum=1"));
    /* A hyphen in a broken number or address would be read as part of it. */
    pango_attr_list_insert(made->attributes, pango_attr_insert_hyphens_new(FALSE));
    /* The structure has one root, over all pages. (ISO 32000-1, 14.8.4.2) */
    cairo_tag_begin(made->cairo, "Document", NULL);
    *canvas = made;
    return STATUS_OK;
}

void canvas_free(struct canvas *canvas)
{
    if (canvas == NULL)
        return;
    for (size_t i = 0; i < LAID_OUT_MAX; i++)
        g_clear_object(&canvas->laid_out[i].layout);
    pango_attr_list_unref(canvas->attributes);
    g_object_unref(canvas->context);
    cairo_destroy(canvas->cairo);
    cairo_surface_destroy(canvas->surface);
    fonts_give_back(canvas->font_map);
    buffer_release(&canvas->file);
    free(canvas);
}

void canvas_set_measuring(struct canvas *canvas, bool measuring)
{
    canvas->measuring = measuring;
}

static void set_font(PangoLayout *layout, const struct text_style *style, double size)
{
    static const PangoWeight weights[] = {
        [TEXT_REGULAR] = PANGO_WEIGHT_NORMAL,
        [TEXT_SEMIBOLD] = PANGO_WEIGHT_SEMIBOLD,
    };
    PangoFontDescription *font = pango_font_description_new();
    pango_font_description_set_family_static(font, style->display ? FONTS_DISPLAY_FAMILY : FONTS_TEXT_FAMILY);
    pango_font_description_set_weight(font, weights[style->weight]);
    pango_font_description_set_size(font, pango_units_from_double(size));
    pango_layout_set_font_description(layout, font);
    pango_font_description_free(font);
}

/* A line that is too long is made smaller, in few steps: pango keeps a font for each size. */
static void fit(PangoLayout *layout, const struct text_style *style, double width_max)
{
    const double step = 0.125;
    PangoRectangle extents;
    pango_layout_get_extents(layout, NULL, &extents);
    double width = pango_units_to_double(extents.width);
    if (width > width_max)
        set_font(layout, style, fmax(step, floor(style->size * width_max / width / step) * step));
}

static PangoLayout *lay_out(const struct canvas *canvas, const char *text, const struct text_style *style,
                            const struct text_box *box)
{
    PangoLayout *layout = pango_layout_new(canvas->context);
    pango_layout_set_wrap(layout, PANGO_WRAP_WORD_CHAR);
    /* A text keeps to its column's side whatever script it begins in. */
    pango_layout_set_auto_dir(layout, FALSE);
    pango_layout_set_attributes(layout, canvas->attributes);
    set_font(layout, style, style->size);
    pango_layout_set_text(layout, text, -1);
    if (box->lines_max == 1) {
        fit(layout, style, box->width);
        return layout;
    }
    pango_layout_set_width(layout, pango_units_from_double(box->width));
    pango_layout_set_height(layout, -box->lines_max);
    pango_layout_set_ellipsize(layout, PANGO_ELLIPSIZE_END);
    return layout;
}

static bool is_same(const struct laid_out *laid_out, const char *text, const struct text_style *style,
                    const struct text_box *box)
{
    return laid_out->layout != NULL && laid_out->style == style && laid_out->lines_max == box->lines_max &&
           fabs(laid_out->width - box->width) < 0.001 && strcmp(pango_layout_get_text(laid_out->layout), text) == 0;
}

/* The canvas's. Every text is measured before it is drawn, and many stand more than once. */
static PangoLayout *find_layout(struct canvas *canvas, const char *text, const struct text_style *style,
                                const struct text_box *box)
{
    struct laid_out *laid_out = &canvas->laid_out[g_str_hash(text) % LAID_OUT_MAX];
    if (is_same(laid_out, text, style, box))
        return laid_out->layout;
    g_clear_object(&laid_out->layout);
    *laid_out = (struct laid_out){
        .layout = lay_out(canvas, text, style, box), .style = style, .width = box->width, .lines_max = box->lines_max};
    return laid_out->layout;
}

double canvas_draw_text(struct canvas *canvas, const char *text, const struct text_style *style,
                        const struct text_box *box)
{
    if (text == NULL)
        return box->baseline - style->leading;
    PangoLayout *layout = find_layout(canvas, text, style, box);
    int lines = pango_layout_get_line_count(layout);
    double last_baseline = box->baseline + (lines - 1) * style->leading;
    if (canvas->measuring)
        return last_baseline;

    cairo_set_source_rgb(canvas->cairo, style->colour.red, style->colour.green, style->colour.blue);
    /* Line by line: a fallback font may have a taller line than ours, and must not push the next one down. */
    for (int i = 0; i < lines; i++) {
        PangoLayoutLine *line = pango_layout_get_line_readonly(layout, i);
        PangoRectangle extents;
        pango_layout_line_get_extents(line, NULL, &extents);
        double slack = box->width - pango_units_to_double(extents.width);
        double x = box->align == TEXT_RIGHT ? box->x + slack : box->x;
        cairo_move_to(canvas->cairo, x, box->baseline + i * style->leading);
        pango_cairo_show_layout_line(canvas->cairo, line);
    }
    return last_baseline;
}

void canvas_draw_rule(struct canvas *canvas, double x, double y, double width, double thickness, struct colour colour)
{
    if (canvas->measuring)
        return;
    cairo_set_source_rgb(canvas->cairo, colour.red, colour.green, colour.blue);
    cairo_rectangle(canvas->cairo, x, y - thickness / 2, width, thickness);
    cairo_fill(canvas->cairo);
}

static void begin_figure(struct canvas *canvas, const char *shows)
{
    assert(canvas->figures_count < CANVAS_FIGURES_MAX);
    canvas->figures[canvas->figures_count++] = shows;
    cairo_tag_begin(canvas->cairo, "Figure", NULL);
}

void canvas_draw_picture(struct canvas *canvas, const struct picture *picture, const char *shows, double x, double y)
{
    if (canvas->measuring)
        return;
    cairo_surface_t *surface = picture_open(picture);
    if (surface == NULL)
        return;
    cairo_t *cairo = canvas->cairo;
    begin_figure(canvas, shows);
    cairo_save(cairo);
    cairo_translate(cairo, x, y);
    cairo_scale(cairo, picture->width / cairo_image_surface_get_width(surface),
                picture->height / cairo_image_surface_get_height(surface));
    cairo_set_source_surface(cairo, surface, 0, 0);
    /* Or the reader is asked to smoothen it, which PDF/A does not allow. (ISO 19005-3, 6.2.8.3) */
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_NEAREST);
    /* Not cairo_paint(): where it covers a page, cairo forgets what was drawn before, the tag's beginning too. */
    cairo_rectangle(cairo, 0, 0, cairo_image_surface_get_width(surface), cairo_image_surface_get_height(surface));
    cairo_fill(cairo);
    cairo_restore(cairo);
    cairo_tag_end(cairo, "Figure");
    cairo_surface_destroy(surface);
}

void canvas_draw_modules(struct canvas *canvas, const uint8_t *modules, size_t count, const char *shows, double x,
                         double y, double size)
{
    if (canvas->measuring)
        return;
    cairo_t *cairo = canvas->cairo;
    double module = size / (double)count;
    begin_figure(canvas, shows);
    cairo_set_source_rgb(cairo, 0, 0, 0);
    cairo_new_path(cairo);
    /* Neighbours in a row as one rectangle, and all of them as one path: no seams, and a shorter file. */
    for (size_t row = 0; row < count; row++) {
        for (size_t column = 0; column < count; column++) {
            size_t start = column;
            while (column < count && modules[row * count + column] != 0)
                column++;
            if (column > start)
                cairo_rectangle(cairo, x + (double)start * module, y + (double)row * module,
                                (double)(column - start) * module, module);
        }
    }
    cairo_fill(cairo);
    cairo_tag_end(cairo, "Figure");
}

const char *const *canvas_copy_figures(const struct canvas *canvas, struct arena *arena, size_t *count)
{
    *count = canvas->figures_count;
    return (const char *const *)arena_copy_bytes(arena, canvas->figures, sizeof(canvas->figures));
}

void canvas_draw_tick(struct canvas *canvas, double centre_x, double centre_y, double radius, struct colour colour)
{
    if (canvas->measuring)
        return;
    cairo_t *cairo = canvas->cairo;
    cairo_set_source_rgb(cairo, colour.red, colour.green, colour.blue);
    cairo_new_path(cairo);
    cairo_arc(cairo, centre_x, centre_y, radius, 0, 2 * M_PI);
    cairo_fill(cairo);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_set_line_width(cairo, radius * 0.24);
    cairo_set_line_cap(cairo, CAIRO_LINE_CAP_ROUND);
    cairo_set_line_join(cairo, CAIRO_LINE_JOIN_ROUND);
    cairo_move_to(cairo, centre_x - radius * 0.42, centre_y + radius * 0.04);
    cairo_line_to(cairo, centre_x - radius * 0.10, centre_y + radius * 0.36);
    cairo_line_to(cairo, centre_x + radius * 0.44, centre_y - radius * 0.32);
    cairo_stroke(cairo);
}

void canvas_begin_element(struct canvas *canvas, const char *name)
{
    if (!canvas->measuring)
        cairo_tag_begin(canvas->cairo, name, NULL);
}

void canvas_end_element(struct canvas *canvas, const char *name)
{
    if (!canvas->measuring)
        cairo_tag_end(canvas->cairo, name);
}

void canvas_end_page(struct canvas *canvas, bool last)
{
    if (last)
        cairo_tag_end(canvas->cairo, "Document");
    cairo_show_page(canvas->cairo);
}

enum status canvas_finish(struct canvas *canvas, struct arena *arena, const uint8_t **bytes, size_t *length,
                          struct error *error)
{
    cairo_status_t drawn = cairo_status(canvas->cairo);
    cairo_surface_finish(canvas->surface);
    if (canvas->file.overflowed)
        return error_set(error, STATUS_TOO_LARGE, "document_too_long", "the document is larger than %zu bytes",
                         CANVAS_BYTES_MAX);
    cairo_status_t written = cairo_surface_status(canvas->surface);
    cairo_status_t failed = drawn != CAIRO_STATUS_SUCCESS ? drawn : written;
    if (failed != CAIRO_STATUS_SUCCESS)
        return error_set(error, STATUS_INTERNAL, "document_failed", "drawing the document failed: %s",
                         cairo_status_to_string(failed));
    *bytes = (const uint8_t *)arena_copy_bytes(arena, canvas->file.data, canvas->file.length);
    *length = canvas->file.length;
    return STATUS_OK;
}
