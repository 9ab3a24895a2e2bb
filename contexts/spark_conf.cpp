#include <millrace/contexts/spark_conf.hpp>

#include <millrace/base/edit_distance.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/log.hpp>
#include <millrace/base/secret.hpp>
#include <millrace/contexts/config_keys.hpp>

#include <algorithm>

namespace millrace {

namespace {

const ConfigEntry* findEntry(std::string_view key) {
  const auto entry = std::ranges::find(config::entries(), key, &ConfigEntry::name);
  return entry == config::entries().end() ? nullptr : *entry;
}

NearestName nearestKey(std::string_view key) {
  constexpr auto nameOf = [](const ConfigEntry* entry) { return entry->name; };
  const NearestName withEffect = nearestName(key, config::entries() | std::views::transform(nameOf));
  const NearestName without = nearestName(key, config::withoutEffectYet());
  return withEffect.distance <= without.distance ? withEffect : without;
}

// Says what is to be said of a key without a type; IllegalArgument when it looks like a mistake.
void checkUntyped(std::string_view key) {
  constexpr std::size_t kSlip = 2;
  const NearestName nearest = nearestKey(key);
  if (nearest.distance == 0) {
    logWarning("this setting has no effect yet", {{"key", key}});
  } else if (nearest.distance <= kSlip || key.starts_with("spark.streaming.")) {
    throw IllegalArgument("unknown setting " + shorten(key, 128) + "; did you mean " +
                          std::string(nearest.name) + "?");
  } else {
    logInfo("this setting is unknown and kept without effect", {{"key", key}});
  }
}

}  // namespace

SparkConf::SparkConf() = default;
SparkConf::SparkConf(const SparkConf&) = default;
SparkConf::SparkConf(SparkConf&&) noexcept = default;
SparkConf& SparkConf::operator=(const SparkConf&) = default;
SparkConf& SparkConf::operator=(SparkConf&&) noexcept = default;
SparkConf::~SparkConf() = default;

SparkConf& SparkConf::set(std::string_view key, std::string_view value) {
  put(key, value, false);
  return *this;
}

SparkConf& SparkConf::setAppName(std::string_view name) { return set(config::kAppName.name, name); }

SparkConf& SparkConf::setMaster(std::string_view master) { return set(config::kMaster.name, master); }

SparkConf& SparkConf::setIfMissing(std::string_view key, std::string_view value) {
  return contains(key) ? *this : set(key, value);
}

SparkConf& SparkConf::remove(std::string_view key) {
  const auto setting = settings_.find(key);
  if (setting != settings_.end() && !setting->second.fromCommandLine) settings_.erase(setting);
  return *this;
}

bool SparkConf::contains(std::string_view key) const { return settings_.find(key) != settings_.end(); }

std::string SparkConf::get(std::string_view key) const {
  if (auto value = getOption(key)) return *std::move(value);
  throw IllegalArgument(std::string(key) + " is not set; set it, or give a default where it is read");
}

std::string SparkConf::get(std::string_view key, std::string_view defaultValue) const {
  return getOption(key).value_or(std::string(defaultValue));
}

std::optional<std::string> SparkConf::getOption(std::string_view key) const {
  const auto setting = settings_.find(key);
  if (setting == settings_.end()) return std::nullopt;
  return setting->second.value;
}

std::vector<std::pair<std::string, std::string>> SparkConf::getAll() const {
  std::vector<std::pair<std::string, std::string>> all;
  for (const auto& [key, setting] : settings_) all.emplace_back(key, setting.value);
  return all;
}

std::string SparkConf::toDebugString() const {
  std::string text;
  for (const auto& [key, setting] : settings_) {
    text.append(key).append("=").append(redact(key, setting.value)).append("\n");
  }
  return text;
}

void SparkConf::put(std::string_view key, std::string_view value, bool fromCommandLine) {
  const auto setting = settings_.find(key);
  if (const ConfigEntry* entry = findEntry(key)) {
    entry->check(value);
  } else if (setting == settings_.end()) {
    checkUntyped(key);
  }
  if (setting == settings_.end()) {
    settings_.emplace(key, Setting{std::string(value), fromCommandLine});
  } else if (fromCommandLine || !setting->second.fromCommandLine) {
    setting->second = {std::string(value), fromCommandLine};
  }
}

std::string SparkConf::textOrDefault(const ConfigEntry& entry) const {
  return entry.defaultText.empty() ? get(entry.name) : get(entry.name, entry.defaultText);
}

int threadsOfMaster(std::string_view master) { return config::kMaster.parse(master).threads; }

}  // namespace millrace
