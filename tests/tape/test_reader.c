/* Whatever happens to a tape, what is right on it can be read. */
#include "tape/line.h"
#include "tape/member.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define SMALL 40 /* events of the tape that is broken at every byte */

static void small_tape(struct td_buf *out)
{
    const char *path = test_path("small.tape.gz");

    test_tape(path, SMALL, 1000);
    test_read_file(path, out);
}

/* kill -9 at every byte: what was closed before the cut can be read. */
static void every_prefix_of_a_tape_can_be_read(void)
{
    const char *path = test_path("cut.tape.gz");
    struct td_buf tape;
    uint64_t most = 0;

    small_tape(&tape);
    for (size_t len = 0; len < tape.len; len++) {
        struct tape_state state;
        uint64_t count;

        test_write_file(path, td_bytes(tape.ptr, len));
        count = test_count_events(path, &state);
        if (count < most || state.bad_members || state.bad_lines)
            printf("\n    cut at %zu: %llu events", len,
                   (unsigned long long)count);
        CU_ASSERT(count >= most);
        CU_ASSERT_EQUAL(state.bad_members + state.bad_lines, 0);
        CU_ASSERT_EQUAL(state.missing, 0);
        CU_ASSERT(state.torn || state.ended || count == 0);
        most = count;
    }
    CU_ASSERT_EQUAL(most, SMALL);
    td_buf_release(&tape);
}

static bool notices(const struct tape_state *state, uint64_t count)
{
    return state->torn || state->bad_members || state->bad_lines ||
           state->missing || count == 0;
}

/* One bit of every byte: all events come, or the reader says that not. */
static void no_flipped_bit_goes_unnoticed(void)
{
    const char *path = test_path("flip.tape.gz");
    struct td_buf tape;

    small_tape(&tape);
    for (size_t at = 0; at < tape.len; at++) {
        struct tape_state state;
        uint64_t count;

        tape.ptr[at] ^= (uint8_t)(1u << at % 8);
        test_write_file(path, td_buf_bytes(&tape));
        count = test_count_events(path, &state);
        if (count > SMALL || (count < SMALL && !notices(&state, count)))
            printf("\n    flip at %zu: %llu events", at,
                   (unsigned long long)count);
        CU_ASSERT(count == SMALL || notices(&state, count));
        CU_ASSERT(count <= SMALL);
        tape.ptr[at] ^= (uint8_t)(1u << at % 8);
    }
    td_buf_release(&tape);
}

/* cat torn good: the second tape is read whole whatever the first lost. */
static void a_torn_tape_may_stand_before_a_good_one(void)
{
    const char *path = test_path("cat.tape.gz");
    struct td_buf good;
    struct td_buf both = {0};

    small_tape(&good);
    for (size_t len = 0; len <= good.len; len += 7) {
        struct tape_state state;
        uint64_t count;

        td_buf_clear(&both);
        (void)td_buf_add(&both, good.ptr, len);
        (void)td_buf_add_bytes(&both, td_buf_bytes(&good));
        test_write_file(path, td_buf_bytes(&both));
        count = test_count_events(path, &state);
        if (count < SMALL || (len > 0 && len < 1800 && !state.torn))
            printf("\n    torn at %zu: %llu events", len,
                   (unsigned long long)count);
        CU_ASSERT(count >= SMALL);
        CU_ASSERT(state.ended);
        CU_ASSERT_EQUAL(state.missing, 0);
        CU_ASSERT_EQUAL(state.bad_members, 0);
    }
    td_buf_clear(&both);
    (void)td_buf_add_bytes(&both, td_buf_bytes(&good));
    (void)td_buf_add_bytes(&both, td_buf_bytes(&good));
    test_write_file(path, td_buf_bytes(&both));
    {
        struct tape_state state;

        CU_ASSERT_EQUAL(test_count_events(path, &state), 2 * SMALL);
        CU_ASSERT(state.indexed);
        CU_ASSERT_FALSE(state.torn);
        CU_ASSERT_EQUAL(state.segments, 2);
    }
    td_buf_release(&both);
    td_buf_release(&good);
}

/* Which is shorter than what the torn member claims to be. */
static void a_short_tape_may_stand_behind_a_torn_one(void)
{
    const char *path = test_path("cat.tape.gz");
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_buf good;
    struct td_buf big;
    uint64_t found;

    options.member_ns = TD_NEVER;
    options.id = "another"; /* or the short one would be a copy of its begin */
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 1; n <= 3000; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, NULL));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    test_read_file(path, &big);
    small_tape(&good);
    CU_ASSERT_FATAL(big.len > 4 * good.len);
    for (size_t cut = big.len / 4; cut < big.len / 2; cut += 97) {
        struct td_buf both = {0};
        struct tape_state state;
        struct tape_rewritten got;
        struct tape_rewrite how = {.kind = TAPE_REWRITE_MEND,
                                   .from = path,
                                   .to = test_path("recovered.tape.gz"),
                                   .overwrite = true};

        (void)td_buf_add(&both, big.ptr, cut);
        (void)td_buf_add_bytes(&both, td_buf_bytes(&good));
        test_write_file(path, td_buf_bytes(&both));
        found = test_count_events(path, &state);
        CU_ASSERT(found > SMALL + 100);
        CU_ASSERT(state.ended && state.torn);
        CU_ASSERT_EQUAL(state.bad_members + state.missing, 0);
        CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &got, NULL), TD_OK);
        CU_ASSERT_EQUAL(got.events, found);
        td_buf_release(&both);
    }
    td_buf_release(&good);
    td_buf_release(&big);
}

static void text_of(struct td_buf *out)
{
    struct tape_reader *reader;
    struct td_event ev;
    const char *path = test_path("small.tape.gz");

    memset(out, 0, sizeof(*out));
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL), TD_OK);
    (void)td_buf_add_bytes(out, tape_reader_header(reader)->line);
    (void)td_buf_add_byte(out, '\n');
    while (!tape_reader_next(reader, &ev, NULL)) {
        (void)td_buf_add_bytes(out, tape_reader_line(reader));
        (void)td_buf_add_byte(out, '\n');
    }
    (void)td_buf_add_bytes(out, tape_reader_end(reader));
    (void)td_buf_add_byte(out, '\n');
    tape_reader_close(reader);
}

static void plain_text_is_a_tape_too(void)
{
    const char *path = test_path("text.ndjson");
    struct td_buf tape;
    struct td_buf text;
    struct tape_state state;

    small_tape(&tape);
    text_of(&text);
    test_write_file(path, td_buf_bytes(&text));
    CU_ASSERT_EQUAL(test_count_events(path, &state), SMALL);
    CU_ASSERT_FALSE(state.torn);
    CU_ASSERT_FALSE(state.indexed);
    CU_ASSERT_EQUAL(state.bad_lines, 0);
    test_write_file(path, td_bytes(text.ptr, text.len - 1));
    CU_ASSERT_EQUAL(test_count_events(path, &state), SMALL);
    CU_ASSERT_FALSE(state.torn);
    test_write_file(path, td_bytes(text.ptr, text.len / 2));
    CU_ASSERT(test_count_events(path, &state) > 0);
    CU_ASSERT(state.torn);
    td_buf_release(&tape);
    td_buf_release(&text);
}

static void seek_finds_the_first_event_at_or_after(void)
{
    static const size_t members[] = {1, 3000, 0};
    static const struct {
        uint64_t ms;
        uint64_t seq; /* 0 = there is none */
    } rows[] = {{0, 1},       {1, 1},       {2, 2},    {777, 777},
                {4999, 4999}, {5000, 5000}, {5001, 0}, {4, 4}};
    const char *path = test_path("seek.tape.gz");

    for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        struct tape_reader *reader;
        struct td_event ev;

        test_tape(path, 5000, members[i]);
        CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL),
                              TD_OK);
        for (size_t k = 0; k < sizeof(rows) / sizeof(rows[0]); k++) {
            uint64_t ns = rows[k].ms * TD_NS_PER_MS;
            uint64_t wall = UINT64_C(1700000000) * TD_NS_PER_S + ns;
            enum td_code want = rows[k].seq ? TD_OK : TD_END;

            CU_ASSERT_EQUAL(tape_reader_seek_time(reader, ns, NULL), want);
            if (want == TD_OK) {
                CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_OK);
                CU_ASSERT_EQUAL(ev.seq, rows[k].seq);
            }
            CU_ASSERT_EQUAL(tape_reader_seek_seq(reader, rows[k].ms, NULL),
                            want);
            if (want == TD_OK) {
                CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_OK);
                CU_ASSERT_EQUAL(ev.seq, rows[k].seq);
            }
            (void)wall;
        }
        CU_ASSERT_EQUAL(tape_reader_state(reader).missing, 0);
        CU_ASSERT_EQUAL(tape_reader_state(reader).bad_members, 0);
        tape_reader_close(reader);
    }
}

/* Numbers that are missing inside members, as on a tape made of some lines. */
static void seek_finds_numbers_behind_gaps(void)
{
    const char *path = test_path("gaps.tape.gz");
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct tape_reader *reader;
    struct td_event ev;

    options.member_text = 500;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 10; n <= 400; n += 10) {
        struct td_buf line = {0};

        ev = test_tick(n);
        ev.seq = n;
        CU_ASSERT(!tape_line_encode(&line, &ev));
        line.len--;
        CU_ASSERT_FATAL(
            !tape_writer_put_line(writer, &ev, td_buf_bytes(&line), NULL));
        td_buf_release(&line);
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    CU_ASSERT(tape_reader_state(reader).indexed);
    for (uint64_t n = 1; n <= 400; n++) {
        CU_ASSERT_EQUAL_FATAL(tape_reader_seek_seq(reader, n, NULL), TD_OK);
        CU_ASSERT_EQUAL_FATAL(tape_reader_next(reader, &ev, NULL), TD_OK);
        CU_ASSERT_EQUAL(ev.seq, (n + 9) / 10 * 10);
    }
    CU_ASSERT_EQUAL(tape_reader_seek_seq(reader, 401, NULL), TD_END);
    CU_ASSERT_EQUAL(tape_reader_state(reader).wrong_index, 0);
    tape_reader_close(reader);
}

/* A tape with members of 16 KiB whose text is what test_tape() gives. */
static void marker_tape(const char *path)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_event ev;

    options.member_text = 2000;
    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, NULL),
                          TD_OK);
    for (uint64_t n = 1; n <= 1000; n++) {
        ev = test_tick(n);
        if (n % 400 == 0)
            ev = (struct td_event){
                .at_ns = n * TD_NS_PER_MS,
                .kind = td_text(TD_KIND_MARKER),
                .form = TD_FORM_JSON,
                .payload = n == 400 ? td_text("{\"name\": \"\\u0061\"}")
                                    : td_text("{\"name\":\"b\"}")};
        if (n % 100 == 50)
            ev.name = td_text("rare");
        CU_ASSERT_EQUAL_FATAL(tape_writer_put(writer, &ev, NULL), TD_OK);
    }
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL),
                    TD_OK);
}

static void markers_are_found_by_name(void)
{
    const char *path = test_path("marker.tape.gz");
    struct tape_reader *reader;
    struct td_event ev;

    marker_tape(path);
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL), TD_OK);
    CU_ASSERT_EQUAL(tape_reader_seek_marker(reader, td_text("b"), NULL), TD_OK);
    CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(ev.seq, 800);
    CU_ASSERT_EQUAL(tape_reader_seek_marker(reader, td_text("a"), NULL), TD_OK);
    CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(ev.seq, 400);
    CU_ASSERT_EQUAL(tape_reader_seek_marker(reader, td_text("c"), NULL),
                    TD_END);
    tape_reader_close(reader);
}

static void a_selection_passes_over_members_without_the_name(void)
{
    const char *path = test_path("marker.tape.gz");
    struct td_bytes rare = td_text("rare");
    struct tape_reader *reader;
    struct td_event ev;
    uint64_t count = 0;

    marker_tape(path);
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL), TD_OK);
    tape_reader_select(reader, &rare, 1, NULL, 0);
    while (!tape_reader_next(reader, &ev, NULL)) {
        count++;
        CU_ASSERT_EQUAL(ev.seq % 100, 50);
    }
    CU_ASSERT_EQUAL(count, 10);
    CU_ASSERT_EQUAL(tape_reader_state(reader).missing, 0);
    CU_ASSERT_EQUAL(tape_reader_unwanted(reader), 990);
    CU_ASSERT_FALSE(tape_reader_state(reader).torn);
    tape_reader_close(reader);
}

/* However a name is spelled on the tape, its member is not passed over. */
static void a_selection_finds_escaped_names(void)
{
    static const char *const spelled[] = {"caf\xc3\xa9", "caf\\u00e9",
                                          "\\u0063af\\u00E9"};
    const char *path = test_path("escaped.tape.gz");
    struct tape_options options = test_tape_options();
    struct td_bytes name = td_text("caf\xc3\xa9");
    struct tape_writer *writer;
    struct tape_reader *reader;
    struct td_event ev;
    uint64_t count = 0;

    options.member_text = 1; /* each event is a member */
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 1; n <= 9; n++) {
        ev = test_tick(n);
        ev.name = td_text(spelled[n % 3]);
        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, NULL));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    tape_reader_select(reader, &name, 1, NULL, 0);
    while (!tape_reader_next(reader, &ev, NULL))
        count++;
    CU_ASSERT_EQUAL(count, 9);
    tape_reader_close(reader);
}

static void the_extent_is_known_with_and_without_an_index(void)
{
    const char *path = test_path("extent.tape.gz");
    struct td_buf tape;
    static const size_t cuts[] = {0, 1, 400};

    test_tape(path, 300, 5000);
    test_read_file(path, &tape);
    for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
        struct tape_reader *reader;
        struct tape_extent extent;

        test_write_file(path, td_bytes(tape.ptr, tape.len - cuts[i]));
        CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL),
                              TD_OK);
        CU_ASSERT_EQUAL(tape_reader_state(reader).indexed, cuts[i] == 0);
        CU_ASSERT_EQUAL(tape_reader_extent(reader, &extent, NULL), TD_OK);
        CU_ASSERT_EQUAL(extent.events, 300);
        CU_ASSERT_EQUAL(extent.first_ns, TD_NS_PER_MS);
        CU_ASSERT_EQUAL(extent.last_ns, 300 * TD_NS_PER_MS);
        tape_reader_close(reader);
    }
    td_buf_release(&tape);
}

static void a_follower_sees_what_is_flushed_and_waits_for_more(void)
{
    struct tape_options options = test_tape_options();
    struct tape_read_options how = {.follow = true};
    const char *path = test_path("follow.tape.gz");
    struct tape_writer *writer;
    struct tape_reader *reader;
    struct td_event ev;

    CU_ASSERT_EQUAL_FATAL(tape_writer_open(&writer, path, &options, NULL),
                          TD_OK);
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, &how, NULL), TD_OK);
    CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_AGAIN);
    for (uint64_t n = 1; n <= 30; n++) {
        struct td_event tick = test_tick(n);

        CU_ASSERT_EQUAL(tape_writer_put(writer, &tick, NULL), TD_OK);
        CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_AGAIN);
        CU_ASSERT_EQUAL(tape_writer_flush(writer, NULL), TD_OK);
        CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_OK);
        CU_ASSERT_EQUAL(ev.seq, n);
        CU_ASSERT_FALSE(tape_reader_state(reader).torn);
        if (n % 10 == 0)
            CU_ASSERT_EQUAL(tape_writer_tick(writer, n * TD_NS_PER_S, NULL),
                            TD_OK);
    }
    CU_ASSERT_EQUAL(tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL),
                    TD_OK);
    CU_ASSERT_EQUAL(tape_reader_next(reader, &ev, NULL), TD_AGAIN);
    CU_ASSERT(tape_reader_state(reader).ended);
    CU_ASSERT_EQUAL(tape_reader_state(reader).bad_members, 0);
    tape_reader_close(reader);
}

static void what_is_no_tape_is_refused_with_a_mend(void)
{
    static const struct {
        const char *name;
        const char *bytes;
    } rows[] = {
        {"empty", ""},
        {"words", "hello\n"},
        {"other JSON", "{\"a\":1}\n"},
        {"cut gzip", "\x1f\x8b\x08"},
        {"later version", "{\"tape\":2}\n"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *path = test_path("no.tape.gz");
        struct tape_reader *reader;
        struct td_error err = {0};

        test_write_file(path, td_text(rows[i].bytes));
        CU_ASSERT_EQUAL(tape_reader_open(&reader, path, NULL, &err), TD_FORMAT);
        CU_ASSERT(err.text[0] != '\0');
        CU_ASSERT(err.hint[0] != '\0');
        CU_ASSERT_PTR_NULL(reader);
    }
}

/* Some megabytes of stored members, as a buffer. */
static void large_tape(struct td_buf *out)
{
    const char *path = test_path("large.tape.gz");
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;
    struct td_error err = {0};

    options.stored = true;
    options.member_text = 8192;
    options.member_ns = TD_NEVER;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, &err));
    for (uint64_t n = 1; n <= 20000; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, &err));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err));
    test_read_file(path, out);
}

/* What a reader finds on a tape, all told. */
struct found {
    struct tape_state state;
    uint64_t events;
    uint64_t sum; /* of times, order included */
    bool again;   /* a seek to the middle found its event */
};

static void find_all(const char *path, unsigned threads, struct found *found)
{
    struct tape_read_options how = {.threads = threads};
    struct tape_reader *reader;
    struct td_error err = {0};
    struct td_event ev;

    memset(found, 0, sizeof(*found));
    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, &how, &err));
    while (!tape_reader_next(reader, &ev, &err)) {
        found->events++;
        found->sum = found->sum * 31 + ev.at_ns;
    }
    found->state = tape_reader_state(reader);
    found->again = !tape_reader_seek_seq(reader, 10000, &err) &&
                   !tape_reader_next(reader, &ev, &err) && ev.seq >= 10000 &&
                   !tape_reader_next(reader, &ev, &err) && ev.seq > 10000;
    tape_reader_close(reader);
}

static void reading_ahead_finds_the_same(void)
{
    const char *path = test_path("ahead.tape.gz");
    struct td_buf tape;
    size_t step;

    large_tape(&tape);
    CU_ASSERT_FATAL(tape.len > 2 * 1024 * 1024);
    step = tape.len / 20;
    for (size_t at = 0; at < tape.len; at += step) {
        struct found alone;
        struct found ahead;

        for (size_t i = at; at > 0 && i < tape.len; i += 3 * step)
            tape.ptr[i] ^= 0x10; /* several at once, others each time */
        test_write_file(path, td_bytes(tape.ptr, tape.len - at / 4));
        find_all(path, 0, &alone);
        find_all(path, 1, &ahead);
        CU_ASSERT_EQUAL(alone.events, ahead.events);
        CU_ASSERT_EQUAL(alone.sum, ahead.sum);
        CU_ASSERT_EQUAL(alone.again, ahead.again);
        CU_ASSERT(!memcmp(&alone.state, &ahead.state, sizeof(alone.state)));
        CU_ASSERT(at > 0 || ahead.events == 20000);
    }
    td_buf_release(&tape);
}

CU_TestInfo tape_reader_tests[] = {
    {"every prefix of a tape can be read", every_prefix_of_a_tape_can_be_read},
    {"no flipped bit goes unnoticed", no_flipped_bit_goes_unnoticed},
    {"a torn tape may stand before a good one",
     a_torn_tape_may_stand_before_a_good_one},
    {"a short tape may stand behind a torn one",
     a_short_tape_may_stand_behind_a_torn_one},
    {"plain text is a tape too", plain_text_is_a_tape_too},
    {"seek finds the first event at or after",
     seek_finds_the_first_event_at_or_after},
    {"seek finds numbers behind gaps", seek_finds_numbers_behind_gaps},
    {"markers are found by name", markers_are_found_by_name},
    {"a selection passes over members without the name",
     a_selection_passes_over_members_without_the_name},
    {"a selection finds escaped names", a_selection_finds_escaped_names},
    {"the extent is known with and without an index",
     the_extent_is_known_with_and_without_an_index},
    {"a follower sees what is flushed and waits for more",
     a_follower_sees_what_is_flushed_and_waits_for_more},
    {"reading ahead finds the same", reading_ahead_finds_the_same},
    {"what is no tape is refused with a mend",
     what_is_no_tape_is_refused_with_a_mend},
    CU_TEST_INFO_NULL,
};
