#include <millrace/contexts/spark_conf.hpp>

#include <millrace/base/edit_distance.hpp>
#include <millrace/base/error.hpp>
#include <millrace/base/file_system.hpp>
#include <millrace/base/parse.hpp>
#include <millrace/base/path.hpp>
#include <millrace/base/secret.hpp>
#include <millrace/base/split.hpp>
#include <millrace/contexts/config_keys.hpp>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <ranges>
#include <span>

namespace millrace {

namespace {

struct Option {
  std::string_view name;
  std::string_view value;  // what its value is; empty: it takes none
  std::string_view meaning;
  const ConfigEntry* key = nullptr;  // the setting that it is short for
};

constexpr auto kOptions = std::to_array<Option>({
    {"--master", "MASTER", "where tasks run: local[N], local[*] (one thread per core) or local",
     &config::kMaster},
    {"--mode", "MODE", "how streams run: micro-batch or continuous", &config::kMode},
    {"--name", "NAME", "what logs call the program", &config::kAppName},
    {"--conf", "KEY=VALUE", "one setting; may be given several times"},
    {"--properties-file", "FILE",
     "settings, one KEY VALUE or KEY=VALUE per line; all other sources win over it"},
    {"--help", "", "show this text and end"},
});

struct GivenOption {
  const Option& option;
  std::string value;
};

struct Arguments {
  std::vector<GivenOption> options;
  std::vector<char*> programs;  // what is left for the program
};

const Option& findOption(std::string_view name) {
  const auto option = std::ranges::find(kOptions, name, &Option::name);
  if (option != kOptions.end()) return *option;
  throw IllegalArgument("unknown option " + shorten(name) + "; did you mean " +
                        std::string(nearestName(name, kOptions | std::views::transform(&Option::name)).name) +
                        "? (options of the program itself go after --)");
}

Arguments sortArguments(std::span<char*> arguments) {
  Arguments sorted;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--") {
      sorted.programs.insert(sorted.programs.end(), arguments.begin() + i + 1, arguments.end());
      break;
    }
    if (!argument.starts_with("--")) {
      sorted.programs.push_back(arguments[i]);
      continue;
    }
    const std::size_t equals = argument.find('=');
    const Option& option = findOption(argument.substr(0, equals));
    GivenOption given{option, {}};
    if (equals != std::string_view::npos) {
      if (option.value.empty())
        throw IllegalArgument("option " + std::string(option.name) + " takes no value");
      given.value = argument.substr(equals + 1);
    } else if (!option.value.empty() && i + 1 < arguments.size()) {
      given.value = arguments[++i];
    }
    if (!option.value.empty() && (given.value.empty() || given.value.starts_with("--"))) {
      throw IllegalArgument("option " + std::string(option.name) +
                            " needs a value: " + std::string(option.name) + " " + std::string(option.value));
    }
    sorted.options.push_back(std::move(given));
  }
  return sorted;
}

std::pair<std::string, std::string> keyAndValue(const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw IllegalArgument("--conf needs KEY=VALUE, but got \"" + shorten(redact({}, setting)) + "\"");
  }
  return {setting.substr(0, equals), setting.substr(equals + 1)};
}

std::string helpText(std::string_view program) {
  constexpr std::size_t kIndent = 30;
  std::string text =
      "usage: " + std::string(program) + " [options] [--] [arguments of the program]\n\nOptions:\n";
  const auto addRow = [&](std::string left, std::string_view right) {
    left = "  " + left + " ";
    left.resize(std::max(left.size(), kIndent), ' ');
    text.append(left).append(right).append("\n");
  };
  for (const auto& [name, value, meaning, key] : kOptions) {
    addRow(std::string(name) + " " + std::string(value), meaning);
  }
  text +=
      "\nEnvironment, where the option is not given: MILLRACE_MASTER, MILLRACE_MODE, "
      "MILLRACE_PROPERTIES_FILE\n";
  text += "\nSettings for --conf, with what holds without them:\n";
  for (const ConfigEntry* entry : config::entries()) {
    text.append("  ").append(entry->name).append("=").append(entry->defaultText).append("\n");
    text.append("      ").append(entry->meaning).append("\n");
  }
  return text;
}

std::string_view environment(const char* variable) {
  const char* value = std::getenv(variable);
  return value == nullptr ? std::string_view() : value;
}

std::string_view programName(std::span<char*> arguments) {
  if (arguments.empty() || arguments[0] == nullptr) return "program";
  const std::string_view path = arguments[0];
  return path.substr(path.rfind('/') + 1);
}

}  // namespace

CommandLine SparkConf::tryFromCommandLine(int& argc, char** argv) try {
  const std::span<char*> all(argv, static_cast<std::size_t>(argc));
  Arguments arguments = sortArguments(all.subspan(std::min<std::size_t>(1, all.size())));

  SparkConf conf;
  std::string propertiesFile(environment("MILLRACE_PROPERTIES_FILE"));
  for (const auto& [option, value] : arguments.options) {
    if (option.name == "--help") return {std::nullopt, 0, helpText(programName(all))};
    if (option.name == "--properties-file") propertiesFile = value;
  }
  if (!propertiesFile.empty()) conf.readPropertiesFile(propertiesFile);
  conf.readEnvironment();
  for (const auto& [option, value] : arguments.options) {
    if (option.key != nullptr) conf.put(option.key->name, value, true);
    if (option.name == "--conf") {
      const auto [key, text] = keyAndValue(value);
      conf.put(key, text, true);
    }
  }
  if (!all.empty()) {
    argc = static_cast<int>(std::ranges::copy(arguments.programs, argv + 1).out - argv);
    argv[argc] = nullptr;
  }
  return {std::move(conf), 0, {}};
} catch (const Error& error) {
  return {std::nullopt, 2, error.what()};
}

SparkConf SparkConf::fromCommandLine(int& argc, char** argv) {
  CommandLine result = tryFromCommandLine(argc, argv);
  if (result.conf) return *std::move(result.conf);
  if (result.exitCode == 0) {
    std::fputs(result.message.c_str(), stdout);
  } else {
    const std::span<char*> all(argv, static_cast<std::size_t>(argc));
    std::fprintf(stderr, "%s: %s\n", std::string(programName(all)).c_str(), result.message.c_str());
  }
  std::exit(result.exitCode);
}

void SparkConf::readPropertiesFile(const std::string& path) {
  const std::string content = LocalFileSystem().read(localPath(path));
  int number = 0;
  for (std::string_view line : split(std::string_view(content), '\n')) {
    const std::string place = path + ":" + std::to_string(++number) + ": ";
    const std::string_view setting = core::trimmed(line);
    if (setting.empty() || setting.front() == '#' || setting.front() == '!') continue;
    const std::size_t keyEnds = setting.find_first_of(" \t=:");
    if (keyEnds == 0 || keyEnds == std::string_view::npos) {
      throw IllegalArgument(place + "expected KEY VALUE or KEY=VALUE");
    }
    std::string_view value = core::trimmed(setting.substr(keyEnds));
    if (value.starts_with('=') || value.starts_with(':')) value = core::trimmed(value.substr(1));
    try {
      set(setting.substr(0, keyEnds), value);
    } catch (const IllegalArgument& error) {
      throw IllegalArgument(place + error.what());
    }
  }
}

void SparkConf::readEnvironment() {
  constexpr auto kVariables = std::to_array<std::pair<const char*, std::string_view>>(
      {{"MILLRACE_MASTER", config::kMaster.name}, {"MILLRACE_MODE", config::kMode.name}});
  for (const auto& [variable, key] : kVariables) {
    const std::string_view value = environment(variable);
    if (value.empty()) continue;
    try {
      set(key, value);
    } catch (const IllegalArgument& error) {
      throw IllegalArgument(std::string("environment variable ") + variable + ": " + error.what());
    }
  }
}

}  // namespace millrace
