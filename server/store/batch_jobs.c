/* What follows from a batch. Pure; the committer's thread. */
#include "batch_jobs.h"

#include <stdlib.h>

#include "akkoord/store/jobs.h"
#include "akkoord/store/mails.h"

static int compare_jobs(const void *left, const void *right)
{
    const struct batch_job *a = left;
    const struct batch_job *b = right;
    int order = strcmp(a->kind, b->kind);
    if (order != 0 || (a->key == NULL && b->key == NULL))
        return order;
    if (a->key == NULL || b->key == NULL)
        return a->key == NULL ? -1 : 1;
    return strcmp(a->key, b->key);
}

static struct batch_job mail_about(struct arena *arena, enum mail_kind kind, const struct uuid *subject_id)
{
    const struct mail_job mail = {.kind = kind, .subject_id = *subject_id};
    return (struct batch_job){
        .kind = JOB_SEND_MAIL, .key = mail_job_key(arena, &mail), .payload = mail_job_write(arena, &mail)};
}

/* About decided reviews, and about decisions that issue no document: the mail that brings one is added once it has been
 * drawn. Documents stand in the order of their decisions. */
static size_t collect_mails(const struct batch *batch, struct batch_job *jobs)
{
    const struct effects *effects = &batch->effects;
    size_t count = 0;
    for (size_t i = 0, document = 0; i < effects->decisions_count; i++) {
        const struct uuid *id = &effects->decisions[i].id;
        while (document < effects->documents_count && uuid_is_nil(&effects->documents[document].decision_id))
            document++; /* drawn up by staff, between decisions */
        if (document < effects->documents_count && uuid_equal(&effects->documents[document].decision_id, id))
            document++;
        else
            jobs[count++] = mail_about(batch->arena, MAIL_DECISION, id);
    }
    for (size_t i = 0; i < batch->reviews_count; i++) {
        if (batch->reviews[i].decides_now)
            jobs[count++] = mail_about(batch->arena, MAIL_REVIEW, &batch->reviews[i].id);
    }
    return count;
}

struct batch_job *batch_collect_jobs(const struct batch *batch, size_t *count)
{
    const struct effects *effects = &batch->effects;
    size_t most = batch->jobs_count + effects->documents_count + effects->decisions_count + batch->reviews_count;
    struct batch_job *jobs = ARENA_ARRAY(batch->arena, struct batch_job, most);
    *count = 0;
    for (size_t i = 0; i < batch->jobs_count; i++)
        jobs[(*count)++] = batch->jobs[i];
    for (size_t i = 0; i < effects->documents_count; i++)
        jobs[(*count)++] = (struct batch_job){.kind = JOB_RENDER_DOCUMENT,
                                              .payload = job_write_document(batch->arena, &effects->documents[i].id)};
    *count += collect_mails(batch, jobs + *count);
    if (*count > 1)
        qsort(jobs, *count, sizeof(*jobs), compare_jobs);
    return jobs;
}
