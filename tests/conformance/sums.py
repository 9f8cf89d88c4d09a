#!/usr/bin/env python3
"""Adds up electronic documents with exact fractions, to the cent: the official rules let differences below 1.00 pass.

    sums.py FILE...

UBL and CII. One line a fault, "FILE: what is wrong"; exit status 1 when there is one. Where all prices include VAT (a
file whose name begins with "gross-"), the VAT of a rate may be one cent beside the rate of its net amount: the price is
what is paid. That of a credit note over a part ("partial-net-" and so on) may be another, so that an invoice's credit
notes together are the invoice. Where X.ubl.xml and X.cii.xml are both given, they have to state the same amounts.
"""

import re
import sys
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

WHOLE_UNITS = {"JPY"}  # the corpus' currencies without decimals
SPACES = {
    "cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
    "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    "rsm": "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100",
    "ram": "urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100",
    "udt": "urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100",
}
TRADE = "rsm:SupplyChainTradeTransaction/"
SETTLED = TRADE + "ram:ApplicableHeaderTradeSettlement/"
SUMMED = SETTLED + "ram:SpecifiedTradeSettlementHeaderMonetarySummation/"
ITEM = "ram:SpecifiedLineTradeSettlement/"


def text(element, path):
    return element.findtext(path, None, SPACES)


def number(element, path, otherwise=None):
    found = text(element, path)
    if found is None and otherwise is None:
        raise ValueError(f"there is no {path}")
    return Fraction(otherwise if found is None else found)


def total(elements, path):
    return sum((number(element, path) for element in elements), Fraction(0))


def only_discounts(elements, indicator):
    """The model has no charges."""
    if any(text(element, indicator) != "false" for element in elements):
        raise ValueError("there is a charge")
    return elements


# ---- what a document says, in either syntax ----


def ubl_rate(category):
    if category is None:
        raise ValueError("a line, discount or subtotal has no VAT category")
    return text(category, "cbc:ID"), number(category, "cbc:Percent")


def ubl_rate_of(element):
    return ubl_rate(element.find("cac:TaxCategory", SPACES))


def ubl_line(line):
    discounts = only_discounts(line.findall("cac:AllowanceCharge", SPACES), "cbc:ChargeIndicator")
    return {
        "id": text(line, "cbc:ID"),
        "quantity": number(line, f"cbc:{'Invoiced' if line.tag.endswith('InvoiceLine') else 'Credited'}Quantity"),
        "price": number(line, "cac:Price/cbc:PriceAmount") / number(line, "cac:Price/cbc:BaseQuantity", 1),
        "discount": total(discounts, "cbc:Amount"),
        "net": number(line, "cbc:LineExtensionAmount"),
        "rate": ubl_rate(line.find("cac:Item/cac:ClassifiedTaxCategory", SPACES)),
    }


def read_ubl(document):
    lines = document.findall("cac:InvoiceLine", SPACES) + document.findall("cac:CreditNoteLine", SPACES)
    currency = text(document, "cbc:DocumentCurrencyCode")
    discounts = only_discounts(document.findall("cac:AllowanceCharge", SPACES), "cbc:ChargeIndicator")
    amounts = document.findall("cac:TaxTotal/cbc:TaxAmount", SPACES)
    totals = "cac:LegalMonetaryTotal/cbc:"
    return {
        "currency": currency,
        "note": text(document, "cbc:Note"),
        "lines": [ubl_line(line) for line in lines],
        "discounts": [(ubl_rate_of(found), number(found, "cbc:Amount")) for found in discounts],
        "subtotals": [
            (ubl_rate_of(found), number(found, "cbc:TaxableAmount"), number(found, "cbc:TaxAmount"))
            for found in document.findall("cac:TaxTotal/cac:TaxSubtotal", SPACES)
        ],
        "vat": [(amount.get("currencyID"), Fraction(amount.text)) for amount in amounts],
        "lines total": number(document, totals + "LineExtensionAmount"),
        "discount": number(document, totals + "AllowanceTotalAmount", 0),
        "net": number(document, totals + "TaxExclusiveAmount"),
        "total": number(document, totals + "TaxInclusiveAmount"),
        "prepaid": number(document, totals + "PrepaidAmount", 0),
        "rest": number(document, totals + "PayableAmount"),
    }


def cii_rate(tax):
    if tax is None:
        raise ValueError("a line, discount or subtotal has no VAT category")
    return text(tax, "ram:CategoryCode"), number(tax, "ram:RateApplicablePercent")


def cii_line(line):
    price = "ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/"
    discounts = line.findall(ITEM + "ram:SpecifiedTradeAllowanceCharge", SPACES)
    only_discounts(discounts, "ram:ChargeIndicator/udt:Indicator")
    return {
        "id": text(line, "ram:AssociatedDocumentLineDocument/ram:LineID"),
        "quantity": number(line, "ram:SpecifiedLineTradeDelivery/ram:BilledQuantity"),
        "price": number(line, price + "ram:ChargeAmount") / number(line, price + "ram:BasisQuantity", 1),
        "discount": total(discounts, "ram:ActualAmount"),
        "net": number(line, ITEM + "ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount"),
        "rate": cii_rate(line.find(ITEM + "ram:ApplicableTradeTax", SPACES)),
    }


def read_cii(document):
    discounts = document.findall(SETTLED + "ram:SpecifiedTradeAllowanceCharge", SPACES)
    only_discounts(discounts, "ram:ChargeIndicator/udt:Indicator")
    amounts = document.findall(SUMMED + "ram:TaxTotalAmount", SPACES)
    return {
        "currency": text(document, SETTLED + "ram:InvoiceCurrencyCode"),
        "note": text(document, "rsm:ExchangedDocument/ram:IncludedNote/ram:Content"),
        "lines": [cii_line(line) for line in document.findall(TRADE + "ram:IncludedSupplyChainTradeLineItem", SPACES)],
        "discounts": [
            (cii_rate(found.find("ram:CategoryTradeTax", SPACES)), number(found, "ram:ActualAmount"))
            for found in discounts
        ],
        "subtotals": [
            (cii_rate(found), number(found, "ram:BasisAmount"), number(found, "ram:CalculatedAmount"))
            for found in document.findall(SETTLED + "ram:ApplicableTradeTax", SPACES)
        ],
        "vat": [(amount.get("currencyID"), Fraction(amount.text)) for amount in amounts],
        "lines total": number(document, SUMMED + "ram:LineTotalAmount"),
        "discount": number(document, SUMMED + "ram:AllowanceTotalAmount", 0),
        "net": number(document, SUMMED + "ram:TaxBasisTotalAmount"),
        "total": number(document, SUMMED + "ram:GrandTotalAmount"),
        "prepaid": number(document, SUMMED + "ram:TotalPrepaidAmount", 0),
        "rest": number(document, SUMMED + "ram:DuePayableAmount"),
    }


def read(path):
    document = ElementTree.parse(path).getroot()
    return read_cii(document) if document.tag.endswith("CrossIndustryInvoice") else read_ubl(document)


# ---- the arithmetic ----


def cents_of_tolerance(name):
    """By the beginning of a file's name: see above."""
    return ("gross-" in name[: len("partial-gross-")]) + name.startswith("partial-")


class Sums:
    def __init__(self, said, vat_cents):
        self.said = said
        self.cent = Fraction(1) if said["currency"] in WHOLE_UNITS else Fraction(1, 100)
        self.vat_tolerance = self.cent * vat_cents
        self.faults = []

    def expect(self, what, found, wanted, tolerance=Fraction(0)):
        if abs(found - wanted) > tolerance:
            self.faults.append(f"{what} is {float(found):.2f}, not {float(wanted):.2f}")

    @staticmethod
    def rounded(amount, cent):
        return (amount / cent + Fraction(1, 2)).__floor__() * cent

    def check_lines(self):
        """Each line is its price times its quantity, less its discount. Returns the net amount by rate."""
        by_rate = defaultdict(Fraction)
        for line in self.said["lines"]:
            self.expect(f"line {line['id']}", line["net"], line["price"] * line["quantity"] - line["discount"])
            by_rate[line["rate"]] += line["net"]
        self.expect("the sum of the lines", self.said["lines total"], sum(by_rate.values()))
        for rate, amount in self.said["discounts"]:
            by_rate[rate] -= amount
        discounts = sum((amount for _, amount in self.said["discounts"]), Fraction(0))
        self.expect("the discount", self.said["discount"], discounts)
        return by_rate

    def check_vat(self, by_rate):
        vat = Fraction(0)
        for rate, taxable, amount in self.said["subtotals"]:
            self.expect(f"taxable at {float(rate[1])}", taxable, by_rate.pop(rate, Fraction(0)))
            wanted = self.rounded(taxable * rate[1] / 100, self.cent)
            self.expect(f"VAT at {float(rate[1])}", amount, wanted, self.vat_tolerance if rate[1] else Fraction(0))
            vat += amount
        self.expect("rates without VAT", Fraction(len(by_rate)), Fraction(0))
        own = [amount for currency, amount in self.said["vat"] if currency == self.said["currency"]]
        self.expect("VAT totals in the document's currency", Fraction(len(own)), Fraction(1))
        self.expect("VAT", sum(own), vat)
        return vat

    def check_euros(self, vat):
        """In another currency the VAT stands there in euros too, at the rate that the note tells."""
        euros = [amount for currency, amount in self.said["vat"] if currency != self.said["currency"]]
        if self.said["currency"] == "EUR":
            self.expect("VAT totals in another currency", Fraction(len(euros)), Fraction(0))
            return
        told = re.search(rf"1 EUR = (\d+)[.,](\d+) {self.said['currency']}\b", self.said["note"] or "")
        if told is None or len(euros) != 1:
            raise ValueError("the VAT in euros, or the rate of it, is not told")
        per_euro = Fraction(f"{told[1]}.{told[2]}")
        self.expect("VAT in euros", euros[0], self.rounded(vat / per_euro, Fraction(1, 100)))

    def check(self):
        said = self.said
        by_rate = self.check_lines()
        net = sum(by_rate.values())
        vat = self.check_vat(by_rate)
        self.check_euros(vat)
        self.expect("the net total", said["net"], net)
        self.expect("the total", said["total"], net + vat)
        self.expect("the rest to pay", said["rest"], net + vat - said["prepaid"])
        return self.faults


def differences(said, other):
    return [f"{key} is not that of the UBL" for key in said if said[key] != other[key]]


def check(name, documents):
    path = Path(name)
    said = documents[name] = read(path)
    faults = Sums(said, cents_of_tolerance(path.name)).check()
    if name.endswith(".cii.xml"):
        other = documents.get(f"{name.removesuffix('.cii.xml')}.ubl.xml")
        faults += differences(said, other) if other else []
    return faults


def main():
    failed = False
    documents = {}
    for name in sorted(sys.argv[1:], reverse=True):  # the UBL before the CII
        try:
            faults = check(name, documents)
        except (OSError, ValueError, ElementTree.ParseError) as problem:
            faults = [f"can't be added up: {problem}"]
        for fault in faults:
            print(f"{name}: {fault}")
            failed = True
    return 1 if failed else 0


sys.exit(main())
