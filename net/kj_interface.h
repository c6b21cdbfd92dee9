// KJ's interfaces have no virtual destructor, on purpose: who owns an object knows how to destroy all of it (kj::Own).
// Around a class of ours that implements one, the compiler's warning of that is off.
//
// Threads: none.
#pragma once

/// Before a class that implements an interface of KJ or Cap'n Proto.
#define DAYBOOK_KJ_INTERFACE_BEGIN \
  _Pragma("GCC diagnostic push") _Pragma("GCC diagnostic ignored \"-Wnon-virtual-dtor\"")
/// After it.
#define DAYBOOK_KJ_INTERFACE_END _Pragma("GCC diagnostic pop")
