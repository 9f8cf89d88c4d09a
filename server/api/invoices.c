/* Downloads of documents. Slow lane. */
#include "akkoord/api/invoices.h"

#include "akkoord/documents/pdf.h"
#include "akkoord/store/renditions.h"

static enum status answer_pdf(struct api_call *call, const struct stored_document *document, struct http_answer *answer,
                              struct error *error)
{
    const uint8_t *bytes;
    size_t length;
    enum status status = store_rendition_get_or_render(call->store, call->arena, &document->id, RENDITION_PDF,
                                                       document_render_pdf, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    *answer = (struct http_answer){
        .status = 200, .content_type = "application/pdf", .body = (const char *)bytes, .body_length = length};
    api_answer_add_header(call, answer, "Content-Disposition",
                          arena_format(call->arena, "inline; filename=\"%s.pdf\"", document->number));
    return STATUS_OK;
}

enum status api_order_invoice_pdf(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct uuid order_id;
    struct stored_document document;
    enum status status = api_call_id(call, "id", &order_id, error);
    if (status == STATUS_OK)
        status = store_document_find_invoice(call->store, call->arena, &order_id, &call->customer_id, &document, error);
    return status == STATUS_OK ? answer_pdf(call, &document, answer, error) : status;
}

enum status api_invoice_pdf(struct api_call *call, struct http_answer *answer, struct error *error)
{
    const char *number = http_request_parameter(call->request, "number");
    struct stored_document document;
    enum status status =
        store_document_find_number(call->store, call->arena, number, &call->customer_id, &document, error);
    return status == STATUS_OK ? answer_pdf(call, &document, answer, error) : status;
}
