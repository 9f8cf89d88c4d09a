#!/usr/bin/env python3
"""Proves that the checks can fail: breaks good documents in one place each, and looks for the rule that must notice.

    broken.py make CORPUS FOLDER           writes a broken document for each case
    broken.py check FOLDER < FINDINGS      the findings of the validators and sums.py on them: one line a case that
                                           nobody noticed; exit status 1 when there is one

A case of a PDF is left out as long as the corpus has no PDF of the kind.
"""

import re
import sys
from pathlib import Path


def one_cent_more(element, position=0):
    """Adds a cent to the position-th element of that name, of either syntax."""

    def change(text):
        found = list(re.finditer(rf"<(?:cbc|ram):{element}(?: currencyID=\"\w+\")?>(-?\d+)\.(\d\d)<", text))[position]
        cents = int(found[1] + found[2]) + 1
        start, end = found.start(1), found.end(2)
        return f"{text[:start]}{cents // 100}.{cents % 100:02}{text[end:]}"

    return change


def replaced(old, new, count=1):
    return lambda text: re.sub(old, new, text, count=count, flags=re.DOTALL)


def removed(element, count=1):
    """The first `count` elements of that name, with what is in them."""
    return replaced(rf"<{element}\b[^>]*>.*?</{element}>\s*", "", count)


def all_of(*changes):
    def change(text):
        for one in changes:
            text = one(text)
        return text

    return change


# All sums agree, so that the official rules are content: only exact arithmetic sees it.
ubl_vat_one_cent_off = all_of(
    one_cent_more("TaxAmount"),
    one_cent_more("TaxAmount", 1),
    *(one_cent_more(name) for name in ("TaxInclusiveAmount", "PayableAmount")),
)
cii_vat_one_cent_off = all_of(
    *(one_cent_more(name) for name in ("CalculatedAmount", "TaxTotalAmount", "GrandTotalAmount", "DuePayableAmount"))
)

# Which document of the corpus is broken.
PLAIN = "net-consumer-2026-*.ubl.xml"
CREDIT_NOTE = "net-consumer-CN2026-*.ubl.xml"
DISCOUNTED = "net-business-without-kvk-2026-*.ubl.xml"
EXEMPT = "net-exempt-2026-*.ubl.xml"
NLCIUS = "net-business-2026-*.ubl.xml"
NLCIUS_EXEMPT = "net-exempt-business-2026-*.ubl.xml"
NLCIUS_CREDIT_NOTE = "net-exempt-business-CN2026-*.ubl.xml"
PEPPOL = "net-service-de-2026-*.ubl.xml"
PEPPOL_CREDIT_NOTE = "net-service-de-CN2026-*.ubl.xml"
GOODS = "net-goods-de-2026-*.ubl.xml"
EXPORT = "net-export-us-2026-*.ubl.xml"
FOREIGN = "net-service-es-2026-*.ubl.xml"
MIXED = "mixed-business-without-name-2026-*.ubl.xml"
PARTIAL = "partial-net-consumer-CN2026-*.ubl.xml"
PARTIAL_OF_AMOUNT = "partial-gross-business-CN2026-*.ubl.xml"
PARTIAL_PEPPOL = "partial-gross-service-de-CN2026-*.ubl.xml"
CII = "net-consumer-2026-*.cii.xml"
CII_PARTIAL = "partial-net-consumer-CN2026-*.cii.xml"
CII_CREDIT_NOTE = "net-consumer-CN2026-*.cii.xml"
CII_SERVICE = "net-service-de-2026-*.cii.xml"
CII_DISCOUNTED = "net-business-without-kvk-2026-*.cii.xml"
CII_FOREIGN = "net-service-es-2026-*.cii.xml"
PDF = "net-*.a3.pdf"

# What is broken: in which document, how, and what the finding has to say.
CASES = {
    "total-one-cent-off": (PLAIN, one_cent_more("TaxInclusiveAmount"), "BR-CO-15"),
    "rest-one-cent-off": (PLAIN, one_cent_more("PayableAmount"), "BR-CO-16"),
    "lines-one-cent-off": (CREDIT_NOTE, one_cent_more("LineExtensionAmount"), "BR-CO-10"),
    "vat-sum-one-cent-off": (CREDIT_NOTE, one_cent_more("TaxAmount"), "BR-CO-14"),
    "vat-of-rate-one-cent-off": (PLAIN, ubl_vat_one_cent_off, "VAT at "),
    "mixed-vat-of-rate-one-cent-off": (MIXED, ubl_vat_one_cent_off, "VAT at "),
    "partial-vat-two-cents-off": (PARTIAL, all_of(*[ubl_vat_one_cent_off] * 3), "VAT at "),
    "partial-vat-of-amount-off": (PARTIAL_OF_AMOUNT, all_of(*[ubl_vat_one_cent_off] * 5), "VAT at "),
    "partial-price-one-cent-off": (PARTIAL, one_cent_more("PriceAmount"), "line 1 is"),
    "partial-of-nothing": (PARTIAL_PEPPOL, removed("cac:BillingReference"), "NL-R-001"),
    "cii-partial-price-one-cent-off": (CII_PARTIAL, one_cent_more("ChargeAmount"), "line 1 is"),
    "price-one-cent-off": (PLAIN, one_cent_more("PriceAmount"), "line 1 is"),
    "discount-one-cent-off": (DISCOUNTED, one_cent_more("AllowanceTotalAmount"), "BR-CO-11"),
    "discount-without-reason": (DISCOUNTED, removed("cbc:AllowanceChargeReason", 99), "BR-33"),
    "no-number": (PLAIN, replaced(r"<cbc:ID>2026-\d+</cbc:ID>", ""), "schema"),
    "no-seller-vat": (PLAIN, removed("cac:PartyTaxScheme"), "BR-S-02"),
    "no-country": (CREDIT_NOTE, replaced(r">NL</cbc:IdentificationCode>", ">XX</cbc:IdentificationCode>"), "BR-CL-14"),
    "not-a-vat-number": (PLAIN, replaced(r">NL001234567B01<", ">001234567B01<"), "BR-CO-09"),
    "no-term-for-it": (PLAIN, replaced(r"(<cbc:IssueDate>)", r"<cbc:UUID>1</cbc:UUID>\1"), "warning UBL-CR-"),
    "wrong-order": (CREDIT_NOTE, replaced(r"(<cbc:ID>[^\n]*)(\s*)(<cbc:IssueDate>[^\n]*)", r"\3\2\1"), "schema"),
    "another-root": (PLAIN, replaced(r"xsd:Invoice-2", "xsd:Order-2"), "unknown-format"),
    "another-specification": (PLAIN, replaced(r"en16931:2017", "en16931:2099"), "unknown-format"),
    "cut-off": (PLAIN, replaced(r"</Invoice>", ""), "schema"),
    "not-xml": (PLAIN, lambda text: text[1:], "unreadable"),
    "exempt-without-reason": (EXEMPT, removed("cbc:TaxExemptionReason"), "BR-E-10"),
    "export-without-reason": (EXPORT, removed("cbc:TaxExemptionReason"), "BR-G-10"),
    "reverse-charge-without-reason": (PEPPOL, removed("cbc:TaxExemptionReason"), "BR-AE-10"),
    "reverse-charge-with-rate": (PEPPOL, replaced(r">0.00</cbc:Percent>", ">21.00</cbc:Percent>", 99), "BR-AE-"),
    "reverse-charge-to-nobody": (
        PEPPOL,
        replaced(r"(AccountingCustomerParty>.*?)<cac:PartyTaxScheme>.*?</cac:PartyTaxScheme>\s*", r"\1"),
        "BR-AE-02",
    ),
    "goods-without-delivery": (GOODS, removed("cac:DeliveryLocation"), "BR-IC-12"),
    "goods-without-reason": (GOODS, removed("cbc:TaxExemptionReason"), "BR-IC-10"),
    "nlcius-without-kvk": (
        NLCIUS,
        replaced(r'<cbc:CompanyID schemeID="0106">87654321</cbc:CompanyID>', ""),
        "BR-NL-10",
    ),
    "nlcius-without-account": (NLCIUS, removed("cac:PaymentMeans"), "BR-NL-11"),
    "nlcius-without-street": (NLCIUS, removed("cbc:StreetName"), "BR-NL-3"),
    "nlcius-reason-code": (
        NLCIUS_EXEMPT,
        replaced(
            r"(<cbc:TaxExemptionReason>)", r"<cbc:TaxExemptionReasonCode>VATEX-EU-132</cbc:TaxExemptionReasonCode>\1"
        ),
        "warning BR-NL-35",
    ),
    "nlcius-account-name": (
        NLCIUS,
        replaced(r"(<cac:PayeeFinancialAccount>\s*<cbc:ID>\w+</cbc:ID>)", r"\1<cbc:Name>A</cbc:Name>"),
        "warning BR-NL-30",
    ),
    "nlcius-credited-date": (
        NLCIUS_CREDIT_NOTE,
        replaced(
            r"(<cac:InvoiceDocumentReference>\s*<cbc:ID>[^<]+</cbc:ID>)", r"\1<cbc:IssueDate>2026-01-01</cbc:IssueDate>"
        ),
        "warning BR-NL-24",
    ),
    "peppol-without-buyer-address": (
        PEPPOL,
        replaced(r'<cbc:EndpointID schemeID="9930">[^<]*</cbc:EndpointID>', ""),
        "PEPPOL-EN16931-R010",
    ),
    "peppol-without-process": (PEPPOL, removed("cbc:ProfileID"), "PEPPOL-EN16931-R001"),
    "peppol-unknown-scheme": (PEPPOL, replaced(r'schemeID="9930"', 'schemeID="9956"'), "BR-CL-25"),
    "peppol-without-reference": (
        PEPPOL,
        all_of(removed("cbc:BuyerReference"), removed("cac:OrderReference")),
        "PEPPOL-EN16931-R003",
    ),
    "peppol-credit-note-of-nothing": (PEPPOL_CREDIT_NOTE, removed("cac:BillingReference"), "NL-R-001"),
    "foreign-without-euros": (
        FOREIGN,
        replaced(r'<cac:TaxTotal>\s*<cbc:TaxAmount currencyID="EUR">[^<]*</cbc:TaxAmount>\s*</cac:TaxTotal>', ""),
        "PEPPOL-EN16931-R054",
    ),
    "foreign-euros-off": (FOREIGN, replaced(r'(<cbc:TaxAmount currencyID="EUR">)[^<]*', r"\g<1>12.34"), "VAT in euros"),
    "cii-total-one-cent-off": (CII, one_cent_more("GrandTotalAmount"), "BR-CO-15"),
    "cii-rest-one-cent-off": (CII, one_cent_more("DuePayableAmount"), "BR-CO-16"),
    "cii-vat-of-rate-one-cent-off": (CII, cii_vat_one_cent_off, "VAT at "),
    "cii-price-one-cent-off": (CII_CREDIT_NOTE, one_cent_more("ChargeAmount"), "line 1 is"),
    "cii-discount-one-cent-off": (CII_DISCOUNTED, one_cent_more("AllowanceTotalAmount"), "BR-CO-11"),
    "cii-empty-delivery": (CII, removed("ram:ActualDeliverySupplyChainEvent"), "ApplicableHeaderTradeDelivery"),
    "cii-without-reason": (CII_SERVICE, removed("ram:ExemptionReason"), "BR-AE-10"),
    "cii-without-seller-vat": (CII, removed("ram:SpecifiedTaxRegistration"), "BR-S-02"),
    "cii-wrong-order": (CII, replaced(r"(<ram:ID>2026[^\n]*)(\s*)(<ram:TypeCode>[^\n]*)", r"\3\2\1"), "schema"),
    "cii-not-of-the-profile": (
        CII,
        replaced(r"(<ram:SellerTradeParty>\s*)", r'\1<ram:RoleCode>SE</ram:RoleCode>'),
        "schema",
    ),
    "cii-foreign-euros-off": (
        CII_FOREIGN,
        replaced(r'(<ram:TaxTotalAmount currencyID="EUR">)[^<]*', r"\g<1>12.34"),
        "VAT in euros",
    ),
    "hybrid-without-total": (CII, removed("ram:GrandTotalAmount"), "error mustang-"),
    "hybrid-total-off": (CII, one_cent_more("GrandTotalAmount"), "error mustang-"),
}


# Only what stands in the file as it is can be broken so: the metadata (ISO 19005-3, 6.6.2.1), and the file itself. Of
# the same length, so that its offsets stay.
PDF_CASES = {
    "hybrid-another-part": (lambda file: file.replace(b"pdfaid:part>3<", b"pdfaid:part>1<"), "error PDF/A-6.6.4"),
    "hybrid-another-level": (lambda file: file.replace(b">EN 16931</fx", b">EN 16932</fx"), "error mustang-"),
    "hybrid-another-name": (lambda file: file.replace(b">factur-x.xml</fx", b">factur-y.xml</fx"), "error mustang-"),
    "hybrid-cut-off": (lambda file: file[: len(file) // 2], "error "),
}


def write(path, broken, source):
    if broken == source:
        sys.exit(f"broken.py: {path} changes nothing")
    path.write_bytes(broken)


def source_of(corpus, pattern):
    found = sorted(Path(corpus).glob(pattern))
    if not found:
        sys.exit(f"broken.py: the corpus has no {pattern}")
    return found[0].read_bytes()


def make(corpus, folder):
    for name, (pattern, change, _) in CASES.items():
        source = source_of(corpus, pattern)
        write(Path(folder, f"{name}.xml"), change(source.decode()).encode(), source)
    if list(Path(corpus).glob(PDF)):
        for name, (change, _) in PDF_CASES.items():
            source = source_of(corpus, PDF)
            write(Path(folder, f"{name}.pdf"), change(source), source)


def check(folder):
    findings = sys.stdin.read().splitlines()
    wanted = {f"{name}.xml": wanted for name, (_, _, wanted) in CASES.items()}
    wanted |= {f"{name}.pdf": wanted for name, (_, wanted) in PDF_CASES.items() if Path(folder, f"{name}.pdf").exists()}
    unnoticed = 0
    for name, rule in wanted.items():
        prefix = f"{folder}/{name}: "
        if not any(line.startswith(prefix) and rule in line for line in findings):
            print(f"{prefix}nobody noticed ({rule})")
            unnoticed += 1
    print(f"{len(wanted)} broken documents, {unnoticed} unnoticed")
    return 1 if unnoticed else 0


if len(sys.argv) == 4 and sys.argv[1] == "make":
    make(*sys.argv[2:])
elif len(sys.argv) == 3 and sys.argv[1] == "check":
    sys.exit(check(sys.argv[2]))
else:
    sys.exit(__doc__)
