/*
 * The frame and the looks of pages with forms. Pure; worker threads. There is no script; what keeps texts from being
 * HTML is html.h.
 */
#include "akkoord/api/page.h"

#include "akkoord/api/html.h"

#define PAGE_BYTES_MAX ((size_t)128 * 1024)

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
    "textarea{width:100%;min-height:10rem;padding:.75rem;border:1px solid var(--soft);border-radius:.5rem;"
    "background:var(--card);color:var(--text);font:inherit;resize:vertical}"
    ".text h1{margin:0 0 .75rem;font-size:1.25rem;color:var(--text)}.words button{margin-top:.75rem}"
    ".text p{margin:0 0 .75rem}.text p:last-child{margin:0}"
    "input[aria-invalid],textarea[aria-invalid]{border:2px solid var(--bad-text)}"
    "label{font-weight:600}form p{margin:0;color:var(--soft);font-size:.875rem}form .bad{padding:.25rem .625rem;"
    "border-radius:.375rem;color:var(--bad-text)}"
    ":focus-visible{outline:3px solid var(--main);outline-offset:2px}"
    ".words button{justify-self:start}"
    "@media(min-width:36rem){main{padding:2rem 1rem}form{grid-template-columns:13rem 1fr}"
    ".words{grid-template-columns:1fr}.part{grid-template-columns:13rem 1fr 13rem}.part p{grid-column:1/-1}}";

void page_begin(struct buffer *html, enum language language, const char *title, const char *banner)
{
    buffer_init(html, PAGE_BYTES_MAX);
    buffer_append_format(html, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\">\n",
                         language_name(language));
    buffer_append_text(html, "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
    html_escape(html, title);
    buffer_append_format(html, "</title>\n<style>%s</style>\n</head>\n<body>\n", style);
    if (banner != NULL)
        buffer_append_format(html, "<p class=\"banner\">%s</p>\n", banner);
    buffer_append_text(html, "<main>\n");
}

const char *page_end(struct arena *arena, struct buffer *html, size_t *length)
{
    buffer_append_text(html, "</main>\n</body>\n</html>\n");
    *length = html->length;
    const char *text = arena_copy_bytes(arena, buffer_text(html), html->length);
    buffer_release(html);
    return text;
}

void page_answer(struct api_call *call, int status, const char *html, size_t length, const char *vary,
                 struct http_answer *answer)
{
    *answer = (struct http_answer){
        .status = status, .content_type = "text/html; charset=utf-8", .body = html, .body_length = length};
    api_answer_add_header(call, answer, "Content-Security-Policy", html_policy(call->arena, style));
    api_answer_add_header(call, answer, "Referrer-Policy", "no-referrer");
    api_answer_add_header(call, answer, "Vary", vary);
}
