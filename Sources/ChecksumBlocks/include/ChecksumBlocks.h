#ifndef CHECKSUM_BLOCKS_H
#define CHECKSUM_BLOCKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Checksums by instructions made for them, in C because Swift cannot choose the instructions of a
// single function when the program runs. Each has a portable counterpart in Swift or zlib, which is
// its oracle and stands in where `..._is_supported` says no. No function may be called then.

// SHA-256 by the SHA extensions.
bool sha256_blocks_is_supported(void);

// Runs the compression function of FIPS 180-4 §6.2.2 over `count` blocks of 64 bytes. `state` holds
// the words a…h.
void sha256_blocks(uint32_t state[8], const uint8_t *blocks, size_t count);

// CRC-32 (ISO 3309, reflected) by carry-less multiplication.
bool crc32_blocks_is_supported(void);

// Continues a finished checksum (0 at the start) over `count` bytes, a multiple of 16 and at least
// 64.
uint32_t crc32_blocks(uint32_t crc, const uint8_t *bytes, size_t count);

// Validity of SCM frames by carry-less multiplication in vectors of 512 bits.
bool scm_frames_is_supported(void);

// Tells which of 8 · `octets` frames of 12 bytes are valid: preamble and checksum right, endpoint ID
// not zero. Frames start `stride` bytes apart. The four bytes before each frame are read, too.
//
// Bit i % 8 of `valid[i / 8]` is set when frame i is valid.
void scm_frames_valid(const uint8_t *frames, size_t stride, size_t octets, uint8_t *valid);

#endif
