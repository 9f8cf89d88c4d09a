/*
 * GET /v1/me/export: gathers all that is kept about a customer. Slow lane; holds what it gathers in the call's arena
 * until it is sent, which is why the number of orders and documents is bounded: newest first, and the manifest lists
 * what is in.
 */
#include "akkoord/api/export.h"

#include "akkoord/api/account.h"
#include "akkoord/api/invoices.h"
#include "akkoord/api/notices.h"
#include "akkoord/api/privacy_requests.h"
#include "akkoord/api/reviews.h"
#include "akkoord/api/staff.h"
#include "akkoord/base/clock.h"
#include "akkoord/documents/zip.h"
#include "akkoord/store/history.h"
#include "akkoord/store/sessions.h"

#define ORDERS_MAX      2000
#define DOCUMENTS_MAX   500
#define FIXED_FILES_MAX 15
#define REQUESTS_MAX    1000
#define SESSIONS_MAX    1000
#define FILES_MAX       (FIXED_FILES_MAX + DOCUMENTS_MAX * DOCUMENT_FORMATS)

struct export
{
    struct api_call *call;
    struct customer customer;
    struct export_order *orders;
    size_t orders_count;
    json_t *history;
    json_t *reviews;
    json_t *credit_notes;
    json_t *requests;
    json_t *sessions;
    struct export_file files[FILES_MAX];
    size_t files_count;
};

static void add_file(struct export *export, struct export_file file)
{
    export->files[export->files_count++] = file;
}

/* ---- gathering ---- */

/* With its content, unless that was shredded. */
static enum status load_order(struct export *export, const struct stored_order *listed, struct export_order *exported,
                              struct error *error)
{
    struct api_call *call = export->call;
    struct stored_decision *decisions = NULL;
    *exported = (struct export_order){.order = *listed};
    struct stored_order full;
    enum status status = store_order_find(call->store, call->arena, &listed->id, &call->customer_id, &full, error);
    if (status == STATUS_OK) {
        exported->order = full;
        exported->has_content = true;
    } else if (status != STATUS_NOT_FOUND) {
        return status;
    }
    status =
        store_decisions_of_order(call->store, call->arena, &listed->id, &decisions, &exported->decisions_count, error);
    exported->decisions = decisions;
    return status;
}

static enum status load_orders(struct export *export, struct error *error)
{
    struct api_call *call = export->call;
    struct stored_order *listed;
    enum status status = store_orders_list(call->store, call->arena, &call->customer_id, NULL, &(struct uuid){{0}},
                                           ORDERS_MAX, &listed, &export->orders_count, error);
    if (status != STATUS_OK)
        return status;
    export->orders = ARENA_ARRAY(call->arena, struct export_order, export->orders_count);
    for (size_t i = 0; status == STATUS_OK && i < export->orders_count; i++)
        status = load_order(export, &listed[i], &export->orders[i], error);
    return status;
}

static enum status add_review(struct export *export, const struct uuid *id, struct error *error)
{
    struct api_call *call = export->call;
    struct review review;
    enum status status = store_review_find(call->store, call->arena, id, &call->customer_id, &review, error);
    if (status == STATUS_OK)
        json_append_value(export->reviews, review_to_json(call->arena, &review));
    return status == STATUS_NOT_FOUND ? STATUS_OK : status;
}

static void add_step(struct export *export, const struct stored_order *order, const struct history_entry *entry)
{
    json_t *step = json_new_object(export->call->arena);
    json_set_text(step, "order", order->number);
    json_set_text(step, "step", entry->step);
    json_set_text(step, "actor", entry->actor);
    json_set_time(step, "at", entry->at_us);
    json_append_value(export->history, step);
}

/* A review has several steps, of which the first is met first. */
static bool is_first_of_review(const struct history_entry *entries, size_t at)
{
    if (uuid_is_nil(&entries[at].review_id))
        return false;
    for (size_t i = 0; i < at; i++) {
        if (uuid_equal(&entries[i].review_id, &entries[at].review_id))
            return false;
    }
    return true;
}

static enum status load_history(struct export *export, const struct stored_order *order, struct error *error)
{
    struct api_call *call = export->call;
    struct history_entry *entries;
    size_t count;
    enum status status = store_history_of_order(call->store, call->arena, &order->id, &entries, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        add_step(export, order, &entries[i]);
        if (is_first_of_review(entries, i))
            status = add_review(export, &entries[i].review_id, error);
    }
    return status;
}

/* Those that staff drew up, with their reasons: a cancelled order's say nothing that its decision does not. */
static enum status load_credit_notes(struct export *export, const struct export_order *exported, struct error *error)
{
    struct api_call *call = export->call;
    struct stored_credit_note *notes;
    size_t count;
    if (!exported->has_content)
        return STATUS_OK;
    enum status status =
        store_credit_notes_of_order(call->store, call->arena, &exported->order.id, &notes, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++) {
        json_t *note = credit_note_to_json(call->arena, &notes[i], exported->order.currency);
        json_set_text(note, "order", exported->order.number);
        json_append_value(export->credit_notes, note);
    }
    return status;
}

static enum status load_requests(struct export *export, struct error *error)
{
    struct api_call *call = export->call;
    struct privacy_request *requests;
    size_t count = 0;
    export->requests = json_new_array(call->arena);
    enum status status = store_privacy_requests_list(call->store, call->arena, &call->customer_id, &(struct uuid){{0}},
                                                     REQUESTS_MAX, &requests, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        json_append_value(export->requests, privacy_request_to_json(call->arena, &requests[i]));
    return status;
}

static enum status load_sessions(struct export *export, struct error *error)
{
    struct api_call *call = export->call;
    struct listed_session *sessions;
    size_t count = 0, length = 0;
    const char *token = api_call_token(call, &length);
    export->sessions = json_new_array(call->arena);
    enum status status = store_sessions_list(call->store, call->arena, &call->customer_id, token, length,
                                             &(struct uuid){{0}}, SESSIONS_MAX, &sessions, &count, error);
    for (size_t i = 0; status == STATUS_OK && i < count; i++)
        json_append_value(export->sessions, session_to_json(call->arena, &sessions[i]));
    return status;
}

static enum status load(struct export *export, struct error *error)
{
    struct api_call *call = export->call;
    enum status status = store_customer_load(call->store, call->arena, &call->customer_id, &export->customer, error);
    if (status == STATUS_OK)
        status = load_orders(export, error);
    export->history = json_new_array(call->arena);
    export->reviews = json_new_array(call->arena);
    export->credit_notes = json_new_array(call->arena);
    for (size_t i = 0; status == STATUS_OK && i < export->orders_count; i++) {
        status = load_history(export, &export->orders[i].order, error);
        if (status == STATUS_OK)
            status = load_credit_notes(export, &export->orders[i], error);
    }
    if (status == STATUS_OK)
        status = load_requests(export, error);
    return status == STATUS_OK ? load_sessions(export, error) : status;
}

/* ---- documents ---- */

static enum status add_document(struct export *export, const struct stored_document *document, struct error *error)
{
    struct api_call *call = export->call;
    enum status status = STATUS_OK;
    for (size_t i = 0; status == STATUS_OK && i < DOCUMENT_FORMATS; i++) {
        const struct document_format *format = &document_formats[i];
        const uint8_t *bytes;
        size_t length;
        status = store_rendition_get_or_render(call->store, call->arena, &document->id, format->rendition,
                                               format->render, &call->options->seller->logo, &bytes, &length, error);
        if (status == STATUS_OK)
            add_file(export,
                     (struct export_file){
                         .name = arena_format(call->arena, "invoices/%s.%s", document->number, format->extension),
                         .media_type = format->content_type,
                         .bytes = bytes,
                         .length = length,
                     });
    }
    return status;
}

static enum status add_documents(struct export *export, struct error *error)
{
    size_t left = DOCUMENTS_MAX;
    enum status status = STATUS_OK;
    for (size_t i = 0; i < export->orders_count; i++) {
        const struct export_order *order = &export->orders[i];
        for (size_t j = 0; status == STATUS_OK && order->has_content && j < order->order.documents_count && left > 0;
             j++, left--)
            status = add_document(export, &order->order.documents[j], error);
    }
    return status;
}

/* ---- the archive ---- */

static void add_files(struct export *export)
{
    struct arena *arena = export->call->arena;
    const struct notice *privacy = &export->call->options->notices->privacy;
    const enum language language = export->customer.profile.language;
    add_file(export, export_readme());
    add_file(export, export_profile(arena, &export->customer));
    add_file(export, export_orders(arena, &export->customer, export->orders, export->orders_count));
    add_file(export, export_orders_csv(arena, export->orders, export->orders_count));
    add_file(export, export_payments_csv(arena, export->orders, export->orders_count));
    add_file(export, export_decisions(arena, export->orders, export->orders_count));
    add_file(export, export_vat_checks(arena, export->orders, export->orders_count));
    add_file(export, export_json(arena, "reviews.json", "application/json", export->reviews));
    add_file(export, export_json(arena, "credit_notes.json", "application/json", export->credit_notes));
    add_file(export, export_json(arena, "history.json", "application/json", export->history));
    add_file(export, export_json(arena, "requests.json", "application/json", export->requests));
    add_file(export, export_json(arena, "sessions.json", "application/json", export->sessions));
    add_file(export, (struct export_file){"privacy.json", "application/json", privacy->json[language],
                                          privacy->json_length[language]});
    add_file(export, export_schema());
}

static enum status answer_archive(struct export *export, struct http_answer *answer, struct error *error)
{
    struct api_call *call = export->call;
    struct zip_entry *entries = ARENA_ARRAY(call->arena, struct zip_entry, export->files_count);
    for (size_t i = 0; i < export->files_count; i++) {
        const struct export_file *file = &export->files[i];
        entries[i] = (struct zip_entry){.name = file->name, .bytes = file->bytes, .length = file->length};
    }
    const uint8_t *bytes;
    size_t length;
    enum status status = document_zip(call->arena, entries, export->files_count, &bytes, &length, error);
    if (status != STATUS_OK)
        return status;
    *answer = (struct http_answer){
        .status = 200, .content_type = "application/zip", .body = (const char *)bytes, .body_length = length};
    api_answer_add_header(call, answer, "Content-Disposition", "attachment; filename=\"akkoord-export.zip\"");
    return STATUS_OK;
}

enum status api_me_export(struct api_call *call, struct http_answer *answer, struct error *error)
{
    struct export *export = ARENA_NEW(call->arena, struct export);
    export->call = call;
    enum status status = load(export, error);
    if (status != STATUS_OK)
        return status;
    add_files(export);
    status = add_documents(export, error);
    if (status == STATUS_OK)
        status = store_privacy_request_note(call->store, call->arena, &call->customer_id, PRIVACY_PORTABILITY, error);
    if (status != STATUS_OK)
        return status;
    add_file(export,
             export_manifest(call->arena, &export->customer, export->files, export->files_count, clock_now_us()));
    return answer_archive(export, answer, error);
}
