#!/usr/bin/env python3
"""Adds up electronic documents with exact fractions, to the cent: the official rules let differences below 1.00 pass.

    sums.py FILE...

One line a fault, "FILE: what is wrong"; exit status 1 when there is one. Where prices include VAT (a file whose name
begins with "gross-"), the VAT of a rate may be one cent beside the rate of its net amount: the price is what is paid.
"""

import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

CENT = Fraction(1, 100)
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
}


def round_half_up(amount):
    return (amount / CENT + Fraction(1, 2)).__floor__() * CENT


def number(element, path, otherwise=None):
    found = element.find(path, SPACES)
    if found is None and otherwise is None:
        raise ValueError(f"there is no {path}")
    return Fraction(otherwise if found is None else found.text)


def rate(category):
    if category is None:
        raise ValueError("a line or subtotal has no VAT category")
    return category.findtext("cbc:ID", None, SPACES), number(category, "cbc:Percent")


def lines_of(document):
    return document.findall("cac:InvoiceLine", SPACES) + document.findall("cac:CreditNoteLine", SPACES)


def check_lines(document, expect):
    """Each line is its price times its quantity. Returns the net amount by rate."""
    by_rate = defaultdict(Fraction)
    for line in lines_of(document):
        name = f"line {line.findtext('cbc:ID', None, SPACES)}"
        quantity = number(line, "cbc:InvoicedQuantity" if line.tag.endswith("InvoiceLine") else "cbc:CreditedQuantity")
        price = number(line, "cac:Price/cbc:PriceAmount") / number(line, "cac:Price/cbc:BaseQuantity", 1)
        net = number(line, "cbc:LineExtensionAmount")
        expect(name, net, price * quantity)
        by_rate[rate(line.find("cac:Item/cac:ClassifiedTaxCategory", SPACES))] += net
    return by_rate


def check_vat(document, by_rate, tolerance, expect):
    subtotals = document.findall("cac:TaxTotal/cac:TaxSubtotal", SPACES)
    vat = Fraction(0)
    for subtotal in subtotals:
        of = rate(subtotal.find("cac:TaxCategory", SPACES))
        taxable, amount = number(subtotal, "cbc:TaxableAmount"), number(subtotal, "cbc:TaxAmount")
        expect(f"taxable at {of[1]}", taxable, by_rate.pop(of, Fraction(0)))
        expect(f"VAT at {of[1]}", amount, round_half_up(taxable * of[1] / 100), tolerance)
        vat += amount
    expect("rates without VAT", Fraction(len(by_rate)), Fraction(0))
    expect("VAT", number(document, "cac:TaxTotal/cbc:TaxAmount"), vat)
    return vat


def check(path):
    faults = []

    def expect(what, found, wanted, tolerance=Fraction(0)):
        if abs(found - wanted) > tolerance:
            faults.append(f"{what} is {float(found):.2f}, not {float(wanted):.2f}")

    document = ElementTree.parse(path).getroot()
    by_rate = check_lines(document, expect)
    net = sum(by_rate.values())
    vat = check_vat(document, by_rate, CENT if path.name.startswith("gross-") else Fraction(0), expect)
    total = "cac:LegalMonetaryTotal/cbc:"
    prepaid = number(document, total + "PrepaidAmount", 0)
    expect("the sum of the lines", number(document, total + "LineExtensionAmount"), net)
    expect("the net total", number(document, total + "TaxExclusiveAmount"), net)
    expect("the total", number(document, total + "TaxInclusiveAmount"), net + vat)
    expect("the rest to pay", number(document, total + "PayableAmount"), net + vat - prepaid)
    return faults


def main():
    failed = False
    for name in sys.argv[1:]:
        try:
            faults = check(Path(name))
        except (OSError, ValueError, ElementTree.ParseError) as problem:
            faults = [f"can't be added up: {problem}"]
        for fault in faults:
            print(f"{name}: {fault}")
            failed = True
    return 1 if failed else 0


sys.exit(main())
