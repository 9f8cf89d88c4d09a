/* Countries and their rates as dated data: see vat_area.h for the sources. Pure; any thread. */
#include "akkoord/domain/vat_area.h"

#include <stddef.h>
#include <string.h>

#include "akkoord/base/clock.h"

/* Every code, each with a space after it. */
static const char countries[] =
    "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ "
    "CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO "
    "FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE "
    "JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO "
    "MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW "
    "PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM "
    "TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW ";

struct rate {
    char territory[3];
    int year, month, day; /* from when it holds */
    int64_t basis_points;
};

/* From 2015 on, when electronic services came to be taxed where consumers live; by state, oldest first. */
static const struct rate standard_rates[] = {
    {"AT", 2015, 1, 1, 2000}, {"BE", 2015, 1, 1, 2100}, {"BG", 2015, 1, 1, 2000}, {"CY", 2015, 1, 1, 1900},
    {"CZ", 2015, 1, 1, 2100}, {"DE", 2015, 1, 1, 1900}, {"DE", 2020, 7, 1, 1600}, {"DE", 2021, 1, 1, 1900},
    {"DK", 2015, 1, 1, 2500}, {"EE", 2015, 1, 1, 2000}, {"EE", 2024, 1, 1, 2200}, {"EE", 2025, 7, 1, 2400},
    {"ES", 2015, 1, 1, 2100}, {"FI", 2015, 1, 1, 2400}, {"FI", 2024, 9, 1, 2550}, {"FR", 2015, 1, 1, 2000},
    {"GR", 2015, 1, 1, 2300}, {"GR", 2016, 6, 1, 2400}, {"HR", 2015, 1, 1, 2500}, {"HU", 2015, 1, 1, 2700},
    {"IE", 2015, 1, 1, 2300}, {"IE", 2020, 9, 1, 2100}, {"IE", 2021, 3, 1, 2300}, {"IT", 2015, 1, 1, 2200},
    {"LT", 2015, 1, 1, 2100}, {"LU", 2015, 1, 1, 1700}, {"LU", 2023, 1, 1, 1600}, {"LU", 2024, 1, 1, 1700},
    {"LV", 2015, 1, 1, 2100}, {"MT", 2015, 1, 1, 1800}, {"NL", 2001, 1, 1, 1900}, {"NL", 2012, 10, 1, 2100},
    {"PL", 2015, 1, 1, 2300}, {"PT", 2015, 1, 1, 2300}, {"RO", 2015, 1, 1, 2400}, {"RO", 2016, 1, 1, 2000},
    {"RO", 2017, 1, 1, 1900}, {"RO", 2025, 8, 1, 2100}, {"SE", 2015, 1, 1, 2500}, {"SI", 2015, 1, 1, 2200},
    {"SK", 2015, 1, 1, 2000}, {"SK", 2025, 1, 1, 2300},
};

static const struct rate dutch_reduced_rates[] = {
    {"NL", 1986, 10, 1, 600},
    {"NL", 2019, 1, 1, 900},
};

bool country_is_known(const char *country)
{
    if (strlen(country) != 2)
        return false;
    const char code[] = {country[0], country[1], ' ', '\0'};
    const char *found = strstr(countries, code);
    return found != NULL && (found - countries) % 3 == 0;
}

const char *vat_territory(const char *country)
{
    return strcmp(country, "MC") == 0 ? "FR" : country;
}

bool vat_is_in_union(const char *territory)
{
    for (size_t i = 0; i < sizeof(standard_rates) / sizeof(standard_rates[0]); i++) {
        if (strcmp(standard_rates[i].territory, territory) == 0)
            return true;
    }
    return false;
}

/* The last row of the territory that holds by that day. */
static bool rate_on(const struct rate *rates, size_t count, const char *territory, int64_t day, int64_t *basis_points)
{
    bool found = false;
    for (size_t i = 0; i < count; i++) {
        const struct rate *rate = &rates[i];
        if (strcmp(rate->territory, territory) != 0 || clock_days_from_date(rate->year, rate->month, rate->day) > day)
            continue;
        *basis_points = rate->basis_points;
        found = true;
    }
    return found;
}

bool vat_standard_rate(const char *territory, int64_t day, int64_t *basis_points)
{
    return rate_on(standard_rates, sizeof(standard_rates) / sizeof(standard_rates[0]), territory, day, basis_points);
}

bool vat_is_dutch_rate(int64_t basis_points, int64_t day)
{
    const size_t reduced_count = sizeof(dutch_reduced_rates) / sizeof(dutch_reduced_rates[0]);
    int64_t standard = 0;
    int64_t reduced = 0;
    return basis_points == 0 || (vat_standard_rate("NL", day, &standard) && standard == basis_points) ||
           (rate_on(dutch_reduced_rates, reduced_count, "NL", day, &reduced) && reduced == basis_points);
}
