#ifndef ARRIVAL_LANES_H
#define ARRIVAL_LANES_H

#include <stdint.h>

// The inner loops of evaluating one collector's air, in C because Swift cannot choose the vector
// instructions of a single function when the program runs. Everything that decides a frame is
// integer arithmetic (and correctly rounded square roots), so that all levels give the same bits;
// `PlainCensus` in Swift is their oracle.
//
// In the census a lane is a link. Time goes in windows no longer than the shortest period, so that a lane starts
// at most one frame a window, and in groups of four windows, since one call of the generator gives
// the words of four transmissions. A transmission is filed under the window of its nominal start.

// Vector instructions to use. A level must not be above `vector_level_best()`.
enum vector_level { vector_level_baseline, vector_level_v3, vector_level_v4 };

// The widest level that this processor has.
enum vector_level vector_level_best(void);

// All arrays are aligned to 64 bytes. Those named with a size in brackets have `count` elements for
// each of so many rows, row after row; the others have `count` elements.
struct arrival_lanes {
  // Lanes, a multiple of 16. The last ones may be padding, with threshold 0.
  uint32_t count;
  // Lanes from here on send frames longer than a slot, which cover up to `long_cells` (≤ 48) cells.
  uint32_t short_count;
  uint32_t long_cells;

  uint64_t seed;
  uint32_t collector;
  // Stream numbers of the timing, fading and fading-block words.
  uint32_t timing_stream, fading_stream, block_stream;

  // Ticks of a window, at most the shortest period.
  uint32_t window;
  // Jitter is below this (≤ 65,535 ticks) and there are so many channels (≤ 255), of which the
  // receiver hears `heard_count` from `heard_first` on.
  uint32_t jitter_span, channels, heard_first, heard_count;

  // The slot of a start is ((start + bias) >> shift) * reciprocal >> 16, its cell
  // (channel * stride + slot) & mask. Two frames that overlap lie in the same or in neighbouring
  // slots, or in cells that a long one covers.
  uint32_t bias, shift, reciprocal, stride, mask;
  // Frames that start from this tick of their window on are reported in `tail`.
  uint32_t tail_start;

  // What is known of each lane.
  const uint32_t *endpoint;   // identifier
  const int32_t *step;        // period less window
  const uint32_t *threshold;  // fading draws below this survive
  // Transmissions below the first and from the second number on are never sent; or both null.
  const uint32_t *births, *lives;

  // The next transmission, and ticks from the next group's start to its nominal start.
  uint32_t *k;
  int32_t *offset;
  // More ticks by which the clock delays what is sent in the group and belongs to the block of 64
  // after that of transmission k.
  int32_t *delay;

  // Words of the two latest blocks of four transmissions. Rows 0…3 and 4…7 take turns; the later
  // block, that of transmission k, is in rows 4 * half … 4 * half + 3.
  uint32_t half;
  uint32_t *timing;     // [8]
  uint32_t *fading;     // [8]
  uint16_t *surviving;  // [8] bit per lane

  // The fading block of 64 transmissions that holds transmission k, and the one before it: its
  // word, its smallest draw. Own words below `own_threshold` survive, and the transmission at
  // `place` (64: none) does.
  uint32_t *block_word, *earlier_block_word;
  uint32_t *smallest, *earlier_smallest;
  uint32_t *own_threshold;
  uint32_t *place;
  uint32_t *starting;  // room for the lanes that enter a block

  // The frames of the group's windows: their cells, and bits per lane: sent at all, heard, survive
  // fading, start late in the window.
  uint32_t *cell;      // [4]
  uint16_t *sent;      // [4]
  uint16_t *heard;     // [4]
  uint16_t *passing;   // [4]
  uint16_t *tail;      // [4]
  // Bits per lane: frames that have another one in their own or a neighbouring cell, and all long
  // frames.
  uint16_t *crowded;

  // The frames that `arrival_lanes_list` has found: their lanes, ticks from the window's start to
  // their first bit, cells before folding, and fading draws. Room for `count` each, of `frame_lane`
  // for 16 more.
  uint32_t *frame_lane;
  uint32_t *frame_start;
  uint32_t *frame_cell;
  uint32_t *frame_draw;

  // One more than the latest transmission that was decoded; 0 for none.
  uint32_t *latest;

  // A bit for each cell, with 64 bytes before and after them, and a bit for each cell that has an
  // occupied neighbour.
  uint8_t *occupied, *beside;
};

// Sets `block_word`, `smallest`, `own_threshold` and `place` for transmission k of every lane, and
// its block's words of timing and fading. To be called once, before the first group.
void arrival_lanes_begin(enum vector_level level, struct arrival_lanes *lanes);

// Makes the frames of the next four windows. `k` and `offset` then stand at the group after it.
void arrival_lanes_generate(enum vector_level level, struct arrival_lanes *lanes);

// Marks the cells of all frames of a window (a row, 0…3), then sets `crowded`. The cells must have
// been cleared; cells that are marked already count as others' frames.
void arrival_lanes_mark(enum vector_level level, struct arrival_lanes *lanes, int row);

// Lists the lanes whose bits are set in `bits` with their frames of a window, by ascending lane.
//
// Returns how many there are. The lists are filled up to a multiple of 16.
uint32_t arrival_lanes_list(
    enum vector_level level, struct arrival_lanes *lanes, int row, const uint16_t *bits);

// Notes the frames of the group that are still in `passing` as decoded. Returns their number.
uint32_t arrival_lanes_settle(enum vector_level level, struct arrival_lanes *lanes);

// What may overlap one frame, among endpoints that stand in the order of their phases.
struct phase_query {
  uint64_t seed;
  uint32_t timing_stream;
  uint32_t jitter_span, channels;
  // By endpoint: its identifier, ticks from the start of its last period to an anchor in time, the
  // number of the transmission of that period (negative before the first), its period.
  const uint32_t *endpoint, *elapsed, *period;
  const int32_t *last_k;

  // The transmission of so many periods earlier is looked at.
  int32_t back;
  // Ticks from the frame's start to the anchor.
  int32_t before_anchor;
  // Transmissions count that start from `earliest` ticks after the frame's start on (usually
  // negative), less than `span` ticks later, on its channel, or on any one where `any_channel` is
  // all ones and not zero.
  int32_t earliest;
  uint32_t span;
  uint32_t channel, any_channel;
};

// Lists the endpoints from `first` to before `last` whose transmission may overlap the frame, by
// ascending index. The arrays of the query go on for 15 elements after `last`; `hits` has room for
// as many elements as are looked at.
//
// Returns the number of hits.
uint32_t phase_hits(
    enum vector_level level, const struct phase_query *query, uint32_t first, uint32_t last,
    uint32_t *hits);

#endif
