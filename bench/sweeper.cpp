// The child sees the end of a pipe that nobody else keeps open: programs that are run close it.
#include "bench/sweeper.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>

namespace daybook::bench {

void remove_afterwards(const std::filesystem::path& directory) {
  std::array<int, 2> pipe{};
  const pid_t child = ::pipe2(pipe.data(), O_CLOEXEC) == 0 ? ::fork() : -1;
  if (child < 0) {
    std::perror("daybook-bench: cannot begin what cleans up");
    std::exit(1);
  }
  if (child > 0) {
    ::close(pipe[0]);
    return;
  }
  ::setsid();  // Ctrl-C is for the others
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO, pipe[1]}) ::close(descriptor);
  char letter = 0;
  while (::read(pipe[0], &letter, 1) < 0 && errno == EINTR) {
  }
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  ::_exit(0);
}

}  // namespace daybook::bench
