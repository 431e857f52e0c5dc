// RequestParser: one request through Beast's parser, into our own Request. Private to api/http.
//
// The head must have passed HeadScanner. The body is collected as sent (chunks joined, coding not
// undone). One thread at a time; one object a request.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "api/http/asio_setup.h"

// GCC 12 takes an empty boost::optional for an uninitialised one when it builds with sanitizers.
#pragma GCC diagnostic push
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <boost/beast/http/basic_parser.hpp>
#pragma GCC diagnostic pop

#include "api/http/body_budget.h"
#include "api/http/head.h"
#include "api/http/server.h"

namespace headwater::api::http {

class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  RequestParser(const Limits& limits, std::shared_ptr<BodyBudget> budget);
  ~RequestParser() override = default;

  // `head` is the whole block. Fills method, target, headers and the decoded URL, and checks
  // framing; the body's coding is known afterwards.
  std::optional<Refusal> read_head(std::string_view head);

  // Eats what belongs to the body; `consumed` bytes of `bytes` are done with, the rest is wanted
  // again with more behind it (a chunk's line that is not complete).
  struct Progress {
    std::size_t consumed = 0;
    std::optional<Refusal> refusal;
  };
  Progress read_body(std::string_view bytes);

  bool complete() const { return is_done(); }
  // The request ended and nobody can read its end differently.
  bool framing_is_certain() const { return head_done_ && is_done(); }
  bool wants_continue() const { return wants_continue_; }
  bool keeps_alive() const { return keep_alive(); }
  unsigned version() const { return version_; }
  // The authority that counts: of an absolute target, else Host; "" in HTTP/1.0 without one.
  std::string_view authority() const { return authority_; }
  bool asterisk() const { return asterisk_; }
  Coding coding() const { return coding_; }
  Request& request() { return request_; }
  const Request& request() const { return request_; }

 private:
  using ErrorCode = boost::beast::error_code;
  using Text = boost::beast::string_view;

  void on_request_impl(boost::beast::http::verb method, Text method_text, Text target, int version,
                       ErrorCode& ec) override;
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(boost::beast::http::field, Text name, Text value, ErrorCode& ec) override;
  void on_header_impl(ErrorCode& ec) override;
  void on_body_init_impl(boost::optional<std::uint64_t> const& length, ErrorCode& ec) override;
  std::size_t on_body_impl(Text bytes, ErrorCode& ec) override;
  void on_chunk_header_impl(std::uint64_t size, Text extensions, ErrorCode& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, Text bytes, ErrorCode& ec) override;
  void on_finish_impl(ErrorCode& ec) override;

  Refusal refusal_for(const ErrorCode& ec);
  std::optional<Refusal> read_target();
  std::optional<Refusal> read_expectation();
  std::size_t append(Text bytes, ErrorCode& ec);

  const Limits* limits_;
  Request request_;
  BodyLease lease_;
  std::optional<Refusal> own_refusal_;  // set with any error code when the reason is ours
  std::string authority_;
  Coding coding_ = Coding::kIdentity;
  std::size_t extension_bytes_ = 0;
  unsigned version_ = 11;
  bool head_done_ = false;
  bool wants_continue_ = false;
  bool asterisk_ = false;
};

}  // namespace headwater::api::http
