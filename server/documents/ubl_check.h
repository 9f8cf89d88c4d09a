#pragma once
/* What only UBL asks of an invoice, beyond document_prepare(). */
#include "akkoord/base/status.h"
#include "akkoord/domain/invoice.h"

/* The prepared invoice can be written: codes as in documents/ubl.h. */
enum status ubl_check(const struct invoice *invoice, struct error *error) AKKOORD_MUST_CHECK;

/* Whether BR-CO-09 takes it: it begins with the code of a country that gives out VAT numbers. */
bool ubl_is_vat_number(const char *text);
