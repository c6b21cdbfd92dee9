// A name is a courtesy: where the system does not take it, nothing is lost.
#include "base/thread_name.h"

#include <pthread.h>

namespace daybook {

void name_this_thread(const char* name) {
  static_cast<void>(::pthread_setname_np(::pthread_self(), name));
}

}  // namespace daybook
