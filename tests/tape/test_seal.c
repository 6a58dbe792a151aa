/* A tape that was cut anywhere is sealed to what mending it would give, with
 * the members that were whole as they were.
 */
#include "core/mem.h"
#include "tape/member.h"
#include "tape/member_list.h"
#include "tape/rewrite.h"
#include "tape/seal.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <stdio.h>
#include <unistd.h>

#define EVENTS      2000
#define MEMBER_TEXT 200 /* bytes: there are more members than a node lists */
#define CUTS        24

/* Two segments; with flush_every an open member is in pieces. */
static void write_tape(const char *path, uint64_t flush_every)
{
    struct tape_options options = test_tape_options();
    struct td_error err;

    options.member_text = flush_every ? 1 << 20 : MEMBER_TEXT;
    (void)unlink(path);
    for (int segment = 0; segment < 2; segment++) {
        struct tape_writer *writer;

        options.append = segment > 0;
        options.start_wall_ns += (uint64_t)segment;
        CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, &err));
        for (uint64_t n = 1; n <= EVENTS; n++) {
            struct td_event ev = test_tick(n);

            if (n % 7 == 0)
                ev.kind = td_text(n % 2 ? "open" : "run");
            CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, &err));
            if (flush_every && n % flush_every == 0)
                CU_ASSERT_FATAL(!tape_writer_flush(writer, &err));
        }
        CU_ASSERT(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, &err));
    }
}

static void note_all(const char *path, struct tape_noted *noted,
                     struct tape_state *state)
{
    struct tape_reader *reader;
    struct td_event ev;

    *noted = (struct tape_noted){.segment = 0};
    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        tape_note(noted, tape_reader_header(reader)->segment, &ev);
    *state = tape_reader_state(reader);
    tape_reader_close(reader);
}

static bool seal(const char *path)
{
    struct tape_noted noted;
    struct tape_state state;
    struct td_error err;
    bool sealed;

    note_all(path, &noted, &state);
    CU_ASSERT_EQUAL(tape_seal(path, &noted, &state, &sealed, &err), TD_OK);
    tape_noted_release(&noted);
    return sealed;
}

static void add_line(void *ctx, enum tape_line_kind kind, struct td_bytes line)
{
    (void)kind;
    (void)td_buf_add_bytes(ctx, line);
    (void)td_buf_add_text(ctx, "\n");
}

/* All lines of it, those that are no events with them. */
static struct td_buf lines_of(const char *path, struct tape_state *state)
{
    struct td_buf lines = {0};
    struct tape_read_options how = {.other = add_line, .ctx = &lines};
    struct tape_reader *reader;
    struct td_event ev;

    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, &how, NULL));
    while (!tape_reader_next(reader, &ev, NULL))
        add_line(&lines, TAPE_LINE_EVENT, tape_reader_line(reader));
    *state = tape_reader_state(reader);
    tape_reader_close(reader);
    return lines;
}

/* Every event is found by the index. */
static void check_seeks(const char *path, uint64_t last)
{
    struct tape_reader *reader;
    struct td_event ev;

    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    for (uint64_t seq = 1; seq <= last; seq += 1 + last / 50) {
        CU_ASSERT(!tape_reader_seek_seq(reader, seq, NULL));
        CU_ASSERT(!tape_reader_next(reader, &ev, NULL));
        CU_ASSERT_EQUAL(ev.seq, seq);
    }
    CU_ASSERT_EQUAL(tape_reader_state(reader).wrong_index, 0);
    tape_reader_close(reader);
}

static void check_sealed(const char *path, const char *mended)
{
    struct tape_state state;
    struct tape_state other;
    struct td_buf lines = lines_of(path, &state);
    struct td_buf expected = lines_of(mended, &other);

    CU_ASSERT(td_bytes_equal(td_buf_bytes(&lines), td_buf_bytes(&expected)));
    CU_ASSERT(state.indexed && state.ended && !state.torn);
    CU_ASSERT_EQUAL(state.bad_members + state.bad_lines + state.missing, 0);
    CU_ASSERT_EQUAL(state.strays + state.headless, 0);
    td_buf_release(&lines);
    td_buf_release(&expected);
    check_seeks(path, test_count_events(path, NULL) > EVENTS ? EVENTS : 1);
}

/* Cut it to len bytes; true if it was sealed. */
static bool cut_and_seal(struct td_bytes whole, size_t len)
{
    const char *path = test_path("cut.tape.gz");
    const char *to = test_path("mended.tape.gz");
    struct tape_rewrite how = {
        .kind = TAPE_REWRITE_MEND, .from = path, .to = to, .overwrite = true};
    struct tape_rewritten report;
    bool sealed;

    test_write_file(path, td_bytes(whole.ptr, len));
    CU_ASSERT_EQUAL_FATAL(tape_rewrite(&how, &report, NULL), TD_OK);
    sealed = seal(path);
    if (sealed)
        check_sealed(path, to);
    return sealed;
}

static void cut_everywhere(uint64_t flush_every)
{
    const char *path = test_path("whole.tape.gz");
    struct td_buf whole;
    size_t sealed = 0;

    write_tape(path, flush_every);
    test_read_file(path, &whole);
    for (size_t i = 1; i <= CUTS; i++)
        sealed += cut_and_seal(td_buf_bytes(&whole),
                               whole.len / 2 + whole.len / 2 * i / CUTS - 1);
    /* But for those that are cut at the header, the index or the footer. */
    CU_ASSERT(sealed >= CUTS * 2 / 3);
    td_buf_release(&whole);
}

static void a_cut_tape_is_sealed_to_what_mending_gives(void)
{
    cut_everywhere(0);
}

static void an_open_member_in_pieces_is_written_again(void)
{
    cut_everywhere(50);
}

/* ---- cut at an index member ---- */

struct index_place {
    size_t begin;
    size_t end;
    size_t found;
};

/* The index members of the last segment that stand behind a data member. */
static enum td_code note_index(void *ctx, const struct tape_place *place,
                               struct td_error *err)
{
    struct index_place *at = ctx;

    (void)err;
    if (place->m.kind != TAPE_MEMBER_INDEX || place->m.flags)
        return TD_OK;
    at->begin = (size_t)place->offset;
    at->end = (size_t)(place->offset + place->length);
    at->found++;
    return TD_OK;
}

static void a_cut_index_member_is_written_again(void)
{
    const char *path = test_path("whole.tape.gz");
    struct index_place at = {.found = 0};
    struct td_buf whole;
    size_t first;

    write_tape(path, 0);
    test_read_file(path, &whole);
    test_write_file(path, td_bytes(whole.ptr, whole.len * 9 / 10));
    CU_ASSERT_EQUAL(tape_members(path, note_index, &at, NULL), TD_OK);
    CU_ASSERT_FATAL(at.found > 0);
    first = at.begin;
    for (size_t len = first; len < at.end; len += 1 + (at.end - first) / 16)
        CU_ASSERT(cut_and_seal(td_buf_bytes(&whole), len));
    CU_ASSERT(cut_and_seal(td_buf_bytes(&whole), at.end - 1));
    CU_ASSERT(cut_and_seal(td_buf_bytes(&whole), at.end));
    td_buf_release(&whole);
}

/* ---- what it leaves to others ---- */

static void check_left_alone(const char *path)
{
    struct td_buf before;
    struct td_buf after;

    test_read_file(path, &before);
    CU_ASSERT_FALSE(seal(path));
    test_read_file(path, &after);
    CU_ASSERT(td_bytes_equal(td_buf_bytes(&before), td_buf_bytes(&after)));
    td_buf_release(&before);
    td_buf_release(&after);
}

static void what_is_damaged_or_whole_is_left_alone(void)
{
    const char *path = test_path("left.tape.gz");
    struct td_buf whole;

    write_tape(path, 0);
    check_left_alone(path);
    test_read_file(path, &whole);
    whole.len = whole.len * 3 / 4;
    whole.ptr[whole.len / 3] ^= 0x55;
    test_write_file(path, td_buf_bytes(&whole));
    check_left_alone(path);
    td_buf_release(&whole);
}

/* It was changed since its reader has noted its events. */
static void another_tape_than_that_which_was_read_is_left_alone(void)
{
    const char *path = test_path("other.tape.gz");
    struct tape_noted noted;
    struct tape_state state;
    struct td_error err;
    struct td_buf whole;
    bool sealed;

    write_tape(path, 50);
    test_read_file(path, &whole);
    test_write_file(path, td_bytes(whole.ptr, whole.len * 3 / 4));
    note_all(path, &noted, &state);
    test_write_file(path, td_bytes(whole.ptr, whole.len * 2 / 3));
    CU_ASSERT_EQUAL(tape_seal(path, &noted, &state, &sealed, &err), TD_OK);
    CU_ASSERT_FALSE(sealed);
    tape_noted_release(&noted);
    td_buf_release(&whole);
}

CU_TestInfo tape_seal_tests[] = {
    {"a cut tape is sealed to what mending gives",
     a_cut_tape_is_sealed_to_what_mending_gives},
    {"an open member in pieces is written again",
     an_open_member_in_pieces_is_written_again},
    {"a cut index member is written again",
     a_cut_index_member_is_written_again},
    {"what is damaged or whole is left alone",
     what_is_damaged_or_whole_is_left_alone},
    {"another tape than that which was read is left alone",
     another_tape_than_that_which_was_read_is_left_alone},
    CU_TEST_INFO_NULL,
};
