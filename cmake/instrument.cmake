# Sanitizers, coverage and planted bugs. Sanitizers go to every target, the libraries included: a half-instrumented program
# lies.
if(DAYBOOK_SANITIZE)
  add_compile_options(-fsanitize=${DAYBOOK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DAYBOOK_SANITIZE})
  # g++ 12 finds uninitialised variables, and an end behind a switch of returns, where the sanitizers' own code is.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> $<$<CXX_COMPILER_ID:GNU>:-Wno-return-type>)
endif()
if(DAYBOOK_SANITIZE MATCHES thread)
  # ThreadSanitizer knows no fences. Asio's stand beside the mutex of its queue, which orders the same.
  add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
endif()
if(DAYBOOK_PLANTED_BUGS)
  add_compile_definitions(DAYBOOK_PLANTED_BUGS)
endif()
if(DAYBOOK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(DAYBOOK_COVERAGE) # what is counted are the libraries (library.cmake)
  add_link_options(--coverage)
endif()
