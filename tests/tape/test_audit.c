/* Tapes whose fields, index or totals say what is not so. */
#include "tape/audit.h"
#include "tape/index.h"
#include "tape/member.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#define EVENTS 12

/* All that verify looks at. */
struct seen {
    struct tape_reader *reader; /* NULL while it is opened */
    struct tape_audit *audit;
    struct td_buf text;
    struct tape_state state;
    struct tape_audited found;
    bool refused;
};

static void on_other(void *ctx, enum tape_line_kind kind, struct td_bytes line)
{
    struct seen *seen = (struct seen *)ctx;
    struct tape_state state = {0};

    if (seen->reader)
        state = tape_reader_state(seen->reader);
    tape_audit_other(seen->audit, &state, kind, line);
    (void)td_buf_add_bytes(&seen->text, line);
}

static void look(const char *path, struct seen *seen)
{
    struct tape_read_options how = {.other = on_other, .ctx = seen};
    struct tape_reader *reader;
    struct td_event ev;

    *seen = (struct seen){.audit = tape_audit_new()};
    how.audit = seen->audit;
    seen->refused = tape_reader_open(&reader, path, &how, NULL) != TD_OK;
    seen->reader = reader;
    while (reader && !tape_reader_next(reader, &ev, NULL)) {
        tape_audit_event(seen->audit, &ev, tape_reader_line(reader));
        (void)td_buf_add_bytes(&seen->text, tape_reader_line(reader));
    }
    if (reader)
        seen->state = tape_reader_state(reader);
    seen->found = tape_audit_finish(seen->audit);
    tape_audit_free(seen->audit);
    tape_reader_close(reader);
}

static bool is_clean(const struct seen *seen)
{
    const struct tape_state *s = &seen->state;

    return !seen->refused && !seen->found.first && !s->torn && s->indexed &&
           s->ended && !s->bad_members && !s->bad_lines && !s->missing &&
           !s->strays && !s->repeated && !s->foreign && !s->headless;
}

static void make(const char *path, struct td_buf *tape)
{
    struct tape_options options = test_tape_options();
    struct tape_writer *writer;

    options.member_text = 600;
    CU_ASSERT_FATAL(!tape_writer_open(&writer, path, &options, NULL));
    for (uint64_t n = 1; n <= EVENTS; n++) {
        struct td_event ev = test_tick(n);

        CU_ASSERT_FATAL(!tape_writer_put(writer, &ev, NULL));
    }
    CU_ASSERT_FATAL(!tape_writer_close(writer, TAPE_END_CLEAN, NULL, NULL));
    test_read_file(path, tape);
}

static void flip(int fd, const struct td_buf *tape, size_t bit)
{
    uint8_t byte = tape->ptr[bit / 8];

    byte ^= (uint8_t)(1u << bit % 8);
    CU_ASSERT_EQUAL_FATAL(pwrite(fd, &byte, 1, (off_t)(bit / 8)), 1);
}

/* Each bit of each byte: verify finds it, or every line and every field is
 * there as before (spare bits behind the end of deflate data, or another way
 * to say the same text).
 */
static void every_flipped_bit_is_found_or_means_nothing(void)
{
    const char *path = test_path("bits.tape.gz");
    size_t meaningless = 0;
    struct td_buf tape;
    struct seen whole;
    int fd;

    make(path, &tape);
    look(path, &whole);
    CU_ASSERT_FATAL(is_clean(&whole));
    fd = open(path, O_WRONLY | O_CLOEXEC);
    for (size_t bit = 0; bit < tape.len * 8; bit++) {
        struct seen seen;

        flip(fd, &tape, bit);
        look(path, &seen);
        if (is_clean(&seen)) {
            meaningless++;
            CU_ASSERT(td_bytes_equal(td_buf_bytes(&seen.text),
                                     td_buf_bytes(&whole.text)));
        }
        td_buf_release(&seen.text);
        CU_ASSERT_EQUAL_FATAL(
            pwrite(fd, tape.ptr + bit / 8, 1, (off_t)(bit / 8)), 1);
    }
    CU_ASSERT(meaningless < 100);
    (void)close(fd);
    td_buf_release(&whole.text);
    td_buf_release(&tape);
}

/* The fields of the member at `at`, changed and sealed again. */
static void reseal(struct td_buf *tape, size_t at)
{
    tape_put32(tape->ptr + at + 124,
               tape_crc(0, td_bytes(tape->ptr + at + 16, 108)));
}

static size_t member_at(const struct td_buf *tape, size_t number)
{
    size_t at = 0;

    while (number-- > 0)
        at += tape_get32(tape->ptr + at + 20);
    return at;
}

/* Each event is where it is looked for, whatever the index says of it, and a
 * tape whose index is not its own is told.
 */
static void seek_all(const char *path, const char *name)
{
    struct tape_reader *reader;
    struct tape_state state;

    CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
    for (uint64_t n = 1; n <= EVENTS; n++) {
        struct td_event ev = {.seq = 0};
        enum td_code code = tape_reader_seek_seq(reader, n, NULL);

        if (code || tape_reader_next(reader, &ev, NULL) || ev.seq != n)
            printf("\n    %s: event %u: %llu", name, (unsigned)n,
                   (unsigned long long)ev.seq);
        CU_ASSERT_EQUAL(ev.seq, n);
        code = tape_reader_seek_time(reader, n * TD_NS_PER_MS, NULL);
        CU_ASSERT_EQUAL(code, TD_OK);
        CU_ASSERT(!code && !tape_reader_next(reader, &ev, NULL));
        CU_ASSERT_EQUAL(ev.seq, n);
    }
    state = tape_reader_state(reader);
    CU_ASSERT_EQUAL(state.wrong_index, 1);
    tape_reader_close(reader);
}

/* Members: 0 header, 1 to 3 of 4 events, 4 end, 5 index, 6 footer. Entries of
 * the index begin at byte 132 of it.
 */
static const struct {
    const char *name;
    size_t member;
    size_t offset; /* in the member */
    uint64_t value;
    size_t size;
    uint64_t heads;
    uint64_t index;
    bool seeks; /* a seek would be misled */
} claims[] = {
    {"events of a member", 2, 32, 4, 8, 1, 1, false},
    {"first number", 2, 24, 3, 8, 1, 1, false},
    {"first time", 2, 40, 1, 8, 1, 1, false},
    {"last time", 2, 48, UINT64_MAX, 8, 1, 1, false},
    {"names", 2, 72, 0, 16, 1, 1, false},
    {"flags", 2, 18, TAPE_FLAG_END, 1, 1, 1, false},
    {"an entry's events", 5, 132 + 16, UINT64_MAX, 8, 0, 1, true},
    {"an entry's number", 5, 132 + 72 + 8, 1, 8, 0, 1, true},
    {"an entry's place", 5, 132 + 72, 1, 8, 0, 1, true},
    {"an entry's wall clock", 5, 132 + 72 + 40, 1, 8, 0, 1, false},
    {"an entry's length", 5, 132 + 68, 1, 4, 0, 1, true},
    {"events of the index", 5, 32, UINT64_MAX, 8, 0, 1, true},
    {"an index before the first", 5, 104, 4, 8, 0, 1, false},
    {"events of the footer", 6, 32, UINT64_MAX, 8, 0, 1, true},
    {"last time of the footer", 6, 48, 1, 8, 0, 1, true},
    {"first number of the footer", 6, 24, 2, 8, 0, 1, false},
    {"start of the footer", 6, 56, 1, 8, 0, 1, false},
    {"place of the footer", 6, 96, 1 << 20, 8, 0, 1, false},
    {"lost events", 6, 64, 5, 8, 0, 1, false},
    {"root of the index", 6, 104, 0, 8, 0, 1, false},
    {"place of the end line", 6, 112, 1, 8, 0, 1, false},
    {"length of the header", 0, 20, 1000, 4, 1, 0, false},
    {"a flag that is none", 2, 18, 0x40, 1, 1, 1, false},
    {"level of no index", 2, 19, 1, 1, 1, 0, false},
    {"list of no index", 2, 92, 1, 4, 1, 0, false},
    {"an index before no index", 2, 104, 1, 8, 1, 0, false},
    {"end line of no footer", 2, 112, 1, 8, 1, 0, false},
    {"what nobody has", 2, 120, 1, 4, 1, 0, false},
    {"what no header has", 0, 120, 1, 4, 1, 0, false},
    {"what no end has", 4, 120, 1, 4, 1, 0, false},
    {"lost in an index", 5, 64, 1, 8, 0, 1, false},
    {"text of an index", 5, 88, 1, 4, 0, 1, false},
    {"end line of an index", 5, 112, 1, 8, 0, 1, false},
    {"what no index has", 5, 120, 1, 4, 0, 1, false},
    {"flags of a footer", 6, 18, TAPE_FLAG_END, 1, 0, 1, false},
    {"level of a footer", 6, 19, 1, 1, 0, 1, false},
    {"names of a footer", 6, 72, 1, 16, 0, 1, false},
    {"text of a footer", 6, 88, 1, 4, 0, 1, false},
    {"list of a footer", 6, 92, 1, 4, 0, 1, false},
    {"what no footer has", 6, 120, 1, 4, 0, 1, false},
};

static void what_fields_index_and_totals_claim_is_held_to_the_members(void)
{
    const char *path = test_path("claims.tape.gz");

    for (size_t i = 0; i < sizeof(claims) / sizeof(claims[0]); i++) {
        struct td_buf tape;
        struct seen seen;
        size_t at;

        make(path, &tape);
        at = member_at(&tape, claims[i].member);
        for (size_t k = 0; k < claims[i].size; k++)
            tape.ptr[at + claims[i].offset + k] =
                (uint8_t)(k < 8 ? claims[i].value >> (8 * k) : 0);
        if (claims[i].member == 5)
            tape_put32(tape.ptr + at + 92,
                       tape_crc(0, td_bytes(tape.ptr + at + 132,
                                            tape_get16(tape.ptr + at + 130))));
        reseal(&tape, at);
        test_write_file(path, td_buf_bytes(&tape));
        look(path, &seen);
        if (seen.found.heads != claims[i].heads ||
            seen.found.index != claims[i].index)
            printf("\n    %s: %llu heads, %llu index", claims[i].name,
                   (unsigned long long)seen.found.heads,
                   (unsigned long long)seen.found.index);
        CU_ASSERT_FALSE(is_clean(&seen));
        CU_ASSERT_EQUAL(seen.found.heads, claims[i].heads);
        CU_ASSERT_EQUAL(seen.found.index, claims[i].index);
        td_buf_release(&seen.text);
        td_buf_release(&tape);
        if (claims[i].seeks)
            seek_all(path, claims[i].name);
    }
}

/* Of 12 events "tick" a head denies 5; and of none, where kinds are wanted. */
static void a_head_that_denies_what_it_holds_is_told_of(void)
{
    static const struct {
        const char *name;
        const char *kind;
        bool lies;
        uint64_t from;
        uint64_t given;
        uint64_t wrong;
    } rows[] = {
        {"tick", NULL, false, 0, 12, 0}, {"tick", NULL, true, 0, 7, 1},
        {"tick", NULL, true, 2, 6, 0},   {"tock", NULL, true, 0, 0, 0},
        {NULL, "close", true, 0, 0, 0},  {"tick", "close", true, 0, 7, 1}};
    const char *path = test_path("denied.tape.gz");

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct td_bytes names[] = {td_text(rows[i].name ? rows[i].name : ""),
                                   td_text(rows[i].name ? rows[i].name : "")};
        struct td_bytes kind = td_text(rows[i].kind ? rows[i].kind : "");
        struct tape_reader *reader;
        struct td_buf tape;
        struct td_event ev;
        uint64_t given = 0;

        make(path, &tape);
        if (rows[i].lies) {
            memset(tape.ptr + member_at(&tape, 2) + 72, 0, 16);
            reseal(&tape, member_at(&tape, 2));
        }
        test_write_file(path, td_buf_bytes(&tape));
        td_buf_release(&tape);
        CU_ASSERT_FATAL(!tape_reader_open(&reader, path, NULL, NULL));
        if (rows[i].from)
            CU_ASSERT_EQUAL(tape_reader_seek_seq(reader, rows[i].from, NULL),
                            TD_OK);
        tape_reader_select(reader, names, rows[i].name ? 2 : 0, &kind,
                           rows[i].kind ? 1 : 0);
        while (!tape_reader_next(reader, &ev, NULL))
            given++;
        if (given != rows[i].given)
            printf("\n    row %zu: %llu given", i, (unsigned long long)given);
        CU_ASSERT_EQUAL(given, rows[i].given);
        CU_ASSERT_EQUAL(tape_reader_state(reader).wrong_index, rows[i].wrong);
        tape_reader_close(reader);
    }
}

/* The tape with an index, and a footer, of all members but one. */
static void leave_out(const char *path, size_t left_out)
{
    struct tape_index index = {0};
    struct tape_member footer = {.kind = TAPE_MEMBER_FOOTER,
                                 .length = TAPE_FOOTER_LEN};
    struct td_buf tape;
    struct td_buf tail = {0};
    uint8_t head[TAPE_HEAD_LEN];

    make(path, &tape);
    for (size_t i = 1; i <= 3; i++) {
        struct tape_member m;
        struct tape_entry e;
        size_t entries;
        size_t at = member_at(&tape, i);

        (void)tape_member_peek(td_bytes(tape.ptr + at, tape.len - at), &m,
                               &entries);
        if (i == left_out)
            continue;
        e = tape_member_entry(&m);
        footer.count += m.count;
        footer.first_ns = footer.first_ns ? footer.first_ns : m.first_ns;
        footer.last_ns = m.last_ns;
        CU_ASSERT(!tape_index_add(&index, &e, &tail, member_at(&tape, 5)));
    }
    footer.end = member_at(&tape, 4);
    CU_ASSERT(
        !tape_index_finish(&index, &tail, member_at(&tape, 5), &footer.back));
    tape_index_release(&index);
    footer.self = member_at(&tape, 5) + tail.len;
    tape_member_pack(head, &footer, 0);
    (void)td_buf_add(&tail, head, sizeof(head));
    (void)tape_empty_body(&tail);
    tape.len = member_at(&tape, 5);
    (void)td_buf_add_bytes(&tape, td_buf_bytes(&tail));
    test_write_file(path, td_buf_bytes(&tape));
    td_buf_release(&tape);
    td_buf_release(&tail);
}

static void an_index_that_leaves_members_out_hides_none(void)
{
    static const char *const names[] = {
        "", "without the first", "without the second", "without the last"};
    const char *path = test_path("less.tape.gz");

    for (size_t i = 1; i <= 3; i++) {
        struct seen seen;

        leave_out(path, i);
        look(path, &seen);
        CU_ASSERT_FALSE(is_clean(&seen));
        CU_ASSERT(seen.found.index > 0);
        td_buf_release(&seen.text);
        seek_all(path, names[i]);
    }
}

CU_TestInfo tape_audit_tests[] = {
    {"a head that denies what it holds is told of",
     a_head_that_denies_what_it_holds_is_told_of},
    {"every flipped bit is found or means nothing",
     every_flipped_bit_is_found_or_means_nothing},
    {"an index that leaves members out hides none",
     an_index_that_leaves_members_out_hides_none},
    {"what fields, index and totals claim is held to the members",
     what_fields_index_and_totals_claim_is_held_to_the_members},
    CU_TEST_INFO_NULL,
};
