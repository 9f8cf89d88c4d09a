#!/usr/bin/env python3
"""Proves that the checks can fail: breaks good documents in one place each, and looks for the rule that must notice.

    broken.py make INVOICE CREDIT_NOTE FOLDER    writes a broken document for each case
    broken.py check FOLDER < FINDINGS            the findings of Validate and sums.py on them: one line a case that
                                                 nobody noticed; exit status 1 when there is one
"""

import re
import sys
from pathlib import Path


def one_cent_more(element, position=0):
    """Adds a cent to the position-th element of that name."""

    def change(text):
        found = list(re.finditer(rf"<cbc:{element} currencyID=\"EUR\">(-?\d+)\.(\d\d)<", text))[position]
        cents = int(found[1] + found[2]) + 1
        start, end = found.start(1), found.end(2)
        return f"{text[:start]}{cents // 100}.{cents % 100:02}{text[end:]}"

    return change


def replaced(old, new):
    return lambda text: re.sub(old, new, text, count=1, flags=re.DOTALL)


def vat_one_cent_off(text):
    """All sums agree, so that the official rules are content: only exact arithmetic sees it."""
    for element, position in (("TaxAmount", 0), ("TaxAmount", 1), ("TaxInclusiveAmount", 0), ("PayableAmount", 0)):
        text = one_cent_more(element, position)(text)
    return text


# What is broken: in which document, how, and what the finding has to say.
CASES = {
    "total-one-cent-off": ("invoice", one_cent_more("TaxInclusiveAmount"), "BR-CO-15"),
    "rest-one-cent-off": ("invoice", one_cent_more("PayableAmount"), "BR-CO-16"),
    "lines-one-cent-off": ("credit note", one_cent_more("LineExtensionAmount"), "BR-CO-10"),
    "vat-sum-one-cent-off": ("credit note", one_cent_more("TaxAmount"), "BR-CO-14"),
    "vat-of-rate-one-cent-off": ("invoice", vat_one_cent_off, "VAT at "),
    "price-one-cent-off": ("invoice", one_cent_more("PriceAmount"), "line 1 is"),
    "no-number": ("invoice", replaced(r"<cbc:ID>2026-\d+</cbc:ID>", ""), "schema"),
    "no-seller-vat": ("invoice", replaced(r"<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>", ""), "BR-S-02"),
    "no-country": ("credit note", replaced(r">NL</cbc:IdentificationCode>", ">XX</cbc:IdentificationCode>"), "BR-CL-14"),
    "not-a-vat-number": ("invoice", replaced(r">NL001234567B01<", ">001234567B01<"), "BR-CO-09"),
    "no-term-for-it": ("invoice", replaced(r"(<cbc:IssueDate>)", r"<cbc:UUID>1</cbc:UUID>\1"), "warning UBL-CR-"),
    "wrong-order": ("credit note", replaced(r"(<cbc:ID>[^\n]*)(\s*)(<cbc:IssueDate>[^\n]*)", r"\3\2\1"), "schema"),
    "another-root": ("invoice", replaced(r"xsd:Invoice-2", "xsd:Order-2"), "unknown-format"),
    "cut-off": ("invoice", replaced(r"</Invoice>", ""), "schema"),
    "not-xml": ("invoice", lambda text: text[1:], "unreadable"),
}


def make(invoice, credit_note, folder):
    sources = {"invoice": Path(invoice).read_text("utf-8"), "credit note": Path(credit_note).read_text("utf-8")}
    for name, (source, change, _) in CASES.items():
        broken = change(sources[source])
        if broken == sources[source]:
            sys.exit(f"broken.py: {name} changes nothing")
        Path(folder, f"{name}.xml").write_text(broken, "utf-8")


def check(folder):
    findings = sys.stdin.read().splitlines()
    unnoticed = 0
    for name, (_, _, wanted) in CASES.items():
        prefix = f"{folder}/{name}.xml: "
        if not any(line.startswith(prefix) and wanted in line for line in findings):
            print(f"{prefix}nobody noticed ({wanted})")
            unnoticed += 1
    print(f"{len(CASES)} broken documents, {unnoticed} unnoticed")
    return 1 if unnoticed else 0


if len(sys.argv) == 5 and sys.argv[1] == "make":
    make(*sys.argv[2:])
elif len(sys.argv) == 3 and sys.argv[1] == "check":
    sys.exit(check(sys.argv[2]))
else:
    sys.exit(__doc__)
