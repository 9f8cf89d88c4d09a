#pragma once
/*
 * The typefaces of the documents, and only those: a configuration of fontconfig of our own. What else is installed on a
 * machine, or set in /etc/fonts, neither changes a page nor takes memory.
 *
 *     Inter, Inter Display       fonts-inter            all Latin, Greek and Cyrillic text; tabular figures
 *     DejaVu Sans                fonts-dejavu-core      Arabic, Hebrew, Armenian, Georgian, symbols, plain emoji
 *     Droid Sans Fallback        fonts-droid-fallback   Chinese, Japanese
 *     WenQuanYi Micro Hei        fonts-wqy-microhei     Korean
 *     FreeSans, FreeSerif        fonts-freefont-ttf     Thai, Devanagari and most scripts of India, Amharic
 *
 * All outlines in one colour, which PDF/A can embed. A character that none of them has is drawn as a box with its code.
 */
#include <pango/pangocairo.h>

#define FONTS_TEXT_FAMILY "Inter, DejaVu Sans, Droid Sans Fallback, WenQuanYi Micro Hei, FreeSans, FreeSerif"
#define FONTS_DISPLAY_FAMILY                                                                                           \
    "Inter Display, Inter, DejaVu Sans, Droid Sans Fallback, WenQuanYi Micro Hei, FreeSans, FreeSerif"

/*
 * The process's font map, in which a point is one unit; fonts_give_back() by the same thread ends the loan, and whoever
 * borrows meanwhile waits. Loading fonts anew for each document took a third of its time, and a map for each thread
 * takes 5 MiB. NULL when no font is installed: there is nothing to give back.
 */
PangoFontMap *fonts_borrow(void);
void fonts_give_back(PangoFontMap *map);
