#pragma once
/*
 * Why VAT is not charged, or another member state's is, as a document has to say it (Directive 2006/112/EC, art. 226
 * points 11 and 11a; Wet OB 1968, art. 35a). Pure; any thread. Every format takes its text from here.
 */
#include "akkoord/base/arena.h"
#include "akkoord/domain/invoice.h"

/*
 * The sentence for a subtotal, without a full stop, in `arena` or constant; NULL where nothing has to be said: S and Z
 * at home. Content that was sealed before grounds were kept has VAT_GROUND_NONE: there the category alone speaks.
 */
const char *document_ground_text(struct arena *arena, enum language language, const struct vat_subtotal *subtotal);
