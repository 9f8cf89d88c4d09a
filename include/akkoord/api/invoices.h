#pragma once
/* Documents to download, CONTRACT section 3. On the slow lane: what was not rendered yet is rendered now. */
#include "akkoord/api/call.h"
#include "akkoord/store/renditions.h"

/* One way in which documents are handed out. */
struct document_format {
    enum rendition_format rendition;
    rendition_renderer *render;
    const char *content_type;
    const char *extension;
};
#define DOCUMENT_FORMATS 3
extern const struct document_format document_formats[DOCUMENT_FORMATS];

/* GET /v1/orders/{id}/invoice.pdf: the newest document of kind invoice. */
api_function api_order_invoice_pdf;
/* GET /v1/orders/{id}/invoice.xml: the same as UBL. */
api_function api_order_invoice_ubl;
/* GET /v1/orders/{id}/invoice.cii.xml: the same as CII. */
api_function api_order_invoice_cii;
/* GET /v1/invoices/{number}.pdf: any document of the customer's, credit notes too. */
api_function api_invoice_pdf;
/* GET /v1/invoices/{number}.xml: the same as UBL. */
api_function api_invoice_ubl;
/* GET /v1/invoices/{number}.cii.xml: the same as CII. */
api_function api_invoice_cii;
