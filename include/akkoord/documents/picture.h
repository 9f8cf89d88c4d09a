#pragma once
/*
 * The seller's picture: a PNG (ISO/IEC 15948), drawn without transparency, which not every printer and reader of PDF/A
 * takes: what shows through is white.
 */
#include <cairo.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

#define PICTURE_BYTES_MAX  ((size_t)256 * 1024)
#define PICTURE_PIXELS_MAX 2000 /* a side */

/* A picture and the place that it takes, in points. */
struct picture {
    const struct image *image;
    double width;
    double height;
};

/* STATUS_INVALID `picture_invalid`: no PNG, a broken one, or one that is larger than the limits above. */
enum status picture_check(const struct image *image, struct error *error) AKKOORD_MUST_CHECK;

/* As large as it fits into the box, its proportions kept; never larger than a pixel a point. The image was checked. */
struct picture picture_fit(const struct image *image, double width_max, double height_max);

/* Decoded, opaque, and no finer than print shows; the caller destroys it. NULL: it can't be decoded. */
cairo_surface_t *picture_open(const struct picture *picture);
