#include "ChecksumBlocks.h"

#if defined(__x86_64__)

#include <immintrin.h>

bool crc32_blocks_is_supported(void) {
  return __builtin_cpu_supports("pclmul") && __builtin_cpu_supports("sse4.1");
}

#define INLINE static inline __attribute__((always_inline, target("pclmul,sse4.1")))

INLINE __m128i load(const uint8_t *bytes) { return _mm_loadu_si128((const __m128i *)bytes); }

/// Moves 128 bits forward by the distance that the constants stand for, onto `onto`.
INLINE __m128i fold(__m128i bits, __m128i constants, __m128i onto) {
  const __m128i low = _mm_clmulepi64_si128(bits, constants, 0x00);
  const __m128i high = _mm_clmulepi64_si128(bits, constants, 0x11);
  return _mm_xor_si128(_mm_xor_si128(low, high), onto);
}

/// V. Gopal and others, "Fast CRC Computation for Generic Polynomials Using PCLMULQDQ Instruction"
/// (Intel, 2009), the bit-reflected form. The constants are x^n mod P, reflected and shifted left by
/// one, for the n that stand beside them.
__attribute__((target("pclmul,sse4.1")))
uint32_t crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) {
  const __m128i by_512 = _mm_set_epi64x(0x1c6e41596, 0x154442bd4);  // 480, 544
  const __m128i by_128 = _mm_set_epi64x(0x0ccaa009e, 0x1751997d0);  // 96, 160
  const __m128i by_64 = _mm_set_epi64x(0, 0x163cd6124);             // 64
  const __m128i barrett = _mm_set_epi64x(0x1f7011641, 0x1db710641);  // x^64 div P, P
  const __m128i low_32 = _mm_set_epi32(0, 0, 0, -1);

  __m128i x0 = _mm_xor_si128(load(bytes), _mm_cvtsi32_si128((int)~crc));
  __m128i x1 = load(bytes + 16), x2 = load(bytes + 32), x3 = load(bytes + 48);
  for (bytes += 64, count -= 64; count >= 64; bytes += 64, count -= 64) {
    x0 = fold(x0, by_512, load(bytes));
    x1 = fold(x1, by_512, load(bytes + 16));
    x2 = fold(x2, by_512, load(bytes + 32));
    x3 = fold(x3, by_512, load(bytes + 48));
  }
  x1 = fold(x0, by_128, x1);
  x2 = fold(x1, by_128, x2);
  __m128i x = fold(x2, by_128, x3);
  for (; count >= 16; bytes += 16, count -= 16) x = fold(x, by_128, load(bytes));

  // 128 bits to 96, to 64, to 32.
  x = _mm_xor_si128(_mm_clmulepi64_si128(x, by_128, 0x10), _mm_srli_si128(x, 8));
  x = _mm_xor_si128(
      _mm_clmulepi64_si128(_mm_and_si128(x, low_32), by_64, 0x00), _mm_srli_si128(x, 4));
  __m128i q = _mm_clmulepi64_si128(_mm_and_si128(x, low_32), barrett, 0x10);
  q = _mm_clmulepi64_si128(_mm_and_si128(q, low_32), barrett, 0x00);
  return ~(uint32_t)_mm_extract_epi32(_mm_xor_si128(q, x), 1);
}

#else

bool crc32_blocks_is_supported(void) { return false; }
uint32_t crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count) { __builtin_trap(); }

#endif
