// What must stand before any header of Boost.Asio 1.74. Private to api/http.
#pragma once

#include <utility>  // C++20: asio uses std::exchange without including it

// ThreadSanitizer does not model fences, and GCC refuses them under it. Asio's guard a handler
// against another thread's view of it, which the locks of its queues do as well.
#if defined(__SANITIZE_THREAD__)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define BOOST_ASIO_DISABLE_FENCED_BLOCK 1
#endif
#endif
