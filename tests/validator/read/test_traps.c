/* What public bug reports about other readers of these formats tell: each is
 * named, with the least of the report that shows it, and what is told of it
 * here.
 */
#include "tests/suites.h"
#include "tests/support/read_log.h"

#include <stdio.h>

#define ROWS(a) (sizeof(a) / sizeof((a)[0]))

static const struct {
    const char *report; /* of a bug */
    const char *format;
    const char *text;
    enum read_state state;
    const char *told; /* a part of the log */
} rows[] = {
    {"dorny/test-reporter#701", "junit",
     "<testsuites tests=\"2\"><testsuite name=\"a\" tests=\"2\"><tes"
     "tcase name=\"x\"/><testsuite name=\"b\" tests=\"1\"><testcase "
     "name=\"y\"/></testsuite></testsuite></testsuites>",
     READ_OK, "pass  a | x\npass  a > b | y\nend"},
    {"mikepenz/action-junit-report#19", "junit",
     "<testsuites><testsuite name=\"All\" tests=\"4\"><testsuite nam"
     "e=\"A\" tests=\"1\"><testcase classname=\"\" name=\"A\"><failu"
     "re message=\"f\"/></testcase></testsuite><testcase name=\"B\"/"
     "></testsuite></testsuites>",
     READ_PARTIAL,
     "fail  All > A | A  f\npass  All | B\nend   partial: it promise"
     "s 4 and has 2"},
    {"apache/maven-surefire#1058", "junit",
     "<testsuite tests=\"3\"><testcase name=\"a\"/><testcase time=\"\" na"
     "me=\"b\"/><testcase time=\"0.5\" name=\"c\"/></testsuite>",
     READ_OK, "pass  | a\npass  | b\npass  | c  500000us\nend"},
    {"ashley-taylor/junit-report-annotations-action#23", "junit",
     "<testsuites><testsuite name=\"Errors unhandled.\" tests=\"1\"><test"
     "case name=\"/w/main.go\"><failure message=\"Found 1\">[x:23]</failur"
     "e></testcase></testsuite></testsuites>",
     READ_OK, "fail  Errors unhandled. | /w/main.go  Found 1\nend"},
    {"test-results-reporter/parser#99", "junit",
     "<testsuite name=\"S\" tests=\"1\" failures=\"1\"><testcase nam"
     "e=\"t\" classname=\"S\"><failure message=\"m\" type=\"E\"><![C"
     "DATA[E: m\n\tat x]]></failure></testcase></testsuite>",
     READ_OK, "fail  S | S | t  m\nend"},
    {"dorny/test-reporter#218", "junit",
     "<testsuite errors=\"29\" failures=\"0\" tests=\"1\" name=\"Qt"
     "\"><properties/><testcase result=\"pass\" name=\"init\"><!-- m"
     "essage=\"x\" type=\"qdebug\" --></testcase></testsuite>",
     READ_OK, "pass  Qt | init\nend"},
    {"yui/grover#18", "junit",
     "<testsuites><testsuites><testsuite name=\"s\"><testcase name="
     "\"deep\"/></testsuite></testsuites></testsuites>",
     READ_OK, "pass  s | deep\nend"},
    {"allure-framework/allure2#3426", "junit",
     "<testsuites><testsuite name=\"a\"><testsuite name=\"b\"><tests"
     "uite name=\"c\"><testcase name=\"x\"><error/></testcase></test"
     "suite></testsuite></testsuite></testsuites>",
     READ_OK, "error  a > b > c | x\nend"},
    {"mikepenz/action-junit-report#1394", "junit",
     "<testsuite name=\"C\" tests=\"1\"><testcase name=\"t\" classna"
     "me=\"C\"><flakyFailure message=\"&#10;Expected: &lt;false&gt;"
     "\" type=\"E\"><stackTrace>E: at x</stackTrace></flakyFailure><"
     "/testcase></testsuite>",
     READ_OK, "flaky  C | C | t  Expected: <false>\nend"},
    {"EnricoMi/publish-unit-test-result-action#539", "junit",
     "<testsuite tests=\"1\" errors=\"0\" failures=\"1\"><testcase n"
     "ame=\"t\"><flakyFailure message=\"m\"/></testcase></testsuite>",
     READ_OK, "flaky  | t  m\nend"},
    {"mikepenz/action-junit-report#1482", "junit",
     "<testsuites><testsuite name=\"a\"><testcase name=\"t\"/></test"
     "suite><testsuite name=\"b\"><testcase name=\"t\"><failure/></t"
     "estcase></testsuite></testsuites>",
     READ_OK, "pass  a | t\nfail  b | t\nend"},
    {"mikepenz/action-junit-report#943", "junit",
     "<testsuite><testcase name=\"a\"/><testcase name=\"b\"><failure"
     ">&#x0;</failure></testcase></testsuite>",
     READ_PARTIAL,
     "pass  | a\nend   partial: ill-formed XML: a control character"},
    {"EnricoMi/publish-unit-test-result-action#389", "junit",
     "<failsafe-summary result=\"255\"><completed>1</completed></fai"
     "lsafe-summary>",
     READ_WRONG, "the root is <failsafe-summary>"},
    {"EnricoMi/publish-unit-test-result-action#107", "junit",
     "<testsuites><testsuite name=\"P\" tests=\"2\"><testsuite name="
     "\"S\" tests=\"2\"><testcase name=\"n\" line=\"55\"/><testcase "
     "name=\"n\" line=\"70\"/></testsuite></testsuite></testsuites>",
     READ_OK, "pass  P > S | n:55\npass  P > S | n:70\nend"},
    {"EnricoMi/publish-unit-test-result-action#184", "junit",
     "<testsuite name=\"a &gt; b\"><testcase name=\"&quot;x&quot; &a"
     "mp;&lt;\"/></testsuite>",
     READ_OK, "pass  a > b | \"x\" &<\nend"},
    {"SUREFIRE-57", "junit",
     "<testsuite><testcase name=\"a\"><failure message=\"x\x01\"/></"
     "testcase></testsuite>",
     READ_PARTIAL, "a control character"},
    {"tomasbjerre/violations-lib#100", "junit",
     "<testsuite tests=\"1\" failures=\"1\"><testcase id=\"r\" name="
     "\"u\"><failure>\n  WARNING: use\n  Line: 2\n</failure></testca"
     "se></testsuite>",
     READ_OK, "fail  | u  WARNING: use\nend"},
    {"jeremiah-c-leary/vhdl-style-guide#167", "junit",
     "<testsuite errors=\"0\" failures=\"7\"><testcase name=\"f\"/><"
     "/testsuite>",
     READ_PARTIAL, "it tells of 7 failed and lists none"},
    {"freebsd/kyua#158", "junit",
     "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><testsuite><pro"
     "perties><property name=\"cwd\" value=\"/r\"/></properties></te"
     "stsuite>",
     READ_EMPTY, "end   empty"},
    {"freebsd/kyua#158", "junit",
     "<?xml version=\"1.0\" encoding=\"iso-8859-1\"?><testsuite><tes"
     "tcase name=\"\xe4\"/></testsuite>",
     READ_OK, "pass  | ä\n"},
    {"jscs-dev/node-jscs#1368", "junit", "", READ_EMPTY, "the file is empty"},
    {"junit-team/junit-framework#1381", "junit",
     "<testsuite><testcase name=\"a\" time=\"14,029.255\"/></testsui"
     "te>",
     READ_OK, "pass  | a  14029255000us"},
    {"testng-team/testng#198", "junit",
     "<testsuite><testcase name=\"a\" time=\"0,160\"/><testcase name"
     "=\"b\" time=\"0,03\"/></testsuite>",
     READ_OK, "pass  | b\nend"},
    {"gocd/gocd#366", "jacoco",
     "<?xml version=\"1.0\" standalone=\"yes\"?><!DOCTYPE report PUB"
     "LIC \"-//JACOCO//DTD Report 1.0//EN\" \"report.dtd\"><report n"
     "ame=\"r\"><package name=\"p\"><sourcefile name=\"A.java\"><lin"
     "e nr=\"1\" mi=\"0\" ci=\"2\" mb=\"0\" cb=\"0\"/></sourcefile><"
     "/package></report>",
     READ_OK, "line  p/A.java:1  1\nend"},
    {"razvn/jacoco-to-cobertura#4", "jacoco",
     "<report name=\"r\"><sessioninfo id=\"a\" start=\"1\" dump=\"2"
     "\"/><sessioninfo id=\"b\" start=\"1\" dump=\"2\"/><group name="
     "\"g\"><package name=\"\"><sourcefile name=\"A.kt\"><line nr=\""
     "3\" mi=\"1\" ci=\"0\" mb=\"1\" cb=\"1\"/></sourcefile></packag"
     "e></group></report>",
     READ_OK,
     "line  A.kt:3  0\nbranch  A.kt:3 0/0  1\nbranch  A.kt:3 0/1  0"
     "\nend"},
    {"uber-archive/phabricator-jenkins-plugin#234", "cobertura",
     "<!DOCTYPE coverage SYSTEM \"http://cobertura.sourceforge.net/x"
     "ml/coverage-03.dtd\"><coverage><packages><package><classes><cl"
     "ass filename=\"a.c\"><lines><line number=\"1\" hits=\"1\"/></l"
     "ines></class></classes></package></packages></coverage>",
     READ_OK, "line  a.c:1  1\nend"},
    {"microsoft/codecoverage#104", "cobertura",
     "<coverage><class filename=\"src\\main.ts\"><methods><method><l"
     "ines><line number=\"1\" hits=\"9\"/></lines></method></methods"
     "><lines><line number=\"1\" hits=\"1\" branch=\"True\" conditio"
     "n-coverage=\"100% (1/1)\"/><line number=\"10\" hits=\"2\" bran"
     "ch=\"True\" condition-coverage=\"0% (0/1)\"/></lines></class><"
     "/coverage>",
     READ_OK,
     "line  src\\main.ts:1  1\nbranch  src\\main.ts:1 0/0  1\nline  "
     "src\\main.ts:10  2\nbranch  src\\main.ts:10 0/0  0\nend"},
    {"microsoft/codecoverage#19", "cobertura",
     "<coverage><class name=\"A\" filename=\"p.cs\"><lines><line num"
     "ber=\"1\" hits=\"1\"/></lines></class><class name=\"B\" filena"
     "me=\"p.cs\"><lines><line number=\"9\" hits=\"0\"/></lines></cl"
     "ass></coverage>",
     READ_OK, "line  p.cs:1  1\nline  p.cs:9  0\nend"},
    {"ryanluker/vscode-coverage-gutters#113", "cobertura",
     "<coverage><sources><source>C:</source></sources><class filenam"
     "e=\"dev\\x.cpp\"><lines><line number=\"1\" hits=\"1\"/></lines"
     "></class></coverage>",
     READ_OK, "line  C:/dev\\x.cpp:1  1\nend"},
    {"coveragepy/coveragepy#1555", "cobertura",
     "<coverage><sources><source>/p</source><source>tests/</source><"
     "/sources><class filename=\"src/m/__init__.py\"><lines><line nu"
     "mber=\"1\" hits=\"1\"/></lines></class></coverage>",
     READ_OK, "line  src/m/__init__.py:1  1\nend"},
    {"gcovr/gcovr#177", "cobertura",
     "<coverage><sources><source>.</source></sources><class filename"
     "=\"a.c\"><lines><line number=\"1\" hits=\"1\"/></lines></class"
     "></coverage>",
     READ_OK, "line  a.c:1  1\nend"},
    {"linux-test-project/lcov#272", "lcov",
     "TN:\nSF:a.c\nDA:499,-13\nend_of_record\n", READ_PARTIAL,
     "compile with -fprofile-update=atomic"},
    {"RPGillespie6/fastcov#88", "lcov",
     "SF:a.c\nDA:307,0\nBRDA:307,0,1,-\nBRDA:310,0,0,0\nend_of_recor"
     "d\n",
     READ_OK,
     "line  a.c:307  0\nbranch  a.c:307 0/1  0\nbranch  a.c:310 0/0 "
     " 0\nend"},
    {"davglass/lcov-parse#6", "lcov",
     "SF:C:\\Users\\fru\\a.js\nDA:1,1\nend_of_record\n", READ_OK,
     "line  C:\\Users\\fru\\a.js:1  1\nend"},
    {"k1LoW/octocov#724", "lcov",
     "SF:a\nDA:1,0,z8L8FlFlcotZJixCyEipUQ\nend_of_record\nSF:a\nDA:1"
     ",2,z8L8FlFlcotZJixCyEipUQ\nend_of_record\n",
     READ_OK, "line  a:1  0\nline  a:1  2\nend"},
    {"tenninebt/vscode-koverage#3", "lcov",
     "SF:./app/f.rb\nDA:3,1\nDA:40,0\nend_of_record\n", READ_OK,
     "line  ./app/f.rb:3  1\nline  ./app/f.rb:40  0\nend"},
    {"gcovr/gcovr#973", "lcov",
     "SF:a.c\nVER:29b9cd73f365\nBRDA:1242,None,1,-\nDA:1,1\nend_of_re"
     "cord\n",
     READ_OK, "branch  a.c:1242 named/1  0\nline  a.c:1  1\nend"},
    {"mozilla/grcov#1516", "lcov",
     "SF:a.js\nFN:-1,f\nFNDA:1,f\nDA:1,1\nend_of_record\n", READ_OK,
     "line  a.js:1  1\nend"},
    {"bazelbuild/bazel#25118", "lcov",
     "SF:a.py\nFN:1,3,f\nFNDA:0,f\nDA:1,0\nend_of_record\n", READ_OK,
     "line  a.py:1  0\nend"},
    {"eriwen/lcov-to-cobertura-xml#37", "lcov",
     "SF:a.rs\nFN:1,<A as B<C, D>>::f\nFNDA:1,<A as B<C, D>>::f\nDA:1"
     ",1\nend_of_record\n",
     READ_OK, "line  a.rs:1  1\nend"},
    {"bazel-contrib/vscode-bazel#417", "lcov",
     "SF:a.py\nBRDA:0,0,exit,1\nDA:1,1\nend_of_record\n", READ_OK,
     "branch  a.py 0/named  1\nline  a.py:1  1\nend"},
    {"valbok/lcov#11", "lcov", "", READ_EMPTY, "the file is empty"},
    {"Dart-Code/Dart-Code#5797", "lcov",
     "SF:D:\\Test Projects\\a.dart\r\nDA:1,1\r\nend_of_record\r\n", READ_OK,
     "line  D:\\Test Projects\\a.dart:1  1\nend"},
    {"boumenot/gocover-cobertura#24", "go-cover",
     "mode: set\np/a.go:3.1,5.2 1 0\np/a.go:3.1,4.2 1 1\np/a.go:3.1,"
     "5.2 1 0\n",
     READ_OK, "line  p/a.go:3  1\nline  p/a.go:4  1\nline  p/a.go:5  0\nend"},
    {"fgrosse/go-coverage-report#61", "go-cover",
     "mode: atomic\np/a.go:3.1,3.9 1 0\np/b.go:1.1,1.2 1 1\nmode: at"
     "omic\np/a.go:3.1,3.9 1 4\n",
     READ_OK, "line  p/a.go:3  0\nline  p/b.go:1  1\nline  p/a.go:3  4\nend"},
    {"tapjs/tapjs#277", "tap",
     "1..1\nok 1 - foo {\n    ok 1 - a\n    ok 2 - b\n    1..2\n}\n", READ_OK,
     "pass  foo | a\npass  foo | b\nend"},
    {"TestAnything/Specification#29", "tap",
     "TAP version 14\nok 1 - p\n  ---\n  sub: a dub\n  ...\n{\n    1"
     "..1\n    ok 1\n}\nok 2 - q # todo {\n    1..1\n    not ok 1"
     " - r\n}\n1..2\n",
     READ_OK, "pass  p | 1\nfail  q | r\nend"},
    {"tupilabs/tap4j#12", "tap",
     "1..2\n    1..2\n    ok 1 - This\n    ok 2 - So\nok 1 - First\n"
     "ok 2 - Second\n",
     READ_OK, "pass  | This\npass  | So\npass  | Second\nend"},
    {"tupilabs/tap4j#33", "tap",
     "TAP version 13\n1..1\nok 1 - s\n  ---\n  raw: |\n      TAP ver"
     "sion 13\n      1..2\n        ---\n          d: x\n        ..."
     "\n      ok 1 - t\n      not ok 2 - u\n  ...\n",
     READ_OK, "pass  | s\nend"},
    {"tapjs/tap-parser#36", "tap",
     "TAP version 13\nok 1 - a\n    # Subtest: b\n    1..0\nok 2 - b"
     " # time=6.58ms\n1..2\n# time=48.484ms\n",
     READ_OK, "pass  | b  6580us\nend"},
    {"testem/testem#99", "tap",
     "not ok 1 - a\n    ---\n    message: timeout: timed out after 5"
     "00 msec\n    ...\n1..1\n",
     READ_OK, "fail  | a  timeout: timed out after 500 msec\nend"},
    {"dorny/test-reporter#401", "trx",
     "<TestRun><Results><UnitTestResult testName=\"a\" outcome=\"Pas"
     "sed\"/></Results><ResultSummary outcome=\"Failed\"><Counters t"
     "otal=\"1\"/><RunInfos><RunInfo outcome=\"Error\"><Text>The act"
     "ive test run was aborted. Reason: Test host process crashed</T"
     "ext></RunInfo></RunInfos></ResultSummary></TestRun>",
     READ_PARTIAL,
     "the run failed, and none of its tests: The active test run was"
     " aborted"},
    {"NasAmin/trx-parser#292", "trx",
     "<TestRun><Results><UnitTestResult testName=\"a\" outcome=\"Fai"
     "led\"/></Results><ResultSummary outcome=\"Failed\"><Counters t"
     "otal=\"1\"/><RunInfos><RunInfo outcome=\"Error\"><Text>[xUnit."
     "net] a [FAIL]</Text></RunInfo></RunInfos></ResultSummary></Tes"
     "tRun>",
     READ_OK, "fail  | a\nend"},
    {"microsoft/testfx#3768", "trx",
     "<TestRun><Results><UnitTestResult testName=\"a\" outcome=\"Not"
     "Executed\"/></Results><ResultSummary outcome=\"Completed\"><Co"
     "unters total=\"1\"/></ResultSummary></TestRun>",
     READ_OK, "skip  | a\nend"},
    {"gotestyourself/gotestsum#94", "go-json",
     "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n{\"Acti"
     "on\":\"pass\",\"Package\":\"p\",\"Test\":\"T\"}\n{\"Action\":"
     "\"output\",\"Package\":\"p\",\"Output\":\"panic: x\\n\"}\n{\"A"
     "ction\":\"fail\",\"Package\":\"p\"}\n",
     READ_OK, "pass  | p | T\nerror  | p | (package)  panic: x\nend"},
    {"golang/go#38382", "go-json",
     "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"T\"}\n{\"Acti"
     "on\":\"output\",\"Package\":\"p\",\"Test\":\"T\",\"Output\":\""
     "panic: x\\n\"}\n{\"Action\":\"fail\",\"Package\":\"p\"}\n",
     READ_OK, "error  | p | T  panic: x\nend"},
    {"gotestyourself/gotestsum#438", "go-json",
     "{\"Action\":\"run\",\"Package\":\"p\",\"Test\":\"BenchmarkX\"}"
     "\n{\"Action\":\"output\",\"Package\":\"p\",\"Test\":\"Benchmar"
     "kX\",\"Output\":\"BenchmarkX 12 ns/op\\n\"}\n{\"Action\":\"pas"
     "s\",\"Package\":\"p\"}\n",
     READ_OK, "pass  | p | BenchmarkX\nend"},
    {"gotestyourself/gotestsum#156", "go-json",
     "{\"Action\":\"fail\",\"Package\":\"p\",\"Test\":\"T/sub\"}\n{"
     "\"Action\":\"fail\",\"Package\":\"p\"}\n",
     READ_OK, "fail  | p | T/sub\nend"},
    {"cpp-linter/cpp-linter-action#347", "clang-tidy",
     "C:\\dev\\demo.cpp:2:1: error: included header [misc-include-cl"
     "eaner,-warnings-as-errors]\n",
     READ_OK,
     "error  misc-include-cleaner  C:\\dev\\demo.cpp:2:1  included h"
     "eader\nend"},
    {"longturn/freeciv21#2134", "clang-tidy",
     "\x1b[1m/p/a.c:2:1: \x1b[0m\x1b[0;1;35mwarning: \x1b[0m\x1b[1mw"
     " [a-b]\x1b[0m\nx\n\x1b[0m",
     READ_OK, "warn  a-b  /p/a.c:2:1  w\nend"},
    {"facebookincubator/velox#15572", "clang-tidy",
     "Skipping /p/a.c. Compile command not found.\n", READ_OK,
     "error!  /p/a.c  Skipping /p/a.c. Compile command not found.\nend"},
    {"facebookincubator/velox#15572", "gcc",
     "Skipping /p/a.c. Compile command not found.\n", READ_EMPTY, "end"},
    {"GaelGirodon/ci-badges-action#10", "junit",
     "<testsuites><testsuite name=\"o\" tests=\"2\"><testsuite name=\"i\" "
     "tests=\"2\"><testcase name=\"a\"/><testcase name=\"b\"/></testsuite>"
     "<testcase name=\"c\"/></testsuite></testsuites>",
     READ_OK, "pass  o > i | a\npass  o > i | b\npass  o | c\nend"},
    {"GaelGirodon/ci-badges-action#10", "junit",
     "<testsuites><testsuite name=\"o\" tests=\"3\"><testsuite name=\"i\" "
     "tests=\"2\"><testcase name=\"a\"/></testsuite><testcase name=\"c\"/>"
     "</testsuite></testsuites>",
     READ_PARTIAL, "partial: it promises 3 and has 2"},
    {"catchorg/Catch2#529", "junit",
     "<testsuites><testsuite name=\"t\" errors=\"0\" failures=\"0\" "
     "tests=\"26\" hostname=\"tbd\"><testcase classname=\"t.global\" "
     "name=\"loads\"/></testsuite></testsuites>",
     READ_OK, "pass  t | t.global | loads\nend"},
    {"dtolnay/cxx#483", "clang-tidy",
     "error: no input files [clang-diagnostic-error]\n", READ_OK,
     "error!  clang-diagnostic-error  no input files\nend"},
    {"trailofbits/skills#262", "sarif",
     "{\"runs\":[{\"tool\":{\"driver\":{\"rules\":[{\"id\":\"A\"},{"
     "\"id\":\"B\",\"defaultConfiguration\":{\"level\":\"error\"}}]}"
     "},\"results\":[{\"ruleIndex\":1,\"message\":{\"text\":\"m\"}}]"
     "}]}",
     READ_OK, "error  B  m\nend"},
    {"trailofbits/skills#262", "sarif",
     "{\"runs\":[{\"results\":[{\"rule\":{\"index\":0},\"message\":{"
     "\"text\":\"m\"}}],\"tool\":{\"driver\":{\"rules\":[{\"id\":\"A"
     "\",\"defaultConfiguration\":{\"level\":\"error\"}}]}}}]}",
     READ_OK, "error  A  m\nend"},
    {"microsoft/sarif-tools#6", "sarif",
     "{\"runs\":[{\"results\":[{\"ruleId\":\"C6385\",\"message\":{\""
     "text\":\"m\"},\"locations\":[{\"physicalLocation\":{\"artifact"
     "Location\":{\"index\":1},\"region\":{\"startLine\":3}}}]}],\"a"
     "rtifacts\":[{\"location\":{\"uri\":\"a.c\"}},{\"location\":{\""
     "uri\":\"b%20b.c\"}}]}]}",
     READ_OK, "warn  C6385  b b.c:3  m\nend"},
    {"checkmarx-ltd/cx-flow#1252", "sarif",
     "{\"runs\":[{\"results\":[{\"ruleId\":\"R\",\"level\":\"note\","
     "\"message\":{\"text\":\"m\"},\"locations\":[{\"physicalLocatio"
     "n\":{\"artifactLocation\":{\"index\":7}}}]}]}]}",
     READ_OK, "info  R  m\nend"},
    {"semgrep/semgrep#10591", "sarif",
     "{\"runs\":[{\"results\":[{\"ruleId\":\"R\",\"level\":\"error\""
     ",\"message\":{\"text\":\"m\"},\"locations\":[{\"physicalLocati"
     "on\":{\"artifactLocation\":{\"uri\":\"a.py\",\"uriBaseId\":\"%"
     "SRCROOT%\"}}}]}]}]}",
     READ_OK, "error  R  a.py  m\nend"},
    {"github/codeql-action#2215", "sarif",
     "{\"runs\":[{\"originalUriBaseIds\":{\"%SRCROOT%\":{\"uri\":\"f"
     "ile:///w/dir/\"}},\"results\":[{\"ruleId\":\"R\",\"message\":{"
     "\"text\":\"m\"},\"locations\":[{\"physicalLocation\":{\"artifa"
     "ctLocation\":{\"uri\":\"src/F.kt\",\"uriBaseId\":\"%SRCROOT%\""
     "}}}]}]}]}",
     READ_OK, "warn  R  /w/dir/src/F.kt  m\nend"},
    {"microsoft/sarif-sdk#2029", "sarif",
     "{\"runs\":[{\"results\":[{\"message\":{\"text\":\"m\"},\"locat"
     "ions\":[{\"physicalLocation\":{\"artifactLocation\":{\"descrip"
     "tion\":{\"text\":\"d\"}}}}]}]}]}",
     READ_OK, "warn  m\nend"},
    {"tomasbjerre/violations-lib#157", "sarif",
     "{\"runs\":[{\"results\":[{\"ruleId\":\"S/2\",\"message\":{\"id\":\"N"
     "\",\"arguments\":[\"a\",\"b\"]}}],\"tool\":{\"driver\":{\"rules\":[{"
     "\"id\":\"S\",\"messageStrings\":{\"N\":{\"text\":\"{1} in {{{0}}} {2}"
     "\"}}}]}}}]}",
     READ_OK, "warn  S/2  b in {a} {2}\nend"},
    {"microsoft/sarif-sdk#2582", "sarif",
     "{\"runs\":[{\"tool\":{\"driver\":{\"globalMessageStrings\":{\"G\":{\""
     "text\":\"all\"}}},\"extensions\":[{\"rules\":[{\"id\":\"E\",\"messag"
     "eStrings\":{\"x\":{\"text\":\"of {0}\"}}}]}]},\"results\":[{\"ruleId"
     "\":\"E\",\"message\":{\"id\":\"x\",\"arguments\":[\"1\"]}},{\"ruleId"
     "\":\"E\",\"message\":{\"id\":\"G\"}},{\"ruleId\":\"E\",\"message\":{"
     "\"id\":\"no\"}}]}]}",
     READ_OK, "warn  E  of 1\nwarn  E  all\nwarn  E\nend"},
    {"microsoft/sarif-web-component#12", "sarif",
     "{\"runs\":[{\"results\":[{\"ruleId\":\"A\",\"suppressions\":[{\"kind"
     "\":\"inSource\"}]},{\"ruleId\":\"B\",\"suppressions\":[{\"status\":"
     "\"rejected\"}]},{\"ruleId\":\"C\",\"suppressions\":[{\"status\":\"unde"
     "rReview\"},{\"status\":\"accepted\"}]},{\"ruleId\":\"D\",\"suppression"
     "s\":[{\"status\":\"underReview\"}]},{\"ruleId\":\"E\",\"suppressions\""
     ":[]}]}]}",
     READ_OK, "warn  B\nwarn  D\nwarn  E\nend"},
    {"mikepenz/action-junit-report#1005", "junit",
     "<testsuites tests=\"2\" failures=\"0\" errors=\"1\"><testsuite name=\"s"
     "\" tests=\"2\" errors=\"1\"><testcase name=\"a\"/><testcase name=\"b\""
     "/></testsuite></testsuites>",
     READ_PARTIAL, "it tells of 1 failed and lists none"},
    {"ctrf-io/wdio-ctrf-json-reporter#54", "ctrf",
     "{\"results\":{\"summary\":{\"tests\":1,\"failed\":1},\"tests\":[{\"na"
     "me\":\"a\",\"status\":\"passed\"}]}}",
     READ_PARTIAL, "it tells of 1 failed and lists none"},
    {"tapjs/tap-parser#71", "tap",
     "1..5\nnot ok 1 - range#skip\nnot ok 2 - add # todolist\nnot ok 3 # ski"
     "pped\nok 4 - d # SKIP: no net\nnot ok 5 - e #todo later\n",
     READ_OK,
     "fail  | range#skip\nfail  | add # todolist\nfail  | # skipped\nskip  |"
     " d  no net\nxfail  | e  later\nend"},
    {"TestAnything/Specification#27", "tap",
     "TAP version 13\nok 1\nok 1\nok 3\n1..3\n", READ_PARTIAL,
     "its points are not numbered 1 to 3"},
    {"TestAnything/Specification#27", "tap",
     "1..2\n    ok 2 - b\n    ok 3 - c\n    ok 1 - a\n    1..3\nok 1 - p\nok"
     " 2 days\n",
     READ_OK, "pass  | a\npass  | days\nend"},
    {"gz/autoperf#1", "perf-stat", "0,25;msec;task-clock;1;100,00;;\n", READ_OK,
     "sample  task-clock  250000 ns\nend"},
    {"rust-lang/rustc-perf#2008", "perf-stat",
     "1000,,cpu_core/instructions:u/,9,99.00,,\n20,,cpu_atom/instructions:u/"
     ",9,1.00,,\n7,,cpu_core/cycles/,9,99.00,,\n",
     READ_OK,
     "sample  instructions:u  1000 instructions\nsample  instructions:u  20 i"
     "nstructions\nsample  cpu_core/cycles/  7 count\nend"},
    {"ordo-one/benchmark#289", "hyperfine",
     "{\"results\":[{\"command\":\"a\",\"times\":[1]},{\"command\":\"b\"}]}",
     READ_PARTIAL, "b has no times"},
};

static void row(size_t i)
{
    const struct read_format *format = read_find(rows[i].format);
    struct td_buf told = {0};
    enum read_state state;

    CU_ASSERT_PTR_NOT_NULL_FATAL(format);
    state = read_log(&told, format, td_text(rows[i].text), 7);
    CU_ASSERT(state == rows[i].state);
    CU_ASSERT(strstr(td_buf_str(&told), rows[i].told) != NULL);
    if (state != rows[i].state || !strstr(td_buf_str(&told), rows[i].told))
        printf("\n    %s:\n%s", rows[i].report, td_buf_str(&told));
    td_buf_release(&told);
}

static void traps(void)
{
    for (size_t i = 0; i < ROWS(rows); i++)
        row(i);
}

CU_TestInfo validator_read_traps_tests[] = {
    {"what other readers fell into", traps}, CU_TEST_INFO_NULL};
