/* Reports that mean harm, and reports of another kind: every reader ends, in
 * little memory, and never says that all is well.
 */
#include "core/buf.h"
#include "tests/suites.h"
#include "tests/support/read_log.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))
#define WHOLE   SIZE_MAX

static const struct {
    const char *format;
    const char *text;
    enum read_state state;
    const char *told; /* a part of the log */
} rows[] = {
    {"junit", "<other/>", READ_WRONG, "the root is <other>"},
    {"junit", "ok 1\n", READ_WRONG, "no XML"},
    {"junit", "<testsuite tests='2'><testcase name='a'/></testsuite>",
     READ_PARTIAL, "it promises 2 and has 1"},
    {"junit", "<testsuite tests='0'/>", READ_EMPTY, "has nothing"},
    {"junit",
     "<!DOCTYPE t [<!ENTITY a 'x'><!ENTITY b '&a;&a;'>]><testsuite>"
     "<testcase name='&b;'/></testsuite>",
     READ_WRONG, "declarations of its own"},
    {"junit",
     "<!DOCTYPE t SYSTEM 'file:///etc/passwd'><testsuite>"
     "<testcase name='a'/></testsuite>",
     READ_OK, "pass  | a"},
    {"junit",
     "<!DOCTYPE t SYSTEM 'x'><testsuite><testcase name='a'/>"
     "<testcase name='b'><failure>&x;</failure></testcase></testsuite>",
     READ_PARTIAL, "an entity that is not of XML"},
    {"junit", "<testsuite><testcase name='\xff'/></testsuite>", READ_PARTIAL,
     "ill-formed XML: bytes that are no UTF-8"},
    {"junit", "<testsuite><testcase name='\xc3\xa9' \xe2\x82\xac='x'/>",
     READ_PARTIAL, "ill-formed XML: not well-formed"},
    {"junit",
     "<?xml version='1.0' encoding='ISO-8859-1'?>"
     "<testsuite><testcase name='caf\xe9'/></testsuite>",
     READ_OK, "caf\xc3\xa9"},
    {"junit",
     "<testsuite><testcase name='a' time='1,234.5'/>"
     "<testcase name='b' time='1,23'/><testcase name='c' time='1e-3'/>"
     "</testsuite>",
     READ_OK, "a  1234500000us\npass  | b\npass  | c  1000us"},
    {"junit",
     "<testsuites><testsuite name='a'><testsuite name='b'>"
     "<testcase name='c'/></testsuite></testsuite></testsuites>",
     READ_OK, "pass  a > b | c"},
    {"junit",
     "<testsuite><testcase name='a'><skipped type='todo'/></testcase>"
     "</testsuite>",
     READ_OK, "xpass  | a"},
    {"junit",
     "<testsuite tests='2' skipped='1'><testcase name='a'/></testsuite>",
     READ_OK, "pass  | a"},
    {"junit",
     "<testsuite tests='3' skipped='1'><testcase name='a'/></testsuite>",
     READ_PARTIAL, "it promises 3 and has 1"},
    {"junit",
     "<testsuite tests='1' failures='1'><testcase name='a'/></testsuite>",
     READ_PARTIAL, "it tells of 1 failed and lists none"},
    {"junit",
     "<testsuite name='s' tests='1'><testcase name='a'/><failure "
     "message='no database'>why</failure></testsuite>",
     READ_OK, "fail  s | (suite)  no database"},
    {"junit", "<testsuite><error>boom</error><testcase name='a'/></testsuite>",
     READ_OK, "error  | (suite)  boom\npass  | a"},
    {"junit",
     "<testsuite errors='29' failures='1' tests='4'><testcase result='pass' "
     "name='a'/><testcase result='fail' name='b'/><testcase result='xfail' "
     "name='c'/><testcase result='skip' name='d'/></testsuite>",
     READ_OK, "fail  | b\nxfail  | c\nskip  | d\nend   ok"},
    {"junit",
     "<testsuites><testsuites><testsuite name='a'><testcase name='b'/>"
     "</testsuite></testsuites></testsuites>",
     READ_OK, "pass  a | b"},
    {"junit",
     "<testsuite><testcase name='a'><flakyFailure message='m' type='t'>"
     "<stackTrace>s</stackTrace><system-out>o</system-out></flakyFailure>"
     "</testcase></testsuite>",
     READ_OK, "flaky  | a  m"},
    {"junit",
     "<testsuite><testcase name='a' classname='C'><failure>"
     "f.c:3&#10;Failed&#10;these:&#10;  1&#10;  2</failure></testcase>"
     "</testsuite>",
     READ_OK, "fail  | C | a  f.c:3  these: 1 2\n"},
    {"junit", "<testsuite><testcase name='&#27;'/></testsuite>", READ_PARTIAL,
     "a control character"},
    {"junit", "<failsafe-summary/>", READ_WRONG, "the root is <failsafe-su"},
    {"cunit", "<testsuites/>", READ_WRONG, "not of CUnit"},
    {"trx", "<TestRun><ResultSummary outcome='Aborted'/></TestRun>",
     READ_PARTIAL, "the run was Aborted"},
    {"tap", "1..0 # SKIP no database\n", READ_EMPTY, ""},
    {"tap", "1..2\nok 1\n", READ_PARTIAL, "the plan of 2 has 1"},
    {"tap", "ok 1\nBail out! disk is full\n1..1\n", READ_PARTIAL,
     "Bail out! disk is full"},
    {"tap", "1..1\nok 1 - /p/a.test.mjs\n", READ_OK, "error  | /p/a.test.mjs"},
    {"tap", "1..1\nok 1 - x # todo later\n", READ_OK, "xpass  | x"},
    {"tap", "hello\n", READ_WRONG, "no line is of TAP"},
    {"tap", "1..0 # SKIP no database\n", READ_EMPTY,
     "all of it was skipped: no database"},
    {"tap", "1..2\nok 1 # skip why\nnot ok 2 # SKIP name\n", READ_OK,
     "skip  | why  why\nskip  | name  name"},
    {"tap", "ok\nok 2 - a # time=2.5ms\nok 3 - b # time=1s # todo\n1..3\n",
     READ_OK, "pass  | 1\npass  | a  2500us\nxpass  | b  1000000us"},
    {"tap", "1..2\nok 1 a in 12ms\nnot ok 2 b in 3ms\n# why\n# more\n", READ_OK,
     "pass  | a  12000us\nfail  | b  3000us  why"},
    {"tap", "TAP version 13\n1..1\nok 1 - ends in 12ms\n", READ_OK,
     "pass  | ends in 12ms"},
    {"tap",
     "1..2\nok 1 - p # time=1ms {\n    1..1\n    ok 1 - c\n}\n"
     "not ok 2 - q {\n    ok 1 - d\n    1..1\n}\n",
     READ_OK, "pass  p | c\npass  q | d\nfail  | q\nend   ok"},
    {"tap",
     "ok 1 - p\n  ---\n  a: b\n  ...\n{\n    ok 1 - c {\n        ok 1 - d\n"
     "        1..1\n    }\n    1..1\n}\n1..1\n",
     READ_OK, "pass  p > c | d\nend   ok"},
    {"tap", "1..1\nok 1 - p {\n    1..1\n    ok 1 - c\n", READ_PARTIAL,
     "a \"{\" has no \"}\""},
    {"tap", "1..2\nok 1 - opens {\nok 2 - b\n", READ_OK,
     "pass  | opens\npass  | b"},
    {"tap", "1..2\nok 1 - e {\n    1..0\n}\nok 2 - todo # todo {\n}\n", READ_OK,
     "pass  | e\nxpass  | todo"},
    {"tap", "    1..1\n    ok 1 - deep\nok 1 - bare\n1..1\n", READ_OK,
     "pass  | deep\nend   ok"},
    {"tap", "# Subtest\n    1..1\n    ok 1 - deep\nok 1\n1..1\n", READ_OK,
     "pass  | deep\nend   ok"},
    {"tap",
     "not ok 1 - a\n  ---\n  diff: |\n    ---\n    ...\n  error: e\n  ...\n"
     "1..1\n",
     READ_OK, "fail  | a  e"},
    {"tap", "ok 1 - a\n  ---\n  b: c\nok 2 - d\n1..2\n", READ_OK,
     "pass  | a\npass  | d"},
    {"go-json", "hello\n", READ_WRONG, "no line"},
    {"go-json",
     "{\"Action\":\"output\",\"Package\":\"p\",\"Output\":\"ok p (cached)\"}\n"
     "{\"Action\":\"fail\",\"Package\":\"p\"}\n",
     READ_OK, "error  | p | (package)"},
    {"go-json", "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
     READ_PARTIAL, "package p has not ended"},
    {"cargo", "{\"type\":\"suite\",\"event\":\"started\",\"test_count\":1}\n",
     READ_PARTIAL, "has not ended"},
    {"reportlog", "{\"$report_type\":\"SessionStart\"}\n", READ_PARTIAL,
     "crashed"},
    {"jest", "{}", READ_WRONG, "not of jest"},
    {"ctrf", "{}", READ_WRONG, "not of CTRF"},
    {"ctrf", "{\"results\":{\"tests\":[],\"summary\":{\"tests\":1}}}",
     READ_PARTIAL, "1"},
    {"ctrf",
     "{\"results\":{\"tests\":[{\"name\":\"a\",\"status\":\"passed\","
     "\"retries\":2}],\"summary\":{\"tests\":1}}}",
     READ_OK, "flaky  | a"},
    {"node-events",
     "{\"type\":\"test:pass\",\"data\":{\"nesting\":0,\"name\":\"a\","
     "\"details\":{\"passed_on_attempt\":1}}}\n",
     READ_PARTIAL, "flaky  | a"},
    {"node-events",
     "{\"type\":\"test:enqueue\",\"data\":{\"nesting\":0,\"name\":\"a\"}}\n"
     "{\"type\":\"test:plan\",\"data\":{\"nesting\":0,\"count\":0}}\n",
     READ_PARTIAL, "1 tests were queued and never ended"},
    {"lcov", "\xef\xbb\xbfSF:a\nDA:1,1\nend_of_record\n", READ_OK,
     "line  a:1  1"},
    {"lcov", "\xef\xbb", READ_WRONG, "no line of a tracefile"},
    {"lcov", "hello\n", READ_WRONG, "no line of a tracefile"},
    {"lcov", "SF:a\nDA:1,-1\nend_of_record\n", READ_PARTIAL, "threads raced"},
    {"lcov", "SF:a\nDA:1,1\nDA:1,x\n", READ_PARTIAL, "DA needs"},
    {"lcov", "SF:a\nXX:1\nBRDA:1,0,a, b,3\nBRDA:1,U0,1,0\nend_of_record\n",
     READ_EMPTY, "branch  a:1 0/named  3\nend"},
    {"gcov", "{\"a\":1}", READ_WRONG, "not of gcov"},
    {"gcov",
     "{\"files\":[{\"file\":\"a\",\"lines\":[{\"line_number\":1,\"count\":-1}]"
     "}]}",
     READ_PARTIAL, "threads raced"},
    {"cobertura", "<coverage><line number='1' hits='1'/></coverage>",
     READ_PARTIAL, "stands in no file"},
    {"go-cover", "mode: set\np/a.go:1.1,90000000.1 1 1\n", READ_PARTIAL,
     "no line"},
    {"go-cover", "mode: set\np/a.go:3.1,2.1 1 1\n", READ_PARTIAL, "no line"},
    {"go-cover",
     "mode: count\na.go:1.1,2.1 1 1\na.go:1.1,2.1 1 2\na.go:2.1,2.9 1 9\n",
     READ_OK, "line  a.go:1  3\nline  a.go:2  9\n"},
    {"go-cover", "mode: set\nC:\\a.go:1.1,1.2 1 1\n", READ_OK, "C:\\a.go:1"},
    {"llvm-cov", "{\"data\":[{\"files\":[{\"segments\":[[1,1]]}]}]}",
     READ_PARTIAL, "not as it should be"},
    {"gcc", "C:\\x y\\w.c:7:18: error: bad [-Werror=x]\n", READ_OK,
     "error  x  C:\\x y\\w.c:7:18  bad"},
    {"gcc", "a.c:1:2: error: expected ;\n", READ_OK, "error!  a.c:1:2"},
    {"gcc", "\x1b[01ma.c:1:2:\x1b[m \x1b[35mwarning: \x1b[mw [-Wx]\n", READ_OK,
     "warn  x  a.c:1:2  w"},
    {"gcc", "a.c:1:2: note: n\na.c:1:2: note: n [SC2046]\n", READ_OK,
     "info  SC2046  a.c:1:2  n\nend   ok"},
    {"gcc", "a.c:1:2: error: null [nullPointer]\na.c:1:2: error: n [2]\n",
     READ_OK, "error  nullPointer  a.c:1:2  null\nerror!  a.c:1:2  n [2]"},
    {"gcc", "/usr/bin/ld: a.o: undefined reference to `f'\n", READ_OK,
     "error!"},
    {"clang-tidy", "a.c:1:2: warning: w [a-b,-warnings-as-errors]\n", READ_OK,
     "warn  a-b  a.c:1:2  w"},
    {"pattern", "C:\\a b:3:4: m: 5\nx\n", READ_OK, "warn  C:\\a b:3:4  m: 5"},
    {"cppcheck", "<results version='1'/>", READ_WRONG, "version 2"},
    {"eslint", "{}", READ_WRONG, "not the list"},
    {"eslint", "[1,]", READ_PARTIAL, "ill-formed JSON"},
    {"ruff", "[{\"a\":1}]", READ_WRONG, "not the list"},
    {"golangci", "{}", READ_WRONG, "neither issues"},
    {"checkstyle",
     "<checkstyle><file name='a'><exception>boom\nat x</exception></file>"
     "</checkstyle>",
     READ_OK, "error!  a  boom"},
    {"sarif", "{\"runs\":[{}]}", READ_PARTIAL, "did not look"},
    {"sarif",
     "{\"runs\":[{\"results\":[{\"message\":{\"text\":\"m\"},\"locations\":[{"
     "\"physicalLocation\":{\"artifactLocation\":{\"uri\":\"a%20b%2\"},"
     "\"region\":{\"startLine\":2}}}]},{\"suppressions\":[{}]},"
     "{\"baselineState\":\"absent\"},{\"kind\":\"pass\"}]}]}",
     READ_OK, "warn  a b%2:2  m\nend"},
    {"hyperfine",
     "{\"results\":[{\"command\":\"x\",\"times\":[1,2],"
     "\"exit_codes\":[0,null]}]}",
     READ_OK, "x  1e+09 ns\nsample  x  2e+09 ns exit -1"},
    {"perf-stat", "5;;instructions;1;50.00;;\n", READ_OK,
     "instructions  5 instructions"},
    {"perf-stat", "hello\n", READ_WRONG, "no line of perf"},
    {"callgrind", "# callgrind format\nevents: Ir\n", READ_PARTIAL, "killed"},
    {"callgrind", "version: 1\nevents: Ir\ntotals: 5\nevents: Ir\ntotals: 6\n",
     READ_OK, "11 instructions"},
};

static void row(size_t i)
{
    const struct read_format *format = read_find(rows[i].format);
    struct td_buf told = {0};
    enum read_state state;

    CU_ASSERT_PTR_NOT_NULL_FATAL(format);
    state = read_log(&told, format, td_text(rows[i].text), i % 2 ? 1 : WHOLE);
    CU_ASSERT(state == rows[i].state);
    CU_ASSERT(strstr(td_buf_str(&told), rows[i].told) != NULL);
    if (state != rows[i].state || !strstr(td_buf_str(&told), rows[i].told))
        printf("\n    %s: %s\n%s", rows[i].format, rows[i].text,
               td_buf_str(&told));
    td_buf_release(&told);
}

static void rules(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        row(i);
}

/* What is no report at all, to every reader. */
static void other(void)
{
    static const struct {
        const char *text;
        size_t len;
    } texts[] = {{"", 0},
                 {"\0\0\0\0", 4},
                 {"\xff\xfe<\0a\0>\0", 8},
                 {"\x1f\x8b\x08\0\0\0\0\0", 8},
                 {"{\"a\":[", 6},
                 {"[[[[", 4},
                 {"<a><b>", 6},
                 {"\n\n\n", 3},
                 {"%PDF-1.7\n\xe2\xe3\xcf\xd3\n", 14}};

    for (size_t i = 0; read_formats[i]; i++) {
        for (size_t k = 0; k < ROWS(texts); k++) {
            struct td_buf told = {0};
            struct td_bytes text = td_bytes(texts[k].text, texts[k].len);
            enum read_state state = read_log(&told, read_formats[i], text, 3);

            CU_ASSERT(state != READ_OK);
            CU_ASSERT((texts[k].len == 0) == (state == READ_EMPTY) ||
                      texts[k].len == 3 || state == READ_EMPTY);
            if (state == READ_OK)
                printf("\n    %s: text %zu is ok\n", read_formats[i]->name, k);
            td_buf_release(&told);
        }
    }
}

static void repeat(struct td_buf *buf, const char *text, size_t count)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < count; i++)
        (void)td_buf_add(buf, text, len);
}

/* `before`, `count` times `text`, then nothing. */
static void huge(void)
{
    static const struct {
        const char *format;
        const char *before;
        const char *text;
        size_t count;
        const char *told;
    } big[] = {
        {"junit", "<testsuite><testcase name='", "0123456789", 1000000,
         "a tag is longer than 4 MiB"},
        {"junit", "", "<testsuite>", 1000, "deeper than 64 levels"},
        {"eslint", "", "[", 1000, "deeper than 64 levels"},
        {"eslint", "[{\"filePath\":\"", "0123456789", 1000000,
         "a record is longer than 8 MiB"},
        {"sarif", "{\"x\":\"", "0123456789", 1000000, "ends before"},
        {"tap", "1..1\nok 1 ", "0123456789", 1000000, "last line"},
        {"lcov", "SF:", "0123456789", 1000000, "no line of a tracefile"},
        {"go-json", "{\"Action\":\"", "0123456789", 1000000, "no line is"},
        {"gcc", "a.c:1:1: error: ", "0123456789", 1000000, "last line"},
    };

    for (size_t i = 0; i < ROWS(big); i++) {
        struct td_buf text = {0}, told = {0};

        repeat(&text, big[i].before, 1);
        repeat(&text, big[i].text, big[i].count);
        CU_ASSERT(read_log(&told, read_find(big[i].format), td_buf_bytes(&text),
                           4096) != READ_OK);
        CU_ASSERT(strstr(td_buf_str(&told), big[i].told) != NULL);
        if (!strstr(td_buf_str(&told), big[i].told))
            printf("\n    %s: %.300s\n", big[i].format,
                   td_buf_str(&told) + (told.len > 300 ? told.len - 300 : 0));
        CU_ASSERT(told.len < 3 * READ_TEXT_MAX);
        td_buf_release(&text);
        td_buf_release(&told);
    }
}

/* What a test wrote may be of megabytes: it is cut, and the report is whole. */
static void loud(void)
{
    static const struct {
        const char *format;
        const char *before;
        const char *text;
        const char *after;
        const char *told;
    } big[] = {
        {"junit", "<testsuite><testcase name='a'><system-out>", "0123456789\n",
         "</system-out></testcase></testsuite>", "pass  | a\nend   ok"},
        {"junit", "<testsuite><testcase name='a'><failure>why\n",
         "0123456789\n", "</failure></testcase></testsuite>",
         "fail  | a  why\nend   ok"},
        {"junit", "<testsuite><testcase name='a'/><system-err><![CDATA[",
         "<b>&456789\n", "]]></system-err></testsuite>", "pass  | a\nend   ok"},
        {"trx",
         "<TestRun><UnitTestResult testName='a' outcome='Failed'><Output>"
         "<StdOut>",
         "0123456789\n",
         "</StdOut><ErrorInfo><Message>why</Message></ErrorInfo></Output>"
         "</UnitTestResult><ResultSummary outcome='Failed'/></TestRun>",
         "fail  | a  why\nend   ok"},
        {"tap", "1..1\nnot ok 1 - a\n", "# 0123456789\n", "",
         "fail  | a  0123456789\nend   ok"},
        {"tap", "1..1\nnot ok 1 - a\n  ---\n  error: why\n  x: |\n",
         "    0123456789\n", "  ...\n", "fail  | a  why\nend   ok"},
        {"go-json", "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n",
         "{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"T\","
         "\"Output\":\"x\\n\"}\n",
         "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T\"}\n"
         "{\"Action\":\"fail\",\"Package\":\"p\"}\n",
         "fail  | p | T  x\nend   ok"},
    };

    for (size_t i = 0; i < ROWS(big); i++) {
        struct td_buf text = {0}, told = {0};

        repeat(&text, big[i].before, 1);
        repeat(&text, big[i].text, 300000);
        repeat(&text, big[i].after, 1);
        CU_ASSERT(read_log(&told, read_find(big[i].format), td_buf_bytes(&text),
                           4096) == READ_OK);
        CU_ASSERT(strstr(td_buf_str(&told), big[i].told) != NULL);
        if (!strstr(td_buf_str(&told), big[i].told))
            printf("\n    %s: %.300s\n", big[i].format, td_buf_str(&told));
        td_buf_release(&text);
        td_buf_release(&told);
    }
}

CU_TestInfo validator_read_hostile_tests[] = {
    {"rules of the formats, a row each", rules},
    {"what is no report is never well", other},
    {"what is too long or too deep", huge},
    {"output of megabytes is cut", loud},
    CU_TEST_INFO_NULL};
