// The loops of ArrivalLanes.c, included once for each level of vector instructions.
//
// The census decides an arrival by comparing one random word with its link's threshold, unless a
// bitmap of (channel, slot) shows another frame near it. At 5,000 links, 50 channels and AVX-512 an
// arrival costs about 3.6 ns: 0.8 to make it (`generate`), 1.2 to mark its cell and look beside it
// (`mark`, in part one by one, since nothing scatters bits), 0.1 to note it (`settle`), and the rest
// for the 6 in 100 that are compared with their neighbours (`list`, then `CrowdedFrames` in Swift).

// MARK: - Vectors of 16 lanes

INLINE u32x16 BODY(load)(const uint32_t *from) { return *(const u32x16 *)from; }
INLINE void BODY(store)(uint32_t *to, u32x16 value) { *(u32x16 *)to = value; }
INLINE u32x16 BODY(all)(uint32_t value) { return (u32x16)value; }

/// a where the mask's lane is all ones, b where it is zero.
INLINE u32x16 BODY(select)(u32x16 mask, u32x16 a, u32x16 b) { return (a & mask) | (b & ~mask); }

/// A bit per lane of a mask.
INLINE uint16_t BODY(bits)(u32x16 mask) {
  b1x16 set = __builtin_convertvector((i32x16)mask, b1x16);
  uint16_t bits;
  __builtin_memcpy(&bits, &set, sizeof bits);
  return bits;
}

INLINE u32x16 BODY(mask)(uint16_t bits) {
  b1x16 set;
  __builtin_memcpy(&set, &bits, sizeof bits);
  return BODY(all)(0) - (__builtin_convertvector(set, u32x16) & 1);
}

/// The elements at the given places.
INLINE u32x16 BODY(gather)(const uint32_t *from, u32x16 at) {
#if LEVEL >= 3
  union {
    u32x16 all;
    __m256i half[2];
  } places = {.all = at}, found;
  found.half[0] = _mm256_i32gather_epi32((const int *)from, places.half[0], 4);
  found.half[1] = _mm256_i32gather_epi32((const int *)from, places.half[1], 4);
  return found.all;
#else
  u32x16 found;
#pragma unroll
  for (int i = 0; i < 16; i++) found[i] = from[at[i]];
  return found;
#endif
}

/// Writes the numbers of the set bits, counted from `first`, and what follows them is anything: room
/// for 16 is needed. Which bits are set cannot be foretold, so that a loop over them would wait for
/// the processor's wrong guesses.
///
/// Returns how many are set.
INLINE uint32_t BODY(write_places)(uint32_t *to, uint32_t first, uint32_t bits) {
#if LEVEL >= 4
  const __m512i places = _mm512_add_epi32(
      _mm512_set1_epi32((int)first),
      _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
  _mm512_storeu_si512(to, _mm512_maskz_compress_epi32((__mmask16)bits, places));
  return (uint32_t)__builtin_popcount(bits);
#elif LEVEL >= 3
  uint32_t found = 0;
  for (uint32_t half = 0; half < 16; half += 8) {
    // A byte of ones for each set bit picks from the bytes 0…7.
    const uint64_t bytes = _pdep_u64(bits >> half & 0xFF, 0x0101010101010101) * 0xFF;
    const __m128i picked = _mm_cvtsi64_si128((long long)_pext_u64(0x0706050403020100, bytes));
    const __m256i places = _mm256_add_epi32(
        _mm256_cvtepu8_epi32(picked), _mm256_set1_epi32((int)(first + half)));
    _mm256_storeu_si256((__m256i *)(to + found), places);
    found += (uint32_t)__builtin_popcount(bits >> half & 0xFF);
  }
  return found;
#else
  uint32_t found = 0;
  for (; bits != 0; bits &= bits - 1) to[found++] = first + (uint32_t)__builtin_ctz(bits);
  return found;
#endif
}

// MARK: - Philox4x32-7

/// Seven rounds on the even or the odd lanes, which stand in the lower halves of 64 bits: that is
/// where the products of 32 × 32 bits are made. What is left in the upper halves is ignored.
INLINE void BODY(rounds)(u64x8 x[4], uint64_t key) {
  const uint64_t low = 0xFFFFFFFF;
  uint32_t key0 = (uint32_t)key, key1 = (uint32_t)(key >> 32);
#pragma unroll
  for (int round = 0; round < 7; round++) {
    u64x8 product0 = (x[0] & low) * 0xD2511F53;
    u64x8 product1 = (x[2] & low) * 0xCD9E8D57;
    x[0] = (product1 >> 32) ^ x[1] ^ (uint64_t)key0;
    x[1] = product1;
    x[2] = (product0 >> 32) ^ x[3] ^ (uint64_t)key1;
    x[3] = product0;
    key0 += 0x9E3779B9;
    key1 += 0xBB67AE85;
  }
}

/// The upper halves of the products.
INLINE u32x16 BODY(multiply_high)(u32x16 a, u32x16 b) {
  const uint64_t low = 0xFFFFFFFF;
  u64x8 even = ((u64x8)a & low) * ((u64x8)b & low);
  u64x8 odd = ((u64x8)a >> 32) * ((u64x8)b >> 32);
  return (u32x16)(even >> 32 | (odd & ~low));
}

/// Words 4 * index … 4 * index + 3 of each lane's stream.
INLINE void BODY(philox)(
    u32x16 out[4], u32x16 index, uint32_t sub, u32x16 entity, uint32_t stream, uint64_t seed) {
  const uint64_t low = 0xFFFFFFFF;
  u64x8 even[4] = {(u64x8)index & low, (u64x8)(uint64_t)sub, (u64x8)entity & low,
                   (u64x8)(uint64_t)stream};
  u64x8 odd[4] = {(u64x8)index >> 32, (u64x8)(uint64_t)sub, (u64x8)entity >> 32,
                  (u64x8)(uint64_t)stream};
  BODY(rounds)(even, seed);
  BODY(rounds)(odd, seed);
#pragma unroll
  for (int word = 0; word < 4; word++) {
    out[word] = (u32x16)((even[word] & low) | (odd[word] << 32));
  }
}

/// The word of each lane that `which` (0…3) tells.
INLINE u32x16 BODY(pick)(const u32x16 words[4], u32x16 which) {
  u32x16 odd = (u32x16)((which & 1) != 0);
  u32x16 upper = (u32x16)((which & 2) != 0);
  return BODY(select)(
      upper, BODY(select)(odd, words[3], words[2]), BODY(select)(odd, words[1], words[0]));
}

// MARK: - Blocks of fading draws

/// The smallest draw of a block of 64, 1 - (1 - p)^(1/64) at p = (rank + ½) / 2^26, as
/// `FadingBlock.smallest` has it.
INLINE u32x16 BODY(smallest)(u32x16 word) {
  const double ranks = 0x1p26;
  f64x16 root = (ranks - __builtin_convertvector(word >> 6, f64x16) - 0.5) / ranks;
#pragma unroll
  for (int i = 0; i < 6; i++) root = __builtin_elementwise_sqrt(root);
  return __builtin_convertvector((1 - root) * 0x1p32, u32x16);
}

/// Moves up to 16 lanes to the blocks of 64 that hold the transmissions k + ahead.
INLINE void BODY(enter)(
    struct arrival_lanes *l, const uint32_t *lanes, uint32_t count, uint32_t ahead) {
  uint32_t endpoint[16] __attribute__((aligned(64))) = {0};
  uint32_t number[16] __attribute__((aligned(64))) = {0};
  uint32_t word[16] __attribute__((aligned(64)));
  uint32_t smallest[16] __attribute__((aligned(64)));
  for (uint32_t i = 0; i < count; i++) {
    endpoint[i] = l->endpoint[lanes[i]];
    number[i] = (l->k[lanes[i]] + ahead) >> 6;
  }
  u32x16 four[4];
  const u32x16 at = BODY(load)(number);
  BODY(philox)(four, at >> 2, l->collector, BODY(load)(endpoint), l->block_stream, l->seed);
  const u32x16 words = BODY(pick)(four, at & 3);
  BODY(store)(word, words);
  BODY(store)(smallest, BODY(smallest)(words));
  for (uint32_t i = 0; i < count; i++) {
    const uint32_t lane = lanes[i];
    l->earlier_block_word[lane] = l->block_word[lane];
    l->earlier_smallest[lane] = l->smallest[lane];
    l->block_word[lane] = word[i];
    l->smallest[lane] = smallest[i];
    // A draw is smallest + (own · (2³² − smallest) >> 32): it lies below the threshold when
    // own · (2³² − smallest) lies below (threshold − smallest) · 2³².
    const uint32_t threshold = l->threshold[lane];
    const bool any = smallest[i] < threshold;
    const uint64_t room = (1ull << 32) - smallest[i];
    const uint64_t below = any ? (uint64_t)(threshold - smallest[i]) << 32 : 0;
    l->own_threshold[lane] = (uint32_t)((below + room - 1) / room);
    l->place[lane] = any ? word[i] & 63 : 64;
  }
}

/// A bit per lane: whether transmission 4 * block + r survives, given its own words. The one with
/// the smallest draw does, whatever its own word is, or else none does.
INLINE uint16_t BODY(survives)(
    const struct arrival_lanes *l, uint32_t i, u32x16 block, uint32_t r, u32x16 own) {
  u32x16 below = (u32x16)(own < BODY(load)(l->own_threshold + i));
  u32x16 smallest = (u32x16)(((block & 15) << 2) + r == BODY(load)(l->place + i));
  return BODY(bits)(below | smallest);
}

// MARK: - Frames

/// Makes the words of the block of four transmissions, and which of these survive fading.
INLINE void BODY(make_block)(
    struct arrival_lanes *l, uint32_t i, uint32_t half, u32x16 endpoint, u32x16 block,
    u32x16 timing[4], uint16_t surviving[4]) {
  u32x16 fading[4];
  BODY(philox)(timing, block, 0, endpoint, l->timing_stream, l->seed);
  BODY(philox)(fading, block, l->collector, endpoint, l->fading_stream, l->seed);
#pragma unroll
  for (uint32_t r = 0; r < 4; r++) {
    const size_t row = (size_t)(4 * half + r);
    BODY(store)(l->timing + row * l->count + i, timing[r]);
    BODY(store)(l->fading + row * l->count + i, fading[r]);
    surviving[r] = BODY(survives)(l, i, block, r, fading[r]);
    l->surviving[row * (l->count / 16) + i / 16] = surviving[r];
  }
}

static void BODY(begin)(struct arrival_lanes *l) {
  uint32_t *lanes = l->starting;
  for (uint32_t i = 0; i < l->count; i++) lanes[i] = i;
  for (uint32_t i = 0; i < l->count; i += 16) BODY(enter)(l, lanes + i, 16, 0);
  for (uint32_t i = 0; i < l->count; i += 16) {
    u32x16 timing[4];
    uint16_t surviving[4];
    BODY(make_block)(
        l, i, l->half, BODY(load)(l->endpoint + i), BODY(load)(l->k + i) >> 2, timing, surviving);
  }
}

/// Lanes whose next transmission starts in the group's second window stay idle in the first: their
/// last transmission is taken for the first window once more, and not sent.
///
/// Returns a mask of them.
INLINE u32x16 BODY(idle_first)(const struct arrival_lanes *l, uint32_t i, u32x16 *k, i32x16 *offset) {
  *k = BODY(load)(l->k + i);
  *offset = *(const i32x16 *)(l->offset + i);
  i32x16 idle = *offset >= (int32_t)l->window;
  *offset -= idle & (*(const i32x16 *)(l->step + i) + (int32_t)l->window);
  *k += (u32x16)idle;
  return (u32x16)idle;
}

/// The delay of transmission `later` above that of transmission `k`, which may be -1.
INLINE i32x16 BODY(delay)(const struct arrival_lanes *l, uint32_t i, u32x16 k, u32x16 later) {
  return *(const i32x16 *)(l->delay + i) & (((i32x16)later >> 6) > ((i32x16)k >> 6));
}

/// The block of four after the one that holds transmission k, which may be -1.
INLINE u32x16 BODY(next_block)(u32x16 k) { return (u32x16)((i32x16)k >> 2) + 1; }

/// Lists the lanes whose block of four after the next one begins a block of 64, and moves them.
INLINE void BODY(enter_blocks)(struct arrival_lanes *l) {
  uint32_t starting = 0;
  for (uint32_t i = 0; i < l->count; i += 16) {
    u32x16 k;
    i32x16 offset;
    BODY(idle_first)(l, i, &k, &offset);
    uint32_t bits = BODY(bits)((u32x16)((BODY(next_block)(k) & 15) == 0));
    for (; bits != 0; bits &= bits - 1) l->starting[starting++] = i + __builtin_ctz(bits);
  }
  for (uint32_t i = 0; i < starting; i += 16) {
    BODY(enter)(l, l->starting + i, starting - i < 16 ? starting - i : 16, 4);
  }
}

/// The channel in the lower and the jitter in the upper half, by one product of 16 bits each.
INLINE u32x16 BODY(hop)(u32x16 word, uint32_t channels, uint32_t jitter_span) {
  const u32x32 spans =
      __builtin_convertvector((u16x32)BODY(all)(channels | jitter_span << 16), u32x32);
  return (u32x16)__builtin_convertvector(
      (__builtin_convertvector((u16x32)word, u32x32) * spans) >> 16, u16x32);
}

/// The cell of a frame before folding, its start and its channel, given its word and the ticks from
/// its window to its nominal start.
INLINE u32x16 BODY(cell)(
    const struct arrival_lanes *l, u32x16 word, i32x16 nominal, u32x16 *start, u32x16 *channel) {
  const u32x16 hop = BODY(hop)(word, l->channels, l->jitter_span);
  *channel = hop & 0xFF;
  *start = (u32x16)nominal + (hop >> 16);
  u32x16 units = ((*start + l->bias) >> l->shift) & 0xFFFF;
  u32x16 slot = (units * (l->reciprocal & 0xFFFF)) >> 16;
  return *channel * (l->stride & 0x7FFF) + slot;
}

static void BODY(generate)(struct arrival_lanes *l) {
  BODY(enter_blocks)(l);
  const uint32_t vectors = l->count / 16;
  const uint32_t old = 4 * l->half, new_half = l->half ^ 1;
  const bool all_heard = l->heard_count >= l->channels;
  for (uint32_t i = 0, v = 0; i < l->count; i += 16, v++) {
    u32x16 k;
    i32x16 offset;
    const u32x16 idle = BODY(idle_first)(l, i, &k, &offset);
    const i32x16 step = *(const i32x16 *)(l->step + i);
    const u32x16 first = k - idle;

    // Eight words in a row: those of the block that holds transmission k, and of the next.
    u32x16 timing[8];
    uint16_t surviving[8];
#pragma unroll
    for (uint32_t r = 0; r < 4; r++) {
      timing[r] = BODY(load)(l->timing + (size_t)(old + r) * l->count + i);
      surviving[r] = l->surviving[(old + r) * vectors + v];
    }
    BODY(make_block)(
        l, i, new_half, BODY(load)(l->endpoint + i), BODY(next_block)(k), timing + 4, surviving + 4);

    // The four from k on, by moving one place where k is odd and then two where it has a two.
    const u32x16 by_one = (u32x16)((k & 1) != 0), by_two = (u32x16)((k & 2) != 0);
    const uint32_t one = BODY(bits)(by_one), two = BODY(bits)(by_two);
    u32x16 moved[6];
    uint32_t moved_bits[6];
#pragma unroll
    for (int r = 0; r < 6; r++) {
      moved[r] = BODY(select)(by_one, timing[r + 1], timing[r]);
      moved_bits[r] = (surviving[r + 1] & one) | (surviving[r] & ~one);
    }
#pragma unroll
    for (uint32_t row = 0; row < 4; row++) {
      u32x16 word = BODY(select)(by_two, moved[row + 2], moved[row]);
      uint32_t passing = (moved_bits[row + 2] & two) | (moved_bits[row] & ~two);
      u32x16 start, channel;
      const i32x16 nominal =
          offset + step * (int32_t)row + BODY(delay)(l, i, first, k + row);
      u32x16 cell = BODY(cell)(l, word, nominal, &start, &channel);
      u32x16 unsent = row == 0 ? idle : BODY(all)(0);
      if (l->lives) {
        unsent |= (u32x16)(k + row >= BODY(load)(l->lives + i))
            | (u32x16)(k + row < BODY(load)(l->births + i));
      }
      u32x16 silent = unsent;
      if (!all_heard) silent |= (u32x16)(channel - l->heard_first >= l->heard_count);
      // Frames that are not there share a place outside the cells.
      cell = BODY(select)(silent, BODY(all)(l->mask + 1 + 256), cell & l->mask);
      const uint16_t heard = (uint16_t)~BODY(bits)(silent);
      BODY(store)(l->cell + (size_t)row * l->count + i, cell);
      l->sent[row * vectors + v] = (uint16_t)~BODY(bits)(unsent);
      l->heard[row * vectors + v] = heard;
      l->passing[row * vectors + v] = (uint16_t)passing & heard;
      l->tail[row * vectors + v] =
          BODY(bits)((u32x16)((i32x16)start >= (int32_t)l->tail_start) & ~unsent);
    }
    BODY(store)(l->k + i, k + 4);
    *(i32x16 *)(l->offset + i) = offset + step * 4 + BODY(delay)(l, i, first, k + 4);
  }
  l->half = new_half;
}

// MARK: - Occupied cells

/// Marks the cells of a window's frames.
INLINE void BODY(occupy)(struct arrival_lanes *l, const uint32_t *cell) {
  uint8_t *cells = l->occupied + 64;
  // What is written could be anything, so that what is read in the loop must stand outside.
  const uint32_t short_count = l->short_count, count = l->count;
#pragma unroll 4
  for (uint32_t i = 0; i < short_count; i++) {
    uint16_t word;
    uint8_t *place = cells + (cell[i] >> 3);
    __builtin_memcpy(&word, place, sizeof word);
    const uint32_t bit = 1u << (cell[i] & 7);
    // A second frame in a cell marks the cell after it too, where both will see it.
    word = (uint16_t)(word | bit | (word & bit) << 1);
    __builtin_memcpy(place, &word, sizeof word);
  }
  const uint64_t long_bits = (1ull << l->long_cells) - 1;
  for (uint32_t i = short_count; i < count; i++) {
    uint64_t word;
    uint8_t *place = cells + (cell[i] >> 3);
    __builtin_memcpy(&word, place, sizeof word);
    word |= long_bits << (cell[i] & 7);
    __builtin_memcpy(place, &word, sizeof word);
  }
  // What went beyond the last cell belongs to the first ones, and both ends are neighbours.
  uint64_t first, beyond;
  uint8_t *end = cells + (l->mask + 1) / 8;
  __builtin_memcpy(&first, cells, sizeof first);
  __builtin_memcpy(&beyond, end, sizeof beyond);
  first |= beyond;
  __builtin_memcpy(cells, &first, sizeof first);
  __builtin_memcpy(end, &first, sizeof first);
  cells[-1] = end[-1];
}

/// Finds the cells that have an occupied one before or after them.
INLINE void BODY(look_beside)(struct arrival_lanes *l) {
  const uint8_t *cells = l->occupied + 64;
  for (uint32_t byte = 0; byte < (l->mask + 1) / 8; byte += 64) {
    const u64x8 here = *(const u64x8 *)(cells + byte);
    const u64x8 before = *(const unaligned_u64x8 *)(cells + byte - 8);
    const u64x8 after = *(const unaligned_u64x8 *)(cells + byte + 8);
    *(u64x8 *)(l->beside + 64 + byte) =
        here << 1 | before >> 63 | here >> 1 | after << 63;
  }
}

/// The bits of 16 cells in `beside`.
INLINE uint16_t BODY(are_beside)(const struct arrival_lanes *l, const uint32_t *cell) {
  u32x16 at = BODY(load)(cell);
  u32x16 words = BODY(gather)((const uint32_t *)(l->beside + 64), at >> 5);
  return BODY(bits)((u32x16)((words >> (at & 31) & 1) != 0));
}

static void BODY(mark)(struct arrival_lanes *l, int row) {
  const uint32_t *cell = l->cell + (size_t)row * l->count;
  BODY(occupy)(l, cell);
  BODY(look_beside)(l);
  for (uint32_t i = 0; i < l->count; i += 16) {
    uint32_t bits = BODY(are_beside)(l, cell + i);
    if (i + 16 > l->short_count) {
      bits |= i >= l->short_count ? 0xFFFF : 0xFFFFu << (l->short_count - i);
    }
    l->crowded[i / 16] = (uint16_t)bits;
  }
}

// MARK: - Frames one by one

static uint32_t BODY(list)(struct arrival_lanes *l, int row, const uint16_t *bits) {
  uint32_t found = 0;
  for (uint32_t v = 0; v < l->count / 16; v++) {
    found += BODY(write_places)(l->frame_lane + found, 16 * v, bits[v]);
  }
  const uint32_t back = 4 - (uint32_t)row;
  for (uint32_t i = 0; i < found; i += 16) {
    if (i + 16 > found) __builtin_memset(l->frame_lane + found, 0, 4 * (i + 16 - found));
    const u32x16 lane = BODY(load)(l->frame_lane + i);
    const u32x16 next = BODY(gather)(l->k, lane);
    const u32x16 k = next - back;
    // Its words are in the later block of four, or in the one before.
    const u32x16 half = BODY(all)(l->half) ^ ((u32x16)(k >> 2 != next >> 2) & 1);
    const u32x16 word = (4 * half + (k & 3)) * l->count + lane;
    const u32x16 step = BODY(gather)((const uint32_t *)l->step, lane);
    // What belongs to an earlier block of 64 than the next one was not yet delayed as that is.
    const u32x16 later = (u32x16)(k >> 6 == next >> 6);
    const u32x16 nominal = BODY(gather)((const uint32_t *)l->offset, lane) - back * step
        - (BODY(gather)((const uint32_t *)l->delay, lane) & ~later);
    u32x16 start, channel;
    BODY(store)(
        l->frame_cell + i,
        BODY(cell)(l, BODY(gather)(l->timing, word), (i32x16)nominal, &start, &channel));
    BODY(store)(l->frame_start + i, start);

    const u32x16 own = BODY(gather)(l->fading, word);
    u32x16 block = BODY(gather)(l->block_word, lane);
    u32x16 smallest = BODY(gather)(l->smallest, lane);
    if (BODY(bits)(later) != 0xFFFF) {
      block = BODY(select)(later, block, BODY(gather)(l->earlier_block_word, lane));
      smallest = BODY(select)(later, smallest, BODY(gather)(l->earlier_smallest, lane));
    }
    // 2³² − smallest does not fit where smallest is 0: there the draw is its own word.
    const u32x16 draw = smallest + BODY(multiply_high)(own, 0 - smallest)
        + (own & (u32x16)(smallest == 0));
    BODY(store)(
        l->frame_draw + i, BODY(select)((u32x16)(((k ^ block) & 63) == 0), smallest, draw));
  }
  return found;
}

// MARK: - Decoded frames

static uint32_t BODY(settle)(struct arrival_lanes *l) {
  const uint32_t vectors = l->count / 16;
  uint32_t decoded = 0;
  for (uint32_t i = 0, v = 0; i < l->count; i += 16, v++) {
    const u32x16 first = BODY(load)(l->k + i) - 4;
    u32x16 latest = BODY(load)(l->latest + i);
#pragma unroll
    for (uint32_t row = 0; row < 4; row++) {
      const uint16_t passing = l->passing[row * vectors + v];
      decoded += (uint32_t)__builtin_popcount(passing);
      latest = __builtin_elementwise_max(latest, BODY(mask)(passing) & (first + row + 1));
    }
    BODY(store)(l->latest + i, latest);
  }
  return decoded;
}

// MARK: - On demand

static uint32_t BODY(phase_hits)(
    const struct phase_query *q, uint32_t first, uint32_t last, uint32_t *hits) {
  uint32_t found = 0;
  for (uint32_t i = first; i < last; i += 16) {
    const u32x16 elapsed = *(const unaligned_u32x16 *)(q->elapsed + i);
    const u32x16 period = *(const unaligned_u32x16 *)(q->period + i);
    const u32x16 k = *(const unaligned_u32x16 *)(q->last_k + i) - (uint32_t)q->back;
    u32x16 four[4];
    BODY(philox)(
        four, k >> 2, 0, *(const unaligned_u32x16 *)(q->endpoint + i), q->timing_stream, q->seed);
    const u32x16 word = BODY(pick)(four, k & 3);
    const u32x16 channel = (word & 0xFFFF) * q->channels >> 16;
    const u32x16 jitter = BODY(multiply_high)(word & 0xFFFF0000, BODY(all)(q->jitter_span));
    const u32x16 nominal = (uint32_t)q->before_anchor - elapsed - (uint32_t)q->back * period;
    const u32x16 after_earliest = nominal + jitter - (uint32_t)q->earliest;
    const u32x16 same_channel = (u32x16)(channel == q->channel) | q->any_channel;
    uint32_t bits = BODY(bits)(
        same_channel & (u32x16)(after_earliest < q->span) & (u32x16)((i32x16)k >= 0));
    if (last - i < 16) bits &= (1u << (last - i)) - 1;
    for (; bits != 0; bits &= bits - 1) hits[found++] = i + (uint32_t)__builtin_ctz(bits);
  }
  return found;
}
