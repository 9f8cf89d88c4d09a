/* How long, and in words: the arithmetic of the terms in the catalogue, and what it is called. Pure; any thread. */
#include <assert.h>

#include "akkoord/base/clock.h"
#include "akkoord/domain/calendar.h"
#include "akkoord/domain/retention.h"

#define US_PER_HOUR     (INT64_C(3600) * CLOCK_US_PER_SECOND)
#define MONTHS_PER_YEAR 12

/* ---- terms ---- */

bool retention_has_term(enum retention_category category)
{
    return retention_rule_of(category)->term.unit != RETENTION_OPEN;
}

static int amount_of(const struct retention_term *term, bool is_oss)
{
    return is_oss && term->oss_amount != 0 ? term->oss_amount : term->amount;
}

static int64_t first_day_of_year(int year)
{
    return clock_days_from_date(year, 1, 1);
}

/* The last day of a term in whole days, months or years that starts on `day`. */
static int64_t last_day(const struct retention_term *term, int amount, int64_t day)
{
    if (term->start == RETENTION_FROM_BOOK_YEAR_END)
        return first_day_of_year(calendar_year(day) + amount + 1) - 1;
    if (term->unit == RETENTION_DAYS)
        return day + amount;
    return calendar_add_months(day, term->unit == RETENTION_YEARS ? amount * MONTHS_PER_YEAR : amount);
}

int64_t retention_end_us(enum retention_category category, bool is_oss, int64_t start_us)
{
    const struct retention_term *term = &retention_rule_of(category)->term;
    int amount = amount_of(term, is_oss);
    assert(term->unit != RETENTION_OPEN);
    if (term->unit == RETENTION_HOURS)
        return start_us + amount * US_PER_HOUR;
    return calendar_start_of_amsterdam_day_us(last_day(term, amount, calendar_amsterdam_day(start_us)) + 1);
}

/* A day from which the term is surely not over yet on the day `today`. */
static int64_t too_late_day(const struct retention_term *term, int amount, int64_t today)
{
    if (term->unit == RETENTION_DAYS)
        return today - amount;
    int months = term->unit == RETENTION_YEARS ? amount * MONTHS_PER_YEAR : amount;
    int year, month, day_of_month;
    clock_date_from_days(today, &year, &month, &day_of_month);
    int next_month = year * MONTHS_PER_YEAR + month - months; /* from the year 0, the one after the term's first */
    return clock_days_from_date(next_month / MONTHS_PER_YEAR, next_month % MONTHS_PER_YEAR + 1, 1);
}

int64_t retention_cutoff_us(enum retention_category category, bool is_oss, int64_t now_us)
{
    const struct retention_term *term = &retention_rule_of(category)->term;
    int amount = amount_of(term, is_oss);
    assert(term->unit != RETENTION_OPEN);
    if (term->unit == RETENTION_HOURS)
        return now_us - amount * US_PER_HOUR + 1;
    int64_t today = calendar_amsterdam_day(now_us);
    if (term->start == RETENTION_FROM_BOOK_YEAR_END)
        return calendar_start_of_amsterdam_day_us(first_day_of_year(calendar_year(today) - amount));
    /* No shorter way is right for every length of a month: go back day by day, for two months at most. */
    int64_t day = too_late_day(term, amount, today);
    while (last_day(term, amount, day) >= today)
        day--;
    return calendar_start_of_amsterdam_day_us(day + 1);
}

/* ---- words ---- */

struct unit_words {
    const char *name;
    retention_words one;
    retention_words many;
};

static const struct unit_words units[] = {
    [RETENTION_OPEN] = {"open", {"", ""}, {"", ""}},
    [RETENTION_HOURS] = {"hours", {"uur", "hour"}, {"uur", "hours"}},
    [RETENTION_DAYS] = {"days", {"dag", "day"}, {"dagen", "days"}},
    [RETENTION_MONTHS] = {"months", {"maand", "month"}, {"maanden", "months"}},
    [RETENTION_YEARS] = {"years", {"jaar", "year"}, {"jaar", "years"}},
};

static const struct {
    const char *name;
    retention_words words;
} starts[RETENTION_STARTS] = {
    [RETENTION_FROM_CLOSING] = {"closing_of_account", {"tot u uw account opheft", "until you end your account"}},
    [RETENTION_FROM_LAPSE] = {"lapse", {"tot zij verlopen", "until they lapse"}},
    [RETENTION_FROM_RECEIPT] = {"receipt", {"na ontvangst", "from receipt"}},
    [RETENTION_FROM_ANSWER] = {"answer", {"nadat het verzoek is beantwoord", "after the request was answered"}},
    [RETENTION_FROM_UNPAID_END] = {"end_of_unpaid_order",
                                   {"nadat de bestelling is verlopen of geannuleerd",
                                    "after the order expired or was cancelled"}},
    [RETENTION_FROM_BOOK_YEAR_END] = {"end_of_book_year",
                                      {"na het einde van het boekjaar van de laatste stap van de bestelling",
                                       "from the end of the book year of the order's last step"}},
    [RETENTION_FROM_MONTH_END] =
        {"end_of_month",
         {"na het einde van de maand waarvoor een sleutel van berichten geldt; andere sleutels "
          "eindigen met wat zij versleutelen",
          "from the end of the month that a key of messages is for; other keys end with what "
          "they encrypt"}},
    [RETENTION_FROM_LEAVING] = {"end_of_employment", {"na het einde van het dienstverband", "after employment ends"}},
    [RETENTION_FROM_LIFTING] = {"lifting", {"na opheffing van het bewaarbevel", "after the hold is lifted"}},
    [RETENTION_FROM_INSTALLATION] = {"installation",
                                     {"zolang de webwinkel bestaat; het zijn geen persoonsgegevens",
                                      "as long as the shop exists; it is no personal data"}},
};

static const struct {
    const char *name;
    retention_words words;
} afterwards_table[RETENTION_AFTERWARDS] = {
    [RETENTION_DELETED] = {"deleted", {"verwijderd", "deleted"}},
    [RETENTION_SHREDDED] = {"shredded",
                            {"onleesbaar gemaakt door de sleutel te vernietigen, en verwijderd",
                             "made unreadable by destroying the key, and deleted"}},
    [RETENTION_ANONYMISED] = {"anonymised",
                              {"verwijderd; wat de medewerker deed blijft staan zonder dat te zien is wie het was",
                               "deleted; what the member of staff did stays, without telling who it was"}},
    [RETENTION_KEPT] = {"kept", {"blijft bewaard", "kept"}},
};

static const struct {
    const char *name;
    retention_words words;
} effects[RETENTION_EFFECTS] = {
    [RETENTION_ERASED_NOW] = {"erased_now", {"nu verwijderd", "erased now"}},
    [RETENTION_SHREDDED_UNTIL] =
        {"shredded_until",
         {"nu onleesbaar gemaakt; ook kopieën in back-ups zijn uiterlijk op de datum onleesbaar",
          "made unreadable now; copies in backups are unreadable by the date too"}},
    [RETENTION_RETAINED_UNTIL] = {"retained_until",
                                  {"bewaard tot de datum, en dan vernietigd",
                                   "kept until the date, and then destroyed"}},
    [RETENTION_NOT_THEIRS] = {"not_about_you", {"bevat geen gegevens over u", "holds no data about you"}},
};

static const char *unit_words_of(enum retention_unit unit, int amount, enum language language)
{
    return amount == 1 ? units[unit].one[language] : units[unit].many[language];
}

const char *retention_term_words(struct arena *arena, enum retention_category category, enum language language)
{
    const struct retention_term *term = &retention_rule_of(category)->term;
    const char *start = starts[term->start].words[language];
    if (term->unit == RETENTION_OPEN || term->amount == 0)
        return start;
    const char *text =
        arena_format(arena, "%d %s %s", term->amount, unit_words_of(term->unit, term->amount, language), start);
    if (term->oss_amount == 0)
        return text;
    return arena_format(arena,
                        language == LANGUAGE_NL ? "%s (%d %s als het éénloketsysteem voor de btw (OSS) geldt)"
                                                : "%s (%d %s where the VAT one-stop shop (OSS) applies)",
                        text, term->oss_amount, unit_words_of(term->unit, term->oss_amount, language));
}

const char *retention_basis_words(struct arena *arena, unsigned bases, enum language language)
{
    static const struct {
        enum retention_basis basis;
        retention_words words;
    } table[] = {
        {RETENTION_CONTRACT,
         {"uitvoering van de overeenkomst (AVG art. 6 lid 1 onder b)",
          "carrying out the contract (GDPR art. 6(1)(b))"}},
        {RETENTION_DUTY, {"een wettelijke plicht (AVG art. 6 lid 1 onder c)", "a legal duty (GDPR art. 6(1)(c))"}},
        {RETENTION_INTEREST,
         {"ons gerechtvaardigd belang, zoals het doel zegt (AVG art. 6 lid 1 onder f)",
          "our legitimate interest, as the purpose says (GDPR art. 6(1)(f))"}},
    };
    const char *text = "";
    for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
        if ((bases & table[i].basis) != 0)
            text = arena_format(arena, "%s%s%s", text, text[0] != '\0' ? "; " : "", table[i].words[language]);
    }
    return text;
}

const char *retention_unit_name(enum retention_unit unit)
{
    return units[unit].name;
}

const char *retention_start_name(enum retention_start start)
{
    return starts[start].name;
}

const char *retention_afterwards_name(enum retention_afterwards afterwards)
{
    return afterwards_table[afterwards].name;
}

const char *retention_afterwards_words(enum retention_afterwards afterwards, enum language language)
{
    return afterwards_table[afterwards].words[language];
}

/* ---- the report on an erasure ---- */

static int64_t until_us(enum retention_category category, bool is_oss, int64_t start_us, int64_t erased_us)
{
    enum retention_effect effect = retention_rule_of(category)->at_erasure;
    if (effect == RETENTION_SHREDDED_UNTIL)
        return calendar_start_of_amsterdam_day_us(calendar_amsterdam_day(erased_us) + RETENTION_SHRED_DAYS + 1);
    if (effect == RETENTION_RETAINED_UNTIL && start_us != 0)
        return retention_end_us(category, is_oss, start_us);
    return 0;
}

struct retention_erasure retention_at_erasure(enum retention_category category, enum language language, bool is_oss,
                                              int64_t start_us, int64_t erased_us)
{
    const struct retention_rule *rule = retention_rule_of(category);
    return (struct retention_erasure){
        .effect = rule->at_erasure,
        .effect_name = effects[rule->at_erasure].name,
        .effect_words = effects[rule->at_erasure].words[language],
        .basis = rule->erasure_basis[language],
        .until_us = until_us(category, is_oss, start_us, erased_us),
    };
}
