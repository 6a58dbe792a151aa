/* validator/gates/read/formats.h - every format, for the table in formats.c. */
#ifndef VALIDATOR_GATES_READ_FORMATS_H
#define VALIDATOR_GATES_READ_FORMATS_H

#include "validator/gates/read/read.h"

#define READ_FORMATS(X)                                                        \
    X(junit)                                                                   \
    X(cunit)                                                                   \
    X(tap)                                                                     \
    X(go_json)                                                                 \
    X(node_events)                                                             \
    X(jest)                                                                    \
    X(ctrf)                                                                    \
    X(trx)                                                                     \
    X(reportlog)                                                               \
    X(cargo)                                                                   \
    X(lcov)                                                                    \
    X(cobertura)                                                               \
    X(gcov)                                                                    \
    X(clover)                                                                  \
    X(jacoco)                                                                  \
    X(go_cover)                                                                \
    X(llvm_cov)                                                                \
    X(gcc)                                                                     \
    X(gcc_json)                                                                \
    X(clang_tidy)                                                              \
    X(cppcheck)                                                                \
    X(eslint)                                                                  \
    X(ruff)                                                                    \
    X(golangci)                                                                \
    X(checkstyle)                                                              \
    X(sarif)                                                                   \
    X(pattern)                                                                 \
    X(hyperfine)                                                               \
    X(google_benchmark)                                                        \
    X(perf_stat)                                                               \
    X(callgrind)

#define READ_FORMAT_EXTERN(name) extern const struct read_format read_##name;
READ_FORMATS(READ_FORMAT_EXTERN)
#undef READ_FORMAT_EXTERN

#endif
