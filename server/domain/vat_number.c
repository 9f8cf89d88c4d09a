/*
 * The check digits of VAT identification numbers, a function a state. Pure; any thread. It asks nobody whether a number
 * was ever given out.
 */
#include "akkoord/domain/vat_number.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define PREFIX_LENGTH 2

/* ---- digits ---- */

static bool is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

static bool is_capital(char byte)
{
    return byte >= 'A' && byte <= 'Z';
}

static int digit(char byte)
{
    return byte - '0';
}

static bool is_digits(const char *text, size_t length)
{
    for (size_t i = 0; i < length; i++) {
        if (!is_digit(text[i]))
            return false;
    }
    return true;
}

/* Nothing but `length` digits. */
static bool is_number(const char *text, size_t length)
{
    return strlen(text) == length && is_digits(text, length);
}

static int64_t value(const char *text, size_t length)
{
    int64_t number = 0;
    for (size_t i = 0; i < length; i++)
        number = number * 10 + digit(text[i]);
    return number;
}

static int weigh(const char *text, const int *weights, size_t length)
{
    int sum = 0;
    for (size_t i = 0; i < length; i++)
        sum += digit(text[i]) * weights[i];
    return sum;
}

#define WEIGH(text, ...) weigh((text), (const int[]){__VA_ARGS__}, sizeof((const int[]){__VA_ARGS__}) / sizeof(int))

/* Luhn's sum: every second digit doubled, beginning left of the last; 0 for a number with its check digit. */
static int luhn(const char *text, size_t length)
{
    int sum = 0;
    for (size_t i = 0; i < length; i++) {
        int at = digit(text[length - 1 - i]);
        int doubled = at * 2 > 9 ? at * 2 - 9 : at * 2;
        sum += i % 2 == 0 ? at : doubled;
    }
    return sum % 10;
}

/* ISO/IEC 7064, MOD 11,10. */
static bool is_mod_11_10(const char *text, size_t length)
{
    int check = 5;
    for (size_t i = 0; i < length; i++)
        check = ((check == 0 ? 10 : check) * 2 % 11 + digit(text[i])) % 10;
    return check == 1;
}

/* A day of the Gregorian calendar. */
static bool is_date(int year, int month, int day)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leaps = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (month < 1 || month > 12 || day < 1)
        return false;
    return day <= days[month - 1] + (leaps && month == 2 ? 1 : 0);
}

/* ---- A to E ---- */

static bool check_at(const char *number)
{
    if (number[0] != 'U' || !is_number(number + 1, 8))
        return false;
    return (6 + 60 - luhn(number + 1, 7)) % 10 == digit(number[8]);
}

static bool check_be(const char *number)
{
    if (!is_number(number, 10) || number[0] > '1' || value(number, 10) == 0)
        return false;
    return (value(number, 8) + value(number + 8, 2)) % 97 == 0;
}

static bool is_bulgarian_person(const char *number)
{
    int year = 1900 + (int)value(number, 2);
    int month = (int)value(number + 2, 2);
    if (month > 40) {
        year += 100;
        month -= 40;
    } else if (month > 20) {
        year -= 100;
        month -= 20;
    }
    return is_date(year, month, (int)value(number + 4, 2)) &&
           WEIGH(number, 2, 4, 8, 5, 10, 9, 7, 3, 6) % 11 % 10 == digit(number[9]);
}

static bool check_bg(const char *number)
{
    if (is_number(number, 9)) {
        int check = WEIGH(number, 1, 2, 3, 4, 5, 6, 7, 8) % 11;
        if (check == 10)
            check = WEIGH(number, 3, 4, 5, 6, 7, 8, 9, 10) % 11;
        return check % 10 == digit(number[8]);
    }
    if (!is_number(number, 10))
        return false;
    bool is_foreigner = WEIGH(number, 21, 19, 17, 13, 11, 9, 7, 3, 1) % 10 == digit(number[9]);
    bool is_other = (11 - WEIGH(number, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11) % 11 == digit(number[9]);
    return is_bulgarian_person(number) || is_foreigner || is_other;
}

static bool check_cy(const char *number)
{
    static const int odd[] = {1, 0, 5, 7, 9, 13, 15, 17, 19, 21};
    if (strlen(number) != 9 || !is_digits(number, 8) || !is_capital(number[8]) || strncmp(number, "12", 2) == 0)
        return false;
    int sum = 0;
    for (size_t i = 0; i < 8; i++)
        sum += i % 2 == 0 ? odd[digit(number[i])] : digit(number[i]);
    return 'A' + sum % 26 == number[8];
}

/* A birth number, of the Czech Republic and of Slovakia: women's months are 50 higher, and 20 are added where a day's
 * numbers ran out. Nine digits until 1953, without a check digit. */
static bool is_birth_number(const char *number, size_t length)
{
    int year = 1900 + (int)value(number, 2);
    if (length == 9 && year >= 1980)
        year -= 100;
    if (length == 9 && year > 1953)
        return false;
    if (length == 10 && year < 1954)
        year += 100;
    if (!is_date(year, (int)value(number + 2, 2) % 50 % 20, (int)value(number + 4, 2)))
        return false;
    if (length == 9)
        return true;
    int64_t check = value(number, 9) % 11;
    return (year < 1985 ? check % 10 : check) == digit(number[9]);
}

static bool check_cz(const char *number)
{
    size_t length = strlen(number);
    if (!is_digits(number, length))
        return false;
    if (length == 8) {
        int check = (11 - WEIGH(number, 8, 7, 6, 5, 4, 3, 2) % 11) % 11;
        return number[0] != '9' && (check == 0 ? 1 : check) % 10 == digit(number[7]);
    }
    if (length == 9 && number[0] == '6') {
        int check = WEIGH(number + 1, 8, 7, 6, 5, 4, 3, 2) % 11;
        return (8 + 10 - (21 - check) % 11) % 10 == digit(number[8]);
    }
    return (length == 9 || length == 10) && is_birth_number(number, length);
}

static bool check_de(const char *number)
{
    return is_number(number, 9) && number[0] != '0' && is_mod_11_10(number, 9);
}

static bool check_dk(const char *number)
{
    return is_number(number, 8) && number[0] != '0' && WEIGH(number, 2, 7, 6, 5, 4, 3, 2, 1) % 11 == 0;
}

static bool check_ee(const char *number)
{
    return is_number(number, 9) && WEIGH(number, 3, 7, 1, 3, 7, 1, 3, 7, 1) % 10 == 0;
}

static bool check_el(const char *number)
{
    return is_number(number, 9) && WEIGH(number, 256, 128, 64, 32, 16, 8, 4, 2) % 11 % 10 == digit(number[8]);
}

static bool check_es(const char *number)
{
    static const char letters[] = "TRWAGMYFPDXBNJZSQVHLCKE";
    if (strlen(number) != 9 || !is_digits(number + 1, 7))
        return false;
    char first = number[0];
    char last = number[8];
    if (first == 'K' || first == 'L' || first == 'M')
        return letters[value(number + 1, 7) % 23] == last;
    if (is_digit(first))
        return letters[value(number, 8) % 23] == last;
    if (first >= 'X' && first <= 'Z')
        return letters[((first - 'X') * INT64_C(10000000) + value(number + 1, 7)) % 23] == last;
    if (strchr("ABCDEFGHJNPQRSUVW", first) == NULL)
        return false;
    /* Digit or letter, by the kind of organisation; which kinds may have which is not told alike everywhere. */
    const char with_zero[] = {number[1], number[2], number[3], number[4], number[5], number[6], number[7], '0'};
    int check = (10 - luhn(with_zero, sizeof(with_zero))) % 10;
    return last == '0' + check || last == "JABCDEFGHI"[check];
}

/* ---- F to L ---- */

static bool check_fi(const char *number)
{
    return is_number(number, 8) && WEIGH(number, 7, 9, 10, 5, 8, 4, 2, 1) % 11 == 0;
}

/* Two characters that check the SIREN after them: digits, or letters but O and I in the newer series. A SIREN of Monaco
 * begins with 000 and has no check digit of its own. */
static bool check_fr(const char *number)
{
    static const char alphabet[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    if (strlen(number) != 11 || !is_digits(number + 2, 9))
        return false;
    const char *first = strchr(alphabet, number[0]);
    const char *second = strchr(alphabet, number[1]);
    if (first == NULL || second == NULL)
        return false;
    if (strncmp(number + 2, "000", 3) != 0 && luhn(number + 2, 9) != 0)
        return false;
    int64_t siren = value(number + 2, 9);
    if (is_digits(number, 2))
        return value(number, 2) == (siren * 100 + 12) % 97;
    int64_t check = is_digit(number[0]) ? (first - alphabet) * 24 + (second - alphabet) - 10
                                        : (first - alphabet) * 34 + (second - alphabet) - 100;
    /* 0A is 0 in the newer series: what comes before it is in neither. */
    return check >= 0 && (siren + 1 + check / 11) % 11 == check % 11;
}

static bool check_hr(const char *number)
{
    return is_number(number, 11) && is_mod_11_10(number, 11);
}

static bool check_hu(const char *number)
{
    return is_number(number, 8) && WEIGH(number, 9, 7, 3, 1, 9, 7, 3, 1) % 10 == 0;
}

/* Seven digits, a check letter, and in the newer form another letter; in the oldest the second of the seven is a letter
 * (or a sign, which api/fields.h does not let pass), and the first is weighed last. */
static bool check_ie(const char *number)
{
    static const char letters[] = "WABCDEFGHIJKLMNOPQRSTUV";
    size_t length = strlen(number);
    if ((length != 8 && length != 9) || !is_digit(number[0]) || !is_digits(number + 2, 5))
        return false;
    const char *check = strchr(letters, number[7]);
    const char *extra = length == 9 ? strchr(letters, number[8]) : letters;
    if (check == NULL || extra == NULL)
        return false;
    int sum = WEIGH(number + 2, 6, 5, 4, 3, 2);
    if (is_digit(number[1]))
        sum += digit(number[0]) * 8 + digit(number[1]) * 7 + 9 * (int)(extra - letters);
    else if (is_capital(number[1]) && length == 8)
        sum = WEIGH(number + 2, 7, 6, 5, 4, 3) + digit(number[0]) * 2;
    else
        return false;
    return sum % 23 == check - letters;
}

static bool check_it(const char *number)
{
    if (!is_number(number, 11) || value(number, 7) == 0)
        return false;
    int64_t office = value(number + 7, 3);
    bool is_office = (office >= 1 && office <= 100) || office == 120 || office == 121 || office == 888 || office == 999;
    return is_office && luhn(number, 11) == 0;
}

static bool check_lt(const char *number)
{
    size_t length = strlen(number);
    if ((length != 9 && length != 12) || !is_digits(number, length) || number[length - 2] != '1')
        return false;
    int first = 0;
    int second = 0;
    for (size_t i = 0; i + 1 < length; i++) {
        first += digit(number[i]) * (1 + (int)i % 9);
        second += digit(number[i]) * (1 + ((int)i + 2) % 9);
    }
    int check = first % 11 == 10 ? second % 11 % 10 : first % 11;
    return check == digit(number[length - 1]);
}

static bool check_lu(const char *number)
{
    return is_number(number, 8) && value(number, 6) % 89 == value(number + 6, 2);
}

/* Of a company, or the code of a person: the day of birth first, or 32 since 2017, which tells nothing. */
static bool check_lv(const char *number)
{
    if (!is_number(number, 11))
        return false;
    if (number[0] > '3')
        return WEIGH(number, 9, 1, 4, 8, 3, 10, 2, 5, 7, 6, 1) % 11 == 3;
    if (strncmp(number, "32", 2) == 0)
        return true;
    int year = 1800 + 100 * digit(number[6]) + (int)value(number + 4, 2);
    return is_date(year, (int)value(number + 2, 2), (int)value(number, 2)) &&
           (1 + WEIGH(number, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9)) % 11 % 10 == digit(number[10]);
}

/* ---- M to Z ---- */

static bool check_mt(const char *number)
{
    return is_number(number, 8) && number[0] != '0' && WEIGH(number, 3, 4, 6, 7, 8, 9, 10, 1) % 37 == 0;
}

/* Legal persons': the citizen's eleven-test over nine digits. Sole traders', since 2020: ISO/IEC 7064, MOD 97-10, over
 * the whole with its letters as numbers (N 23, L 21, B 11). */
static bool check_nl(const char *number)
{
    if (strlen(number) != 12 || !is_digits(number, 9) || number[9] != 'B' || !is_digits(number + 10, 2) ||
        value(number, 9) == 0 || value(number + 10, 2) == 0)
        return false;
    if ((WEIGH(number, 9, 8, 7, 6, 5, 4, 3, 2) - digit(number[8])) % 11 == 0)
        return true;
    int64_t rest = (INT64_C(2321) * 1000000000 + value(number, 9)) % 97;
    rest = (rest * 100 + 11) % 97;
    return (rest * 100 + value(number + 10, 2)) % 97 == 1;
}

static bool check_pl(const char *number)
{
    return is_number(number, 10) && WEIGH(number, 6, 5, 7, 2, 3, 4, 5, 6, 7) % 11 == digit(number[9]);
}

static bool check_pt(const char *number)
{
    if (!is_number(number, 9) || number[0] == '0')
        return false;
    return (11 - WEIGH(number, 9, 8, 7, 6, 5, 4, 3, 2) % 11) % 11 % 10 == digit(number[8]);
}

static bool check_ro(const char *number)
{
    static const int weights[] = {7, 5, 3, 2, 1, 7, 5, 3, 2};
    const size_t most = sizeof(weights) / sizeof(weights[0]);
    size_t length = strlen(number);
    if (length < 2 || length > most + 1 || !is_digits(number, length) || number[0] == '0')
        return false;
    int sum = weigh(number, weights + most - (length - 1), length - 1);
    return sum * 10 % 11 % 10 == digit(number[length - 1]);
}

static bool check_se(const char *number)
{
    return is_number(number, 12) && strcmp(number + 10, "01") == 0 && luhn(number, 10) == 0;
}

static bool check_si(const char *number)
{
    if (!is_number(number, 8) || number[0] == '0')
        return false;
    int check = 11 - WEIGH(number, 8, 7, 6, 5, 4, 3, 2) % 11;
    return (check == 10 ? 0 : check) == digit(number[7]);
}

static bool check_sk(const char *number)
{
    return is_number(number, 10) && number[0] != '0' && strchr("234789", number[2]) != NULL &&
           value(number, 10) % 11 == 0;
}

/* As British ones: nine digits, three more for a branch; or of a government department or health authority. */
static bool check_xi(const char *number)
{
    size_t length = strlen(number);
    if (length == 5 && is_digits(number + 2, 3)) {
        int64_t which = value(number + 2, 3);
        return (strncmp(number, "GD", 2) == 0 && which < 500) || (strncmp(number, "HA", 2) == 0 && which >= 500);
    }
    if ((length != 9 && length != 12) || !is_digits(number, length))
        return false;
    int check = (WEIGH(number, 8, 7, 6, 5, 4, 3, 2) + (int)value(number + 7, 2)) % 97;
    return check == 0 || (value(number, 3) >= 100 && (check == 42 || check == 55));
}

/* ---- all of them ---- */

static const struct state {
    char prefix[PREFIX_LENGTH + 1];
    char country[PREFIX_LENGTH + 1];
    bool (*check)(const char *number); /* without the prefix */
} states[] = {
    {"AT", "AT", check_at}, {"BE", "BE", check_be}, {"BG", "BG", check_bg}, {"CY", "CY", check_cy},
    {"CZ", "CZ", check_cz}, {"DE", "DE", check_de}, {"DK", "DK", check_dk}, {"EE", "EE", check_ee},
    {"EL", "GR", check_el}, {"ES", "ES", check_es}, {"FI", "FI", check_fi}, {"FR", "FR", check_fr},
    {"HR", "HR", check_hr}, {"HU", "HU", check_hu}, {"IE", "IE", check_ie}, {"IT", "IT", check_it},
    {"LT", "LT", check_lt}, {"LU", "LU", check_lu}, {"LV", "LV", check_lv}, {"MT", "MT", check_mt},
    {"NL", "NL", check_nl}, {"PL", "PL", check_pl}, {"PT", "PT", check_pt}, {"RO", "RO", check_ro},
    {"SE", "SE", check_se}, {"SI", "SI", check_si}, {"SK", "SK", check_sk}, {"XI", "XI", check_xi},
};

static const struct state *find(const char *number)
{
    for (size_t i = 0; i < sizeof(states) / sizeof(states[0]); i++) {
        if (strncmp(number, states[i].prefix, PREFIX_LENGTH) == 0)
            return &states[i];
    }
    return NULL;
}

const char *vat_number_state(const char *number)
{
    const struct state *state = find(number);
    return state != NULL ? state->country : NULL;
}

bool vat_number_is_valid(const char *number)
{
    const struct state *state = find(number);
    return state != NULL && state->check(number + PREFIX_LENGTH);
}
