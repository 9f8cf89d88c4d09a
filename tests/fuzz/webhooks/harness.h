#pragma once
/*
 * What the fuzz targets of all providers share. The first byte of an input chooses:
 *
 *     even: the rest is a body. It is signed here, so that normalising is reached; the event, if any, must be sane.
 *     odd:  a line of header values separated by 0x01, then the body. Nobody can have signed it: an event is a forgery.
 *           Without a line, a body without headers.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/webhooks/provider.h"

#define FUZZ_HEADERS_MAX 4

struct fuzz_scheme {
    const char *provider;
    const char *secret;
    const char *names[FUZZ_HEADERS_MAX]; /* of the headers, as many as there are */
    size_t names_count;
    bool pings_unsigned; /* a body without any header may be a ping */
    /* The header values that make `body` signed at FUZZ_NOW_S; they stay valid until the next call. */
    void (*sign)(const struct webhook_secret *secret, const void *body, size_t length,
                 const char *values[FUZZ_HEADERS_MAX]);
};

#define FUZZ_NOW_S INT64_C(1700000000)
#define FUZZ_NOW   "1700000000"

/* The body of LLVMFuzzerTestOneInput. */
int fuzz_webhook(const struct fuzz_scheme *scheme, const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
