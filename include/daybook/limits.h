// The hard limits of format version 1; docs/limits.md lists them with the tests that hold them.
//
// Threads: constants.
#pragma once

#include <cstddef>

namespace daybook {

/// Names in UTF-8, and texts that go with an event, in bytes.
inline constexpr std::size_t kStreamBytesMax = 512;
inline constexpr std::size_t kTypeBytesMax = 256;
inline constexpr std::size_t kTagBytesMax = 256;
inline constexpr std::size_t kContentTypeBytesMax = 256;
inline constexpr std::size_t kTraceparentBytesMax = 256;
inline constexpr std::size_t kTagsMax = 64;                       ///< An event.
inline constexpr std::size_t kHeadersMax = 32;                    ///< An event.
inline constexpr std::size_t kHeaderNameBytesMax = 256;           ///< Its value may be empty.
inline constexpr std::size_t kHeaderBytesMax = 16 * 1024;         ///< Names and values of an event together.
inline constexpr std::size_t kDataBytesMax = 8 * 1024 * 1024;     ///< An event's data.
inline constexpr std::size_t kCommitEventsMax = 10'000;           ///< At least one.
inline constexpr std::size_t kCommitBytesMax = 16 * 1024 * 1024;  ///< As encoded.
inline constexpr std::size_t kCommitStreamsMax = 1024;            ///< That it writes.
inline constexpr std::size_t kCommitConditionsMax = 1024;         ///< Expected versions and fail-if-match together.
inline constexpr std::size_t kQueryItemsMax = 64;                 ///< Alternatives.
inline constexpr std::size_t kQueryTermsMax =
    256;  ///< Streams, prefixes, types, tags and correlation ids of all items.

}  // namespace daybook
