#pragma once
/* What a test installation sells, and as whom, until it is told otherwise. In the formats of the files of CONTRACT
 * section 2. */

extern const char sample_seller[];
extern const char sample_price_list[];
