// bench_json FILE.ndjson [ROUNDS]: core/json beside simdjson's DOM parser.
//
// Both parse every line of the same bytes in turn. simdjson is given the better
// of its two ways (a parse a line over padded memory, or parse_many over all)
// on one thread; parse_many with its second thread is printed for information.
// Prints the median, the spread, and the ratio of medians; exit 1 below 1.
#include <simdjson.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

extern "C" {
#include "core/json.h"
}

#define TEXT_OF(x) #x
#define TEXT(x)    TEXT_OF(x)

namespace
{

struct line {
    size_t start;
    size_t len;
};

struct result {
    double median;
    double low;
    double high;
};

std::vector<line> split(const simdjson::padded_string &text)
{
    std::vector<line> lines;
    const char *at = text.data();
    const char *end = at + text.size();

    while (at < end) {
        const char *stop = std::find(at, end, '\n');

        if (stop > at)
            lines.push_back({size_t(at - text.data()), size_t(stop - at)});
        at = stop + 1;
    }
    return lines;
}

[[noreturn]] void give_up(const char *who)
{
    std::fprintf(stderr, "bench_json: %s refuses a line\n", who);
    std::exit(1);
}

double seconds(const std::function<void()> &work)
{
    auto from = std::chrono::steady_clock::now();

    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() -
                                         from)
        .count();
}

result summary(std::vector<double> rates)
{
    std::sort(rates.begin(), rates.end());
    return {rates[rates.size() / 2], rates.front(), rates.back()};
}

void print(const char *name, const result &r)
{
    std::printf("%-31s %8.0f MB/s  (%.0f-%.0f)\n", name, r.median, r.low,
                r.high);
}

void parse_many(const simdjson::padded_string &text, size_t lines,
                bool threaded)
{
    static simdjson::dom::parser parser;
    simdjson::dom::document_stream stream;
    size_t seen = 0;

    parser.threaded = threaded;
    if (parser.parse_many(text, 1 << 20).get(stream))
        give_up("simdjson");
    for (auto e : stream)
        seen += e.error() == simdjson::SUCCESS;
    if (seen != lines)
        give_up("simdjson");
}

} // namespace

int main(int argc, char **argv)
{
    if (argc < 2) {
        std::fprintf(stderr, "usage: bench_json FILE.ndjson [ROUNDS]\n");
        return 2;
    }
    simdjson::padded_string text;
    if (simdjson::padded_string::load(argv[1]).get(text)) {
        std::fprintf(stderr, "bench_json: cannot read %s\n", argv[1]);
        return 4;
    }
    std::vector<line> lines = split(text);
    int rounds = argc > 2 ? std::atoi(argv[2]) : 9;
    td_json_doc doc = {};
    simdjson::dom::parser parser;
    const std::function<void()> work[] = {
        [&] {
            for (const line &l : lines) {
                if (td_json_parse(&doc, td_bytes(text.data() + l.start, l.len),
                                  TD_JSON_DEPTH, nullptr))
                    give_up("core/json");
            }
        },
        [&] {
            for (const line &l : lines) {
                if (td_json_check(td_bytes(text.data() + l.start, l.len),
                                  TD_JSON_DEPTH, nullptr))
                    give_up("core/json");
            }
        },
        [&] {
            for (const line &l : lines) {
                simdjson::dom::element e;

                if (parser.parse(text.data() + l.start, l.len, false).get(e))
                    give_up("simdjson");
            }
        },
        [&] { parse_many(text, lines.size(), false); },
        [&] { parse_many(text, lines.size(), true); },
    };
    static const char *const names[] = {
        "core/json td_json_parse", "core/json td_json_check",
        "simdjson parse a line", "simdjson parse_many",
        "simdjson parse_many, 2 threads"};
    std::vector<double> rates[5];
    result results[5];

    for (int round = 0; round < rounds; round++) {
        for (int i = 0; i < 5; i++)
            rates[i].push_back(double(text.size()) / 1e6 / seconds(work[i]));
    }
    for (int i = 0; i < 5; i++) {
        results[i] = summary(rates[i]);
        print(names[i], results[i]);
    }
    double best = std::max(results[2].median, results[3].median);

    std::printf("P3b: %.2f x simdjson %s (%s), %zu lines of %.0f bytes\n",
                results[0].median / best, TEXT(SIMDJSON_VERSION),
                simdjson::get_active_implementation()->name().c_str(),
                lines.size(), double(text.size()) / double(lines.size()));
    td_json_release(&doc);
    return results[0].median >= best ? 0 : 1;
}
