/*
 * What rendering costs: documents a second of a core's time, whatever else the machine does, and how much memory the
 * process keeps after it.
 *
 *     bench_render [documents] [threads]     200 and 1 unless told
 *     bench_render --write FOLDER            writes the samples there, to look at
 */
#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#include "akkoord/base/clock.h"
#include "akkoord/documents/pdf.h"
#include "samples.h"

static int64_t resident_kib(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    char text[128] = "";
    if (file == NULL || fgets(text, sizeof(text), file) == NULL)
        abort();
    fclose(file);
    char *after_size;
    strtoll(text, &after_size, 10);
    return strtoll(after_size, NULL, 10) * (sysconf(_SC_PAGESIZE) / 1024);
}

static int64_t core_us(void)
{
    struct timespec spent;
    if (clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &spent) != 0)
        abort();
    return (int64_t)spent.tv_sec * CLOCK_US_PER_SECOND + spent.tv_nsec / 1000;
}

static void render_one(void)
{
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    const uint8_t *bytes;
    size_t length;
    struct error error;
    if (document_render_pdf(&invoice, arena, &bytes, &length, &error) != STATUS_OK) {
        fprintf(stderr, "%s: %s\n", error.code, error.detail);
        abort();
    }
    arena_free(arena);
}

static void *render_many(void *count)
{
    for (long i = 0; i < *(const long *)count; i++)
        render_one();
    return NULL;
}

static void write_document(const char *folder, const char *name, const struct invoice *invoice, struct arena *arena)
{
    const uint8_t *bytes;
    size_t length;
    struct error error;
    if (document_render_pdf(invoice, arena, &bytes, &length, &error) != STATUS_OK) {
        fprintf(stderr, "%s: %s: %s\n", name, error.code, error.detail);
        abort();
    }
    FILE *file = fopen(arena_format(arena, "%s/%s.pdf", folder, name), "wb");
    if (file == NULL || fwrite(bytes, 1, length, file) != length || fclose(file) != 0) {
        fprintf(stderr, "%s: %s\n", name, strerror(errno));
        abort();
    }
    printf("%s.pdf %zu bytes\n", name, length);
}

static void write_samples(const char *folder)
{
    struct arena *arena = arena_new();
    struct invoice invoice = sample_invoice(arena, LANGUAGE_NL);
    write_document(folder, "invoice-nl", &invoice, arena);
    invoice.prepaid_minor = 0;
    write_document(folder, "unpaid-nl", &invoice, arena);
    invoice = sample_invoice(arena, LANGUAGE_EN);
    write_document(folder, "invoice-en", &invoice, arena);
    invoice.prepaid_minor = 100000;
    write_document(folder, "part-paid-en", &invoice, arena);
    invoice = sample_credit_note(arena, LANGUAGE_NL);
    write_document(folder, "credit-note-nl", &invoice, arena);
    invoice = sample_credit_note(arena, LANGUAGE_EN);
    write_document(folder, "credit-note-en", &invoice, arena);
    invoice = sample_long_invoice(arena, LANGUAGE_NL, 200);
    write_document(folder, "long-nl", &invoice, arena);
    invoice = sample_long_invoice(arena, LANGUAGE_EN, 30);
    write_document(folder, "two-pages-en", &invoice, arena);
    invoice = sample_discounted_invoice(arena, LANGUAGE_NL);
    invoice.seller.logo = sample_logo(arena, 900, 200);
    write_document(folder, "discounts-logo-nl", &invoice, arena);
    invoice = sample_discounted_invoice(arena, LANGUAGE_EN);
    write_document(folder, "discounts-en", &invoice, arena);
    invoice = sample_dollar_invoice(arena, LANGUAGE_EN);
    write_document(folder, "dollars-en", &invoice, arena);
    for (enum language language = LANGUAGE_NL; language <= LANGUAGE_EN; language++) {
        invoice = sample_invoice_of_all_grounds(arena, language);
        write_document(folder, arena_format(arena, "all-grounds-%s", language_name(language)), &invoice, arena);
        for (enum vat_ground ground = VAT_GROUND_EXEMPT; ground <= VAT_GROUND_ONE_STOP_SHOP; ground++) {
            invoice = sample_invoice_of_ground(arena, language, ground);
            write_document(folder, arena_format(arena, "ground-%d-%s", (int)ground, language_name(language)), &invoice,
                           arena);
        }
    }
    char word[501];
    memset(word, 'W', sizeof(word) - 1);
    word[sizeof(word) - 1] = '\0';
    invoice = sample_invoice_of_text(arena, word);
    write_document(folder, "hostile-word", &invoice, arena);
    invoice =
        sample_invoice_of_text(arena, "<b>& \"q\" \xf0\x9f\x98\x80\xf0\x9f\xa6\x84 مرحبا بالعالم 你好世界 שלום "
                                      "Ελλάδα Привет\x01\n\t\xff z\u0300\u0301\u0302\u0303\u0304\u0305\u0306 end");
    write_document(folder, "hostile-scripts", &invoice, arena);
    arena_free(arena);
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--write") == 0) {
        write_samples(argv[2]);
        return 0;
    }
    long documents = argc > 1 ? strtol(argv[1], NULL, 10) : 200;
    long threads_count = argc > 2 ? strtol(argv[2], NULL, 10) : 1;
    if (documents < 1 || threads_count < 1 || threads_count > 16) {
        fprintf(stderr, "usage: bench_render [documents] [threads, at most 16] | --write FOLDER\n");
        return 2;
    }
    int64_t before_kib = resident_kib();
    int64_t start_us = clock_monotonic_us();
    render_one();
    int64_t first_us = clock_monotonic_us() - start_us;
    int64_t after_one_kib = resident_kib();

    pthread_t threads[16];
    long share = documents / threads_count;
    start_us = core_us();
    for (long i = 0; i < threads_count; i++) {
        if (pthread_create(&threads[i], NULL, render_many, &share) != 0)
            abort();
    }
    for (long i = 0; i < threads_count; i++)
        pthread_join(threads[i], NULL);
    int64_t spent_us = core_us() - start_us;
    printf("resident_before_kib=%" PRId64 " after_1_kib=%" PRId64 " after_%ld_kib=%" PRId64 "\n", before_kib,
           after_one_kib, share * threads_count, resident_kib());
    printf("first_us=%" PRId64 " documents_per_core_second=%" PRId64 "\n", first_us,
           share * threads_count * CLOCK_US_PER_SECOND / spent_us);
    return 0;
}
