/*
 * PNG through cairo, into pixels without transparency. Owns nothing between calls; any thread.
 */
#include "akkoord/documents/picture.h"

#include <string.h>

/* The file begins with a signature and the chunk IHDR, whose content begins with width and height. */
#define SIGNATURE_BYTES 8
#define IHDR_OFFSET     12
#define WIDTH_OFFSET    16
#define HEIGHT_OFFSET   20
#define HEADER_BYTES    24

/* Dots an inch that print shows, and the points of an inch. */
#define PRINT_DPI   300.0
#define POINTS_INCH 72.0

struct reader {
    const struct image *image;
    size_t position;
};

static cairo_status_t read_bytes(void *closure, unsigned char *bytes, unsigned int length)
{
    struct reader *reader = (struct reader *)closure;
    if (length > reader->image->length - reader->position)
        return CAIRO_STATUS_READ_ERROR;
    memcpy(bytes, reader->image->png + reader->position, length);
    reader->position += length;
    return CAIRO_STATUS_SUCCESS;
}

static uint32_t read_number(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | bytes[3];
}

static cairo_surface_t *decode(const struct image *image)
{
    struct reader reader = {.image = image};
    cairo_surface_t *surface = cairo_image_surface_create_from_png_stream(read_bytes, &reader);
    if (cairo_surface_status(surface) == CAIRO_STATUS_SUCCESS)
        return surface;
    cairo_surface_destroy(surface);
    return NULL;
}

static enum status refuse(struct error *error, const char *why)
{
    return error_set(error, STATUS_INVALID, "picture_invalid", "the picture %s", why);
}

enum status picture_check(const struct image *image, struct error *error)
{
    static const uint8_t signature[SIGNATURE_BYTES] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
    if (image->length > PICTURE_BYTES_MAX)
        return refuse(error, "is larger than 256 KiB");
    if (image->length < HEADER_BYTES || memcmp(image->png, signature, sizeof(signature)) != 0 ||
        memcmp(image->png + IHDR_OFFSET, "IHDR", 4) != 0)
        return refuse(error, "is no PNG");
    uint32_t width = read_number(image->png + WIDTH_OFFSET);
    uint32_t height = read_number(image->png + HEIGHT_OFFSET);
    if (width == 0 || height == 0 || width > PICTURE_PIXELS_MAX || height > PICTURE_PIXELS_MAX)
        return refuse(error, "is wider or higher than 2000 pixels");
    cairo_surface_t *surface = decode(image);
    if (surface == NULL)
        return refuse(error, "can't be decoded");
    cairo_surface_destroy(surface);
    return STATUS_OK;
}

struct picture picture_fit(const struct image *image, double width_max, double height_max)
{
    double width = read_number(image->png + WIDTH_OFFSET);
    double height = read_number(image->png + HEIGHT_OFFSET);
    double scale = 1;
    if (width * scale > width_max)
        scale = width_max / width;
    if (height * scale > height_max)
        scale = height_max / height;
    return (struct picture){.image = image, .width = width * scale, .height = height * scale};
}

cairo_surface_t *picture_open(const struct picture *picture)
{
    cairo_surface_t *decoded = decode(picture->image);
    if (decoded == NULL)
        return NULL;
    double width = cairo_image_surface_get_width(decoded);
    double height = cairo_image_surface_get_height(decoded);
    double scale = picture->width / POINTS_INCH * PRINT_DPI / width;
    if (scale > 1)
        scale = 1;
    int columns = (int)(width * scale) > 0 ? (int)(width * scale) : 1;
    int rows = (int)(height * scale) > 0 ? (int)(height * scale) : 1;
    cairo_surface_t *opaque = cairo_image_surface_create(CAIRO_FORMAT_RGB24, columns, rows);
    cairo_t *cairo = cairo_create(opaque);
    cairo_set_source_rgb(cairo, 1, 1, 1);
    cairo_paint(cairo);
    cairo_scale(cairo, columns / width, rows / height);
    cairo_set_source_surface(cairo, decoded, 0, 0);
    cairo_pattern_set_filter(cairo_get_source(cairo), CAIRO_FILTER_BEST);
    /* What lies beyond the edge would mix in as transparent. */
    cairo_pattern_set_extend(cairo_get_source(cairo), CAIRO_EXTEND_PAD);
    cairo_paint(cairo);
    cairo_destroy(cairo);
    cairo_surface_destroy(decoded);
    return opaque;
}
