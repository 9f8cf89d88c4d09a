/*
 * The one ICC profile of the process: made by the first thread that asks, read-only from then on.
 */
#include "icc.h"

#include <lcms2.h>
#include <pthread.h>

#include "akkoord/base/memory.h"

/* The header says when the profile was made, as six 16-bit numbers: zeroed, or no two starts would draw the same file.
 * (ICC.1, 7.2.8) */
#define DATE_OFFSET 24
#define DATE_BYTES  12

static uint8_t *profile_bytes;
static size_t profile_length;
static pthread_once_t profile_once = PTHREAD_ONCE_INIT;

static void make_profile(void)
{
    cmsHPROFILE profile = cmsCreate_sRGBProfile();
    cmsUInt32Number length = 0;
    if (profile == NULL)
        return;
    if (cmsSaveProfileToMem(profile, NULL, &length) && length > DATE_OFFSET + DATE_BYTES) {
        uint8_t *bytes = (uint8_t *)memory_alloc_zero(1, length);
        if (cmsSaveProfileToMem(profile, bytes, &length)) {
            memset(bytes + DATE_OFFSET, 0, DATE_BYTES);
            profile_bytes = bytes;
            profile_length = length;
        }
    }
    cmsCloseProfile(profile);
}

const uint8_t *icc_srgb(size_t *length)
{
    pthread_once(&profile_once, make_profile);
    *length = profile_length;
    return profile_bytes;
}
