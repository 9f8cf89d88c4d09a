#pragma once
/*
 * The QR code that a bank's app reads to fill in a transfer: EPC069-12 of the European Payments Council, version 002
 * (the BIC may be missing), in UTF-8, with error correction M (ISO/IEC 18004).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"

/* The quiet zone that a reader needs on every side, in modules. */
#define QR_QUIET_MODULES 4

struct qr {
    const uint8_t *modules; /* count x count, row by row; 1 is dark */
    size_t count;
};

struct qr_transfer {
    const char *name; /* of whom it goes to; longer than 70 characters is cut, as the format has no room */
    const char *iban;
    const char *bic; /* or NULL */
    int64_t amount_minor;
    const char *remittance; /* what to mention */
};

/* The text of the code in `arena`. NULL where the format can't hold it: no name, an IBAN that can't be one, an amount
 * below 0.01 or above 999,999,999.99. */
const char *qr_transfer_text(struct arena *arena, const struct qr_transfer *transfer);

/* False: the text does not fit a code that the format allows (version 13). */
bool qr_encode(struct arena *arena, const char *text, struct qr *qr);
