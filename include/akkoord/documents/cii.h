#pragma once
/*
 * An invoice or credit note as UN/CEFACT Cross Industry Invoice D16B under EN 16931: the facts of the UBL in the syntax
 * of Factur-X and ZUGFeRD, whose profile "EN 16931" (COMFORT) has this same guideline (BT-24:
 * urn:cen.eu:en16931:2017). It is the file that goes into the PDF/A-3.
 *
 * Pure; any number of threads may render at once. The same invoice gives the same bytes.
 */
#include <stddef.h>
#include <stdint.h>

#include "akkoord/base/arena.h"
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* Renders into `arena`, which owns *bytes afterwards. Fills *bytes and *length on success only. Refuses what
 * document_render_ubl() refuses, with the same codes. */
enum status document_render_cii(const struct invoice *invoice, struct arena *arena, const uint8_t **bytes,
                                size_t *length, struct error *error) AKKOORD_MUST_CHECK;
