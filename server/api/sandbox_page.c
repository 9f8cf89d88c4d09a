/*
 * The sandbox's page: all of its words. Pure; worker threads. Nothing gets into the HTML but through html_escape(),
 * constant texts, numbers and ids of ours; there is no script.
 */
#include "akkoord/api/sandbox_page.h"

#include "akkoord/api/html.h"
#include "akkoord/api/page.h"
#include "akkoord/documents/format.h"

typedef const char *translated[PAGE_LANGUAGES];

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
    page_begin(&html, page->language, arena_format(arena, "%s %s", title[page->language], page->payment->order_number),
               no_money[page->language]);
    write_notice(&html, page);
    write_summary(&html, page);
    write_actions(&html, page);
    return page_end(arena, &html, length);
}

const char *sandbox_page_write_missing(struct arena *arena, enum language language, size_t *length)
{
    struct buffer html;
    page_begin(&html, language, missing_title[language], no_money[language]);
    buffer_append_format(&html, "<div class=\"card\">\n<h1>%s</h1>\n<p>%s</p>\n</div>\n", missing_title[language],
                         missing_text[language]);
    return page_end(arena, &html, length);
}
