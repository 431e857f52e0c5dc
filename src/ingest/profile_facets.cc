// What an event measures of its datasets: gathered while its facets are read, one profile for each
// dataset and role.

#include <algorithm>
#include <charconv>
#include <cmath>

#include "ingest/event_parser.h"
#include "model/time.h"

namespace headwater::ingest {

using model::JsonValue;
using model::ProfileRole;

namespace {

constexpr std::size_t kMaxQuantiles = 1000;  // of one column

std::optional<double> finite(const JsonValue& value) {
  const auto number = value.number();
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return number;
}

// "0.25", or "25" as some write it in percent: the share that lies below, 0 to 1.
std::optional<double> share_in(std::string_view text) {
  double out = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (out > 1) out /= 100;
  return out >= 0 && out <= 1 ? std::optional(out) : std::nullopt;
}

}  // namespace

model::Profile& EventParser::profile_of(FacetPlace place) {
  const ProfileRole role = place == FacetPlace::kInput    ? ProfileRole::kRead
                           : place == FacetPlace::kOutput ? ProfileRole::kWritten
                                                          : current_role_;
  const auto dataset = static_cast<std::uint32_t>(current_dataset_);
  for (model::Profile& profile : event_->profiles) {
    if (profile.dataset == dataset && profile.role == role) return profile;
  }
  model::Profile made;
  made.dataset = dataset;
  made.role = role;
  event_->profiles.push_back(std::move(made));
  return event_->profiles.back();
}

// A count that may be there. What is negative or no whole number is not taken, and said.
void EventParser::take_count(const JsonValue& value, const std::string& pointer, std::int64_t& to) {
  if (!value.present() || value.is_null()) return;
  std::optional<std::int64_t> count = value.integer();
  if (!count) {
    const auto number = value.number();  // 12.0, 1e6
    constexpr double kExact = 9007199254740992.0;
    if (number && *number == std::floor(*number) && std::abs(*number) <= kExact) {
      count = static_cast<std::int64_t>(*number);
    }
  }
  if (count && *count >= 0) {
    to = *count;
    return;
  }
  warn("bad_statistic", pointer, "is not a whole number from 0 on; it was kept but not used.");
}

// Well-formed facets of datasets, as they are met.
void EventParser::note_profile(FacetPlace place, std::string_view name, const JsonValue& facet,
                               const std::string& pointer) {
  if (place == FacetPlace::kRun || place == FacetPlace::kJob) return;
  if (event_->kind == model::EventKind::kJob) return;
  if (name == "outputStatistics" || name == "inputStatistics") {
    const bool output = name.front() == 'o';
    if ((place == FacetPlace::kOutput) == output && place != FacetPlace::kDataset) {
      note_statistics(place, facet, pointer);
    }
  } else if (name == "dataQualityMetrics" && place != FacetPlace::kOutput) {
    note_metrics(place, facet, pointer);
  } else if (name == "dataQualityAssertions" && place != FacetPlace::kOutput) {
    note_assertions(place, facet);
  }
}

void EventParser::note_statistics(FacetPlace place, const JsonValue& facet,
                                  const std::string& pointer) {
  model::Profile& profile = profile_of(place);
  profile.facets |= model::kHasStatistics;
  profile.volume = {};
  take_count(facet.get("rowCount"), pointer + "/rowCount", profile.volume.rows);
  take_count(facet.get("size"), pointer + "/size", profile.volume.bytes);
  take_count(facet.get("fileCount"), pointer + "/fileCount", profile.volume.files);
}

void EventParser::note_metrics(FacetPlace place, const JsonValue& facet,
                               const std::string& pointer) {
  model::Profile& profile = profile_of(place);
  profile.facets |= model::kHasMetrics;
  profile.total = {};
  profile.updated.reset();
  profile.detail.columns.clear();
  take_count(facet.get("rowCount"), pointer + "/rowCount", profile.total.rows);
  take_count(facet.get("bytes"), pointer + "/bytes", profile.total.bytes);
  take_count(facet.get("fileCount"), pointer + "/fileCount", profile.total.files);
  if (const auto text = facet.get("lastUpdated").string()) {
    if (const auto time = model::parse_time(*text)) profile.updated = time->micros;
  }
  std::vector<model::ColumnProfile>& columns = profile.detail.columns;
  const std::string at = pointer + "/columnMetrics";
  std::size_t beyond = 0;
  facet.get("columnMetrics").members([&](std::string_view name, const JsonValue& metrics) {
    if (!metrics.is_object() || name.size() > limits_.max_name_bytes) return;
    if (columns.size() == limits_.max_profile_columns) {
      ++beyond;
      return;
    }
    columns.push_back(read_column(name, metrics, at));
  });
  if (beyond > 0) {
    warn("too_many_columns", at,
         std::to_string(beyond) + " columns beyond " + std::to_string(limits_.max_profile_columns) +
             " (limit ingest.max_profile_columns) were kept but not used.");
  }
  std::ranges::stable_sort(columns, {}, &model::ColumnProfile::name);
  const auto alike = [](const auto& a, const auto& b) { return a.name == b.name; };
  columns.erase(std::unique(columns.begin(), columns.end(), alike), columns.end());
}

model::ColumnProfile EventParser::read_column(std::string_view name, const JsonValue& metrics,
                                              const std::string& pointer) {
  model::ColumnProfile column;
  column.name = name;
  const std::string at = pointer + "/" + std::string(name) + "/";
  take_count(metrics.get("nullCount"), at + "nullCount", column.nulls);
  take_count(metrics.get("distinctCount"), at + "distinctCount", column.distinct);
  column.count = finite(metrics.get("count"));
  column.sum = finite(metrics.get("sum"));
  column.min = finite(metrics.get("min"));
  column.max = finite(metrics.get("max"));
  metrics.get("quantiles").members([&](std::string_view key, const JsonValue& value) {
    const auto share = share_in(key);
    const auto number = finite(value);
    if (!share || !number) return;
    if (column.quantiles.size() < kMaxQuantiles) {
      column.quantiles.emplace_back(*share, *number);
    } else if (column.quantiles.size() == kMaxQuantiles) {
      warn("too_many_quantiles", at + "quantiles",
           "has more than 1000 quantiles; the rest was kept but not used.");
    }
  });
  std::ranges::sort(column.quantiles);
  return column;
}

void EventParser::note_assertions(FacetPlace place, const JsonValue& facet) {
  model::Profile& profile = profile_of(place);
  profile.facets |= model::kHasAssertions;
  profile.detail.assertions.clear();
  std::size_t beyond = 0;
  facet.get("assertions").elements([&](const JsonValue& json) {
    if (profile.detail.assertions.size() == limits_.max_profile_columns) {
      ++beyond;
      return;
    }
    model::Assertion made;
    made.assertion = json.get("assertion").string().value_or("");
    made.column = json.get("column").string().value_or("");
    made.severity = json.get("severity").string().value_or("");
    made.success = json.get("success").boolean().value_or(false);
    profile.detail.assertions.push_back(std::move(made));
  });
  if (beyond > 0) {
    warn("too_many_assertions", "",
         std::to_string(beyond) + " assertions beyond " +
             std::to_string(limits_.max_profile_columns) +
             " (limit ingest.max_profile_columns) were kept but not used.");
  }
}

}  // namespace headwater::ingest
