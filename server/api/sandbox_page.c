/*
 * The sandbox's page: all of its words and its looks. Pure; worker threads. Nothing gets into the HTML but through
 * html_escape(), constant texts, numbers and ids of ours; there is no script.
 */
#include "akkoord/api/sandbox_page.h"

#include "akkoord/api/html.h"
#include "akkoord/base/buffer.h"
#include "akkoord/documents/format.h"

#define PAGE_BYTES_MAX ((size_t)64 * 1024)
#define LANGUAGES      2

typedef const char *translated[LANGUAGES];

/* ---- words ---- */

struct action_words {
    const char *name;
    translated label;
    translated hint;
    translated noun; /* what the notice says has been done or sent */
};

static const struct action_words actions[SANDBOX_ACTIONS] = {
    [SANDBOX_APPROVE] = {"approve",
                         {"Goedkeuren", "Approve"},
                         {"De klant heeft betaald. Het bericht komt twee keer, zoals bij echte betaaldiensten.",
                          "The customer has paid. The message comes twice, as real providers do."},
                         {"De goedkeuring", "The approval"}},
    [SANDBOX_DECLINE] = {"decline",
                         {"Weigeren", "Decline"},
                         {"De bank weigert. De klant kan het nog eens proberen.",
                          "The bank refuses. The customer can try again."},
                         {"De weigering", "The refusal"}},
    [SANDBOX_EXPIRE] = {"expire",
                        {"Laten verlopen", "Let it expire"},
                        {"De klant komt niet terug en de betaling verloopt.",
                         "The customer does not come back, and the payment expires."},
                        {"Het verlopen", "The expiry"}},
    [SANDBOX_APPROVE_TWICE] = {"approve_twice",
                               {"Twee keer betalen", "Pay twice"},
                               {"De klant betaalt per ongeluk dubbel: de tweede betaling moet terug.",
                                "The customer pays again by mistake: the second payment has to go back."},
                               {"De dubbele betaling", "The double payment"}},
    [SANDBOX_REFUND] = {"refund",
                        {"Alles terugbetalen", "Refund everything"},
                        {"De verkoper stuurt het hele bedrag terug.", "The seller sends the whole amount back."},
                        {"De terugbetaling", "The refund"}},
    [SANDBOX_CHARGE_BACK] = {"charge_back",
                             {"Terugboeken", "Charge back"},
                             {"De bank van de klant haalt het geld terug.",
                              "The customer’s bank takes the money back."},
                             {"De terugboeking", "The charge-back"}},
};

static const translated payment_words[PAYMENT_STATUSES] = {
    [PAYMENT_OPEN] = {"open", "open"},
    [PAYMENT_PAID] = {"betaald", "paid"},
    [PAYMENT_FAILED] = {"mislukt", "failed"},
    [PAYMENT_EXPIRED] = {"verlopen", "expired"},
    [PAYMENT_REFUND_DUE] = {"terug te betalen", "to be refunded"},
    [PAYMENT_PARTIALLY_REFUNDED] = {"deels terugbetaald", "refunded in part"},
    [PAYMENT_REFUNDED] = {"terugbetaald", "refunded"},
    [PAYMENT_CHARGED_BACK] = {"teruggeboekt", "charged back"},
};

static const translated order_words[ORDER_STATUSES] = {
    [ORDER_AWAITING_PAYMENT] = {"wacht op betaling", "awaiting payment"},
    [ORDER_EXPIRED] = {"verlopen", "expired"},
    [ORDER_CANCELLED] = {"geannuleerd", "cancelled"},
    [ORDER_ACCEPTED] = {"aangenomen", "accepted"},
    [ORDER_HELD] = {"aangehouden: een mens kijkt ernaar", "held: a person looks at it"},
    [ORDER_COMPLETED] = {"afgerond", "completed"},
};

static const translated title = {"Sandboxbetaling", "Sandbox payment"};
static const translated no_money = {"Sandbox: hier gaat geen echt geld om.", "Sandbox: no real money moves here."};
static const translated pay_whom = {"Betaling aan", "Payment to"};
static const translated order_label = {"Bestelling", "Order"};
static const translated order_status_label = {"Status bestelling", "Order status"};
static const translated payment_status_label = {"Status betaling", "Payment status"};
static const translated refunded_label = {"Al terugbetaald", "Refunded so far"};
static const translated reference_label = {"Betaalkenmerk", "Payment id"};
static const translated pay_heading = {"Betalen", "Paying"};
static const translated after_heading = {"Na de betaling", "After the payment"};
static const translated part_label = {"Bedrag terug", "Amount back"};
static const translated part_button = {"Deel terugbetalen", "Refund a part"};
static const translated part_error = {"Vul een bedrag in dat hoogstens de hele betaling is, zoals 12,50.",
                                      "Enter an amount that is at most the whole payment, such as 12.50."};
static const translated not_refunded = {"Er is niets terugbetaald.", "Nothing was refunded."};
static const translated is_done = {"is verwerkt. De betaling is nu:", "has been processed. The payment is now:"};
static const translated is_sent = {"is verstuurd, maar nog niet verwerkt.", "was sent, but not processed yet."};
static const translated look_again = {"Kijk opnieuw", "Look again"};
static const translated missing_title = {"Deze betaling is er niet", "There is no such payment"};
static const translated missing_text = {
    "De sandbox kent geen betaling met dit adres. Open de link van de bestelling nog eens.",
    "The sandbox knows no payment by this address. Open the link of the order again."};

/* ---- looks ---- */

/* Every pair of colours here has a contrast of 4.5 or more (WCAG 2.2, 1.4.3), and buttons are 44 pixels high (2.5.5).
 */
static const char style[] =
    ":root{color-scheme:light dark;--page:#eef1f5;--card:#fff;--text:#18202b;--soft:#525d6b;--line:#d5dbe3;"
    "--main:#0b57a4;--on-main:#fff;--quiet:#e7ecf2;--note:#e3effb;--good:#dcf1e2;--good-text:#12502a;--bad:#fbe4e1;"
    "--bad-text:#7c1a12}"
    "@media(prefers-color-scheme:dark){:root{--page:#10151b;--card:#1a212a;--text:#e9edf2;--soft:#a7b2c0;"
    "--line:#37424f;--main:#86bdf8;--on-main:#0b1622;--quiet:#2a343f;--note:#17324d;--good:#173c26;--good-text:#b4e6c5;"
    "--bad:#4a1f1b;--bad-text:#f9c9c3}}"
    "*{box-sizing:border-box}"
    "body{margin:0;background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif}"
    ".banner{margin:0;padding:.5rem 1rem;background:var(--text);color:var(--card);text-align:center;font-size:.875rem}"
    "main{max-width:40rem;margin:0 auto;padding:1rem}"
    ".card{background:var(--card);border:1px solid var(--line);border-radius:.75rem;padding:1.25rem;margin:0 0 1rem}"
    "h1{margin:0;font-size:1rem;font-weight:600;color:var(--soft);overflow-wrap:anywhere}"
    "h2{margin:0 0 1rem;font-size:1.125rem}"
    ".amount{margin:.25rem 0 1rem;font-size:2.25rem;line-height:1.2;font-weight:700;font-variant-numeric:tabular-nums}"
    "dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:.375rem 1.25rem}"
    "dt{color:var(--soft)}dd{margin:0;text-align:right;overflow-wrap:anywhere}"
    ".id{font-family:ui-monospace,monospace;font-size:.8125rem}"
    ".pill{display:inline-block;padding:0 .625rem;border-radius:1rem;background:var(--quiet);font-weight:600}"
    ".good{background:var(--good);color:var(--good-text)}.bad{background:var(--bad);color:var(--bad-text)}"
    ".notice{padding:.875rem 1.25rem;border-radius:.75rem;margin:0 0 1rem;background:var(--note)}"
    ".notice.bad{background:var(--bad)}.notice a{color:inherit}"
    "form{display:grid;gap:.25rem 1rem;align-items:center;padding:.75rem 0;border-top:1px solid var(--line)}"
    "form:first-of-type{border-top:0;padding-top:0}form:last-of-type{padding-bottom:0}"
    "button,input{min-height:2.75rem;padding:.5rem 1rem;border-radius:.5rem;font:inherit}"
    "button{border:1px solid var(--line);background:var(--quiet);color:var(--text);font-weight:600;cursor:pointer}"
    "button:hover{border-color:var(--text)}"
    ".main{background:var(--main);color:var(--on-main);border-color:var(--main)}"
    "input{width:100%;border:1px solid var(--soft);background:var(--card);color:var(--text);text-align:right}"
    "input[aria-invalid]{border:2px solid var(--bad-text)}"
    "label{font-weight:600}form p{margin:0;color:var(--soft);font-size:.875rem}form .bad{padding:.25rem .625rem;"
    "border-radius:.375rem;color:var(--bad-text)}"
    ":focus-visible{outline:3px solid var(--main);outline-offset:2px}"
    "@media(min-width:36rem){main{padding:2rem 1rem}form{grid-template-columns:13rem 1fr}"
    ".part{grid-template-columns:13rem 1fr 13rem}.part p{grid-column:1/-1}}";

const char *sandbox_page_policy(struct arena *arena)
{
    return html_policy(arena, style);
}

/* ---- actions by name ---- */

const char *sandbox_action_name(enum sandbox_action action)
{
    return actions[action].name;
}

enum status sandbox_action_parse(const char *text, enum sandbox_action *action)
{
    for (size_t i = 0; i < SANDBOX_ACTIONS; i++) {
        if (strcmp(actions[i].name, text) == 0) {
            *action = (enum sandbox_action)i;
            return STATUS_OK;
        }
    }
    return STATUS_INVALID;
}

/* ---- writing ---- */

static void write_head(struct buffer *html, enum language language, const char *page_title)
{
    buffer_append_format(html, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                         language_name(language));
    buffer_append_text(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_escape(html, page_title);
    buffer_append_format(html, "</title>\n<style>%s</style>\n</head>\n<body>\n<p class=\"banner\">%s</p>\n<main>\n",
                         style, no_money[language]);
}

static void write_foot(struct buffer *html)
{
    buffer_append_text(html, "</main>\n</body>\n</html>\n");
}

static const char *finish(struct arena *arena, struct buffer *html, size_t *length)
{
    *length = html->length;
    const char *text = arena_copy_bytes(arena, buffer_text(html), html->length);
    buffer_release(html);
    return text;
}

static const char *looks_of(enum payment_status status)
{
    switch (status) {
    case PAYMENT_PAID:
        return " good";
    case PAYMENT_FAILED:
    case PAYMENT_EXPIRED:
    case PAYMENT_REFUND_DUE:
    case PAYMENT_CHARGED_BACK:
        return " bad";
    case PAYMENT_OPEN:
    case PAYMENT_PARTIALLY_REFUNDED:
    case PAYMENT_REFUNDED:
        break;
    }
    return "";
}

static void write_notice(struct buffer *html, const struct sandbox_page *page)
{
    const enum language language = page->language;
    switch (page->result) {
    case SANDBOX_NOTHING_ASKED:
        break;
    case SANDBOX_DONE:
        buffer_append_format(html, "<p class=\"notice\" role=\"status\">%s %s <strong>%s</strong>.</p>\n",
                             actions[page->action].noun[language], is_done[language],
                             payment_words[page->payment->status][language]);
        break;
    case SANDBOX_SENT:
        buffer_append_format(html, "<p class=\"notice\" role=\"status\">%s %s <a href=\"%s?done=%s\">%s</a></p>\n",
                             actions[page->action].noun[language], is_sent[language], page->payment->payment_id,
                             actions[page->action].name, look_again[language]);
        break;
    case SANDBOX_AMOUNT_REFUSED:
        buffer_append_format(html, "<p class=\"notice bad\" role=\"alert\">%s <a href=\"#decimal_amount\">%s</a></p>\n",
                             not_refunded[language], part_error[language]);
        break;
    }
}

static void write_fact(struct buffer *html, const char *label, const char *class_name, const char *value)
{
    buffer_append_format(html, "<dt>%s</dt><dd><span class=\"%s\">", label, class_name);
    html_escape(html, value);
    buffer_append_text(html, "</span></dd>\n");
}

/* What is paid, to whom, and where it stands. */
static void write_summary(struct buffer *html, const struct sandbox_page *page)
{
    const enum language language = page->language;
    const struct sandbox_payment *payment = page->payment;
    char amount[FORMAT_TEXT_BYTES];
    char looks[16];
    format_money(language, &payment->amount, amount);
    buffer_append_format(html, "<div class=\"card\">\n<h1>%s ", pay_whom[language]);
    html_escape(html, page->seller);
    buffer_append_format(html, "</h1>\n<p class=\"amount\">%s</p>\n<dl>\n", amount);
    write_fact(html, order_label[language], "", payment->order_number);
    (void)snprintf(looks, sizeof(looks), "pill%s", looks_of(payment->status));
    write_fact(html, payment_status_label[language], looks, payment_words[payment->status][language]);
    write_fact(html, order_status_label[language], "", order_words[payment->order_status][language]);
    if (payment->refunded_minor > 0) {
        struct money refunded = payment->amount;
        refunded.amount_minor = payment->refunded_minor;
        format_money(language, &refunded, amount);
        write_fact(html, refunded_label[language], "", amount);
    }
    write_fact(html, reference_label[language], "id", payment->payment_id);
    buffer_append_text(html, "</dl>\n</div>\n");
}

static void write_action(struct buffer *html, const struct sandbox_page *page, enum sandbox_action action)
{
    const struct action_words *words = &actions[action];
    bool is_main = action == SANDBOX_APPROVE && page->payment->status == PAYMENT_OPEN;
    buffer_append_format(html,
                         "<form method=\"post\" action=\"%s/%s\">\n"
                         "<button%s aria-describedby=\"%s-hint\">%s</button>\n<p id=\"%s-hint\">%s</p>\n</form>\n",
                         page->payment->payment_id, words->name, is_main ? " class=\"main\"" : "", words->name,
                         words->label[page->language], words->name, words->hint[page->language]);
}

static void write_partial_refund(struct buffer *html, const struct sandbox_page *page)
{
    const enum language language = page->language;
    bool is_refused = page->result == SANDBOX_AMOUNT_REFUSED;
    buffer_append_format(html,
                         "<form class=\"part\" method=\"post\" action=\"%s/%s\">\n"
                         "<label for=\"decimal_amount\">%s (%s)</label>\n"
                         "<input id=\"decimal_amount\" name=\"decimal_amount\" inputmode=\"decimal\" "
                         "autocomplete=\"off\" required%s>\n<button>%s</button>\n",
                         page->payment->payment_id, sandbox_action_name(SANDBOX_REFUND), part_label[language],
                         page->payment->amount.currency,
                         is_refused ? " aria-invalid=\"true\" aria-describedby=\"amount-error\"" : "",
                         part_button[language]);
    if (is_refused)
        buffer_append_format(html, "<p class=\"bad\" id=\"amount-error\">%s</p>\n", part_error[language]);
    buffer_append_text(html, "</form>\n");
}

static void write_actions(struct buffer *html, const struct sandbox_page *page)
{
    buffer_append_format(html, "<section class=\"card\" aria-labelledby=\"pay\">\n<h2 id=\"pay\">%s</h2>\n",
                         pay_heading[page->language]);
    write_action(html, page, SANDBOX_APPROVE);
    write_action(html, page, SANDBOX_DECLINE);
    write_action(html, page, SANDBOX_EXPIRE);
    write_action(html, page, SANDBOX_APPROVE_TWICE);
    buffer_append_format(html,
                         "</section>\n<section class=\"card\" aria-labelledby=\"after\">\n<h2 id=\"after\">%s</h2>\n",
                         after_heading[page->language]);
    write_action(html, page, SANDBOX_REFUND);
    write_partial_refund(html, page);
    write_action(html, page, SANDBOX_CHARGE_BACK);
    buffer_append_text(html, "</section>\n");
}

const char *sandbox_page_write(struct arena *arena, const struct sandbox_page *page, size_t *length)
{
    struct buffer html;
    buffer_init(&html, PAGE_BYTES_MAX);
    write_head(&html, page->language, arena_format(arena, "%s %s", title[page->language], page->payment->order_number));
    write_notice(&html, page);
    write_summary(&html, page);
    write_actions(&html, page);
    write_foot(&html);
    return finish(arena, &html, length);
}

const char *sandbox_page_write_missing(struct arena *arena, enum language language, size_t *length)
{
    struct buffer html;
    buffer_init(&html, PAGE_BYTES_MAX);
    write_head(&html, language, missing_title[language]);
    buffer_append_format(&html, "<div class=\"card\">\n<h1>%s</h1>\n<p>%s</p>\n</div>\n", missing_title[language],
                         missing_text[language]);
    write_foot(&html);
    return finish(arena, &html, length);
}
