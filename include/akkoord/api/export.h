#pragma once
/*
 * What a customer takes along: all data about them that Akkoord holds, in forms that other programs read (GDPR art.
 * 15(3) and 20). A ZIP archive:
 *
 *     README.txt              what is in it, Dutch and English
 *     profile.jsonld          schema.org Person
 *     orders.jsonld           schema.org Order, with lines, seller, buyer and invoices
 *     orders.csv              a row an order line (RFC 4180, UTF-8)
 *     payments.csv            a row a payment
 *     decisions.json          as the API shows them, with their inputs and explanations
 *     reviews.json            the same
 *     credit_notes.json       those that staff drew up, with their reasons
 *     vat_checks.json         what VIES said of the VAT numbers of orders
 *     history.json            every step of every order: what, when, and who in kind
 *     requests.json           what they asked about their data, and the answers
 *     sessions.json           who is logged in
 *     privacy.json            what everybody is told: purposes, recipients, terms, rights
 *     invoices/<number>.pdf   and .xml: the documents as they were issued, byte for byte
 *     schema.json             JSON Schema 2020-12 of the JSON files, by name
 *     manifest.json           every other file with its type, size and SHA-256
 */
#include "akkoord/api/call.h"
#include "akkoord/base/buffer.h"
#include "akkoord/store/customers.h"
#include "akkoord/store/orders.h"
#include "akkoord/store/reviews.h"

/* GET /v1/me/export. Slow lane: what was not rendered yet is rendered now. */
api_function api_me_export;

/* ---- the codecs: pure ---- */

/* A file of the archive; its bytes live in the arena or are static. */
struct export_file {
    const char *name;
    const char *media_type;
    const void *bytes;
    size_t length;
};

struct export_order {
    struct stored_order order; /* its content is empty when it was shredded */
    bool has_content;
    const struct stored_decision *decisions;
    size_t decisions_count;
};

struct export_file export_profile(struct arena *arena, const struct customer *customer);
struct export_file export_orders(struct arena *arena, const struct customer *customer,
                                 const struct export_order *orders, size_t count);
struct export_file export_orders_csv(struct arena *arena, const struct export_order *orders, size_t count);
struct export_file export_payments_csv(struct arena *arena, const struct export_order *orders, size_t count);
struct export_file export_decisions(struct arena *arena, const struct export_order *orders, size_t count);
struct export_file export_vat_checks(struct arena *arena, const struct export_order *orders, size_t count);
struct export_file export_readme(void);
struct export_file export_schema(void);
/* Of all the others. */
struct export_file export_manifest(struct arena *arena, const struct customer *customer,
                                   const struct export_file *files, size_t count, int64_t at_us);
/* A JSON value as a file, over several lines. */
struct export_file export_json(struct arena *arena, const char *name, const char *media_type, const json_t *value);
