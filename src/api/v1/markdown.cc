#include "api/v1/markdown.h"

#include <algorithm>

namespace headwater::api::v1 {
namespace {

constexpr std::string_view kStyle =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}"
    "pre{background:#8881;padding:.75rem;overflow:auto;border-radius:6px}"
    "code{font-family:ui-monospace,monospace}:root{color-scheme:light dark}";

// `code` within a line; everything else is text.
std::string inline_html(std::string_view text) {
  std::string out;
  bool code = false;
  while (!text.empty()) {
    const std::size_t tick = text.find('`');
    out += escape_html(text.substr(0, tick));
    if (tick == std::string_view::npos) break;
    out += code ? "</code>" : "<code>";
    code = !code;
    text.remove_prefix(tick + 1);
  }
  return code ? out + "</code>" : out;
}

class Renderer {
 public:
  void line(std::string_view text) {
    if (text.starts_with("```")) {
      close_block();
      html_ += in_code_ ? "</code></pre>\n" : "<pre><code>";
      in_code_ = !in_code_;
    } else if (in_code_) {
      html_ += escape_html(text) + "\n";
    } else if (text.starts_with("#")) {
      heading(text);
    } else if (text.starts_with("- ")) {
      open("ul");
      html_ += "<li>" + inline_html(text.substr(2)) + "</li>\n";
    } else if (text.empty()) {
      close_block();
    } else {
      open("p");
      html_ += inline_html(text) + "\n";
    }
  }
  std::string finish() {
    close_block();
    return std::move(html_);
  }

 private:
  void heading(std::string_view text) {
    close_block();
    const std::size_t level = std::min<std::size_t>(text.find_first_not_of('#'), 6);
    const std::string tag = "h" + std::to_string(level);
    html_ += "<" + tag + ">" + inline_html(text.substr(std::min(level + 1, text.size()))) + "</" +
             tag + ">\n";
  }
  void open(std::string_view block) {
    if (block_ == block) return;
    close_block();
    block_ = block;
    html_ += "<" + block_ + ">";
  }
  void close_block() {
    if (!block_.empty()) html_ += "</" + block_ + ">\n";
    block_.clear();
  }

  std::string html_, block_;
  bool in_code_ = false;
};

}  // namespace

std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out.push_back(c);
    }
  }
  return out;
}

std::string markdown_page(std::string_view title, std::string_view markdown) {
  Renderer renderer;
  while (!markdown.empty()) {
    const std::size_t end = std::min(markdown.find('\n'), markdown.size());
    renderer.line(markdown.substr(0, end));
    markdown.remove_prefix(std::min(end + 1, markdown.size()));
  }
  return "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><meta name=\"viewport\" "
         "content=\"width=device-width\"><title>" +
         escape_html(title) + "</title><style>" + std::string(kStyle) + "</style>" +
         renderer.finish() + "</html>";
}

}  // namespace headwater::api::v1
