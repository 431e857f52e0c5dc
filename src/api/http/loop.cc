#include "api/http/loop.h"

#include <vector>

#include <boost/asio/post.hpp>

#include "api/http/connection.h"
#include "api/http/wire.h"
#include "base/clock.h"

namespace headwater::api::http {

Loop::Loop(std::chrono::milliseconds tick)
    : work_(boost::asio::make_work_guard(context_)),
      timer_(context_),
      tick_(tick),
      read_buffer_(std::make_unique<char[]>(kReadBytes)) {
  refresh_date();
}

Loop::~Loop() { join(); }

void Loop::start() {
  arm_tick();
  thread_ = std::thread([this] { context_.run(); });
}

void Loop::join() {
  if (!thread_.joinable()) return;
  boost::asio::post(context_, [this] {
    stopping_ = true;
    timer_.cancel();
    work_.reset();
  });
  thread_.join();
}

void Loop::add(std::shared_ptr<Connection> connection) {
  Connection* key = connection.get();
  connections_.emplace(key, std::move(connection));
}

void Loop::remove(Connection* connection) { connections_.erase(connection); }

void Loop::drain_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->drain();
}

void Loop::close_all() {
  std::vector<std::shared_ptr<Connection>> all;
  for (const auto& [key, connection] : connections_) all.push_back(connection);
  for (const auto& connection : all) connection->close();
}

void Loop::arm_tick() {
  timer_.expires_after(tick_);
  timer_.async_wait([this](const boost::system::error_code& ec) {
    if (!ec && !stopping_) on_tick();
  });
}

void Loop::on_tick() {
  refresh_date();
  const TimePoint now = std::chrono::steady_clock::now();
  std::vector<std::shared_ptr<Connection>> expired;
  for (const auto& [key, connection] : connections_) {
    if (connection->deadline() <= now) expired.push_back(connection);
  }
  for (const auto& connection : expired) connection->on_deadline(now);
  arm_tick();
}

void Loop::refresh_date() {
  const std::int64_t second = base::system_clock().now() / 1'000'000;
  if (second == date_second_) return;
  date_second_ = second;
  date_ = http_date(second);
}

}  // namespace headwater::api::http
