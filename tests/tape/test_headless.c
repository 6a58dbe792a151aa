/* Recordings one behind the other, some of them without their headers. */
#include "tape/member.h"
#include "tape/reader.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define DAY     ((uint64_t)86400 * 1000000000)
#define MEMBERS 64 /* of a recording, at most */
#define PARTS   3
#define STRAYS  3000
#define LOOKS   (64 * 1024 + 32 * STRAYS + 1000)

struct recording {
    struct td_buf tape;
    size_t at[MEMBERS + 1]; /* where members begin, and the end */
    size_t len;
    uint64_t events[MEMBERS];
};

/* Which members of a recording are on the joined tape. */
struct part {
    const struct recording *of;
    size_t head; /* members gone at its start: the header, and behind it */
    size_t tail; /* members gone at its end: footer, index, end line */
    size_t gap;  /* the member of data that is gone, or 0 */
};

static void split(struct recording *r, const char *path)
{
    memset(r, 0, sizeof(*r));
    test_read_file(path, &r->tape);
    for (size_t at = 0; at < r->tape.len; r->len++) {
        struct tape_member m;
        size_t entries;

        CU_ASSERT_FATAL(r->len < MEMBERS);
        CU_ASSERT_EQUAL_FATAL(
            tape_member_peek(td_bytes(r->tape.ptr + at, r->tape.len - at), &m,
                             &entries),
            TAPE_PEEK_MEMBER);
        r->events[r->len] = m.kind == TAPE_MEMBER_DATA ? m.count : 0;
        r->at[r->len] = at;
        at += m.length;
        r->at[r->len + 1] = at;
    }
}

static void record_members(struct recording *out, uint64_t events,
                           uint64_t later_ns, size_t member_text)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("one.tape.gz");
    struct td_clock clock;
    struct tape_writer *writer;
    char name[8]; /* of one name, the shorter would be a copy of the longer */

    (void)snprintf(name, sizeof(name), "t%03u", (unsigned)events % 1000);
    options.start_wall_ns = td_wall_ns(options.clock) + later_ns;
    td_clock_virtual(&clock, 0, options.start_wall_ns);
    options.clock = &clock;
    options.member_text = member_text;
    options.member_ns = TD_NEVER;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 1; n <= events; n++) {
        struct td_event ev = test_tick(n);

        ev.name = td_text(name);
        td_clock_virtual(&clock, ev.at_ns, options.start_wall_ns + ev.at_ns);
        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, NULL));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    split(out, path);
}

static void record(struct recording *out, uint64_t events, uint64_t later_ns)
{
    record_members(out, events, later_ns, 500);
}

static bool is_there(const struct part *part, size_t i)
{
    return i >= part->head && (i == 0 || i != part->gap) &&
           i < part->of->len - part->tail;
}

/* The events that are there, and those that the ends of the parts speak of, or
 * the numbers of others behind them.
 */
static uint64_t join(const struct part *parts, const char *path,
                     uint64_t *missing)
{
    struct td_buf out = {0};
    uint64_t there = 0;

    *missing = 0;
    for (const struct part *p = parts; p < parts + PARTS; p++)
        for (size_t i = 0; i < p->of->len; i++) {
            if (is_there(p, i)) {
                (void)td_buf_add(&out, p->of->tape.ptr + p->of->at[i],
                                 p->of->at[i + 1] - p->of->at[i]);
                there += p->of->events[i];
            } else {
                *missing += p->of->events[i];
            }
        }
    test_write_file(path, td_buf_bytes(&out));
    td_buf_release(&out);
    return there;
}

static void say(const struct part *parts, const struct tape_rewritten *got)
{
    printf("\n    ");
    for (const struct part *p = parts; p < parts + PARTS; p++)
        printf("[%zu - -%zu gap %zu] ", p->head, p->tail, p->gap);
    printf("%llu events, %llu left out, %llu missing, %llu without header",
           (unsigned long long)got->events, (unsigned long long)got->left_out,
           (unsigned long long)got->state.missing,
           (unsigned long long)got->state.headless);
}

static void check_joined(const struct part *parts)
{
    const char *path = test_path("joined.tape.gz");
    const char *to = test_path("recovered.tape.gz");
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = to, .overwrite = true};
    struct tape_rewritten got;
    struct tape_state state;
    uint64_t missing;
    uint64_t events = join(parts, path, &missing);
    uint64_t headless = 0;

    for (size_t i = 0; i < PARTS; i++)
        headless += parts[i].head > 0;
    CU_ASSERT_EQUAL(test_count_events(path, &state), events);
    CU_ASSERT_EQUAL(state.headless, headless);
    CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &got, NULL), TD_OK);
    if (got.events != events || got.left_out || got.state.missing != missing ||
        got.state.headless != headless || state.headless != headless)
        say(parts, &got);
    CU_ASSERT_EQUAL(got.events, events);
    CU_ASSERT_EQUAL(got.left_out, 0);
    CU_ASSERT_EQUAL(got.state.missing, missing);
    CU_ASSERT_EQUAL(got.state.headless, headless);
    (void)test_count_events(to, &state);
    CU_ASSERT_EQUAL(state.segments, PARTS);
    CU_ASSERT_EQUAL(state.lost, missing);
    CU_ASSERT_EQUAL(state.headless + state.missing + state.repeated, 0);
}

/* Every set of headers gone; in one part, also the end of it or a member. */
static void check_all(const struct recording *const of[PARTS], bool gaps)
{
    for (unsigned gone = 1; gone < 1u << PARTS; gone++)
        for (size_t tail = 0; tail <= 3; tail++)
            for (size_t at = 0; at < (tail ? PARTS : 1); at++)
                for (size_t gap = 0; gap <= (gaps ? 3 : 0); gap++) {
                    struct part parts[PARTS] = {{0}};

                    for (size_t i = 0; i < PARTS; i++) {
                        parts[i].of = of[i];
                        parts[i].head = gone >> i & 1;
                    }
                    parts[at].tail = tail;
                    parts[(at + gap) % PARTS].gap = gap;
                    check_joined(parts);
                }
}

static void forget(struct recording *r, size_t len)
{
    for (size_t i = 0; i < len; i++)
        td_buf_release(&r[i].tape);
}

static void what_stands_behind_a_missing_header_is_kept(void)
{
    static const size_t orders[][PARTS] = {{0, 1, 2}, {2, 0, 1}};
    struct recording r[PARTS];

    record(&r[0], 16, 0);
    record(&r[1], 40, DAY);
    record(&r[2], 28, 2 * DAY);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++) {
        const struct recording *of[PARTS] = {&r[orders[i][0]], &r[orders[i][1]],
                                             &r[orders[i][2]]};

        check_all(of, true);
    }
    forget(r, PARTS);
}

/* Their numbers and places tell them apart, as far as they are all there. */
static void also_where_all_began_at_one_time(void)
{
    struct recording r[PARTS];
    const struct recording *of[PARTS] = {&r[0], &r[1], &r[2]};

    record(&r[0], 16, 0);
    record(&r[1], 2, 0);
    record(&r[2], 27, 0);
    check_all(of, true);
    forget(r, PARTS);
}

/* Also with them, members are gone: what is left has no room among those of the
 * recording before.
 */
static void also_where_they_begin_later(void)
{
    static const size_t orders[][PARTS] = {{0, 1, 2}, {2, 0, 1}, {1, 2, 0}};
    struct recording r[PARTS];

    record_members(&r[0], 16, 0, 500);
    record_members(&r[1], 27, 7, 470);
    record_members(&r[2], 24, 5000000, 500);
    for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
        for (unsigned heads = 0; heads < 4 * 4 * 4; heads++)
            for (size_t tail = 0; tail < 2 * PARTS; tail++) {
                struct part parts[PARTS] = {{0}};

                for (size_t k = 0; k < PARTS; k++) {
                    parts[k].of = &r[orders[i][k]];
                    parts[k].head = heads >> 2 * k & 3;
                }
                parts[tail / 2].tail = tail % 2 * 3;
                check_joined(parts);
            }
    forget(r, PARTS);
}

/* A recording that is there again, without its header, is told. */
static void a_recording_again_is_left_out(void)
{
    const char *path = test_path("again.tape.gz");
    struct recording r;
    struct td_buf out = {0};
    struct tape_state state;

    record(&r, 16, 0);
    (void)td_buf_add_bytes(&out, td_buf_bytes(&r.tape));
    (void)td_buf_add(&out, r.tape.ptr + r.at[1], r.tape.len - r.at[1]);
    test_write_file(path, td_buf_bytes(&out));
    CU_ASSERT_EQUAL(test_count_events(path, &state), 16);
    CU_ASSERT_EQUAL(state.repeated, 16);
    CU_ASSERT_EQUAL(state.headless, 0);
    td_buf_release(&out);
    forget(&r, 1);
}

/* Members by the thousand none of which is in its place, and each of which may
 * lead to others: a tape is read in linear time, whoever wrote it.
 */
static void looking_ahead_is_bounded(void)
{
    const char *path = test_path("strays.tape.gz");
    struct recording r;
    struct td_buf out = {0};
    struct tape_reader *reader;
    struct td_event ev;

    record(&r, 16, 0);
    CU_ASSERT_FATAL(r.len > 4);
    (void)td_buf_add(&out, r.tape.ptr, r.at[2]);
    for (size_t n = 0; n < STRAYS; n++)
        (void)td_buf_add(&out, r.tape.ptr + r.at[3], r.at[4] - r.at[3]);
    test_write_file(path, td_buf_bytes(&out));
    CU_ASSERT_FATAL(
        !tape_reader_open(&reader, path, &(struct tape_read_options){0}, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        continue;
    CU_ASSERT(tape_reader_reads(reader).reads < LOOKS);
    tape_reader_close(reader);
    td_buf_release(&out);
    forget(&r, 1);
}

/* Of text, an end line and the numbers behind it tell. */
static void text_behind_an_end_line_is_kept(void)
{
    static const struct {
        unsigned first; /* of the part whose header is gone */
        unsigned ends;  /* the end line before it says so many events */
        uint64_t given;
        uint64_t repeated;
        uint64_t missing;
        uint64_t headless;
    } rows[] = {
        {1, 3, 6, 0, 0, 1},
        {2, 3, 5, 0, 1, 1},
        {1, 9, 6, 0, 6, 1},
    };
    const char *path = test_path("joined.ndjson");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf text = {0};
        struct tape_state state;

        (void)td_buf_add_text(&text, "{\"tape\":1,\"id\":\"x\"}\n");
        for (unsigned part = 0; part < 2; part++) {
            for (unsigned s = part ? rows[i].first : 1; s <= 3; s++)
                (void)td_buf_addf(&text,
                                  "{\"s\":%u,\"t\":%u,\"d\":\"in\",\"c\":1,"
                                  "\"json\":1}\n",
                                  s, s);
            (void)td_buf_addf(&text,
                              "{\"end\":{\"how\":\"clean\",\"events\":"
                              "%u,\"lost\":0}}\n",
                              part ? 3 : rows[i].ends);
        }
        test_write_file(path, td_buf_bytes(&text));
        CU_ASSERT_EQUAL(test_count_events(path, &state), rows[i].given);
        CU_ASSERT_EQUAL(state.repeated, rows[i].repeated);
        CU_ASSERT_EQUAL(state.missing, rows[i].missing);
        CU_ASSERT_EQUAL(state.headless, rows[i].headless);
        td_buf_release(&text);
    }
}

static void put_lines(struct td_buf *text, const char *numbers)
{
    for (const char *at = numbers; *at; at++) {
        bool other = *at >= 'a';

        (void)td_buf_addf(text,
                          "{\"s\":%d,\"t\":%d,\"d\":\"in\",\"c\":1,"
                          "\"json\":%d}\n",
                          other ? *at - 'a' + 1 : *at - '0', *at & 15, other);
    }
}

/* Without end lines what the lines hold tells: letters are those of another
 * recording than digits, a the first. */
static void text_that_differs_is_of_another(void)
{
    static const struct {
        const char *lines;
        uint64_t given;
        uint64_t repeated;
        uint64_t missing;
        uint64_t headless;
    } rows[] = {
        {"1234abcde", 9, 0, 0, 1},  {"1234abc", 7, 0, 0, 1},
        {"1234bcdef", 9, 0, 1, 1},  {"123412cde", 9, 0, 0, 1},
        {"1234123456", 6, 4, 0, 0}, {"12342345", 5, 3, 0, 0},
        {"12b34", 4, 1, 0, 0},      {"12a3456", 7, 0, 1, 1},
        {"1245367", 7, 0, 0, 0},    {"123abcabc", 6, 3, 0, 1},
        {"123abc12", 8, 0, 0, 2},
    };
    const char *path = test_path("bare.ndjson");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf text = {0};
        struct tape_state state;

        (void)td_buf_add_text(&text, "{\"tape\":1,\"id\":\"x\"}\n");
        put_lines(&text, rows[i].lines);
        test_write_file(path, td_buf_bytes(&text));
        if (test_count_events(path, &state) != rows[i].given)
            printf("\n    %s", rows[i].lines);
        CU_ASSERT_EQUAL(test_count_events(path, &state), rows[i].given);
        CU_ASSERT_EQUAL(state.repeated, rows[i].repeated);
        CU_ASSERT_EQUAL(state.missing, rows[i].missing);
        CU_ASSERT_EQUAL(state.headless, rows[i].headless);
        td_buf_release(&text);
    }
}

CU_TestInfo tape_headless_tests[] = {
    {"what stands behind a missing header is kept",
     what_stands_behind_a_missing_header_is_kept},
    {"also where all began at one time", also_where_all_began_at_one_time},
    {"also where they begin later", also_where_they_begin_later},
    {"a recording again is left out", a_recording_again_is_left_out},
    {"looking ahead is bounded", looking_ahead_is_bounded},
    {"text behind an end line is kept", text_behind_an_end_line_is_kept},
    {"text that differs is of another", text_that_differs_is_of_another},
    CU_TEST_INFO_NULL,
};
