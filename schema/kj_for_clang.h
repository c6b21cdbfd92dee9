// What clang misses in Cap'n Proto 0.9's headers: they compare a text with a StringPtr where only the comparison the
// other way round is declared, and g++ alone turns it around there. The build includes this first, for clang.
//
// Threads: any.
#pragma once

namespace kj {
class StringPtr;
/// Declared for the headers' sake; nothing calls it, and it is nowhere defined.
bool operator==(const char* text, const StringPtr& string);
}  // namespace kj
