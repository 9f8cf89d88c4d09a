#pragma once
/*
 * The countries of the world, those of them that are the Union's for VAT, and their rates by date. Pure; any thread.
 *
 * Sources: ISO 3166-1; Directive 2006/112/EC art. 5 to 7 (Monaco counts as France); the Commission's "Taxes in Europe
 * Database" with the rates of the member states, as known in January 2026, and for the Netherlands Wet OB 1968 art. 9.
 * When a state changes its rate, a row is added with the day from which it holds; none is ever changed.
 *
 * Territories of a member state that are outside the Union's VAT (the Canary Islands, Åland, ...), or have rates of
 * their own (Madeira, the Azores, ...), are taken as their state.
 */
#include <stdbool.h>
#include <stdint.h>

/* Whether a country of ISO 3166-1 has this two-letter code (capitals). */
bool country_is_known(const char *country);

/* The country whose VAT is charged there: the country itself, but France for Monaco. */
const char *vat_territory(const char *country);

/* Of a territory: whether it is a member state. */
bool vat_is_in_union(const char *territory);

/* The standard rate of a member state on a day (since 1970-01-01); false where none is known: no member state, or
 * before the first row. */
bool vat_standard_rate(const char *territory, int64_t day, int64_t *basis_points);

/* Whether a rate is one of those that the Netherlands have on that day: standard, reduced or 0. */
bool vat_is_dutch_rate(int64_t basis_points, int64_t day);
