#!/usr/bin/env python3
"""VAT numbers against python3-stdnum: random, valid and mutated ones get the same answer, state by state.

Where stdnum takes more or less than the structures that the states give to VIES, `official` says so and why.
    check_vat_numbers.py PROGRAM [SEED]
"""
import random
import re
import subprocess
import sys

sys.path.append("/usr/lib/python3/dist-packages")  # Debian's, whichever Python runs this
try:
    from stdnum.eu import vat
    from stdnum.sk import rc
except ImportError:
    print("skipped: python3-stdnum is not installed")
    sys.exit(77)

# How random numbers of a state look: 9 a digit, A a letter, anything else itself; most are near what is right.
FORMS = {
    "AT": ["U99999999"], "BE": ["0999999999", "1999999999"], "BG": ["999999999", "9999999999", "990199999D"],
    "CY": ["99999999A"], "CZ": ["99999999", "699999999", "990199999", "9901999999", "995199999"], "DE": ["999999999"],
    "DK": ["99999999"], "EE": ["999999999"], "EL": ["999999999"],
    "ES": ["99999999A", "X9999999A", "B99999999", "K9999999A", "P9999999A", "A9999999A"], "FI": ["99999999"],
    "FR": ["99999999999", "A9999999999", "9A999999999", "AA999999999", "99000999999"], "HR": ["99999999999"],
    "HU": ["99999999"], "IE": ["9999999A", "9999999AA", "9A99999A"], "IT": ["99999990999", "99999990010"],
    "LT": ["999999919", "999999999919"], "LU": ["99999999"], "LV": ["99999999999", "01019919999", "31129909999"],
    "MT": ["99999999"], "NL": ["999999999B99", "999999999B01"], "PL": ["9999999999"], "PT": ["999999999"],
    "RO": ["99", "999", "9999999", "999999999", "9999999999"], "SE": ["999999999901"], "SI": ["99999999"],
    "SK": ["9999999999"], "XI": ["999999999", "999999999999", "GD999", "HA999"],
}
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def official(number):
    """stdnum's answer, but by the structure that the state itself gives."""
    state, body = number[:2], number[2:]
    if state == "GR":  # its prefix is EL (art. 215)
        return False
    if state == "BE" and not re.fullmatch(r"[01]\d{9}", body):  # nine digits and higher beginnings are not given out
        return False
    if state == "EL" and len(body) != 9:  # stdnum fills up eight
        return False
    if state == "RO" and len(body) > 10:  # a person's code is no VAT number
        return False
    if state == "SK" and rc.is_valid(body) and not (body[0] != "0" and body[2] in "234789" and int(body) % 11 == 0):
        return False  # nor is a birth number
    if state == "LV" and re.fullmatch(r"32\d{9}", body):  # given out since 2017, without a day of birth or check digit
        return True
    if state == "XI" and len(body) == 11:  # a form of intra-government trade that VIES does not list
        return False
    if state == "NL" and len(body) != 12:  # stdnum fills up with zeros
        return False
    if state == "IE" and len(body) == 9 and not body[1].isdigit():  # the oldest form has one letter at its end
        return False
    return vat.is_valid(number)


def invent(random_source, form):
    return "".join(
        random_source.choice("0123456789") if each == "9"
        else random_source.choice("ABCDEFGHIJKLMNOPQRSTUVWXYZ") if each == "A" else each for each in form)


def mutate(random_source, number):
    at = random_source.randrange(2, len(number))
    kind = random_source.randrange(4)
    if kind == 0:
        return number[:at] + random_source.choice(ALPHABET) + number[at + 1:]
    if kind == 1:
        return number[:at] + random_source.choice(ALPHABET) + number[at:]
    if kind == 2 and len(number) > 3:
        return number[:at] + number[at + 1:]
    return number[:2] + "".join(random_source.sample(number[2:], len(number) - 2)) if kind == 3 else number


def main():
    program = sys.argv[1]
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.SystemRandom().randrange(1 << 32)
    random_source = random.Random(seed)
    numbers, valid = [], {}
    for state, forms in FORMS.items():
        valid[state] = 0
        for _ in range(600):
            number = state + invent(random_source, random_source.choice(forms))
            numbers.append(number)
            # The neighbours by the last characters, so that valid ones are among them.
            if state in ("BE", "FR", "LU", "NL", "XI"):  # two check digits
                at = 2 if state == "FR" else random_source.choice([len(number) - 2, len(number) - 2, min(9, len(number) - 2)])
                ends = [f"{each:02}" for each in range(100)] if random_source.random() < (0.8 if state in ("FR", "LU") else 0.2) else []
            else:
                at = len(number) - random_source.choice([1, 1, 2, 3])
                ends = ALPHABET if at == len(number) - 1 else "0123456789"
            for each in ends:
                near = number[:at] + each + number[at + len(each):]
                numbers.append(near)
                if official(near):
                    valid[state] += 1
                    numbers += [mutate(random_source, near) for _ in range(3)]
    numbers += ["NL", "DE1", "GR123456783", "XX123456789", "US123456789"]
    done = subprocess.run([program], input="".join(f"vat {each}\n" for each in numbers), capture_output=True, text=True, check=True)
    wrong = [(number, answer) for number, answer in zip(numbers, done.stdout.split(), strict=True) if (answer == "1") != official(number)]
    for number, answer in wrong[:20]:
        print(f"{number}: {'taken' if answer == '1' else 'refused'}, and stdnum says otherwise")
    few = [state for state, count in valid.items() if count < 50]
    if few:
        print(f"too few valid numbers were met: {few}")
    print(f"{len(numbers)} numbers, {sum(valid.values())} of them valid, {len(wrong)} wrong (seed {seed})")
    return 1 if wrong or few else 0


if __name__ == "__main__":
    sys.exit(main())
