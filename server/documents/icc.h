#pragma once
/* The sRGB colour space (IEC 61966-2-1) as an ICC profile, for the output intent of PDF/A. */
#include <stddef.h>
#include <stdint.h>

struct icc_profile {
    const uint8_t *deflated; /* as a filter of FlateDecode wants it */
    size_t length;
};

/* Made once by lcms, and the same for the same lcms; kept until the process ends. NULL: lcms could not. Any thread. */
const struct icc_profile *icc_srgb(void);
