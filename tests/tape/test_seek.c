/* A tape of 10 GB, most of it a hole: its index is real, and so are the few
 * members that are looked for. What counts is how much of it is read.
 */
#include "core/clock.h"
#include "tape/deflate.h"
#include "tape/index.h"
#include "tests/suites.h"
#include "tests/support/tapes.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#define MEMBERS   UINT64_C(100000)
#define STRIDE    UINT64_C(105000) /* bytes from member to member */
#define EACH_NS   TD_NS_PER_S      /* time a member spans */
#define WALL_NS   (UINT64_C(1700000000) * TD_NS_PER_S)
#define READS_MAX 3
#define BYTES_MAX (1024 * 1024)

struct big {
    int fd;
    struct tape_index index;
    struct tape_deflate *deflate;
    struct td_buf out;
    uint64_t at; /* where the next member goes */
};

static void write_out(struct big *big, uint64_t at)
{
    CU_ASSERT_EQUAL_FATAL(
        pwrite(big->fd, big->out.ptr, big->out.len, (off_t)at),
        (ssize_t)big->out.len);
    td_buf_clear(&big->out);
}

/* One member with one line. */
static struct tape_member make_member(struct big *big, struct td_bytes text,
                                      struct tape_member m)
{
    uint8_t head[TAPE_HEAD_LEN] = {0};
    uint8_t trailer[TAPE_TRAILER_LEN];

    td_buf_clear(&big->out);
    (void)td_buf_add(&big->out, head, sizeof(head));
    tape_deflate_begin(big->deflate, true);
    CU_ASSERT_EQUAL_FATAL(tape_deflate_add(big->deflate, &big->out, text, true),
                          TD_OK);
    tape_put32(trailer, tape_crc(0, text));
    tape_put32(trailer + 4, (uint32_t)text.len);
    (void)td_buf_add(&big->out, trailer, sizeof(trailer));
    m.self = big->at;
    m.text_len = (uint32_t)text.len;
    m.length = (uint32_t)big->out.len;
    tape_member_pack(big->out.ptr, &m, 0);
    return m;
}

/* As long as a stride, two stored blocks and all. */
static void write_member(struct big *big, uint64_t n, struct tape_member m)
{
    struct td_buf line = {0};

    (void)td_buf_addf(&line,
                      "{\"s\":%" PRIu64 ",\"t\":%" PRIu64
                      ",\"d\":\"in\",\"c\":1,\"json\":\"",
                      n + 1, n * EACH_NS);
    while (line.len < STRIDE - TAPE_HEAD_LEN - TAPE_TRAILER_LEN - 10 - 3)
        (void)td_buf_add_byte(&line, 'x');
    (void)td_buf_add_text(&line, "\"}\n");
    m = make_member(big, td_buf_bytes(&line), m);
    CU_ASSERT_EQUAL(m.length, STRIDE);
    write_out(big, big->at);
    td_buf_release(&line);
}

static void add_member(struct big *big, uint64_t n, bool real)
{
    struct tape_member m = {.first_seq = n + 1,
                            .count = 1,
                            .first_ns = n * EACH_NS,
                            .last_ns = n * EACH_NS,
                            .wall_ns = WALL_NS + n * EACH_NS,
                            .self = big->at,
                            .length = STRIDE};
    struct tape_entry entry = tape_member_entry(&m);

    if (real)
        write_member(big, n, m);
    td_buf_clear(&big->out);
    big->at += STRIDE;
    CU_ASSERT_EQUAL_FATAL(
        tape_index_add(&big->index, &entry, &big->out, big->at), TD_OK);
    if (big->out.len > 0) {
        uint64_t at = big->at;

        big->at += big->out.len;
        write_out(big, at);
    }
}

static const uint64_t wanted[] = {0, 1, 907, 908, 54321, MEMBERS - 1};

static bool is_wanted(uint64_t n)
{
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++)
        if (wanted[i] == n)
            return true;
    return false;
}

static void finish(struct big *big)
{
    struct tape_member footer = {.kind = TAPE_MEMBER_FOOTER,
                                 .length = TAPE_FOOTER_LEN,
                                 .first_seq = 1,
                                 .count = MEMBERS,
                                 .last_ns = (MEMBERS - 1) * EACH_NS,
                                 .wall_ns = WALL_NS};
    uint8_t head[TAPE_HEAD_LEN];

    CU_ASSERT_EQUAL_FATAL(
        tape_index_finish(&big->index, &big->out, big->at, &footer.back),
        TD_OK);
    footer.self = big->at + big->out.len;
    tape_member_pack(head, &footer, 0);
    (void)td_buf_add(&big->out, head, sizeof(head));
    (void)tape_empty_body(&big->out);
    write_out(big, big->at);
}

static void make_big_tape(const char *path)
{
    struct big big = {.deflate = tape_deflate_new(0)};
    struct tape_member m = {.flags = TAPE_FLAG_HEADER, .first_seq = 1};

    big.fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CU_ASSERT_FATAL(big.fd >= 0);
    m = make_member(&big,
                    td_text("{\"tape\":1,\"id\":\"big\",\"start\":"
                            "\"2023-11-14T22:13:20.000000000Z\"}\n"),
                    m);
    write_out(&big, 0);
    big.at = m.length;
    for (uint64_t n = 0; n < MEMBERS; n++)
        add_member(&big, n, is_wanted(n));
    finish(&big);
    CU_ASSERT(lseek(big.fd, 0, SEEK_END) > (off_t)(MEMBERS * STRIDE));
    (void)close(big.fd);
    tape_index_release(&big.index);
    tape_deflate_free(big.deflate);
    td_buf_release(&big.out);
}

static void expect(struct tape_reader *reader, enum td_code code, uint64_t n,
                   struct tape_reads before)
{
    struct tape_reads after = tape_reader_reads(reader);
    struct td_event ev;

    CU_ASSERT_EQUAL_FATAL(code, TD_OK);
    CU_ASSERT(after.reads - before.reads <= READS_MAX);
    CU_ASSERT(after.bytes - before.bytes <= BYTES_MAX);
    CU_ASSERT_EQUAL_FATAL(tape_reader_next(reader, &ev, NULL), TD_OK);
    CU_ASSERT_EQUAL(ev.seq, n + 1);
    CU_ASSERT_EQUAL(ev.at_ns, n * EACH_NS);
}

static void any_time_of_10_gb_is_three_reads_away(void)
{
    const char *path = test_path("big.tape.gz");
    struct tape_reader *reader;
    struct tape_reads opened;

    make_big_tape(path);
    CU_ASSERT_EQUAL_FATAL(tape_reader_open(&reader, path, NULL, NULL), TD_OK);
    CU_ASSERT(tape_reader_state(reader).indexed);
    opened = tape_reader_reads(reader);
    CU_ASSERT(opened.reads <= READS_MAX);
    CU_ASSERT(opened.bytes <= BYTES_MAX);
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
        uint64_t n = wanted[i];
        struct tape_reads before = tape_reader_reads(reader);

        expect(reader, tape_reader_seek_time(reader, n * EACH_NS, NULL), n,
               before);
        before = tape_reader_reads(reader);
        expect(reader, tape_reader_seek_seq(reader, n + 1, NULL), n, before);
        before = tape_reader_reads(reader);
        expect(reader,
               tape_reader_seek_wall(reader, WALL_NS + n * EACH_NS, NULL), n,
               before);
    }
    CU_ASSERT_EQUAL(tape_reader_seek_time(reader, MEMBERS * EACH_NS, NULL),
                    TD_END);
    tape_reader_close(reader);
    (void)unlink(path);
}

CU_TestInfo tape_seek_tests[] = {
    {"any time of 10 GB is three reads away",
     any_time_of_10_gb_is_three_reads_away},
    CU_TEST_INFO_NULL,
};
