# Compiler settings, third-party targets and the module function.

find_package(Threads REQUIRED)
find_package(Boost 1.74 REQUIRED)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(SQLite3 REQUIRED)
find_package(ZLIB REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(date REQUIRED)
pkg_check_modules(ZSTD REQUIRED IMPORTED_TARGET libzstd)
pkg_check_modules(XXHASH REQUIRED IMPORTED_TARGET libxxhash)
add_library(zstd::zstd ALIAS PkgConfig::ZSTD)
add_library(xxhash::xxhash ALIAS PkgConfig::XXHASH)

# Events are parsed on one thread, applied on another and freed on a third: glibc's allocator takes a
# sixth longer over that. Sanitizers bring their own.
add_library(hw_allocator INTERFACE)
if(NOT HW_SANITIZE)
  pkg_check_modules(JEMALLOC REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(hw_allocator INTERFACE PkgConfig::JEMALLOC)
endif()

find_path(RAPIDJSON_INCLUDE_DIR rapidjson/document.h REQUIRED)
add_library(hw_rapidjson INTERFACE)
target_include_directories(hw_rapidjson SYSTEM INTERFACE ${RAPIDJSON_INCLUDE_DIR})
target_compile_definitions(hw_rapidjson INTERFACE RAPIDJSON_HAS_STDSTRING=1)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "x86_64|AMD64")
  target_compile_definitions(hw_rapidjson INTERFACE RAPIDJSON_SSE42)
  target_compile_options(hw_rapidjson INTERFACE -msse4.2)
elseif(CMAKE_SYSTEM_PROCESSOR MATCHES "aarch64|arm64")
  target_compile_definitions(hw_rapidjson INTERFACE RAPIDJSON_NEON)
endif()
add_library(rapidjson::rapidjson ALIAS hw_rapidjson)

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE_PROGRAM})
endif()

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

# A build with HW_PCH does not tell a missing #include of these; the others do.
set(HW_PCH_HEADERS <algorithm> <array> <atomic> <chrono> <condition_variable> <deque> <fstream> <functional>
  <map> <memory> <mutex> <optional> <ranges> <set> <span> <sstream> <string> <string_view> <thread> <tuple>
  <unordered_map> <unordered_set> <utility> <variant> <vector>)

# Warnings are errors. A sanitizer build keeps assertions on, the standard library's too.
function(hw_target_options target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # False alarms of GCC 12 in std::string's own operator+ (GCC bug 105651).
    target_compile_options(${target} PRIVATE -Wno-restrict)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    target_compile_options(${target} PRIVATE -Wthread-safety -Werror=thread-safety)
  endif()
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR}/src)
  target_link_libraries(${target} PUBLIC Threads::Threads)
  if(HW_PCH)
    target_precompile_headers(${target} PRIVATE ${HW_PCH_HEADERS})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")  # else ccache never finds it again
      target_compile_options(${target} PRIVATE "SHELL:-Xclang -fno-pch-timestamp")
    endif()
  endif()
  if(HW_SANITIZE)
    string(REPLACE ";" "," sanitizers "${HW_SANITIZE}")
    target_compile_options(${target} PUBLIC -fsanitize=${sanitizers} -fno-omit-frame-pointer
      -fno-sanitize-recover=all)
    target_compile_definitions(${target} PUBLIC _GLIBCXX_ASSERTIONS)  # "".back() and its like
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND HW_SANITIZE MATCHES "undefined")
      # RapidJSON adds an offset to a null pointer in an empty stack.
      target_compile_options(${target} PUBLIC -fno-sanitize=pointer-overflow)
    endif()
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND HW_SANITIZE MATCHES "address|thread")
      # False alarms of GCC 12 in the destructors of strings and of vectors in an optional: every build
      # without a sanitizer has the warning as an error.
      target_compile_options(${target} PRIVATE -Wno-error=maybe-uninitialized)
    endif()
    target_link_options(${target} PUBLIC -fsanitize=${sanitizers})
  endif()
  if(HW_FUZZ)
    target_compile_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
    target_link_options(${target} PUBLIC -fsanitize=fuzzer-no-link)
  endif()
endfunction()

# hw_module(NAME DEPS ...): every .cc below src/NAME but main.cc, as the static library hw_NAME.
function(hw_module name)
  cmake_parse_arguments(ARG "" "" "DEPS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(NOT sources)
    add_library(hw_${name} INTERFACE)
    target_include_directories(hw_${name} INTERFACE ${CMAKE_SOURCE_DIR}/src)
    target_link_libraries(hw_${name} INTERFACE ${ARG_DEPS})
    return()
  endif()
  add_library(hw_${name} STATIC ${sources})
  hw_target_options(hw_${name})
  target_link_libraries(hw_${name} PUBLIC ${ARG_DEPS})
endfunction()
