#include "ingest/sql_tokens.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace headwater::ingest {
namespace {

// Folded to upper case wherever they stand unquoted. Sorted.
constexpr std::array<std::string_view, 96> kKeywords{
    "ALL",        "ALTER",     "AND",       "ANY",       "ARRAY",       "AS",        "ASC",
    "BETWEEN",    "BY",        "CASE",      "CAST",      "CLUSTER",     "COLLATE",   "CREATE",
    "CROSS",      "CURRENT",   "DECLARE",   "DEFAULT",   "DELETE",      "DESC",      "DISTINCT",
    "DISTRIBUTE", "DROP",      "ELSE",      "END",       "ESCAPE",      "EXCEPT",    "EXCLUDE",
    "EXISTS",     "EXTRACT",   "FALSE",     "FETCH",     "FILTER",      "FOLLOWING", "FOR",
    "FROM",       "FULL",      "FUNCTION",  "GROUP",     "GROUPING",    "HAVING",    "IF",
    "IN",         "INNER",     "INSERT",    "INTERSECT", "INTERVAL",    "INTO",      "IS",
    "JOIN",       "LATERAL",   "LEFT",      "LIKE",      "LIMIT",       "MATCHED",   "MERGE",
    "NATURAL",    "NOT",       "NULL",      "NULLS",     "OFFSET",      "ON",        "OR",
    "ORDER",      "OUTER",     "OVER",      "OVERWRITE", "PARTITION",   "PIVOT",     "PRECEDING",
    "QUALIFY",    "RANGE",     "RECURSIVE", "REPLACE",   "RIGHT",       "ROLLUP",    "ROWS",
    "SELECT",     "SET",       "STRUCT",    "TABLE",     "TABLESAMPLE", "THEN",      "TO",
    "TRUE",       "UNBOUNDED", "UNION",     "UNNEST",    "UPDATE",      "USING",     "VALUES",
    "VIEW",       "WHEN",      "WHERE",     "WINDOW",    "WITH"};

bool word_char(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return std::isalnum(byte) != 0 || c == '_' || c == '$' || c == '@' || byte >= 0x80;
}

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  });
  return out;
}

class Tokenizer {
 public:
  Tokenizer(std::string_view sql, std::string_view dialect) : sql_(sql) {
    const std::string name = upper(dialect);
    const auto is = [&](std::string_view other) { return name == other; };
    hash_comments_ = is("BIGQUERY") || is("MYSQL") || is("MARIADB");
    backslash_ = hash_comments_ || is("SPARK") || is("HIVE") || is("DATABRICKS") ||
                 is("SPARKSQL") || is("SNOWFLAKE");
    nested_comments_ = is("POSTGRES") || is("POSTGRESQL") || is("REDSHIFT") || is("DUCKDB");
  }

  std::string run() {
    while (at_ < sql_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    const char c = sql_[at_];
    if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      ++at_;
    } else if (sql_.substr(at_, 2) == "--" || (c == '#' && hash_comments_)) {
      at_ = std::min(sql_.find('\n', at_), sql_.size());
    } else if (sql_.substr(at_, 2) == "/*") {
      skip_block_comment();
    } else if (c == '\'' || c == '"' || c == '`') {
      emit(quoted_end(c));
    } else if (const std::size_t end = c == '$' ? dollar_quote_end() : 0; end != 0) {
      emit(end);
    } else if (word_char(c)) {
      emit_word();
    } else {
      emit(at_ + 1);
    }
  }

  void skip_block_comment() {
    int depth = 0;
    while (at_ < sql_.size()) {
      const std::string_view two = sql_.substr(at_, 2);
      if (two == "/*" && (depth == 0 || nested_comments_)) {
        ++depth;
        at_ += 2;
      } else if (two == "*/") {
        at_ += 2;
        if (--depth == 0) return;
      } else {
        ++at_;
      }
    }
  }

  std::size_t quoted_end(char quote) const {
    const std::string triple(3, quote);
    if (quote != '`' && hash_comments_ && sql_.substr(at_, 3) == triple) {
      const std::size_t close = sql_.find(triple, at_ + 3);
      return close == std::string_view::npos ? sql_.size() : close + 3;
    }
    for (std::size_t i = at_ + 1; i < sql_.size(); ++i) {
      if (sql_[i] == '\\' && backslash_ && quote != '`') {
        ++i;
      } else if (sql_[i] == quote) {
        if (i + 1 < sql_.size() && sql_[i + 1] == quote) {
          ++i;
        } else {
          return i + 1;
        }
      }
    }
    return sql_.size();
  }

  // End of a $tag$ ... $tag$ literal that starts here, or 0. Each tag that is never closed costs a
  // look at the whole rest, so that after a few of them none is taken for a quote any more.
  std::size_t dollar_quote_end() {
    constexpr int kMaxUnclosed = 16;
    if (unclosed_tags_ == kMaxUnclosed) return 0;
    const std::size_t second = sql_.find('$', at_ + 1);
    if (second == std::string_view::npos) return 0;
    const std::string_view tag = sql_.substr(at_, second - at_ + 1);
    const auto tag_char = [](char c) {
      return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
    };
    if (!std::ranges::all_of(tag, tag_char)) return 0;
    const std::size_t close = sql_.find(tag, second + 1);
    if (close != std::string_view::npos) return close + tag.size();
    ++unclosed_tags_;
    return 0;
  }

  void emit_word() {
    std::size_t end = at_;
    while (end < sql_.size() && word_char(sql_[end])) ++end;
    std::string folded = upper(sql_.substr(at_, end - at_));
    const bool after_dot = !out_.empty() && out_.back() == '.';
    if (!after_dot && std::ranges::binary_search(kKeywords, std::string_view(folded))) {
      separate();
      out_ += folded;
      at_ = end;
      return;
    }
    emit(end);
  }

  void emit(std::size_t end) {
    separate();
    out_.append(sql_.substr(at_, end - at_));
    at_ = end;
  }
  void separate() {
    if (!out_.empty()) out_.push_back(' ');
  }

  std::string_view sql_;
  bool hash_comments_ = false, backslash_ = false, nested_comments_ = false;
  int unclosed_tags_ = 0;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string normalize_sql(std::string_view sql, std::string_view dialect) {
  static_assert(std::ranges::is_sorted(kKeywords));
  std::string tokens = Tokenizer(sql, dialect).run();
  while (tokens.ends_with(" ;") || tokens == ";")
    tokens.resize(tokens.size() - std::min<std::size_t>(2, tokens.size()));
  return tokens;
}

}  // namespace headwater::ingest
