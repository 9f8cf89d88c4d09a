#!/usr/bin/env python3
"""Which VAT applies, by a second reading of the rules: every kind of seller, buyer, listing and supply together.

    check_places.py PROGRAM
"""
import datetime
import itertools
import subprocess
import sys

# The standard rates on three days, by country, typed off the Commission's tables once more.
RATES = {
    datetime.date(2020, 7, 15): dict(AT=20, BE=21, BG=20, CY=19, CZ=21, DE=16, DK=25, EE=20, ES=21, FI=24, FR=20, GR=24, HR=25, HU=27,
                                     IE=23, IT=22, LT=21, LU=17, LV=21, MT=18, NL=21, PL=23, PT=23, RO=19, SE=25, SI=22, SK=20),
    datetime.date(2024, 9, 1): dict(AT=20, BE=21, BG=20, CY=19, CZ=21, DE=19, DK=25, EE=22, ES=21, FI=25.5, FR=20, GR=24, HR=25, HU=27,
                                    IE=23, IT=22, LT=21, LU=17, LV=21, MT=18, NL=21, PL=23, PT=23, RO=19, SE=25, SI=22, SK=20),
    datetime.date(2026, 11, 27): dict(AT=20, BE=21, BG=20, CY=19, CZ=21, DE=19, DK=25, EE=24, ES=21, FI=25.5, FR=20, GR=24, HR=25, HU=27,
                                      IE=23, IT=22, LT=21, LU=17, LV=21, MT=18, NL=21, PL=23, PT=23, RO=21, SE=25, SI=22, SK=23),
}
# A valid number of each state (their own published examples), and one with a digit changed.
NUMBERS = {
    "AT": "ATU13585627", "BE": "BE0428759497", "BG": "BG175074752", "CY": "CY10259033P", "CZ": "CZ25123891", "DE": "DE136695976",
    "DK": "DK13585628", "EE": "EE100931558", "ES": "ESB58378431", "FI": "FI20774740", "FR": "FR40303265045", "GR": "EL094259216",
    "HR": "HR33392005961", "HU": "HU12892312", "IE": "IE6433435F", "IT": "IT00743110157", "LT": "LT119511515", "LU": "LU15027442",
    "LV": "LV40003521600", "MT": "MT11679112", "NL": "NL004495445B01", "PL": "PL8567346215", "PT": "PT501964843", "RO": "RO18547290",
    "SE": "SE123456789701", "SI": "SI50223054", "SK": "SK2022749619", "XI": "XI980780684",
}
LISTED = [("S", 2100), ("S", 900), ("Z", 0), ("E", 0), ("AE", 0), ("K", 0), ("G", 0)]
NUMBER, SKU = "billing.vat_number", "lines[3].sku"


def wrong(number):
    """A digit in the middle changed, which every algorithm notices."""
    at = 5
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1:]


def expect(small, one_stop, country, company, number, number_of, is_right, category, rate, supply, day):
    """`number_of`: whose the VAT number is (a country, XI); None without one."""
    listed = ("E", 0, "small_business", "-") if small else (
        category, rate, {"E": "exempt", "AE": "domestic_reverse_charge"}.get(category, "none"), "-")
    free_goods = lambda code, ground: listed if small else (code, 0, ground, "-")
    goods = supply == "goods" or category == "K"
    place = "FR" if country == "MC" else country

    def number_fault(of):
        if number is None:
            return ("!", "vat_number_required", NUMBER)
        if number_of != of:
            return ("!", "vat_number_country", NUMBER)
        return None if is_right else ("!", "vat_number_wrong", NUMBER)

    if place == "NL":
        if category in ("K", "G"):
            return ("!", "vat_category", SKU)
        if category == "AE" and not small and (fault := number_fault("NL")):
            return fault
        return listed
    if place in RATES[day]:
        if category == "G":
            return ("!", "vat_category", SKU)
        if category == "E":
            return listed
        if number is None and category in ("AE", "K"):
            return number_fault(place)
        if number is None:
            if supply == "service" or not one_stop:
                return listed
            return ("S", int(RATES[day][place] * 100), "one_stop_shop", place)
        if fault := number_fault(place):
            return fault
        return free_goods("K", "intra_community") if goods else ("AE", 0, "reverse_charge", "-")
    if goods and place == "GB" and number_of == "XI":
        return number_fault("XI") or free_goods("K", "intra_community")
    if category == "K":
        return ("!", "vat_category", SKU)
    business = number is not None or company is not None
    if category == "AE" and not business:
        return ("!", "vat_number_required", NUMBER)
    if goods:
        return free_goods("G", "export")
    if supply == "electronic" or business or category == "G":
        return ("G", 0, "outside_union", "-")
    return listed


def main():
    program = sys.argv[1]
    questions, expectations = [], []
    countries = [*RATES[datetime.date(2024, 9, 1)], "MC", "GB", "US", "CH"]
    for country, small, one_stop, company, (category, rate), supply, day in itertools.product(
            countries, (0, 1), (0, 1), (None, "Company"), LISTED, ("electronic", "service", "goods"), RATES):
        place = "FR" if country == "MC" else country
        numbers = [(None, None, False), ("US123456789", None, True), (NUMBERS["XI"], "XI", True), (wrong(NUMBERS["XI"]), "XI", False)]
        numbers += [(NUMBERS[of], of, True) for of in {place, "NL", "DE"} if of in NUMBERS]
        numbers += [(wrong(NUMBERS[place]), place, False)] if place in NUMBERS else []
        for number, number_of, is_right in numbers:
            expected = expect(small, one_stop, country, company, number, number_of, is_right, category, rate, supply, day)
            expectations.append(" ".join(str(part) for part in expected))
            questions.append(f"place NL {small} {one_stop} {country} {company or '-'} {number or '-'} {category} {rate} {supply} "
                             f"{(day - datetime.date(1970, 1, 1)).days}")
    # Before and after: days on which a rate changed, of the one-stop shop.
    for country, day, rate in [("DE", "2020-06-30", 1900), ("DE", "2020-07-01", 1600), ("DE", "2020-12-31", 1600), ("DE", "2021-01-01", 1900),
                               ("EE", "2025-06-30", 2200), ("EE", "2025-07-01", 2400), ("RO", "2025-07-31", 1900), ("RO", "2025-08-01", 2100),
                               ("IE", "2021-02-28", 2100), ("LU", "2023-12-31", 1600), ("SK", "2024-12-31", 2000), ("FI", "2024-08-31", 2400)]:
        days = (datetime.date.fromisoformat(day) - datetime.date(1970, 1, 1)).days
        questions.append(f"place NL 0 1 {country} - - S 900 electronic {days}")
        expectations.append(f"S {rate} one_stop_shop {country}")
    done = subprocess.run([program], input="\n".join(questions) + "\n", capture_output=True, text=True, check=True)
    wrong_ones = [each for each in zip(questions, expectations, done.stdout.splitlines(), strict=True) if each[1] != each[2]]
    for question, expected, got in wrong_ones[:10]:
        print(f"{question}\n  expected {expected}\n  got      {got}")
    print(f"{len(questions)} places, {len(wrong_ones)} wrong")
    return 1 if wrong_ones else 0


if __name__ == "__main__":
    sys.exit(main())
