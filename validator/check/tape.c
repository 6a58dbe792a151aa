/* What a tape says about itself: order, totals, damage and losses. */
#include "core/payload.h"
#include "validator/check/check_internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define TEXT 160 /* bytes of a sentence in a finding */

void check_segment_release(struct check_segment *segment)
{
    tape_counts_release(&segment->names);
    tape_counts_release(&segment->kinds);
    *segment = (struct check_segment){0};
}

static TD_RARE void add_rules(struct check *c)
{
    c->tape_input = true;
    c->tape = check_verdict_rule(&c->verdict, "tape",
                                 "the tape is in order and adds up",
                                 CHECK_LEVEL_ERROR, c->how.max_findings);
    /* Losses are told by the exit status, not as a broken rule. */
    c->loss = check_verdict_rule(&c->verdict, "loss",
                                 "nothing is missing from the tape",
                                 CHECK_LEVEL_WARN, c->how.max_findings);
    if (c->channels)
        check_channel_rule(c);
}

static inline void need_rules(struct check *c)
{
    if (c->tape == NONE)
        add_rules(c);
}

static void find_loss(struct check *c, const struct check_message *m,
                      struct td_bytes excerpt, const char *expected,
                      const char *found)
{
    c->verdict.lossy = true;
    check_find(c, c->loss, m, excerpt, expected, found);
}

/* The number does not follow the last one. */
static TD_RARE void find_number(struct check *c, const struct check_message *m)
{
    uint64_t last = c->segment.last_seq;
    char expected[TEXT];
    char found[TEXT];

    (void)snprintf(found, sizeof(found), "%" PRIu64, m->seq);
    (void)snprintf(expected, sizeof(expected), "sequence number %" PRIu64,
                   last + 1);
    if (m->seq <= last) {
        check_find(c, c->tape, m, td_bytes("", 0), expected, found);
        return;
    }
    c->missing += m->seq - last - 1;
    (void)snprintf(found, sizeof(found), "%" PRIu64 ", so %" PRIu64 " missing",
                   m->seq, m->seq - last - 1);
    find_loss(c, m, td_bytes("", 0), expected, found);
}

/* The time is before the last one. */
static TD_RARE void find_time(struct check *c, const struct check_message *m)
{
    char expected[TEXT];
    char found[TEXT];

    (void)snprintf(expected, sizeof(expected),
                   "a time not before %" PRIu64 " ns, that of event %" PRIu64,
                   c->segment.last_ns, c->segment.last_seq);
    (void)snprintf(found, sizeof(found), "%" PRIu64 " ns", m->t_ns);
    check_find(c, c->tape, m, td_bytes("", 0), expected, found);
}

static uint64_t number_at(const struct td_json_doc *doc, const char *pointer,
                          uint64_t otherwise)
{
    uint32_t at = td_json_pointer(doc, 0, pointer);
    char digits[24];
    struct td_bytes raw;

    if (at == UINT32_MAX || doc->values[at].kind != TD_JSON_NUMBER)
        return otherwise;
    raw = td_json_raw(doc, at);
    (void)snprintf(digits, sizeof(digits), "%.*s",
                   (int)(raw.len < 20 ? raw.len : 20), (const char *)raw.ptr);
    return strtoull(digits, NULL, 10);
}

static TD_RARE void take_lost(struct check *c, const struct check_message *m,
                              struct td_bytes payload)
{
    uint64_t count = 1;
    char found[TEXT];

    if (!td_json_parse(&c->doc, payload, TD_JSON_DEPTH, NULL))
        count = number_at(&c->doc, "/count", 1);
    c->lost += count;
    (void)snprintf(found, sizeof(found), "%" PRIu64 " lost event%s", count,
                   count == 1 ? "" : "s");
    find_loss(c, m, payload, "nothing lost while recording", found);
}

static TD_RARE void take_cut(struct check *c, const struct check_message *m,
                             const struct td_event *ev)
{
    char found[TEXT];

    (void)snprintf(found, sizeof(found),
                   "%" PRIu64 " bytes of it left out by the recorder", ev->cut);
    find_loss(c, m, ev->payload, "a whole message", found);
    c->cut = true; /* rules do not see it */
}

static void count_event(struct check_segment *s, const struct td_event *ev)
{
    s->events++;
    s->last_seq = ev->seq;
    s->last_ns = ev->at_ns;
    s->max_ns = ev->at_ns > s->max_ns ? ev->at_ns : s->max_ns;
    if (td_event_is_plain(ev))
        (void)tape_counts_add(&s->names, ev->name);
    else
        (void)tape_counts_add(&s->kinds, ev->kind);
}

/* A Socket.IO ack answers an event and has no name: it is not judged. Nor is a
 * blank line.
 */
static bool is_message(const struct td_event *ev)
{
    return td_event_is_plain(ev) && ev->ack.len == 0 &&
           (ev->name.len > 0 || !td_payload_is_blank(ev->payload));
}

void check_began(struct check *check, uint64_t wall_ns)
{
    check->wall_ns = wall_ns;
}

void check_skipped(struct check *check)
{
    check->segment.last_seq = 0;
    check->segment.last_ns = 0;
}

bool check_is_looked_at(const struct check *c, const struct td_event *ev)
{
    bool any = !c->how.schemas && !c->how.contract;

    return is_message(ev) && ev->cut == 0 && (!any || ev->form == TD_FORM_JSON);
}

static enum td_code judge_message(struct check *c, struct check_message *m,
                                  const struct td_event *ev,
                                  const struct check_view *view)
{
    if (c->channels)
        c->channel = check_channels_of(c->channels, ev);
    return check_judge(c, m, ev->payload, ev->name, view);
}

enum td_code check_take_event(struct check *c, const struct td_event *ev,
                              uint64_t wall_ns, const struct check_view *view)
{
    struct check_message m = {.seq = ev->seq, .has_t = true, .t_ns = ev->at_ns};

    m.way = check_way_of(ev);
    m.has_wall =
        wall_ns > 0 && wall_ns < INT64_MAX / 2 && ev->at_ns < INT64_MAX / 2;
    m.wall_ns = (int64_t)(wall_ns + ev->at_ns);
    if (c->segment.last_seq > 0 && m.seq != c->segment.last_seq + 1)
        find_number(c, &m);
    if (m.t_ns < c->segment.last_ns)
        find_time(c, &m);
    count_event(&c->segment, ev);
    if (c->channels && !td_event_is_plain(ev))
        check_channels_see(c->channels, ev);
    c->verdict.rules[c->tape].applied++;
    c->verdict.rules[c->loss].applied++;
    if (!td_event_is_plain(ev) && td_bytes_is(ev->kind, TD_KIND_LOST))
        take_lost(c, &m, ev->payload);
    else if (ev->cut > 0)
        take_cut(c, &m, ev);
    else if (check_is_looked_at(c, ev))
        return judge_message(c, &m, ev, view);
    else
        c->verdict.events += (uint64_t)is_message(ev);
    return check_is_over(c) ? TD_FAILED : TD_OK;
}

/* For a thread to look at. Not inlined, so that an event is not copied where
 * there is none.
 */
static __attribute__((noinline)) enum td_code
put_event(struct check *c, const struct td_event *ev)
{
    struct check_origin from = {.has_t = true, .wall_ns = c->wall_ns};

    check_parallel_put(c->parallel, ev, from, check_is_looked_at(c, ev));
    return check_parallel_is_over(c->parallel) ? TD_FAILED : TD_OK;
}

/* The event of a Socket.IO packet as one whose payload is its JSON: no packet.
 */
/* NOLINTBEGIN(misc-no-recursion) */
static TD_RARE enum td_code
put_packet(struct check *check, const struct td_event *ev, struct td_bytes json)
{
    struct td_event own = *ev;

    own.payload = json;
    return check_event(check, &own);
}

enum td_code check_event(struct check *check, const struct td_event *ev)
{
    struct td_bytes json = td_payload_json(ev);

    if (json.ptr != ev->payload.ptr)
        return put_packet(check, ev, json);
    need_rules(check);
    if (check->parallel)
        return put_event(check, ev);
    return check_take_event(check, ev, check->wall_ns, NULL);
}
/* NOLINTEND(misc-no-recursion) */

enum td_code check_received(struct check *check, const struct td_event *ev)
{
    struct check_message m = {.seq = ev->seq,
                              .way = check_way_of(ev),
                              .has_t = true,
                              .t_ns = ev->at_ns};

    if (is_message(ev))
        return check_judge(check, &m, td_payload_json(ev), ev->name, NULL);
    return check_is_over(check) ? TD_FAILED : TD_OK;
}

static void compare_total(struct check *c, const char *pointer, uint64_t seen,
                          const char *unit)
{
    uint64_t said = number_at(&c->doc, pointer, seen);
    char expected[TEXT];
    char found[TEXT];

    if (said == seen)
        return;
    (void)snprintf(expected, sizeof(expected),
                   "%" PRIu64 " %s, as the end line says", said, unit);
    (void)snprintf(found, sizeof(found), "%" PRIu64, seen);
    check_find(c, c->tape, NULL, c->doc.text, expected, found);
}

/* Every name that was seen; what the line says beyond them is in the total. */
static void compare_names(struct check *c, const char *pointer,
                          const struct tape_counts *counts, const char *what)
{
    uint32_t object = td_json_pointer(&c->doc, 0, pointer);
    char expected[TEXT];
    char found[TEXT];

    if (object == UINT32_MAX || c->doc.values[object].kind != TD_JSON_OBJECT)
        return;
    for (size_t i = 0; i < counts->len; i++) {
        const struct tape_name *n = &counts->list[i];
        uint64_t said = tape_counts_said(counts, i, &c->doc, object);

        if (said == n->count)
            continue;
        (void)snprintf(expected, sizeof(expected),
                       "%" PRIu64 " of the %s \"%.*s\", as the end line says",
                       said, what, (int)(n->len < 60 ? n->len : 60), n->text);
        (void)snprintf(found, sizeof(found), "%" PRIu64, n->count);
        check_find(c, c->tape, NULL, c->doc.text, expected, found);
    }
}

/* The segment is over. Totals are compared if all of it was read: what is
 * missing before the end line is a loss, which the reader counts.
 */
static void end_segment(struct check *c, struct td_bytes end_line)
{
    struct check_segment *s = &c->segment;

    if (s->events == s->last_seq && end_line.len > 0 &&
        !td_json_parse(&c->doc, end_line, TD_JSON_DEPTH, NULL) &&
        number_at(&c->doc, "/end/events", 0) <= s->events) {
        compare_total(c, "/end/events", s->events, "events");
        compare_total(c, "/end/last", s->max_ns,
                      "ns as the time of the last event");
        compare_names(c, "/end/names", &s->names, "name");
        compare_names(c, "/end/kinds", &s->kinds, "kind");
    }
    check_segment_release(s);
}

/* The reader is in another segment now. The end line it has is that of the
 * segment before this one: of another one than ours if there were segments
 * without events.
 */
static TD_RARE void enter_segment(struct check *c,
                                  const struct tape_reader *reader)
{
    uint64_t number = tape_reader_header(reader)->segment;

    check_drain(c);
    if (check_is_over(c))
        return;
    if (c->segment.number > 0)
        end_segment(c, number == c->segment.number + 1 ? tape_reader_end(reader)
                                                       : td_bytes("", 0));
    c->segment.number = number;
}

static void tell(struct check *c, uint64_t count, const char *expected,
                 const char *what)
{
    char found[TEXT];

    if (count == 0)
        return;
    (void)snprintf(found, sizeof(found), "%" PRIu64 " %s%s", count, what,
                   count == 1 ? "" : "s");
    find_loss(c, NULL, td_bytes("", 0), expected, found);
}

static void tell_lines(struct check *c, const struct tape_state *state)
{
    char what[TEXT];

    if (state->spaced == 0) {
        tell(c, state->bad_lines, "lines of a tape", "damaged line");
        return;
    }
    (void)snprintf(what, sizeof(what),
                   "%" PRIu64 " damaged line%s (%" PRIu64
                   " with white space between the tokens)",
                   state->bad_lines, state->bad_lines == 1 ? "" : "s",
                   state->spaced);
    find_loss(c, NULL, td_bytes("", 0), "lines of a tape", what);
}

static void tell_losses(struct check *c, const struct tape_state *state)
{
    char found[TEXT];

    c->cut |= state->torn;
    c->verdict.writer = state->writer;
    if (state->growing)
        (void)snprintf(found, sizeof(found),
                       "a tape that process %ld is still recording",
                       state->writer);
    else
        (void)snprintf(found, sizeof(found),
                       "a tape that breaks off at byte %" PRIu64,
                       state->torn_at);
    if (state->torn)
        find_loss(c, NULL, td_bytes("", 0), "an end line", found);
    tell(c, state->bad_members, "whole members with the right checksum",
         "damaged member");
    tell_lines(c, state);
    tell(c, state->headless, "a header line before the events",
         "part without header line");
    tell(c, state->twice, "each recording once", "repeated recording");
    tell(c, state->strays, "members where they say they stand",
         "member out of place");
    if (state->missing > c->missing)
        tell(c, state->missing - c->missing,
             "sequence numbers from 1 to the last without a gap",
             "missing event");
    if (state->lost > c->lost)
        tell(c, state->lost - c->lost, "nothing lost while recording",
             "lost event");
}

enum td_code check_take_read(struct check *c, const struct tape_reader *reader,
                             const struct td_event *ev,
                             const struct check_view *view)
{
    if (tape_reader_header(reader)->segment != c->segment.number)
        enter_segment(c, reader);
    check_began(c, tape_reader_wall(reader, ev) - ev->at_ns);
    return check_take_event(c, ev, c->wall_ns, view);
}

/* By itself, or as the threads say. */
static bool check_has_stopped(const struct check *c)
{
    return check_is_over(c) ||
           (c->parallel && check_parallel_is_over(c->parallel));
}

static enum td_code read_events(struct check *check, struct tape_reader *reader,
                                struct td_error *err)
{
    const struct tape_header *header = tape_reader_header(reader);
    struct td_event ev;
    enum td_code code =
        check->parallel ? check_members(check, reader, err) : TD_OK;

    if (code)
        return code;
    while (!(code = tape_reader_next(reader, &ev, err))) {
        if (header->segment != check->segment.number)
            enter_segment(check, reader);
        check_began(check, tape_reader_wall(reader, &ev) - ev.at_ns);
        if (check_event(check, &ev))
            return TD_FAILED;
    }
    return code;
}

enum td_code check_tape(struct check *check, struct tape_reader *reader,
                        struct td_error *err)
{
    const struct tape_header *header = tape_reader_header(reader);
    struct tape_state state;
    enum td_code code;

    need_rules(check);
    code = read_events(check, reader, err);
    if (code == TD_FAILED && check_has_stopped(check))
        return TD_OK;
    /* A tape that was followed has ended with its end line. */
    if (code == TD_AGAIN && tape_reader_is_over(reader))
        code = TD_END;
    if (code != TD_END)
        return code;
    check_drain(check);
    if (check_is_over(check))
        return TD_OK;
    if (header->segment != check->segment.number)
        enter_segment(check, reader);
    state = tape_reader_state(reader);
    end_segment(check, tape_reader_end(reader));
    tell_losses(check, &state);
    return TD_OK;
}

void check_broken(struct check *check, const struct td_error *err)
{
    check_drain(check);
    need_rules(check);
    check->cut = true;
    find_loss(check, NULL, td_bytes("", 0), "input that can be read to its end",
              err->text);
}
