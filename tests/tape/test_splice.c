/* Members that are there twice, that are of another tape, or that are gone. */
#include "tape/member.h"
#include "tape/rewrite.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>

#define EVENTS  32
#define MEMBERS 64 /* of the small tapes here, at most */

struct parts {
    struct td_buf tape;
    size_t at[MEMBERS + 1]; /* where members begin, and the end */
    size_t len;
};

static void take_apart(struct parts *parts, uint64_t events)
{
    const char *path = test_path("whole.tape.gz");

    memset(parts, 0, sizeof(*parts));
    test_tape(path, events, 500);
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

    take_apart(&a, EVENTS);
    take_apart(&b, 100);
    CU_ASSERT_EQUAL_FATAL(a.len, 12);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        run_row(&rows[i], &a, &b);
    td_buf_release(&a.tape);
    td_buf_release(&b.tape);
}

/* Where only the lines themselves tell. */
static void lines_out_of_order_are_told(void)
{
    static const struct {
        uint64_t seqs[8];
        uint64_t given;
        uint64_t repeated;
        uint64_t foreign;
        uint64_t missing;
    } rows[] = {
        {{1, 2, 3}, 3, 0, 0, 0},
        {{1, 2, 1, 2, 3}, 3, 2, 0, 0},
        {{1, 2, 2, 3}, 3, 1, 0, 0},
        {{1, 2, 5, 6}, 4, 0, 0, 2},
        {{1, 2, 70, 71, 3, 4}, 6, 0, 2, 0},
        {{1, 2, 70, 4, 5}, 5, 0, 1, 1},
        {{1, 2, 70, 1, 71}, 4, 1, 0, 67},
    };
    const char *path = test_path("lines.ndjson");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_buf text = {0};
        struct tape_state state;

        (void)td_buf_add_text(&text, "{\"tape\":1,\"id\":\"x\"}\n");
        for (size_t k = 0; k < 8 && rows[i].seqs[k]; k++)
            (void)td_buf_addf(&text,
                              "{\"s\":%llu,\"t\":1,\"d\":\"in\",\"c\":1,"
                              "\"json\":1}\n",
                              (unsigned long long)rows[i].seqs[k]);
        test_write_file(path, td_buf_bytes(&text));
        CU_ASSERT_EQUAL(read_spliced(path, 0, &state), rows[i].given);
        CU_ASSERT_EQUAL(state.repeated, rows[i].repeated);
        CU_ASSERT_EQUAL(state.foreign, rows[i].foreign);
        CU_ASSERT_EQUAL(state.missing, rows[i].missing);
        CU_ASSERT_EQUAL(state.headless, 0);
        td_buf_release(&text);
    }
}

CU_TestInfo tape_splice_tests[] = {
    {"what is out of place is told and left out",
     what_is_out_of_place_is_told_and_left_out},
    {"lines out of order are told", lines_out_of_order_are_told},
    CU_TEST_INFO_NULL,
};
