#include "reports/verdict_shape.h"

#include <stddef.h>

/* ---- words ---- */

static const char *outcome_word(unsigned i)
{
    return i <= CHECK_ERROR ? check_outcome_text((enum check_outcome)i) : NULL;
}

static const char *level_word(unsigned i)
{
    return i <= CHECK_LEVEL_INFO ? check_level_text((enum check_level)i) : NULL;
}

static const char *kind_word(unsigned i)
{
    return i <= VERDICT_CUSTOM ? verdict_kind_text((enum verdict_kind)i) : NULL;
}

static const char *state_word(unsigned i)
{
    return i <= VERDICT_FIXED ? verdict_state_text((enum verdict_state)i)
                              : NULL;
}

static const char *result_word(unsigned i)
{
    return i <= VERDICT_RESULT_ERROR
               ? verdict_result_text((enum verdict_result)i)
               : NULL;
}

/* ---- members ---- */

#define AT(type, member) .at = offsetof(struct type, member)
#define IF(type, member) .more = offsetof(struct type, member)
#define SHAPE(of)        .shape = &(of)
#define END                                                                    \
    {                                                                          \
        .name = NULL                                                           \
    }

/* A shape of a struct, from the table NAME_members. */
#define SHAPED(name, type)                                                     \
    static const struct report_shape name = {name##_members,                   \
                                             sizeof(struct type)}

static const struct report_member input_members[] = {
    {"path", REPORT_TEXT, true, AT(verdict_input, path)},
    {"format", REPORT_TEXT, false, AT(verdict_input, format)},
    {"bytes", REPORT_U64, false, AT(verdict_input, bytes)},
    {"sha256", REPORT_TEXT, false, AT(verdict_input, sha256)},
    {"state", REPORT_TEXT, false, AT(verdict_input, state)},
    END};
SHAPED(input, verdict_input);

static const struct report_member measure_members[] = {
    {"id", REPORT_TEXT, true, AT(verdict_measure, id)},
    {"value", REPORT_NUMBER, false, AT(verdict_measure, value)},
    {"limit", REPORT_NUMBER, false, AT(verdict_measure, limit)},
    {"op", REPORT_TEXT, false, AT(verdict_measure, op)},
    {"base", REPORT_NUMBER, false, AT(verdict_measure, base)},
    {"unit", REPORT_TEXT, false, AT(verdict_measure, unit)},
    {"warns", REPORT_BOOL, false, AT(verdict_measure, warns)},
    {"holds", REPORT_BOOL, false, AT(verdict_measure, holds)},
    END};
SHAPED(measure, verdict_measure);

static const struct report_member rule_members[] = {
    {"id", REPORT_TEXT, true, AT(verdict_rule, id)},
    {"what", REPORT_TEXT, false, AT(verdict_rule, what)},
    {"level", REPORT_WORD, true, AT(verdict_rule, level), .words = level_word},
    {"outcome", REPORT_WORD, true, AT(verdict_rule, outcome),
     .words = outcome_word},
    {"applied", REPORT_U64, false, AT(verdict_rule, applied)},
    {"judged", REPORT_U64, false, AT(verdict_rule, judged)},
    {"total", REPORT_U64, false, AT(verdict_rule, total)},
    {"note", REPORT_TEXT, false, AT(verdict_rule, note)},
    {"where", REPORT_TEXT, false, AT(verdict_rule, where)},
    {"reason", REPORT_TEXT, false, AT(verdict_rule, reason)},
    END};
SHAPED(rule, verdict_rule);

/* bins_len and names come first: the rows of counts are checked with them. */
static const struct report_member timeline_members[] = {
    {"start", REPORT_U64, true, AT(verdict_timeline, start_ns)},
    {"end", REPORT_U64, true, AT(verdict_timeline, end_ns)},
    {"bins", REPORT_U32, true, AT(verdict_timeline, bins_len)},
    {"names", REPORT_WORDS, true, AT(verdict_timeline, names)},
    {"counts", REPORT_ROWS, true, AT(verdict_timeline, counts)},
    {"gaps", REPORT_GAPS, false, AT(verdict_timeline, gaps),
     IF(verdict_timeline, gaps_len)},
    {"waves", REPORT_WAVES, false, AT(verdict_timeline, waves),
     IF(verdict_timeline, waves_len)},
    END};
SHAPED(timeline, verdict_timeline);

static const struct report_member field_members[] = {
    {"path", REPORT_TEXT, true, AT(verdict_field, path)},
    {"present", REPORT_U64, true, AT(verdict_field, present)},
    {"types", REPORT_WORDS, false, AT(verdict_field, types)},
    {"samples", REPORT_WORDS, false, AT(verdict_field, samples)},
    END};
SHAPED(field, verdict_field);

static const struct report_member name_members[] = {
    {"name", REPORT_TEXT, true, AT(verdict_name, name)},
    {"events", REPORT_U64, true, AT(verdict_name, events)},
    {"looked", REPORT_U64, true, AT(verdict_name, looked)},
    {"cut", REPORT_U64, false, AT(verdict_name, cut)},
    {"fields", REPORT_LIST, false, AT(verdict_name, fields), SHAPE(field)},
    END};
SHAPED(name, verdict_name);

static const struct report_member latency_members[] = {
    {"id", REPORT_TEXT, true, AT(verdict_latency, id)},
    {"what", REPORT_TEXT, false, AT(verdict_latency, what)},
    {"n", REPORT_U64, true, AT(verdict_latency, spread.n)},
    {"p50", REPORT_U64, true, AT(verdict_latency, spread.p50)},
    {"p95", REPORT_U64, true, AT(verdict_latency, spread.p95)},
    {"p99", REPORT_U64, true, AT(verdict_latency, spread.p99)},
    {"max", REPORT_U64, true, AT(verdict_latency, spread.max)},
    END};
SHAPED(latency, verdict_latency);

static const struct report_member gate_members[] = {
    {"name", REPORT_TEXT, true, AT(verdict_gate, name)},
    {"kind", REPORT_WORD, true, AT(verdict_gate, kind), .words = kind_word},
    {"verdict", REPORT_WORD, true, AT(verdict_gate, outcome),
     .words = outcome_word},
    {"warned", REPORT_BOOL, false, AT(verdict_gate, warned)},
    {"reason", REPORT_TEXT, false, AT(verdict_gate, reason)},
    {"ms", REPORT_U64, false, AT(verdict_gate, ms)},
    {"exit", REPORT_INT_IF, false, AT(verdict_gate, exit),
     IF(verdict_gate, exited)},
    {"signal", REPORT_INT_OR, false, AT(verdict_gate, signal)},
    {"needs", REPORT_WORDS, false, AT(verdict_gate, needs)},
    {"command", REPORT_WORDS, false, AT(verdict_gate, command)},
    {"inputs", REPORT_LIST, false, AT(verdict_gate, inputs), SHAPE(input)},
    {"measures", REPORT_LIST, false, AT(verdict_gate, measures),
     SHAPE(measure)},
    {"rules", REPORT_LIST, false, AT(verdict_gate, rules), SHAPE(rule)},
    {"log", REPORT_TEXT, false, AT(verdict_gate, log)},
    {"repro", REPORT_TEXT, false, AT(verdict_gate, repro)},
    {"events", REPORT_U64, false, AT(verdict_gate, events)},
    {"lossy", REPORT_BOOL, false, AT(verdict_gate, lossy)},
    {"timeline", REPORT_ONE, false, AT(verdict_gate, timeline),
     SHAPE(timeline)},
    {"names", REPORT_LIST, false, AT(verdict_gate, names), SHAPE(name)},
    {"latencies", REPORT_LIST, false, AT(verdict_gate, latencies),
     SHAPE(latency)},
    END};
SHAPED(gate, verdict_gate);

static const struct report_member loc_members[] = {
    {"file", REPORT_TEXT, false, AT(verdict_finding, file)},
    {"line", REPORT_U64_OR, false, AT(verdict_finding, line)},
    {"col", REPORT_U64_OR, false, AT(verdict_finding, column)},
    END};
SHAPED(loc, verdict_finding);

static const struct report_member witness_members[] = {
    {"seq", REPORT_U64, true, AT(verdict_witness, seq)},
    {"t", REPORT_U64_IF, false, AT(verdict_witness, t_ns),
     IF(verdict_witness, has_t)},
    {"value", REPORT_TEXT, false, AT(verdict_witness, value)},
    END};
SHAPED(witness, verdict_witness);

static const struct report_member event_members[] = {
    {"seq", REPORT_U64, true, AT(verdict_event, seq)},
    {"t", REPORT_U64_IF, false, AT(verdict_event, t_ns),
     IF(verdict_event, has_t)},
    {"value", REPORT_TEXT, false, AT(verdict_event, value)},
    END};
SHAPED(event, verdict_event);

static const struct report_member finding_members[] = {
    {"gate", REPORT_TEXT, true, AT(verdict_finding, gate)},
    {"rule", REPORT_TEXT, true, AT(verdict_finding, rule)},
    {"level", REPORT_WORD, true, AT(verdict_finding, level),
     .words = level_word},
    {"state", REPORT_WORD, false, AT(verdict_finding, state),
     .words = state_word},
    {"fp", REPORT_TEXT, false, AT(verdict_finding, fp)},
    {"message", REPORT_TEXT, true, AT(verdict_finding, message)},
    {"loc", REPORT_PART, false, .at = 0, SHAPE(loc)},
    {"was", REPORT_TEXT, false, AT(verdict_finding, was)},
    {"test", REPORT_TEXT, false, AT(verdict_finding, test)},
    {"seq", REPORT_U64_OR, false, AT(verdict_finding, seq)},
    {"t", REPORT_U64_IF, false, AT(verdict_finding, t_ns),
     IF(verdict_finding, has_t)},
    {"key", REPORT_TEXT, false, AT(verdict_finding, key)},
    {"path", REPORT_TEXT, false, AT(verdict_finding, path)},
    {"schema_path", REPORT_TEXT, false, AT(verdict_finding, schema_path)},
    {"expected", REPORT_TEXT, false, AT(verdict_finding, expected)},
    {"found", REPORT_TEXT, false, AT(verdict_finding, found)},
    {"excerpt", REPORT_TEXT, false, AT(verdict_finding, excerpt)},
    {"witness", REPORT_SOME, false, AT(verdict_finding, witness),
     IF(verdict_finding, witness_len), SHAPE(witness)},
    {"around", REPORT_LIST, false, AT(verdict_finding, around), SHAPE(event)},
    {"repro", REPORT_TEXT, false, AT(verdict_finding, repro)},
    END};
SHAPED(finding, verdict_finding);

static const struct report_member attempt_members[] = {
    {"result", REPORT_WORD, true, AT(verdict_attempt, result),
     .words = result_word},
    {"ns", REPORT_NS, false, AT(verdict_attempt, ns)},
    {"message", REPORT_TEXT, false, AT(verdict_attempt, message)},
    END};
SHAPED(attempt, verdict_attempt);

static const struct report_member test_members[] = {
    {"gate", REPORT_TEXT, true, AT(verdict_test, gate)},
    {"key", REPORT_TEXT, true, AT(verdict_test, key)},
    {"result", REPORT_WORD, true, AT(verdict_test, result),
     .words = result_word},
    {"ns", REPORT_NS, false, AT(verdict_test, ns)},
    {"new_failure", REPORT_BOOL, false, AT(verdict_test, is_new_failure)},
    {"attempts", REPORT_LIST, false, AT(verdict_test, attempts),
     SHAPE(attempt)},
    END};
SHAPED(test, verdict_test);

/* changed comes before source, which has a text for each of its lines. */
static const struct report_member file_members[] = {
    {"path", REPORT_TEXT, true, AT(verdict_file, path)},
    {"lines", REPORT_PAIR, true, AT(verdict_file, lines)},
    {"branches", REPORT_PAIR, false, AT(verdict_file, branches)},
    {"uncovered", REPORT_RANGES, false, AT(verdict_file, uncovered),
     IF(verdict_file, uncovered_len)},
    {"changed", REPORT_RANGES, false, AT(verdict_file, changed),
     IF(verdict_file, changed_len)},
    {"source", REPORT_LINES, false, AT(verdict_file, source)},
    END};
SHAPED(file, verdict_file);

static const struct report_member coverage_members[] = {
    {"gate", REPORT_TEXT, true, AT(verdict_coverage, gate)},
    {"lines", REPORT_PAIR, true, AT(verdict_coverage, lines)},
    {"branches", REPORT_PAIR, false, AT(verdict_coverage, branches)},
    {"changed", REPORT_PAIR_IF, false, AT(verdict_coverage, changed),
     IF(verdict_coverage, has_changed)},
    {"unmeasured", REPORT_WORDS, false, AT(verdict_coverage, unmeasured)},
    {"files", REPORT_LIST, false, AT(verdict_coverage, files), SHAPE(file)},
    END};
SHAPED(coverage, verdict_coverage);

static const struct report_member perf_members[] = {
    {"gate", REPORT_TEXT, true, AT(verdict_perf, gate)},
    {"name", REPORT_TEXT, true, AT(verdict_perf, name)},
    {"ratio", REPORT_REAL, false, AT(verdict_perf, ratio)},
    {"p", REPORT_REAL, false, AT(verdict_perf, p)},
    {"floor", REPORT_REAL, false, AT(verdict_perf, floor)},
    {"n", REPORT_U32, false, AT(verdict_perf, n)},
    {"rounds", REPORT_U32, false, AT(verdict_perf, rounds)},
    {"verdict", REPORT_WORD, true, AT(verdict_perf, outcome),
     .words = outcome_word},
    {"reason", REPORT_TEXT, false, AT(verdict_perf, reason)},
    END};
SHAPED(perf, verdict_perf);

static const struct report_member run_members[] = {
    {"id", REPORT_TEXT, false, AT(verdict_run, id)},
    {"at", REPORT_TIME, true, AT(verdict_run, at_ns)},
    {"ms", REPORT_U64, false, AT(verdict_run, ms)},
    {"tool", REPORT_TEXT, false, AT(verdict_run, tool)},
    {"project", REPORT_TEXT, false, AT(verdict_run, project)},
    {"prefix", REPORT_TEXT, false, AT(verdict_run, prefix)},
    {"commit", REPORT_TEXT, false, AT(verdict_run, commit)},
    {"base", REPORT_TEXT, false, AT(verdict_run, base)},
    {"dirty", REPORT_BOOL, false, AT(verdict_run, dirty)},
    {"strict", REPORT_BOOL, false, AT(verdict_run, strict)},
    END};
SHAPED(run, verdict_run);

static const struct report_member truncated_members[] = {
    {"tests", REPORT_U64, false, AT(verdict_document, truncated_tests)},
    {"findings", REPORT_U64, false, AT(verdict_document, truncated_findings)},
    END};
SHAPED(truncated, verdict_document);

static const struct report_member document_members[] = {
    {"verdict", REPORT_WORD, true, AT(verdict_document, outcome),
     .words = outcome_word},
    {"exit", REPORT_INT, true, AT(verdict_document, exit)},
    {"run", REPORT_PART, true, AT(verdict_document, run), SHAPE(run)},
    {"gates", REPORT_LIST, true, AT(verdict_document, gates), SHAPE(gate)},
    {"findings", REPORT_LIST, false, AT(verdict_document, findings),
     SHAPE(finding)},
    {"tests", REPORT_LIST, false, AT(verdict_document, tests), SHAPE(test)},
    {"coverage", REPORT_LIST, false, AT(verdict_document, coverage),
     SHAPE(coverage)},
    {"perf", REPORT_LIST, false, AT(verdict_document, perf), SHAPE(perf)},
    {"truncated", REPORT_PART, false, .at = 0, SHAPE(truncated)},
    END};

const struct report_shape report_verdict_shape = {
    document_members, sizeof(struct verdict_document)};
