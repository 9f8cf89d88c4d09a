#pragma once
/*
 * The typefaces of the documents, and only those: a configuration of fontconfig of our own. What else is installed on a
 * machine, or set in /etc/fonts, neither changes a page nor takes memory.
 *
 *     Inter, Inter Display       fonts-inter            all Latin, Greek and Cyrillic text; tabular figures
 *     DejaVu Sans                fonts-dejavu-core      Arabic, Hebrew, Armenian, Georgian, symbols, plain emoji
 *     Droid Sans Fallback        fonts-droid-fallback   Chinese, Japanese, Korean
 *
 * All outlines in one colour, which PDF/A can embed. A character that none of them has is drawn as a box with its code.
 */
#include <pango/pangocairo.h>

#define FONTS_TEXT_FAMILY    "Inter, DejaVu Sans, Droid Sans Fallback"
#define FONTS_DISPLAY_FAMILY "Inter Display, Inter, DejaVu Sans, Droid Sans Fallback"

/* A font map for one thread, in which a point is one unit; g_object_unref() frees it. NULL when no font is installed.
 */
PangoFontMap *fonts_new_map(void);
