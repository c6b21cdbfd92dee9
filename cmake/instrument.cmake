# Sanitizers and coverage. Both go to every target, the libraries included: a half-instrumented program lies.
if(DAYBOOK_SANITIZE)
  add_compile_options(-fsanitize=${DAYBOOK_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${DAYBOOK_SANITIZE})
  # g++ 12 finds uninitialised variables where the sanitizers' own code is.
  add_compile_options($<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
endif()
if(DAYBOOK_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
if(DAYBOOK_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
