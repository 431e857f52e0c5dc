#include "stats/price_book.h"

#include <charconv>
#include <cmath>

#include "model/json.h"
#include "model/time.h"

namespace headwater::stats {

using base::ErrorCode;
using base::make_error;
using base::Result;
using model::JsonValue;
using model::Measure;

__extension__ using Wide = __int128;

bool matches(std::string_view pattern, std::string_view name) {
  if (pattern.empty()) return true;
  std::size_t p = 0, n = 0, star = std::string_view::npos, resume = 0;
  while (n < name.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      resume = n;
    } else if (p < pattern.size() && pattern[p] == name[n]) {
      ++p;
      ++n;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      n = ++resume;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

namespace {

// Round half up of q * micros / per, bounded as a quantity is.
std::int64_t priced(std::int64_t quantity, std::int64_t micros, std::int64_t per) {
  const Wide value = (Wide{quantity} * micros + per / 2) / per;
  return value > model::kMaxQuantity ? model::kMaxQuantity : static_cast<std::int64_t>(value);
}

bool in_force(const Rate& rate, std::string_view name_space, std::string_view job,
              base::Micros end) {
  return rate.from <= end && end < rate.to && matches(rate.name_space, name_space) &&
         matches(rate.job, job);
}

// What the rules say of all units together: of each unit the first that matches.
std::int64_t sum_of(const std::vector<Rate>& rates, std::string_view name_space,
                    std::string_view job, base::Micros end, const model::Quantities& of) {
  std::uint32_t done = 0;
  std::int64_t sum = 0;
  for (const Rate& rate : rates) {
    const std::uint32_t bit = std::uint32_t{1} << index(rate.unit);
    if (of[rate.unit] == 0 || (done & bit) != 0 || !in_force(rate, name_space, job, end)) continue;
    done |= bit;
    sum = std::min(sum + priced(of[rate.unit], rate.micros, rate.per), model::kMaxQuantity);
  }
  return sum;
}

// Digits with at most six behind the point, as micros; also from a string.
std::optional<std::int64_t> exact_micros(const JsonValue& value) {
  const std::string text = value.is_string() ? *value.string() : std::string(value.text());
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  const auto [point, error] = std::from_chars(text.data(), end, whole);
  if (error != std::errc() || whole < 0 || whole > model::kMaxQuantity / model::kMicro) {
    return std::nullopt;
  }
  std::int64_t fraction = 0, scale = model::kMicro;
  if (point == end) return whole * model::kMicro;
  if (*point != '.') return std::nullopt;
  for (const char* at = point + 1; at != end; ++at) {
    if (*at < '0' || *at > '9') return std::nullopt;
    scale /= 10;
    if (scale == 0 && *at != '0') return std::nullopt;
    fraction += (*at - '0') * scale;
  }
  return whole * model::kMicro + fraction;
}

class BookReader {
 public:
  explicit BookReader(PriceBook& to) : to_(to) {}

  Result<void> read(const JsonValue& root) {
    if (!root.is_object()) return wrong("", "must be an object with `currency` and `prices`.");
    if (const JsonValue currency = root.get("currency"); currency.present()) {
      HW_TRY(to_.currency, currency_of(currency, "/currency"));
    }
    HW_CHECK_OK(rates(root.get("prices"), "/prices", "price", to_.prices));
    HW_CHECK_OK(rates(root.get("energy"), "/energy", "wh", to_.energy));
    HW_CHECK_OK(rates(root.get("co2"), "/co2", "grams", to_.co2));
    return exchange(root.get("exchange"));
  }

 private:
  static base::Error wrong(const std::string& pointer, const std::string& what) {
    return make_error(ErrorCode::kInvalidArgument,
                      "The price book's " + (pointer.empty() ? "body" : pointer) + " " + what);
  }

  static Result<std::string> currency_of(const JsonValue& value, const std::string& pointer) {
    std::string text = value.string().value_or("");
    const bool good = text.size() == 3 &&
                      text.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == std::string::npos;
    if (!good) return wrong(pointer, "must be three capital letters (ISO 4217), such as USD.");
    return text;
  }

  Result<void> count(const std::string& pointer) {
    if (++rules_ <= PriceBook::kMaxRules) return {};
    return make_error(
        ErrorCode::kLimitExceeded,
        "The price book has more than 10,000 rules (limit price_book.max_rules), at " + pointer +
            "; use patterns.");
  }

  static Result<void> moments(const JsonValue& rule, const std::string& pointer, base::Micros& from,
                              base::Micros& to) {
    const std::pair<std::string_view, base::Micros*> members[] = {{"from", &from}, {"to", &to}};
    for (const auto& [name, moment] : members) {
      const JsonValue value = rule.get(name);
      if (!value.present() || value.is_null()) continue;
      const auto text = value.string();
      const auto time = text ? model::parse_time(*text) : std::nullopt;
      if (!time) {
        return wrong(pointer + "/" + std::string(name),
                     "must be an RFC 3339 moment such as 2026-01-01T00:00:00Z.");
      }
      *moment = time->micros;
    }
    if (from < to) return {};
    return wrong(pointer + "/to", "must lie after `from`.");
  }

  static Result<std::int64_t> micros(const JsonValue& value, const std::string& pointer) {
    if (const auto exact = exact_micros(value); value.present() && exact) return *exact;
    return wrong(pointer,
                 "must be a decimal from 0 with at most six digits behind the point; for less, "
                 "name a larger `per`.");
  }

  Result<void> rates(const JsonValue& list, const std::string& pointer, std::string_view member,
                     std::vector<Rate>& to) {
    if (!list.present() || list.is_null()) return {};
    if (!list.is_array()) return wrong(pointer, "must be an array.");
    Result<void> done;
    std::size_t at = 0;
    list.elements([&](const JsonValue& rule) {
      if (done) done = rate(rule, pointer + "/" + std::to_string(at++), member, to);
    });
    return done;
  }

  Result<void> rate(const JsonValue& rule, const std::string& pointer, std::string_view member,
                    std::vector<Rate>& to) {
    HW_CHECK_OK(count(pointer));
    Rate out;
    const auto unit = model::measure_named(rule.get("unit").string().value_or(""));
    const bool priceable = unit && *unit != Measure::kAmount && *unit != Measure::kCo2G &&
                           (member != "wh" || *unit != Measure::kEnergyWh);
    if (!priceable) {
      return wrong(pointer + "/unit",
                   "must be a measure such as slot_ms, bytes_billed, "
                   "cpu_seconds, energy_wh, duration_ms or runs.");
    }
    out.unit = *unit;
    out.name_space = rule.get("namespace").string().value_or("");
    out.job = rule.get("job").string().value_or("");
    HW_TRY(out.micros, micros(rule.get(member), pointer + "/" + std::string(member)));
    HW_TRY(out.per, per_of(rule.get("per"), pointer + "/per", out.unit));
    HW_CHECK_OK(moments(rule, pointer, out.from, out.to));
    to.push_back(std::move(out));
    return {};
  }

  // In base units of the measure; 1 of it if nothing is said.
  static Result<std::int64_t> per_of(const JsonValue& value, const std::string& pointer,
                                     Measure unit) {
    const std::int64_t scale = model::info(unit).scale;
    if (!value.present() || value.is_null()) return scale;
    if (scale == 1) {
      const auto whole = value.integer();
      if (whole && *whole > 0 && *whole <= model::kMaxQuantity) return *whole;
      return wrong(pointer, "must be a whole number from 1: the unit is not counted in fractions.");
    }
    HW_TRY(const std::int64_t per, micros(value, pointer));
    if (per == 0) return wrong(pointer, "must be more than 0.");
    return per;
  }

  Result<void> exchange(const JsonValue& list) {
    if (!list.present() || list.is_null()) return {};
    if (!list.is_array()) return wrong("/exchange", "must be an array.");
    Result<void> done;
    std::size_t number = 0;
    list.elements([&](const JsonValue& rule) {
      if (!done) return;
      const std::string at = "/exchange/" + std::to_string(number++);
      done = exchange_rate(rule, at);
    });
    return done;
  }

  Result<void> exchange_rate(const JsonValue& rule, const std::string& pointer) {
    HW_CHECK_OK(count(pointer));
    ExchangeRate out;
    HW_TRY(out.currency, currency_of(rule.get("currency"), pointer + "/currency"));
    HW_TRY(out.micros, micros(rule.get("rate"), pointer + "/rate"));
    HW_CHECK_OK(moments(rule, pointer, out.from, out.to));
    to_.exchange.push_back(std::move(out));
    return {};
  }

  PriceBook& to_;
  std::size_t rules_ = 0;
};

}  // namespace

bool PriceBook::price(const Reported& reported, std::string_view name_space, std::string_view job,
                      base::Micros end, model::Quantities& to) const {
  if (to[Measure::kEnergyWh] == 0) {
    to[Measure::kEnergyWh] = sum_of(energy, name_space, job, end, to);
  }
  to[Measure::kCo2G] = sum_of(co2, name_space, job, end, to);
  if (reported.currency.empty()) {
    to[Measure::kAmount] = sum_of(prices, name_space, job, end, to);
    return true;
  }
  if (reported.currency == currency) {
    to[Measure::kAmount] = reported.amount;
    return true;
  }
  for (const ExchangeRate& rate : exchange) {
    if (rate.currency != reported.currency || end < rate.from || rate.to <= end) continue;
    to[Measure::kAmount] = priced(reported.amount, rate.micros, model::kMicro);
    return true;
  }
  to[Measure::kAmount] = 0;
  return false;
}

Result<PriceBook> parse_price_book(std::string_view json) {
  PriceBook book;
  HW_CHECK_OK(BookReader(book).read(JsonValue(json)));
  return book;
}

}  // namespace headwater::stats
