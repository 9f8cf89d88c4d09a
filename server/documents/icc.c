/*
 * The one ICC profile of the process: made by the first thread that asks, read-only from then on.
 */
#include "icc.h"

#include <lcms2.h>
#include <pthread.h>

#include "akkoord/base/memory.h"
#include "pdf_objects.h"

/* The header says when the profile was made, as six 16-bit numbers: zeroed, or no two starts would draw the same file.
 * (ICC.1, 7.2.8) */
#define DATE_OFFSET 24
#define DATE_BYTES  12

static struct icc_profile srgb;
static pthread_once_t srgb_once = PTHREAD_ONCE_INIT;

static void compress_profile(const uint8_t *bytes, size_t length)
{
    struct arena *arena = arena_new();
    size_t deflated_length;
    const uint8_t *deflated = pdf_deflate(arena, bytes, length, &deflated_length);
    if (deflated != NULL) {
        uint8_t *kept = (uint8_t *)memory_alloc_zero(1, deflated_length);
        memcpy(kept, deflated, deflated_length);
        srgb = (struct icc_profile){.deflated = kept, .length = deflated_length};
    }
    arena_free(arena);
}

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
            compress_profile(bytes, length);
        }
        free(bytes);
    }
    cmsCloseProfile(profile);
}

const struct icc_profile *icc_srgb(void)
{
    pthread_once(&srgb_once, make_profile);
    return srgb.deflated != NULL ? &srgb : NULL;
}
