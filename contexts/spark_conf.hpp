#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace {

class ConfigEntry;
template <class T>
class ConfigKey;
struct CommandLine;

/// The settings of a program: a copyable map from names to texts. (Spark: SparkConf)
///
/// A setting has four sources, and the later one wins: the properties file, the environment, the program's
/// own calls, the command line. So a program may set what it likes after `fromCommandLine`: what stands on
/// the command line stays.
///
/// Names are checked as soon as they are set. An unknown `spark.streaming.*` name, or one within two letters
/// of a known name, throws IllegalArgument that tells the nearest, and so does a value that its key cannot
/// take. Other unknown names are kept, with one line in the log.
class SparkConf {
 public:
  SparkConf();
  SparkConf(const SparkConf&);
  SparkConf(SparkConf&&) noexcept;
  SparkConf& operator=(const SparkConf&);
  SparkConf& operator=(SparkConf&&) noexcept;
  ~SparkConf();

  /// Takes its own options out of argc and argv, wherever they stand before `--`, and leaves the program's:
  /// --master, --mode, --name, --conf KEY=VALUE, --properties-file FILE and --help. The environment counts,
  /// too: MILLRACE_PROPERTIES_FILE, MILLRACE_MASTER, MILLRACE_MODE.
  ///
  /// Ends the process after --help (exit code 0) and after a mistake (2, with one sentence on stderr). No
  /// other call of the library does so; use tryFromCommandLine where that is not wanted.
  static SparkConf fromCommandLine(int& argc, char** argv);

  /// The same, but it returns in every case. After a mistake argc and argv are as they were.
  static CommandLine tryFromCommandLine(int& argc, char** argv);

  SparkConf& set(std::string_view key, std::string_view value);
  SparkConf& setAppName(std::string_view name);
  /// local[N], local[*] or local; IllegalArgument for any other.
  SparkConf& setMaster(std::string_view master);
  SparkConf& setIfMissing(std::string_view key, std::string_view value);
  /// Forgets the setting, unless it stands on the command line.
  SparkConf& remove(std::string_view key);

  bool contains(std::string_view key) const;
  /// The text that was set; IllegalArgument when there is none.
  std::string get(std::string_view key) const;
  std::string get(std::string_view key, std::string_view defaultValue) const;
  std::optional<std::string> getOption(std::string_view key) const;
  /// All that is set, ordered by name.
  std::vector<std::pair<std::string, std::string>> getAll() const;

  /// What was set or else the key's default; IllegalArgument when there is neither.
  template <class T>
  T get(const ConfigKey<T>& key) const {
    return key.parse(textOrDefault(key));
  }

  /// What was set or else the key's default; nothing when there is neither.
  template <class T>
  std::optional<T> getOption(const ConfigKey<T>& key) const {
    if (key.defaultText.empty() && !contains(key.name)) return std::nullopt;
    return get(key);
  }

  /// One `key=value` line per setting, ordered by name. Values of keys that look like secrets are left out.
  std::string toDebugString() const;

 private:
  struct Setting {
    std::string value;
    bool fromCommandLine;
  };

  void put(std::string_view key, std::string_view value, bool fromCommandLine);
  void readPropertiesFile(const std::string& path);
  void readEnvironment();
  std::string textOrDefault(const ConfigEntry& entry) const;

  std::map<std::string, Setting, std::less<>> settings_;
};

/// What a command line asks for: a configuration, or the end of the program.
struct CommandLine {
  std::optional<SparkConf> conf;
  int exitCode = 0;     ///< where there is no configuration: 0 after --help, 2 after a mistake
  std::string message;  ///< where there is no configuration: the help, or one sentence on what is wrong
};

/// How many threads a master means: `local[4]`, `local[*]` (one per core) or `local` (one). IllegalArgument
/// for others.
int threadsOfMaster(std::string_view master);

}  // namespace millrace
