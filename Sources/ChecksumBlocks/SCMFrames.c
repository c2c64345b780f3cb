#include "ChecksumBlocks.h"

#if defined(__x86_64__)

#include <immintrin.h>

bool scm_frames_is_supported(void) {
  return __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("vpclmulqdq");
}

#define TARGET target("avx512bw,vpclmulqdq"), min_vector_width(512)
#define INLINE __attribute__((TARGET, always_inline)) static inline

INLINE __m256i two(const uint8_t *first, const uint8_t *second) {
  return _mm256_loadu2_m128i((const __m128i_u *)second, (const __m128i_u *)first);
}

/// Every other one of eight frames: in each 128 bits the last eight bytes, and above them the first
/// four, the last byte lowest.
INLINE __m512i four_reversed(const uint8_t *frame, size_t stride) {
  const __m128i last_first = _mm_set_epi64x(0x0001020304050607, 0x08090a0b0c0d0e0f);
  const uint8_t *start = frame - 4;
  return _mm512_shuffle_epi8(
      _mm512_inserti64x4(
          _mm512_castsi256_si512(two(start, start + 2 * stride)),
          two(start + 4 * stride, start + 6 * stride), 1),
      _mm512_broadcast_i32x4(last_first));
}

/// What bytes 2 and 3 of frames must be for the checksum to be right, in the high halves.
///
/// An exact division, as of integers by Granlund and Montgomery ("Division by Invariant Integers
/// using Multiplication", 1994, §9). Bytes 2…11 are 80 coefficients; the checksum is right when the
/// generator divides them. The quotient then has 64 coefficients, which are the last 64 of bytes
/// 2…11 times the generator's inverse modulo x⁶⁴; and times the generator it gives the first 16.
INLINE __m512i dividend_high(__m512i frames) {
  const __m128i inverse_generator = _mm_set_epi64x(0x16f63, (long long)0xc4f4025d5e399f1f);
  const __m512i factors = _mm512_broadcast_i32x4(inverse_generator);
  const __m512i quotient = _mm512_clmulepi64_epi128(frames, factors, 0x00);
  return _mm512_clmulepi64_epi128(quotient, factors, 0x10);
}

__attribute__((TARGET))
void scm_frames_valid(const uint8_t *frames, size_t stride, size_t octets, uint8_t *valid) {
  const __m512i preamble = _mm512_set1_epi64(0xF9530000), preamble_bits = _mm512_set1_epi64(0xF800);
  const __m512i first_four = _mm512_set1_epi64(0xFFFFFFFF);
  const __m512i id_low = _mm512_set1_epi64(0xFFFFFF0000), id_high = _mm512_set1_epi64(0x0600);
  for (size_t i = 0; i < octets; i++, frames += 8 * stride) {
    const __m512i even = four_reversed(frames, stride);
    const __m512i odd = four_reversed(frames + stride, stride);
    const __m512i first = _mm512_unpackhi_epi64(even, odd);
    const __m512i last = _mm512_unpacklo_epi64(even, odd);
    const __m512i expected =
        _mm512_unpackhi_epi64(dividend_high(even), dividend_high(odd)) ^ preamble;
    const __m512i wrong = ((first ^ expected) & first_four) | (first & preamble_bits);
    const __m512i id = (last & id_low) | (first & id_high);
    valid[i] = _mm512_testn_epi64_mask(wrong, wrong) & _mm512_test_epi64_mask(id, id);
  }
}

#else

bool scm_frames_is_supported(void) { return false; }
void scm_frames_valid(const uint8_t *frames, size_t stride, size_t octets, uint8_t *valid) {
  __builtin_trap();
}

#endif
