#pragma once
/* The sRGB colour space (IEC 61966-2-1) as an ICC profile, for the output intent of PDF/A. */
#include <stddef.h>
#include <stdint.h>

/* About 3 KB, made once by lcms and the same for the same lcms; kept until the process ends. NULL: lcms could not. Any
 * thread. */
const uint8_t *icc_srgb(size_t *length);
