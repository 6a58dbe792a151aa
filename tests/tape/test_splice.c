/* Members that are there twice, that are of another tape, or that are gone. */
#include "core/hash.h"
#include "core/rand.h"
#include "tape/member.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define EVENTS  32
#define ROUNDS  100
#define DAY     ((int64_t)86400 * 1000000000)
#define MEMBERS 64 /* of the small tapes here, at most */

struct parts {
    struct td_buf tape;
    size_t at[MEMBERS + 1]; /* where members begin, and the end */
    size_t len;
};

static void split(struct parts *parts, const char *path)
{
    memset(parts, 0, sizeof(*parts));
    test_read_file(path, &parts->tape);
    for (size_t at = 0; at < parts->tape.len; parts->len++) {
        struct tape_member m;
        size_t entries;

        CU_ASSERT_FATAL(parts->len < MEMBERS);
        CU_ASSERT_EQUAL_FATAL(tape_member_peek(td_bytes(parts->tape.ptr + at,
                                                        parts->tape.len - at),
                                               &m, &entries),
                              TAPE_PEEK_MEMBER);
        parts->at[parts->len] = at;
        at += m.length;
        parts->at[parts->len + 1] = at;
    }
}

static void take_apart(struct parts *parts, uint64_t events, size_t text)
{
    const char *path = test_path("whole.tape.gz");

    test_tape(path, events, text);
    split(parts, path);
}

static void add(struct td_buf *out, const struct parts *from, size_t first,
                size_t last)
{
    (void)td_buf_add(out, from->tape.ptr + from->at[first],
                     from->at[last + 1] - from->at[first]);
}

/* Members 0 .. before of the tape, then members of the same or the other tape,
 * then the tape from member `after` on.
 */
struct row {
    const char *name;
    size_t before;
    size_t first; /* of what is put between; last < first: nothing */
    size_t last;
    bool other;
    size_t after;
    uint64_t given;     /* events that a reader gives */
    uint64_t recovered; /* and those on a recovered tape */
    uint64_t strays;
    uint64_t repeated;
    uint64_t foreign;
    uint64_t missing;
    uint64_t headless;
};

static uint64_t read_spliced(const char *path, unsigned threads,
                             struct tape_state *state)
{
    const struct tape_read_options how = {.threads = threads};
    struct tape_reader *reader;
    struct td_event ev;
    uint64_t count = 0;

    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, &how, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        count++;
    *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return count;
}

static void check_state(const struct row *row, const struct tape_state *s,
                        uint64_t given)
{
    if (s->strays != row->strays || s->repeated != row->repeated ||
        s->foreign != row->foreign || s->missing != row->missing ||
        s->headless != row->headless || given != row->given)
        printf("\n    %s: %llu given, %llu strays, %llu repeated, %llu "
               "foreign, %llu missing, %llu headless",
               row->name, (unsigned long long)given,
               (unsigned long long)s->strays, (unsigned long long)s->repeated,
               (unsigned long long)s->foreign, (unsigned long long)s->missing,
               (unsigned long long)s->headless);
    CU_ASSERT_EQUAL(s->strays, row->strays);
    CU_ASSERT_EQUAL(s->repeated, row->repeated);
    CU_ASSERT_EQUAL(s->foreign, row->foreign);
    CU_ASSERT_EQUAL(s->missing, row->missing);
    CU_ASSERT_EQUAL(s->headless, row->headless);
    CU_ASSERT_EQUAL(given, row->given);
    CU_ASSERT_EQUAL(s->bad_members + s->bad_lines, 0);
}

static void check_recovered(const struct row *row, const char *path)
{
    const char *to = test_path("recovered.tape.gz");
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = to, .overwrite = true};
    struct tape_rewritten report;
    struct tape_reader *reader;
    struct tape_state state;
    struct td_bytes end;
    bool told;

    CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &report, NULL), TD_OK);
    CU_ASSERT_EQUAL(report.events, row->recovered);
    CU_ASSERT_EQUAL(report.left_out, row->repeated + row->foreign);
    (void)read_spliced(to, 0, &state);
    CU_ASSERT_EQUAL(state.strays + state.repeated + state.foreign, 0);
    CU_ASSERT_EQUAL(state.headless + state.missing, 0);
    CU_ASSERT_EQUAL(state.lost, row->missing);
    CU_ASSERT_FATAL(!tape_reader_open(&reader, to, NULL, NULL));
    end = tape_reader_end(reader);
    told = memmem(end.ptr, end.len, "left out", 8) != NULL;
    CU_ASSERT_EQUAL(told, row->repeated + row->foreign > 0);
    tape_reader_close(reader);
}

static void run_row(const struct row *row, const struct parts *a,
                    const struct parts *b)
{
    const char *path = test_path("spliced.tape.gz");
    struct td_buf out = {0};
    struct tape_state state;
    uint64_t given;

    if (row->before != SIZE_MAX)
        add(&out, a, 0, row->before);
    if (row->first <= row->last)
        add(&out, row->other ? b : a, row->first, row->last);
    add(&out, a, row->after, a->len - 1);
    test_write_file(path, td_buf_bytes(&out));
    for (unsigned threads = 0; threads < 2; threads++) {
        given = read_spliced(path, threads, &state);
        check_state(row, &state, given);
    }
    check_recovered(row, path);
    td_buf_release(&out);
}

/* Members of 4 events: 0 is the header, 1 has events 1 to 4, and so on up to 8
 * with 29 to 32; 9 is the end line, 10 the index, 11 the footer.
 */
static void what_is_out_of_place_is_told_and_left_out(void)
{
    static const struct row rows[] = {
        {"nothing", 3, 1, 0, false, 4, .given = 32, .recovered = 32},
        {"one twice", 3, 3, 3, false, 4, .given = 32, .recovered = 32,
         .strays = 1, .repeated = 4},
        {"one again later", 5, 2, 2, false, 6, .given = 32, .recovered = 32,
         .strays = 1, .repeated = 4},
        {"two again at the end", 8, 2, 3, false, 9, .given = 32,
         .recovered = 32, .strays = 2, .repeated = 8},
        {"one too early", 2, 6, 6, false, 3, .given = 32, .recovered = 32,
         .strays = 1, .foreign = 4},
        {"one of another tape", 2, 12, 12, true, 3, .given = 32,
         .recovered = 32, .strays = 1, .foreign = 4},
        {"two of another tape", 2, 12, 13, true, 3, .given = 32,
         .recovered = 32, .strays = 2, .foreign = 8},
        {"an index twice", 10, 10, 10, false, 11, .given = 32, .recovered = 32,
         .strays = 1},
        {"an end line twice", 9, 9, 9, false, 10, .given = 32, .recovered = 32,
         .strays = 1},
        {"an end line too early", 3, 9, 9, false, 4, .given = 32,
         .recovered = 32, .strays = 1},
        {"one gone", 2, 1, 0, false, 4, .given = 28, .recovered = 28,
         .missing = 4},
        {"the last one gone", 7, 1, 0, false, 9, .given = 28, .recovered = 28,
         .missing = 4},
        {"no header", SIZE_MAX, 1, 0, false, 1, .given = 32, .recovered = 32,
         .headless = 1},
    };
    struct parts a;
    struct parts b;

    take_apart(&a, EVENTS, 500);
    take_apart(&b, 100, 500);
    CU_ASSERT_EQUAL_FATAL(a.len, 12);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(&rows[i], &a, &b);
    td_buf_release(&a.tape);
    td_buf_release(&b.tape);
}

/* The tape with its members in that order, recovered. */
static struct tape_rewritten recover(const struct parts *from,
                                     const size_t *order, size_t len)
{
    const char *path = test_path("moved.tape.gz");
    struct tape_rewrite how = {.kind = TAPE_REWRITE_MEND,
                               .from = path,
                               .to = test_path("recovered.tape.gz"),
                               .overwrite = true};
    struct tape_rewritten report;
    struct td_buf out = {0};

    for (size_t i = 0; i < len; i++)
        add(&out, from, order[i], order[i]);
    test_write_file(path, td_buf_bytes(&out));
    td_buf_release(&out);
    CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &report, NULL), TD_OK);
    return report;
}

/* What the tape that was recovered says at its end. */
static bool end_says(const char *text)
{
    struct tape_reader *reader;
    struct tape_state state;
    struct td_bytes end;
    bool says;

    (void)read_spliced(test_path("recovered.tape.gz"), 0, &state);
    CU_ASSERT(state.ended && !state.torn);
    CU_ASSERT_FATAL(
        !tape_reader_open(&reader, test_path("recovered.tape.gz"), NULL, NULL));
    end = tape_reader_end(reader);
    says = memmem(end.ptr, end.len, text, strlen(text)) != NULL;
    tape_reader_close(reader);
    return says;
}

static void moved_members_are_put_back(void)
{
    static const struct {
        const char *name;
        size_t order[16];
        size_t len;
        uint64_t put_back;
        uint64_t left_out;
        uint64_t missing;
    } rows[] = {
        {"two swapped", {0, 1, 2, 4, 3, 5, 6, 7, 8, 9, 10, 11}, 12, 4, 0, 0},
        {"one later", {0, 1, 3, 4, 5, 6, 7, 2, 8, 9, 10, 11}, 12, 4, 0, 0},
        {"one earlier", {0, 7, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11}, 12, 4, 0, 0},
        {"backwards", {0, 8, 7, 6, 5, 4, 3, 2, 1, 9, 10, 11}, 12, 28, 0, 0},
        {"header second", {1, 0, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 12, 0, 0, 0},
        {"header last", {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 0}, 12, 0, 0, 0},
        {"end first", {9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11}, 12, 0, 0, 0},
        {"moved and doubled",
         {0, 1, 2, 4, 4, 3, 5, 6, 7, 8, 9, 10, 11},
         13,
         4,
         4,
         0},
        {"moved and one gone",
         {0, 1, 2, 6, 4, 5, 7, 8, 9, 10, 11},
         11,
         4,
         0,
         4},
        {"two headers", {0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}, 13, 0, 0, 0},
    };
    struct parts a;

    take_apart(&a, EVENTS, 500);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct tape_rewritten got = recover(&a, rows[i].order, rows[i].len);
        struct tape_state state;

        if (got.put_back != rows[i].put_back ||
            got.left_out != rows[i].left_out ||
            got.state.missing != rows[i].missing)
            printf("\n    %s: %llu events, %llu put back, %llu left out, %llu "
                   "missing",
                   rows[i].name, (unsigned long long)got.events,
                   (unsigned long long)got.put_back,
                   (unsigned long long)got.left_out,
                   (unsigned long long)got.state.missing);
        CU_ASSERT_EQUAL(got.events, 32 - rows[i].missing);
        CU_ASSERT_EQUAL(got.put_back, rows[i].put_back);
        CU_ASSERT_EQUAL(got.left_out, rows[i].left_out);
        CU_ASSERT_EQUAL(got.state.missing, rows[i].missing);
        CU_ASSERT(got.state.strays + got.state.twice > 0);
        CU_ASSERT(got.moved <= got.state.strays);
        CU_ASSERT_NOT_EQUAL(got.state.torn_at, TAPE_NO_DAMAGE);
        CU_ASSERT_EQUAL(end_says("put back"), rows[i].put_back > 0);
        CU_ASSERT_EQUAL(end_says("left out"), rows[i].left_out > 0);
        (void)test_count_events(test_path("recovered.tape.gz"), &state);
        CU_ASSERT_EQUAL(state.lost, rows[i].missing);
    }
    td_buf_release(&a.tape);
}

/* A recording of the same events, which began later; its header line is as long
 * as that of test_tape().
 */
static void take_other_apart(struct parts *parts, int64_t later_ns)
{
    struct tape_options options = test_tape_options();
    const char *path = test_path("other.tape.gz");
    struct td_clock clock;
    struct tape_writer *writer;

    options.id = "next";
    options.start_wall_ns =
        (uint64_t)((int64_t)td_wall_ns(options.clock) + later_ns);
    td_clock_virtual(&clock, 0, options.start_wall_ns);
    options.clock = &clock;
    options.member_text = 500;
    options.member_ns = TD_NEVER;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 1; n <= EVENTS; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, NULL));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    split(parts, path);
}

/* Both of them, one behind the other. */
static void join(struct parts *both, const struct parts *a,
                 const struct parts *b)
{
    memset(both, 0, sizeof(*both));
    add(&both->tape, a, 0, a->len - 1);
    add(&both->tape, b, 0, b->len - 1);
    for (size_t i = 0; i <= a->len; i++)
        both->at[i] = a->at[i];
    for (size_t i = 1; i <= b->len; i++)
        both->at[a->len + i] = a->at[a->len] + b->at[i];
    both->len = a->len + b->len;
}

/* Events and wall clocks of the tape that was recovered, in order. */
static uint64_t sum_of_recovered(uint64_t *segments)
{
    struct tape_reader *reader;
    struct td_event ev;
    uint64_t sum = 0;

    CU_ASSERT_FATAL(
        !tape_reader_open(&reader, test_path("recovered.tape.gz"), NULL, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        sum = sum * 31 + tape_reader_wall(reader, &ev) + td_hash(ev.payload);
    *segments = tape_reader_state(reader).segments;
    tape_reader_close(reader);
    return sum;
}

static void check_swap(const struct parts *both, size_t i, size_t k,
                       uint64_t whole)
{
    size_t order[2 * MEMBERS];
    struct tape_rewritten got;
    uint64_t segments;
    bool right;

    for (size_t n = 0; n < both->len; n++)
        order[n] = n == i ? k : n == k ? i : n;
    got = recover(both, order, both->len);
    right = sum_of_recovered(&segments) == whole && segments == 2 &&
            got.events == 2 * EVENTS && got.left_out == 0 &&
            got.state.missing == 0 &&
            got.state.strays == (k == i + 1 ? 1 : 2) &&
            got.moved == got.state.strays;
    if (!right)
        printf("\n    %zu and %zu: %llu events, %llu out of place", i, k,
               (unsigned long long)got.events,
               (unsigned long long)got.state.strays);
    CU_ASSERT(right);
}

/* Each member says of which recording it is by its times, or, where these began
 * at one time, by its place and the numbers of its events.
 */
static void members_swapped_between_recordings_are_put_back(void)
{
    static const struct {
        int64_t later_ns;
        size_t member_text; /* of the first recording: 500 is that of both */
    } rows[] = {
        {DAY, 500}, {-DAY, 500}, {DAY, 700}, {-DAY, 300}, {0, 700}, {0, 300},
    };

    for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++) {
        struct parts a;
        struct parts b;
        struct parts both;
        size_t order[2 * MEMBERS];
        uint64_t whole;
        uint64_t segments;

        take_apart(&a, EVENTS, rows[r].member_text);
        take_other_apart(&b, rows[r].later_ns);
        join(&both, &a, &b);
        for (size_t n = 0; n < both.len; n++)
            order[n] = n;
        (void)recover(&both, order, both.len);
        whole = sum_of_recovered(&segments);
        for (size_t i = 0; i < both.len; i++)
            for (size_t k = i + 1; k < both.len; k += r == 0 ? 2 : 7)
                check_swap(&both, i, k, whole);
        td_buf_release(&a.tape);
        td_buf_release(&b.tape);
        td_buf_release(&both.tape);
    }
}

static size_t below(struct td_rand *rand, size_t n)
{
    uint32_t number;

    td_rand_bytes(rand, &number, sizeof(number));
    return number % n;
}

static void shuffle(struct td_rand *rand, size_t *order, size_t len)
{
    for (size_t i = len; i > 1; i--) {
        size_t k = below(rand, i);
        size_t other = order[i - 1];

        order[i - 1] = order[k];
        order[k] = other;
    }
}

static uint64_t events_in(const struct parts *of, size_t i)
{
    struct tape_member m;
    size_t entries;

    if (tape_member_peek(
            td_bytes(of->tape.ptr + of->at[i], of->at[i + 1] - of->at[i]), &m,
            &entries) != TAPE_PEEK_MEMBER ||
        m.kind != TAPE_MEMBER_DATA)
        return 0;
    return m.count;
}

/* Members shuffled, and some of them doubled or gone unless whole. */
static void check_shuffled(const struct parts *a, struct td_rand *rand,
                           bool whole)
{
    size_t order[2 * MEMBERS];
    size_t len = 0;
    uint64_t events = 0;
    uint64_t all = 0;
    struct tape_rewritten got;

    for (size_t i = 0; i < a->len; i++) {
        size_t times = whole ? 1 : below(rand, 8);

        all += events_in(a, i);
        for (times = times == 0 ? 0 : times == 7 ? 2 : 1; times; times--) {
            order[len++] = i;
            events += events_in(a, i);
        }
    }
    shuffle(rand, order, len);
    if (len == 0)
        return;
    got = recover(a, order, len);
    CU_ASSERT_EQUAL(got.events + got.left_out, events);
    if (whole)
        CU_ASSERT_EQUAL(got.events, all);
    if (got.events + got.left_out != events || (whole && got.events != all))
        printf("\n    %llu + %llu of %llu", (unsigned long long)got.events,
               (unsigned long long)got.left_out, (unsigned long long)events);
}

/* Whatever was done to it: each event that is there is written or counted as
 * left out, and what is not there as lost.
 */
static void no_event_goes_without_a_word(void)
{
    struct td_rand rand;
    struct parts a;
    struct parts b;
    struct parts both;

    td_rand_seeded(&rand, 7);
    take_apart(&a, EVENTS, 500);
    take_other_apart(&b, DAY);
    join(&both, &a, &b);
    for (int round = 0; round < ROUNDS; round++) {
        check_shuffled(&a, &rand, round % 4 == 0);
        check_shuffled(&both, &rand, round % 4 == 0);
    }
    td_buf_release(&a.tape);
    td_buf_release(&b.tape);
    td_buf_release(&both.tape);
}

CU_TestInfo tape_splice_tests[] = {
    {"members swapped between recordings are put back",
     members_swapped_between_recordings_are_put_back},
    {"moved members are put back", moved_members_are_put_back},
    {"no event goes without a word", no_event_goes_without_a_word},
    {"what is out of place is told and left out",
     what_is_out_of_place_is_told_and_left_out},
    CU_TEST_INFO_NULL,
};
