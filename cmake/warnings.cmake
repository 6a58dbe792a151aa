# The warnings of this project: gcc 12 and clang 14 are both clean with them.
set(TD_WARNINGS
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition -Wcast-qual
  -Wcast-align -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wundef
  -Wdouble-promotion -Wswitch-enum -Wimplicit-fallthrough -Wnull-dereference
  -Wredundant-decls -Wunused-macros -fno-common)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  list(APPEND TD_WARNINGS
    -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wrestrict
    -Wjump-misses-init -Wformat-signedness -Warith-conversion
    -Wcast-align=strict -Walloc-zero)
elseif(CMAKE_C_COMPILER_ID STREQUAL "Clang")
  list(APPEND TD_WARNINGS
    -Wcomma -Wconditional-uninitialized -Wmissing-variable-declarations
    -Wassign-enum)
endif()
if(TD_WERROR)
  list(APPEND TD_WARNINGS -Werror)
endif()
