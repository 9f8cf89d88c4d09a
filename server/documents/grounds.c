/*
 * The legal texts of VAT that is not charged. Constants but for a country's name; any thread. It won't decide which one
 * applies: domain/tax did.
 */
#include "akkoord/documents/grounds.h"

#include <string.h>

#include "countries.h"

static const char *const dutch[VAT_GROUNDS] = {
    [VAT_GROUND_EXEMPT] = "Vrijgesteld van btw (artikel 11 Wet op de omzetbelasting 1968)",
    [VAT_GROUND_SMALL_BUSINESS] =
        "Vrijgesteld van btw: kleineondernemersregeling (artikel 25 Wet op de omzetbelasting 1968)",
    [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] = "Btw verlegd (artikel 12 lid 5 Wet op de omzetbelasting 1968)",
    [VAT_GROUND_REVERSE_CHARGE] = "Btw verlegd (artikel 44 en 196 Richtlijn 2006/112/EG)",
    [VAT_GROUND_INTRA_COMMUNITY] = "Intracommunautaire levering, 0% btw (artikel 138 Richtlijn 2006/112/EG)",
    [VAT_GROUND_EXPORT] = "Uitvoer uit de Unie, 0% btw (artikel 146 Richtlijn 2006/112/EG)",
    [VAT_GROUND_OUTSIDE_UNION] =
        "Dienst met plaats van dienst buiten de Unie, geen btw (artikel 44, 58 en 59 Richtlijn 2006/112/EG)",
};

static const char *const english[VAT_GROUNDS] = {
    [VAT_GROUND_EXEMPT] = "Exempt from VAT: article 11 of the Dutch VAT Act 1968 (Wet op de omzetbelasting 1968)",
    [VAT_GROUND_SMALL_BUSINESS] =
        "Exempt from VAT as a small business: article 25 of the Dutch VAT Act 1968 (Wet op de omzetbelasting 1968)",
    [VAT_GROUND_DOMESTIC_REVERSE_CHARGE] =
        "Reverse charge, btw verlegd: article 12(5) of the Dutch VAT Act 1968 (Wet op de omzetbelasting 1968)",
    [VAT_GROUND_REVERSE_CHARGE] = "Reverse charge, btw verlegd (articles 44 and 196 Directive 2006/112/EC)",
    [VAT_GROUND_INTRA_COMMUNITY] = "Intra-Community supply, 0% VAT (article 138 Directive 2006/112/EC)",
    [VAT_GROUND_EXPORT] = "Export from the Union, 0% VAT (article 146 Directive 2006/112/EC)",
    [VAT_GROUND_OUTSIDE_UNION] =
        "Service supplied outside the Union, no VAT (articles 44, 58 and 59 Directive 2006/112/EC)",
};

static enum vat_ground ground_of_category(const char *category)
{
    static const struct {
        const char *category;
        enum vat_ground ground;
    } grounds[] = {{"E", VAT_GROUND_EXEMPT},
                   {"AE", VAT_GROUND_REVERSE_CHARGE},
                   {"K", VAT_GROUND_INTRA_COMMUNITY},
                   {"G", VAT_GROUND_EXPORT}};
    for (size_t i = 0; i < sizeof(grounds) / sizeof(grounds[0]); i++) {
        if (strcmp(category, grounds[i].category) == 0)
            return grounds[i].ground;
    }
    return VAT_GROUND_NONE;
}

const char *document_ground_text(struct arena *arena, enum language language, const struct vat_subtotal *subtotal)
{
    bool in_dutch = language == LANGUAGE_NL;
    enum vat_ground ground =
        subtotal->ground != VAT_GROUND_NONE ? subtotal->ground : ground_of_category(subtotal->vat_category);
    if (ground == VAT_GROUND_ONE_STOP_SHOP)
        return arena_format(arena,
                            in_dutch ? "Btw van %s, aangegeven via de Unieregeling (éénloketsysteem)"
                                     : "VAT of %s, declared under the Union scheme (one-stop shop)",
                            country_name(language, subtotal->country));
    return (in_dutch ? dutch : english)[ground];
}
