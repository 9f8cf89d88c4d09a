/*
 * The table of country names, sorted by code. Constants only; any thread.
 */
#include "countries.h"

#include <stdlib.h>
#include <string.h>

struct country {
    char code[COUNTRY_BYTES];
    const char *names[2]; /* by enum language */
};

static const struct country countries[] = {
    {"AT", {"Oostenrijk", "Austria"}},
    {"AU", {"Australië", "Australia"}},
    {"BE", {"België", "Belgium"}},
    {"BG", {"Bulgarije", "Bulgaria"}},
    {"BR", {"Brazilië", "Brazil"}},
    {"CA", {"Canada", "Canada"}},
    {"CH", {"Zwitserland", "Switzerland"}},
    {"CN", {"China", "China"}},
    {"CY", {"Cyprus", "Cyprus"}},
    {"CZ", {"Tsjechië", "Czechia"}},
    {"DE", {"Duitsland", "Germany"}},
    {"DK", {"Denemarken", "Denmark"}},
    {"EE", {"Estland", "Estonia"}},
    {"ES", {"Spanje", "Spain"}},
    {"FI", {"Finland", "Finland"}},
    {"FR", {"Frankrijk", "France"}},
    {"GB", {"Verenigd Koninkrijk", "United Kingdom"}},
    {"GR", {"Griekenland", "Greece"}},
    {"HR", {"Kroatië", "Croatia"}},
    {"HU", {"Hongarije", "Hungary"}},
    {"IE", {"Ierland", "Ireland"}},
    {"IL", {"Israël", "Israel"}},
    {"IN", {"India", "India"}},
    {"IS", {"IJsland", "Iceland"}},
    {"IT", {"Italië", "Italy"}},
    {"JP", {"Japan", "Japan"}},
    {"KR", {"Zuid-Korea", "South Korea"}},
    {"LI", {"Liechtenstein", "Liechtenstein"}},
    {"LT", {"Litouwen", "Lithuania"}},
    {"LU", {"Luxemburg", "Luxembourg"}},
    {"LV", {"Letland", "Latvia"}},
    {"MA", {"Marokko", "Morocco"}},
    {"MC", {"Monaco", "Monaco"}},
    {"MT", {"Malta", "Malta"}},
    {"MX", {"Mexico", "Mexico"}},
    {"NL", {"Nederland", "Netherlands"}},
    {"NO", {"Noorwegen", "Norway"}},
    {"NZ", {"Nieuw-Zeeland", "New Zealand"}},
    {"PL", {"Polen", "Poland"}},
    {"PT", {"Portugal", "Portugal"}},
    {"RO", {"Roemenië", "Romania"}},
    {"RS", {"Servië", "Serbia"}},
    {"SE", {"Zweden", "Sweden"}},
    {"SG", {"Singapore", "Singapore"}},
    {"SI", {"Slovenië", "Slovenia"}},
    {"SK", {"Slowakije", "Slovakia"}},
    {"SR", {"Suriname", "Suriname"}},
    {"TR", {"Turkije", "Türkiye"}},
    {"UA", {"Oekraïne", "Ukraine"}},
    {"US", {"Verenigde Staten", "United States"}},
    {"XI", {"Noord-Ierland", "Northern Ireland"}},
    {"ZA", {"Zuid-Afrika", "South Africa"}},
};

static int compare_code(const void *code, const void *country)
{
    return strcmp((const char *)code, ((const struct country *)country)->code);
}

const char *country_name(enum language language, const char *code)
{
    if (code == NULL)
        return NULL;
    const struct country *found =
        bsearch(code, countries, sizeof(countries) / sizeof(countries[0]), sizeof(countries[0]), compare_code);
    return found != NULL ? found->names[language] : code;
}
