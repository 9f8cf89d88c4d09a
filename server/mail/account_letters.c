/* Letters about the account: codes to type over, and what else its owner should hear of. Pure; any thread. */
#include "akkoord/domain/calendar.h"
#include "akkoord/mail/letters.h"
#include "letter.h"

struct code_words {
    const char *subject_nl, *subject_en;
    const char *why_nl, *why_en;
    const char *otherwise_nl, *otherwise_en; /* for somebody who did not ask */
};

static const struct code_words words_of_code[] = {
    [LETTER_VERIFICATION] =
        {
            .subject_nl = "Uw code om uw e-mailadres te bevestigen",
            .subject_en = "Your code to confirm your e-mail address",
            .why_nl = "Welkom! U hebt zich bij ons geregistreerd. Met deze code laat u zien dat dit adres van u is:",
            .why_en = "Welcome! You have registered with us. With this code you show that this address is yours:",
            .otherwise_nl = "Hebt u zich niet geregistreerd? Dan heeft iemand uw adres opgegeven, misschien per "
                            "vergissing. Laat het ons weten, dan halen we het weg.",
            .otherwise_en = "You have not registered? Then somebody has given your address, perhaps by mistake. Let us "
                            "know, and we will remove it.",
        },
    [LETTER_PASSWORD_RESET] =
        {
            .subject_nl = "Uw code voor een nieuw wachtwoord",
            .subject_en = "Your code for a new password",
            .why_nl = "U wilt een nieuw wachtwoord instellen. Daarvoor hebt u deze code nodig:",
            .why_en = "You want to set a new password. This is the code that you need for it:",
            .otherwise_nl = "Hebt u hier niet om gevraagd? Dan hoeft u niets te doen: uw wachtwoord blijft zoals het "
                            "is. Geef de code aan niemand.",
            .otherwise_en = "You did not ask for this? Then there is nothing to do: your password stays as it is. Give "
                            "the code to nobody.",
        },
    [LETTER_EMAIL_CHANGE] =
        {
            .subject_nl = "Uw code om uw nieuwe e-mailadres te bevestigen",
            .subject_en = "Your code to confirm your new e-mail address",
            .why_nl = "U wilt voortaan dit e-mailadres gebruiken. Met deze code laat u zien dat het van u is:",
            .why_en = "You want to use this e-mail address from now on. With this code you show that it is yours:",
            .otherwise_nl = "Hebt u hier niet om gevraagd? Dan hoeft u niets te doen. Geef de code aan niemand.",
            .otherwise_en = "You did not ask for this? Then there is nothing to do. Give the code to nobody.",
        },
    [LETTER_LOG_IN] =
        {
            .subject_nl = "Uw code om in te loggen",
            .subject_en = "Your code to log in",
            .why_nl = "U wilt inloggen zonder wachtwoord, bijvoorbeeld om uw gegevens in te zien of te laten wissen. "
                      "Daarvoor hebt u deze code nodig:",
            .why_en = "You want to log in without a password, to see your data or to have them erased, for example. "
                      "This is the code that you need for it:",
            .otherwise_nl = "Hebt u hier niet om gevraagd? Dan hoeft u niets te doen. Geef de code aan niemand.",
            .otherwise_en = "You did not ask for this? Then there is nothing to do. Give the code to nobody.",
        },
};

/* "14:05", on the clocks of Amsterdam. */
static const char *format_clock(struct arena *arena, int64_t time_us)
{
    int minute = calendar_amsterdam_minute(time_us);
    return arena_format(arena, "%02d:%02d", minute / 60, minute % 60);
}

void letter_write_code(struct arena *arena, const struct letter_parties *parties, enum letter_code_purpose purpose,
                       const char *code, int64_t expires_at_us, struct mail_letter *out)
{
    const struct code_words *words = &words_of_code[purpose];
    struct letter letter = {.language = parties->language};
    const char *subject = letter_pick(&letter, words->subject_nl, words->subject_en);
    letter_begin(&letter, parties->language, parties->seller->name, subject);
    letter_add_greeting(&letter, parties->name);
    letter_add_paragraph(&letter, letter_pick(&letter, words->why_nl, words->why_en));
    letter_add_code(&letter, code);
    letter_add_paragraph(&letter, letter_fill(&letter, arena, "De code werkt één keer, tot {} uur (Nederlandse tijd).",
                                              "The code works once, until {} (Dutch time).",
                                              format_clock(arena, expires_at_us)));
    letter_add_paragraph(&letter, letter_pick(&letter, words->otherwise_nl, words->otherwise_en));
    letter_end(&letter, arena, parties->seller, subject, out);
}

void letter_write_email_change_notice(struct arena *arena, const struct letter_parties *parties,
                                      struct mail_letter *out)
{
    struct letter letter = {.language = parties->language};
    const char *subject = letter_pick(&letter, "Er is gevraagd uw e-mailadres te wijzigen",
                                      "A change of your e-mail address was asked for");
    letter_begin(&letter, parties->language, parties->seller->name, subject);
    letter_add_greeting(&letter, parties->name);
    letter_add_paragraph(&letter,
                         letter_pick(&letter,
                                     "Iemand die uw wachtwoord kent, heeft gevraagd uw account voortaan aan een ander "
                                     "e-mailadres te koppelen. Dat gebeurt pas als het nieuwe adres is bevestigd.",
                                     "Somebody who knows your password has asked to tie your account to another e-mail "
                                     "address. That happens only once the new address has been confirmed."));
    letter_add_paragraph(&letter, letter_pick(&letter, "Was u dat? Dan hoeft u niets te doen.",
                                              "Was it you? Then there is nothing to do."));
    letter_add_paragraph(&letter,
                         letter_pick(&letter,
                                     "Was u het niet? Stel dan meteen een nieuw wachtwoord in: daarmee vervalt de "
                                     "aanvraag en wordt iedereen uitgelogd. Lukt dat niet, laat het ons dan weten.",
                                     "It was not you? Then set a new password at once: that withdraws the request and "
                                     "logs everybody out. If that fails, let us know."));
    letter_end(&letter, arena, parties->seller, subject, out);
}
