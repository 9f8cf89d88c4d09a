/*
 * The one fontconfig configuration of the process: made by the first thread that asks, read-only from then on, kept
 * until the process ends; and the one font map, of whoever has borrowed it. Any thread.
 *
 * It is made fontconfig's current configuration before pango can call FcInit(), so that the system's own, with
 * everything that is installed, is never loaded.
 */
#include "akkoord/documents/fonts.h"

#include <assert.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangofc-fontmap.h>
#include <pthread.h>

#include "akkoord/base/log.h"
#include "akkoord/documents/pdf.h"

#define INTER    "/usr/share/fonts/opentype/inter"
#define DEJAVU   "/usr/share/fonts/truetype/dejavu"
#define DROID    "/usr/share/fonts/truetype/droid"
#define WQY      "/usr/share/fonts/truetype/wqy"
#define FREEFONT "/usr/share/fonts/truetype/freefont"

/* Files are accepted one by one: a package that brings more faces must not change a page. */
static const char configuration_xml[] = "<?xml version='1.0'?>\n"
                                        "<fontconfig>\n"
                                        "<dir>" INTER "</dir><dir>" DEJAVU "</dir><dir>" DROID "</dir>"
                                        "<dir>" WQY "</dir><dir>" FREEFONT "</dir>\n"
                                        "<cachedir>/var/cache/fontconfig</cachedir>\n"
                                        "<selectfont>\n"
                                        "<acceptfont><glob>" INTER "/Inter-Regular.otf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" INTER "/Inter-SemiBold.otf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" INTER "/InterDisplay-SemiBold.otf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" DEJAVU "/DejaVuSans.ttf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" DEJAVU "/DejaVuSans-Bold.ttf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" DROID "/DroidSansFallbackFull.ttf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" WQY "/wqy-microhei.ttc</glob></acceptfont>\n"
                                        "<acceptfont><glob>" FREEFONT "/FreeSans.ttf</glob></acceptfont>\n"
                                        "<acceptfont><glob>" FREEFONT "/FreeSerif.ttf</glob></acceptfont>\n"
                                        "<rejectfont><glob>*</glob></rejectfont>\n"
                                        "</selectfont>\n"
                                        "</fontconfig>\n";

static FcConfig *configuration;
static pthread_once_t configuration_once = PTHREAD_ONCE_INIT;

/* Held for as long as the map is on loan. */
static pthread_mutex_t map_lock = PTHREAD_MUTEX_INITIALIZER;
static PangoFontMap *shared_map;

/* GLib's libraries warn on standard error, at times quoting the text that they were given, which is personal data:
 * only the library's name and the level are logged. */
static void log_library_warning(const gchar *domain, GLogLevelFlags level, const gchar *message, gpointer unused)
{
    (void)message;
    (void)unused;
    log_event(LOG_WARNING, "documents.library_warning", log_text("library", domain != NULL ? domain : "glib"),
              log_int("level", level & G_LOG_LEVEL_MASK));
}

static void make_configuration(void)
{
    g_log_set_default_handler(log_library_warning, NULL);
    FcConfig *made = FcConfigCreate();
    if (made == NULL)
        return;
    if (!FcConfigParseAndLoadFromMemory(made, (const FcChar8 *)configuration_xml, FcTrue) ||
        !FcConfigBuildFonts(made) || !FcConfigSetCurrent(made)) {
        FcConfigDestroy(made);
        return;
    }
    configuration = made;
}

static const FcFontSet *installed_fonts(void)
{
    pthread_once(&configuration_once, make_configuration);
    return configuration != NULL ? FcConfigGetFonts(configuration, FcSetSystem) : NULL;
}

static PangoFontMap *new_map(void)
{
    const FcFontSet *fonts = installed_fonts();
    if (fonts == NULL || fonts->nfont == 0)
        return NULL;
    PangoFontMap *map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(map), configuration);
    /* Points of 1/72 inch, the unit of a PDF surface. */
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(map), 72.0);
    return map;
}

PangoFontMap *fonts_borrow(void)
{
    pthread_mutex_lock(&map_lock);
    if (shared_map == NULL)
        shared_map = new_map();
    if (shared_map == NULL)
        pthread_mutex_unlock(&map_lock);
    return shared_map;
}

void fonts_give_back(PangoFontMap *map)
{
    assert(map == shared_map);
    pthread_mutex_unlock(&map_lock);
}

static bool family_is_installed(const FcFontSet *fonts, const char *family)
{
    for (int i = 0; i < fonts->nfont; i++) {
        FcChar8 *name;
        if (FcPatternGetString(fonts->fonts[i], FC_FAMILY, 0, &name) == FcResultMatch &&
            strcmp((const char *)name, family) == 0)
            return true;
    }
    return false;
}

enum status document_check_fonts(struct error *error)
{
    static const struct {
        const char *family;
        const char *package;
    } wanted[] = {
        {"Inter", "fonts-inter"},
        {"Inter Display", "fonts-inter"},
        {"DejaVu Sans", "fonts-dejavu-core"},
        {"Droid Sans Fallback", "fonts-droid-fallback"},
        {"WenQuanYi Micro Hei", "fonts-wqy-microhei"},
        {"FreeSans", "fonts-freefont-ttf"},
        {"FreeSerif", "fonts-freefont-ttf"},
    };
    const FcFontSet *fonts = installed_fonts();
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        if (fonts == NULL || !family_is_installed(fonts, wanted[i].family))
            return error_set(error, STATUS_NOT_FOUND, "fonts_missing", "the font %s is not installed: package %s",
                             wanted[i].family, wanted[i].package);
    }
    return STATUS_OK;
}
