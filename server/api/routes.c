/* Every call of the API: who may make it, and which lane it runs on. */
#include "akkoord/api/account.h"
#include "akkoord/api/call.h"
#include "akkoord/api/customers.h"
#include "akkoord/api/erasure.h"
#include "akkoord/api/export.h"
#include "akkoord/api/invoices.h"
#include "akkoord/api/jobs.h"
#include "akkoord/api/legal_holds.h"
#include "akkoord/api/notices.h"
#include "akkoord/api/orders.h"
#include "akkoord/api/privacy_requests.h"
#include "akkoord/api/review_page.h"
#include "akkoord/api/reviews.h"
#include "akkoord/api/sandbox.h"
#include "akkoord/api/services.h"
#include "akkoord/api/staff.h"
#include "akkoord/api/vat_checks.h"

#define API_DECIDERS (API_REVIEWER | API_MANAGER)

static const struct api_route table[] = {
    /* customers and their sessions */
    {HTTP_POST, "/v1/customers", API_LANE_SLOW, API_ANYBODY, api_customer_register},
    {HTTP_POST, "/v1/sessions", API_LANE_SLOW, API_ANYBODY, api_session_begin},
    {HTTP_DELETE, "/v1/sessions", API_LANE, API_CUSTOMER | API_STAFF, api_session_end},
    {HTTP_GET, "/v1/me", API_LANE, API_CUSTOMER, api_me_show},
    {HTTP_PATCH, "/v1/me", API_LANE, API_CUSTOMER, api_me_change},
    {HTTP_DELETE, "/v1/me", API_LANE, API_CUSTOMER, api_me_erase},
    {HTTP_GET, "/v1/erasures/{receipt}", API_LANE, API_ANYBODY, api_erasure_report_show},
    {HTTP_GET, "/v1/me/export", API_LANE_SLOW, API_CUSTOMER, api_me_export},
    {HTTP_POST, "/v1/me/requests", API_LANE, API_CUSTOMER, api_privacy_request_add},
    {HTTP_GET, "/v1/me/requests", API_LANE, API_CUSTOMER, api_privacy_requests_list},
    {HTTP_GET, "/v1/me/requests/{id}", API_LANE, API_CUSTOMER, api_privacy_request_show},
    {HTTP_DELETE, "/v1/me/restriction", API_LANE, API_CUSTOMER, api_restriction_lift},

    /* owning an account */
    {HTTP_POST, "/v1/me/email", API_LANE_SLOW, API_CUSTOMER, api_email_change},
    {HTTP_POST, "/v1/me/email/confirm", API_LANE, API_CUSTOMER, api_email_change_confirm},
    {HTTP_POST, "/v1/me/email/verification", API_LANE, API_CUSTOMER, api_email_verify},
    {HTTP_POST, "/v1/me/email/verification/resend", API_LANE, API_CUSTOMER, api_email_verification_resend},
    {HTTP_PUT, "/v1/me/password", API_LANE_SLOW, API_CUSTOMER, api_password_change},
    {HTTP_GET, "/v1/me/sessions", API_LANE, API_CUSTOMER, api_sessions_list},
    {HTTP_DELETE, "/v1/me/sessions", API_LANE, API_CUSTOMER, api_sessions_end_others},
    {HTTP_DELETE, "/v1/me/sessions/{id}", API_LANE, API_CUSTOMER, api_session_end_one},
    {HTTP_POST, "/v1/password-resets", API_LANE, API_ANYBODY, api_password_reset},
    {HTTP_POST, "/v1/password-resets/confirm", API_LANE_SLOW, API_ANYBODY, api_password_reset_confirm},
    {HTTP_POST, "/v1/log-in-codes", API_LANE, API_ANYBODY, api_log_in_code},
    {HTTP_POST, "/v1/log-in-codes/confirm", API_LANE, API_ANYBODY, api_log_in_code_confirm},

    /* what is sold, and orders */
    {HTTP_GET, "/v1/services", API_LANE, API_ANYBODY, api_services_list},
    {HTTP_GET, "/v1/orders/information", API_LANE, API_ANYBODY, api_order_information_show},
    {HTTP_POST, "/v1/orders", API_LANE, API_CUSTOMER, api_order_place},
    {HTTP_GET, "/v1/orders", API_LANE, API_CUSTOMER, api_orders_list},
    {HTTP_GET, "/v1/orders/{id}", API_LANE, API_CUSTOMER, api_order_show},
    {HTTP_POST, "/v1/orders/{id}/payments", API_LANE, API_CUSTOMER, api_order_pay},
    {HTTP_POST, "/v1/orders/{id}/cancel", API_LANE, API_CUSTOMER, api_order_cancel},

    /* what people are told about their data */
    {HTTP_GET, "/v1/privacy", API_LANE, API_ANYBODY, api_privacy_show},

    /* documents */
    {HTTP_GET, "/v1/orders/{id}/invoice.pdf", API_LANE_SLOW, API_CUSTOMER, api_order_invoice_pdf},
    {HTTP_GET, "/v1/orders/{id}/invoice.xml", API_LANE_SLOW, API_CUSTOMER, api_order_invoice_ubl},
    {HTTP_GET, "/v1/orders/{id}/invoice.cii.xml", API_LANE_SLOW, API_CUSTOMER, api_order_invoice_cii},
    {HTTP_GET, "/v1/invoices/{number}.pdf", API_LANE_SLOW, API_CUSTOMER, api_invoice_pdf},
    {HTTP_GET, "/v1/invoices/{number}.xml", API_LANE_SLOW, API_CUSTOMER, api_invoice_ubl},
    {HTTP_GET, "/v1/invoices/{number}.cii.xml", API_LANE_SLOW, API_CUSTOMER, api_invoice_cii},

    /* reviews */
    {HTTP_POST, "/v1/decisions/{id}/reviews", API_LANE, API_CUSTOMER, api_review_request},
    {HTTP_GET, "/v1/reviews/{id}", API_LANE, API_CUSTOMER, api_review_show},
    {HTTP_POST, "/v1/reviews/{id}/second-look", API_LANE, API_CUSTOMER, api_review_second_look},
    {HTTP_GET, "/decisions/{id}/review", API_LANE, API_ANYBODY, api_review_page},
    {HTTP_POST, "/decisions/{id}/review", API_LANE, API_ANYBODY, api_review_page_send},

    /* staff */
    {HTTP_POST, "/v1/staff/sessions", API_LANE_SLOW, API_ANYBODY, api_staff_session_begin},
    {HTTP_GET, "/v1/staff/reviews", API_LANE, API_STAFF, api_staff_reviews_list},
    {HTTP_GET, "/v1/staff/reviews/figures", API_LANE, API_STAFF, api_staff_review_figures},
    {HTTP_GET, "/v1/staff/reviews/{id}", API_LANE, API_STAFF, api_staff_review_show},
    {HTTP_POST, "/v1/staff/reviews/{id}/assignment", API_LANE, API_DECIDERS, api_staff_review_assign},
    {HTTP_POST, "/v1/staff/reviews/{id}/view-invitation", API_LANE, API_DECIDERS, api_staff_review_invite},
    {HTTP_POST, "/v1/staff/reviews/{id}/extension", API_LANE, API_DECIDERS, api_staff_review_extend},
    {HTTP_POST, "/v1/staff/decisions/{id}/reviews", API_LANE, API_DECIDERS, api_review_request},
    {HTTP_POST, "/v1/staff/reviews/{id}/outcome", API_LANE, API_DECIDERS, api_staff_review_decide},
    {HTTP_POST, "/v1/staff/reviews/{id}/confirmation", API_LANE, API_DECIDERS, api_staff_review_confirm},
    {HTTP_GET, "/v1/staff/orders", API_LANE, API_STAFF, api_staff_orders_list},
    {HTTP_GET, "/v1/staff/orders/{id}", API_LANE, API_STAFF, api_staff_order_show},
    {HTTP_POST, "/v1/staff/orders/{id}/complete", API_LANE, API_DECIDERS, api_staff_order_complete},
    {HTTP_POST, "/v1/staff/orders/{id}/credit-notes", API_LANE, API_MANAGER, api_staff_credit_note_add},
    {HTTP_PUT, "/v1/staff/orders/{id}/legal-hold", API_LANE, API_MANAGER, api_staff_legal_hold_set},
    {HTTP_DELETE, "/v1/staff/orders/{id}/legal-hold", API_LANE, API_MANAGER, api_staff_legal_hold_lift},
    {HTTP_GET, "/v1/staff/payments", API_LANE, API_STAFF, api_staff_payments_list},
    {HTTP_GET, "/v1/staff/vat-checks", API_LANE, API_STAFF, api_staff_vat_checks_list},
    {HTTP_GET, "/v1/staff/events", API_LANE, API_STAFF, api_staff_events_list},
    {HTTP_GET, "/v1/staff/privacy-requests", API_LANE, API_MANAGER | API_AUDITOR, api_staff_privacy_requests_list},
    {HTTP_POST, "/v1/staff/privacy-requests/{id}/extension", API_LANE, API_MANAGER, api_staff_privacy_request_extend},
    {HTTP_POST, "/v1/staff/privacy-requests/{id}/outcome", API_LANE, API_MANAGER, api_staff_privacy_request_decide},
    {HTTP_GET, "/v1/staff/jobs", API_LANE, API_MANAGER | API_AUDITOR, api_staff_jobs_list},
    {HTTP_POST, "/v1/staff/jobs/{id}/retry", API_LANE, API_MANAGER, api_staff_job_retry},

    /* the sandbox, where there is one */
    {HTTP_GET, SANDBOX_PATH_PREFIX "payments/{payment}", API_LANE, API_ANYBODY, api_sandbox_page},
    {HTTP_POST, SANDBOX_PATH_PREFIX "payments/{payment}/{action}", API_LANE, API_ANYBODY, api_sandbox_act},
};

const struct api_route *api_route_table(size_t *count)
{
    *count = sizeof(table) / sizeof(table[0]);
    return table;
}
