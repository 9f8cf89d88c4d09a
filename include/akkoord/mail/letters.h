#pragma once
/*
 * What we write to customers, in Dutch and in English. Pure; any thread. What is given must live until the function
 * returns; the letter lives in the arena. A subject names an order at most, and no person.
 */
#include "akkoord/base/arena.h"
#include "akkoord/domain/decision.h"
#include "akkoord/domain/invoice.h"
#include "akkoord/domain/privacy_request.h"
#include "akkoord/domain/review.h"
#include "akkoord/domain/transition.h"
#include "akkoord/mail/message.h"

/* To whom, by whom. */
struct letter_parties {
    enum language language;
    const char *name; /* the customer's */
    const struct seller *seller;
};

/* ---- about the account ---- */

enum letter_code_purpose {
    LETTER_VERIFICATION,   /* the address of a registration is theirs */
    LETTER_PASSWORD_RESET, /* a password was forgotten */
    LETTER_EMAIL_CHANGE,   /* the new address is theirs */
    LETTER_LOG_IN,         /* in without a password */
};

/* A code to type over, and until when. */
void letter_write_code(struct arena *arena, const struct letter_parties *parties, enum letter_code_purpose purpose,
                       const char *code, int64_t expires_at_us, struct mail_letter *letter);
/* To the old address: a change was asked for. It does not say to which address. */
void letter_write_email_change_notice(struct arena *arena, const struct letter_parties *parties,
                                      struct mail_letter *letter);

/* ---- about an order ---- */

struct letter_order {
    const char *number;
    const struct order_line *lines;
    size_t lines_count;
    const struct totals *totals;
    const char *currency;
};

/* A decision and its explanation; one that accepts the order is its confirmation. `document` is the number of what is
 * attached, NULL for nothing; `review_link` leads to where a human is asked. */
void letter_write_decision(struct arena *arena, const struct letter_parties *parties, const struct letter_order *order,
                           const struct decision *decision, const char *document, const char *review_link,
                           struct mail_letter *letter);

/* A credit note that a member of staff drew up, which is attached, and why; `order` has the lines and totals of the
 * note. What is sent back of a payment is told, or that it is set off. */
struct letter_credit {
    const char *number;
    const char *credited_number; /* the invoice that it takes back a part of */
    const char *reason;          /* in the words of staff; NULL: none was kept */
    int64_t sent_back_minor;
};
void letter_write_credit_note(struct arena *arena, const struct letter_parties *parties,
                              const struct letter_order *order, const struct letter_credit *credit,
                              struct mail_letter *letter);

/* What a member of staff found, with their own reasons, and what the customer can do about it: of the first look, ask
 * for a second one. `reasons` NULL where their key was destroyed. */
void letter_write_review(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                         enum review_outcome outcome, const char *reasons, bool is_first_look,
                         struct mail_letter *letter);

/* A member of staff asks for the customer's view of it; `review_link` leads to the form. The words of staff, here and
 * below, are NULL where their key was destroyed. */
void letter_write_review_invitation(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                                    const char *question, int64_t due_at_us, const char *review_link,
                                    struct mail_letter *letter);
/* It takes longer, until when, and why. */
void letter_write_review_extension(struct arena *arena, const struct letter_parties *parties, const char *order_number,
                                   const char *reasons, int64_t due_at_us, struct mail_letter *letter);

/* ---- about one's own data ---- */

struct letter_request {
    enum privacy_request_kind kind;
    int64_t received_at_us;
    int64_t due_at_us; /* of an extension: the new one */
    bool is_granted;   /* of an answer */
    const char *words; /* the reasons, or the answer */
};

void letter_write_request_extension(struct arena *arena, const struct letter_parties *parties,
                                    const struct letter_request *request, struct mail_letter *letter);
void letter_write_request_answer(struct arena *arena, const struct letter_parties *parties,
                                 const struct letter_request *request, struct mail_letter *letter);
