#pragma once
/*
 * Renditions: the bytes of a document in one format as they were first rendered, kept so that the same file is
 * delivered for as long as the law asks. Rows of akkoord.rendition, sealed under the order's billing key; never
 * changed.
 *
 * Sealed for: table `rendition`, column `bytes_sealed`, row the document's id, subject the customer, and as version the
 * format's number, as a document has one row a format. The SHA-256 of the plain bytes is checked on reading.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/base/uuid.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/store/documents.h"
#include "akkoord/store/store.h"

/* The numbers stand in sealed blobs: never change one. */
enum rendition_format { RENDITION_PDF = 1, RENDITION_UBL = 2, RENDITION_CII = 3 };

/* What draws a document: document_render_pdf() of documents/pdf.h and its like. The bytes live in the arena. */
typedef enum status rendition_renderer(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                       size_t *length, struct error *error);

/*
 * The bytes of a document: those that are kept, or else rendered now and kept. Of any number of threads and processes
 * that render one document at once, the first to store it wins, and all return its bytes. Rendering holds no
 * transaction open. `logo` is the seller's picture as it is now: contents hold none. STATUS_NOT_FOUND as
 * store_document_open(); a renderer that fails is STATUS_INTERNAL with its code, bytes that are not those that were
 * stored `rendition_damaged`.
 */
enum status store_rendition_get_or_render(struct store *store, struct arena *arena, const struct uuid *document_id,
                                          enum rendition_format format, rendition_renderer *render,
                                          const struct image *logo, const uint8_t **bytes, size_t *length,
                                          struct error *error) AKKOORD_MUST_CHECK;
