#include "orchestrator/provider/attempt.h"

#include "core/log.h"
#include "core/utf8.h"

#include <stdarg.h>
#include <stdio.h>

static void tell_end(void *ctx)
{
    struct prov_run *run = ctx;

    if (run->last)
        run->last(run);
    run->events->ended(run->ctx, &run->end);
    run->release(run);
}

void prov_run_init(struct prov_run *run, struct wire_net *net,
                   const struct prov_job *job, const struct prov_events *events,
                   void *ctx)
{
    run->net = net;
    run->made = *job;
    run->job = &run->made;
    run->events = events;
    run->ctx = ctx;
    run->timer.fire = tell_end;
    run->timer.ctx = run;
}

void prov_run_end(struct prov_run *run, const struct prov_end *end)
{
    if (run->ending)
        return;
    run->ending = true;
    run->end = *end;
    wire_timer_set(run->net, &run->timer, wire_now(run->net));
}

void prov_run_fail(struct prov_run *run, enum plan_fault fault, const char *fmt,
                   ...)
{
    struct prov_end end = {.fault = fault};
    char text[2 * sizeof(end.text)];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);
    prov_line(end.text, sizeof(end.text), td_text(text));
    prov_run_end(run, &end);
}

void prov_run_alive(struct prov_run *run, double share)
{
    if (!run->ending && run->events->progress)
        run->events->progress(run->ctx, share);
}

void prov_line(char *out, size_t size, struct td_bytes text)
{
    struct td_buf clean = {0};
    size_t len;

    (void)td_text_clean(&clean, text);
    len = clean.len < size ? clean.len : size - 1;
    /* A character that does not fit is left out whole. */
    while (len && len < clean.len && (clean.ptr[len] & 0xc0) == 0x80)
        len--;
    if (len)
        memcpy(out, clean.ptr, len);
    out[len] = '\0';
    td_buf_release(&clean);
}
