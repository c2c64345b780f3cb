#include "ArrivalLanes.h"

#include <stdbool.h>
#include <stddef.h>

// A rounding more or less would tell the levels apart.
#pragma clang fp contract(off)
// No vector crosses a function that is not inlined.
#pragma clang diagnostic ignored "-Wpsabi"

typedef uint32_t u32x16 __attribute__((ext_vector_type(16)));
typedef int32_t i32x16 __attribute__((ext_vector_type(16)));
typedef uint64_t u64x8 __attribute__((ext_vector_type(8)));
typedef uint64_t unaligned_u64x8 __attribute__((ext_vector_type(8), aligned(8)));
typedef uint32_t unaligned_u32x16 __attribute__((ext_vector_type(16), aligned(4)));
typedef double f64x16 __attribute__((ext_vector_type(16)));
typedef uint16_t u16x32 __attribute__((ext_vector_type(32)));
typedef uint32_t u32x32 __attribute__((ext_vector_type(32)));
typedef bool b1x16 __attribute__((ext_vector_type(16)));

#define INLINE static inline __attribute__((always_inline))

#define BODY(name) name##_baseline
#define LEVEL 1
#include "Bodies.h"
#undef BODY
#undef LEVEL

#if defined(__x86_64__)

#include <immintrin.h>

#define LEVEL 3
#define BODY(name) name##_v3
#pragma clang attribute push(__attribute__((target("arch=x86-64-v3"))), apply_to = function)
#include "Bodies.h"
#pragma clang attribute pop
#undef BODY
#undef LEVEL

#define LEVEL 4
#define BODY(name) name##_v4
#pragma clang attribute push( \
    __attribute__((target("arch=x86-64-v4"), min_vector_width(512))), apply_to = function)
#include "Bodies.h"
#pragma clang attribute pop
#undef BODY

enum vector_level vector_level_best(void) {
  if (__builtin_cpu_supports("x86-64-v4")) return vector_level_v4;
  if (__builtin_cpu_supports("x86-64-v3")) return vector_level_v3;
  return vector_level_baseline;
}

#define AT_LEVEL(name, ...)                             \
  switch (level) {                                      \
    case vector_level_v4: return name##_v4(__VA_ARGS__); \
    case vector_level_v3: return name##_v3(__VA_ARGS__); \
    default: return name##_baseline(__VA_ARGS__);        \
  }

#else

enum vector_level vector_level_best(void) { return vector_level_baseline; }

#define AT_LEVEL(name, ...) return name##_baseline(__VA_ARGS__);

#endif

uint32_t phase_hits(
    enum vector_level level, const struct phase_query *query, uint32_t first, uint32_t last,
    uint32_t *hits) {
  AT_LEVEL(phase_hits, query, first, last, hits)
}

void arrival_lanes_begin(enum vector_level level, struct arrival_lanes *lanes) {
  AT_LEVEL(begin, lanes)
}

void arrival_lanes_generate(enum vector_level level, struct arrival_lanes *lanes) {
  AT_LEVEL(generate, lanes)
}

void arrival_lanes_mark(enum vector_level level, struct arrival_lanes *lanes, int row) {
  AT_LEVEL(mark, lanes, row)
}

uint32_t arrival_lanes_list(
    enum vector_level level, struct arrival_lanes *lanes, int row, const uint16_t *bits) {
  AT_LEVEL(list, lanes, row, bits)
}

uint32_t arrival_lanes_settle(enum vector_level level, struct arrival_lanes *lanes) {
  AT_LEVEL(settle, lanes)
}
