/* validator/gates/read/formats.h - every format, for the table in formats.c. */
#ifndef VALIDATOR_GATES_READ_FORMATS_H
#define VALIDATOR_GATES_READ_FORMATS_H

#include "validator/gates/read/read.h"

#define READ_FORMATS(X)                                                        \
    X(junit)                                                                   \
    X(cunit)                                                                   \
    X(tap)                                                                     \
    X(trx)                                                                     \
    X(lcov)                                                                    \
    X(gcc)                                                                     \
    X(clang_tidy)                                                              \
    X(cppcheck)                                                                \
    X(pattern)

#define READ_FORMAT_EXTERN(name) extern const struct read_format read_##name;
READ_FORMATS(READ_FORMAT_EXTERN)
#undef READ_FORMAT_EXTERN

#endif
