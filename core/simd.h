/* core/simd.h - sixteen bytes at once, for the scanners of text.
 *
 * Where the compiler has SSE2, as for every x86-64, each operation is one
 * instruction of it; elsewhere, and where TD_PORTABLE_SIMD is defined, it is a
 * plain loop with the same result for all input, on a machine of either byte
 * order. Byte 0 and number 0 are those at the lowest address. Nothing needs to
 * be aligned, and nothing fails.
 */
#ifndef CORE_SIMD_H
#define CORE_SIMD_H

#include <stdint.h>
#include <string.h>

#if defined(__SSE2__) && !defined(TD_PORTABLE_SIMD)
#define TD_SIMD_SSE2 1
#include <emmintrin.h>
#else
#define TD_SIMD_SSE2 0
#endif

#define TD_SIMD_INLINE static inline __attribute__((always_inline))

#define TD_SIMD_WIDE 16 /* bytes of a td_simd16 */

/* Sixteen bytes, or four numbers of 32 bits in the byte order of the machine.
 * Only the functions below look into it.
 */
#if TD_SIMD_SSE2
typedef __m128i td_simd16;
#else
typedef struct {
    uint8_t byte[TD_SIMD_WIDE];
} td_simd16;
#endif

/* The 16 bytes from `at`. */
TD_SIMD_INLINE td_simd16 td_simd_load(const void *at)
{
#if TD_SIMD_SSE2
    return _mm_loadu_si128((const __m128i *)at);
#else
    td_simd16 out;

    memcpy(&out, at, sizeof(out));
    return out;
#endif
}

/* The 8 bytes from `at`, and 8 bytes that are 0. */
TD_SIMD_INLINE td_simd16 td_simd_load_half(const void *at)
{
#if TD_SIMD_SSE2
    return _mm_loadl_epi64((const __m128i *)at);
#else
    td_simd16 out = {{0}};

    memcpy(&out, at, sizeof(out) / 2);
    return out;
#endif
}

/* Write 16 bytes from `to`. */
TD_SIMD_INLINE void td_simd_store(void *to, td_simd16 v)
{
#if TD_SIMD_SSE2
    _mm_storeu_si128((__m128i *)to, v);
#else
    memcpy(to, &v, sizeof(v));
#endif
}

/* Every byte is `c`. */
TD_SIMD_INLINE td_simd16 td_simd_fill(uint8_t c)
{
#if TD_SIMD_SSE2
    return _mm_set1_epi8((char)c);
#else
    td_simd16 out;

    memset(&out, c, sizeof(out));
    return out;
#endif
}

/* Four numbers of 32 bits. */
TD_SIMD_INLINE td_simd16 td_simd_numbers(uint32_t n0, uint32_t n1, uint32_t n2,
                                         uint32_t n3)
{
#if TD_SIMD_SSE2
    return _mm_set_epi32((int)n3, (int)n2, (int)n1, (int)n0);
#else
    const uint32_t n[] = {n0, n1, n2, n3};

    return td_simd_load(n);
#endif
}

/* A bit for every byte from 0x80: bit 0 for byte 0; the bits from 16 up are 0.
 */
TD_SIMD_INLINE unsigned td_simd_mask(td_simd16 v)
{
#if TD_SIMD_SSE2
    return (unsigned)_mm_movemask_epi8(v);
#else
    unsigned mask = 0;

    for (unsigned i = 0; i < TD_SIMD_WIDE; i++)
        mask |= (unsigned)(v.byte[i] >> 7) << i;
    return mask;
#endif
}

/* --- byte by byte: the result is of a.byte and b.byte at the same place --- */

#if TD_SIMD_SSE2
#define TD_SIMD_BYTES(name, instruction, expression)                           \
    TD_SIMD_INLINE td_simd16 name(td_simd16 a, td_simd16 b)                    \
    {                                                                          \
        return instruction(a, b);                                              \
    }
#else
#define TD_SIMD_BYTES(name, instruction, expression)                           \
    TD_SIMD_INLINE td_simd16 name(td_simd16 a, td_simd16 b)                    \
    {                                                                          \
        td_simd16 out;                                                         \
                                                                               \
        for (unsigned i = 0; i < TD_SIMD_WIDE; i++) {                          \
            const uint8_t x = a.byte[i];                                       \
            const uint8_t y = b.byte[i];                                       \
                                                                               \
            out.byte[i] = (uint8_t)(expression);                               \
        }                                                                      \
        return out;                                                            \
    }
#endif

/* 0xff where they are equal, else 0. */
TD_SIMD_BYTES(td_simd_equal, _mm_cmpeq_epi8, x == y ? 0xff : 0)

/* 0xff where a is less than b, as signed numbers: bytes from 0x80 are below 0.
 */
TD_SIMD_BYTES(td_simd_less, _mm_cmplt_epi8, (x ^ 0x80) < (y ^ 0x80) ? 0xff : 0)

/* The smaller and the larger, as unsigned numbers. */
TD_SIMD_BYTES(td_simd_min, _mm_min_epu8, x < y ? x : y)
TD_SIMD_BYTES(td_simd_max, _mm_max_epu8, x > y ? x : y)

/* a - b modulo 256. */
TD_SIMD_BYTES(td_simd_sub, _mm_sub_epi8, x - y)

TD_SIMD_BYTES(td_simd_or, _mm_or_si128, x | y)
TD_SIMD_BYTES(td_simd_xor, _mm_xor_si128, x ^ y)

#undef TD_SIMD_BYTES

/* --- numbers of 32 bits --- */

/* a + b of each, modulo 2^32. */
TD_SIMD_INLINE td_simd16 td_simd_add_numbers(td_simd16 a, td_simd16 b)
{
#if TD_SIMD_SSE2
    return _mm_add_epi32(a, b);
#else
    uint32_t x[4];
    uint32_t y[4];

    memcpy(x, &a, sizeof(x));
    memcpy(y, &b, sizeof(y));
    return td_simd_numbers(x[0] + y[0], x[1] + y[1], x[2] + y[2], x[3] + y[3]);
#endif
}

/* Number 0 in the place of number 1 and number 2 in that of number 3; numbers 0
 * and 2 are then 0.
 */
TD_SIMD_INLINE td_simd16 td_simd_move_even(td_simd16 v)
{
#if TD_SIMD_SSE2
    return _mm_slli_epi64(v, 32);
#else
    uint32_t n[4];

    memcpy(n, &v, sizeof(n));
    return td_simd_numbers(0, n[0], 0, n[2]);
#endif
}

#endif
