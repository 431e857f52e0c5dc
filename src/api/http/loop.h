// Loop: one I/O thread with its connections, its clock tick and its read buffer. Private to
// api/http.
//
// A connection lives on one loop and is touched by that thread alone. One timer a loop looks at all
// deadlines, so that setting one is a plain store. The 64 KiB read buffer is shared by all
// connections of the loop: one that waits holds no buffer at all.
//
// Thread-safety: post and context from any thread; everything else on the loop's own.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>

#include "api/http/asio_setup.h"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace headwater::api::http {

class Connection;
using TimePoint = std::chrono::steady_clock::time_point;

class Loop {
 public:
  static constexpr std::size_t kReadBytes = std::size_t{64} << 10;

  explicit Loop(std::chrono::milliseconds tick);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  boost::asio::io_context& context() { return context_; }
  void start();
  // Ends the thread once nothing is outstanding: close every connection first. Idempotent.
  void join();

  void add(std::shared_ptr<Connection> connection);
  void remove(Connection* connection);
  void drain_all();  // idle connections close, others after their answer
  void close_all();

  char* read_buffer() { return read_buffer_.get(); }
  // The Date header's value, right to the tick.
  const std::string& date() const { return date_; }

 private:
  void arm_tick();
  void on_tick();
  void refresh_date();

  boost::asio::io_context context_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  boost::asio::steady_timer timer_;
  const std::chrono::milliseconds tick_;
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections_;
  std::unique_ptr<char[]> read_buffer_;
  std::string date_;
  std::int64_t date_second_ = -1;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace headwater::api::http
