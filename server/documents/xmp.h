#pragma once
/*
 * The XMP packet (ISO 16684-1) of a PDF/A-3b that carries a Factur-X invoice: what ISO 19005-3, 6.6 and Factur-X 1.0,
 * 6.2 want in it, and nothing else.
 */
#include "akkoord/base/arena.h"
#include "akkoord/documents/pdfa.h"

/* The program that the document was made with. */
#define XMP_CREATOR_TOOL "Akkoord"

/* "2026-11-23T00:00:00Z" and "D:20261123000000Z": one moment, as XMP and as PDF write it. */
#define XMP_DATE_BYTES 32

struct xmp_packet {
    const char *text;
    size_t length;
    char created_xmp[XMP_DATE_BYTES];
    char created_pdf[XMP_DATE_BYTES];
};

/* The program that wrote the pages, with its version. */
const char *xmp_producer(struct arena *arena);

struct xmp_packet xmp_write(struct arena *arena, const struct pdfa_parts *parts);
