/* Downloads of documents. Slow lane. */
#include "akkoord/api/invoices.h"

#include "akkoord/documents/cii.h"
#include "akkoord/documents/pdf.h"
#include "akkoord/documents/ubl.h"

const struct document_format document_formats[DOCUMENT_FORMATS] = {
    {RENDITION_PDF, document_render_pdf, "application/pdf", "pdf"},
    {RENDITION_UBL, document_render_ubl, "application/xml", "xml"},
    {RENDITION_CII, document_render_cii, "application/xml", "cii.xml"},
};
static const struct document_format *const pdf = &document_formats[0];
static const struct document_format *const ubl = &document_formats[1];
static const struct document_format *const cii = &document_formats[2];

static enum status answer_document(struct api_call *call, const struct document_format *format,
                                   const struct stored_document *document, struct http_answer *answer,
                                   struct error *error)
{
    const uint8_t *bytes;
    size_t length;
    enum status status =
        store_rendition_get_or_render(call->store, call->arena, &document->id, format->rendition, format->render,
                                      &call->options->seller->logo, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    *answer = (struct http_answer){
        .status = 200, .content_type = format->content_type, .body = (const char *)bytes, .body_length = length};
    api_answer_add_header(call, answer, "Content-Disposition",
                          arena_format(call->arena, "inline; filename=\"%s.%s\"", document->number, format->extension));
    return STATUS_OK;
}

static enum status answer_invoice_of_order(struct api_call *call, const struct document_format *format,
                                           struct http_answer *answer, struct error *error)
{
    struct uuid order_id;
    struct stored_document document;
    enum status status = api_call_id(call, "id", &order_id, error);
    if (status == STATUS_OK)
        status = store_document_find_invoice(call->store, call->arena, &order_id, &call->customer_id, &document, error);
    return status == STATUS_OK ? answer_document(call, format, &document, answer, error) : status;
}

static enum status answer_number(struct api_call *call, const struct document_format *format,
                                 struct http_answer *answer, struct error *error)
{
    const char *number = http_request_parameter(call->request, "number");
    struct stored_document document;
    enum status status =
        store_document_find_number(call->store, call->arena, number, &call->customer_id, &document, error);
    return status == STATUS_OK ? answer_document(call, format, &document, answer, error) : status;
}

enum status api_order_invoice_pdf(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_invoice_of_order(call, pdf, answer, error);
}

enum status api_order_invoice_ubl(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_invoice_of_order(call, ubl, answer, error);
}

enum status api_order_invoice_cii(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_invoice_of_order(call, cii, answer, error);
}

enum status api_invoice_pdf(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_number(call, pdf, answer, error);
}

enum status api_invoice_ubl(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_number(call, ubl, answer, error);
}

enum status api_invoice_cii(struct api_call *call, struct http_answer *answer, struct error *error)
{
    return answer_number(call, cii, answer, error);
}
