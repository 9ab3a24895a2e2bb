#include <millrace/contexts/spark_conf.hpp>

#include <millrace/base/error.hpp>
#include <millrace/contexts/config_keys.hpp>
#include <support/captured_log.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

namespace millrace {
namespace {

using Words = std::vector<std::string>;

// A program's argc and argv.
class Program {
 public:
  explicit Program(Words words) : words_(std::move(words)) {
    words_.insert(words_.begin(), "/bin/program");
    for (std::string& word : words_) argv_.push_back(word.data());
    argv_.push_back(nullptr);
    argc = static_cast<int>(words_.size());
  }

  CommandLine run() { return SparkConf::tryFromCommandLine(argc, argv()); }
  char** argv() { return argv_.data(); }
  Words left() const { return Words(argv_.begin() + 1, argv_.begin() + argc); }
  bool endsInNull() const { return argv_[static_cast<std::size_t>(argc)] == nullptr; }

  int argc = 0;

 private:
  Words words_;
  std::vector<char*> argv_;
};

SparkConf confOf(Words words) {
  CommandLine result = Program(std::move(words)).run();
  EXPECT_TRUE(result.conf) << result.message;
  return result.conf.value_or(SparkConf());
}

std::string mistakeIn(Words words) {
  Program program(words);
  const CommandLine result = program.run();
  EXPECT_FALSE(result.conf);
  EXPECT_EQ(result.exitCode, 2);
  EXPECT_EQ(program.left(), words) << "after a mistake nothing is taken out";
  return result.message;
}

class CommandLineTest : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* name : {"MILLRACE_MASTER", "MILLRACE_MODE", "MILLRACE_PROPERTIES_FILE"})
      ::unsetenv(name);
  }
  void TearDown() override { SetUp(); }

  std::string propertiesFile(std::string_view text) {
    const auto* test = testing::UnitTest::GetInstance()->current_test_info();
    const std::string path = testing::TempDir() + "millrace_" + test->name() + ".conf";
    std::ofstream(path) << text;
    return path;
  }
};

TEST_F(CommandLineTest, TakesItsOptionsAndLeavesTheProgramsArguments) {
  Program program({"host", "--master", "local[2]", "9999", "--mode=continuous", "-v", "--conf",
                   "spark.streaming.blockInterval=50ms", "--name", "words", "--", "--master", "-x"});
  const CommandLine result = program.run();
  ASSERT_TRUE(result.conf) << result.message;
  EXPECT_EQ(program.left(), (Words{"host", "9999", "-v", "--master", "-x"}));
  EXPECT_TRUE(program.endsInNull());
  EXPECT_EQ(result.conf->get(config::kMaster).threads, 2);
  EXPECT_EQ(result.conf->get(config::kMode), StreamingMode::kContinuous);
  EXPECT_EQ(result.conf->get(config::kBlockInterval), std::chrono::milliseconds(50));
  EXPECT_EQ(result.conf->get(config::kAppName), "words");
}

TEST_F(CommandLineTest, WithoutOptionsChangesNothing) {
  Program program({"host", "9999"});
  ASSERT_TRUE(program.run().conf);
  EXPECT_EQ(program.left(), (Words{"host", "9999"}));
  int none = 0;
  char* empty[] = {nullptr};
  EXPECT_TRUE(SparkConf::tryFromCommandLine(none, empty).conf);
  EXPECT_EQ(none, 0);
}

TEST_F(CommandLineTest, ValuesMayHoldEqualsSigns) {
  test::CapturedLog log;
  EXPECT_EQ(confOf({"--conf=spark.executor.extraJavaOptions=-Da=b"}).get("spark.executor.extraJavaOptions"),
            "-Da=b");
}

TEST_F(CommandLineTest, TheLaterSourceWins) {
  test::CapturedLog log;
  const std::string file = propertiesFile(
      "spark.app.name file\nspark.master local[2]\nspark.streaming.mode continuous\n"
      "spark.default.parallelism 2\n");
  ::setenv("MILLRACE_MASTER", "local[3]", 1);
  ::setenv("MILLRACE_MODE", "micro-batch", 1);
  SparkConf conf =
      confOf({"--properties-file", file, "--name", "line", "--conf", "spark.default.parallelism=5"});
  EXPECT_EQ(conf.get("spark.master"), "local[3]") << "the environment wins over the file";
  EXPECT_EQ(conf.get("spark.streaming.mode"), "micro-batch");
  conf.setMaster("local[4]").setAppName("program").set("spark.default.parallelism", "4");
  EXPECT_EQ(conf.get("spark.master"), "local[4]") << "the program wins over the environment";
  EXPECT_EQ(conf.get("spark.app.name"), "line") << "the command line wins over the program";
  EXPECT_EQ(conf.get("spark.default.parallelism"), "5");
  conf.remove("spark.app.name").remove("spark.master");
  EXPECT_TRUE(conf.contains("spark.app.name"));
  EXPECT_FALSE(conf.contains("spark.master"));
}

TEST_F(CommandLineTest, OfTwoLikeOptionsTheLaterWins) {
  EXPECT_EQ(confOf({"--master", "local[2]", "--conf", "spark.master=local[3]"}).get("spark.master"),
            "local[3]");
}

TEST_F(CommandLineTest, ReadsPropertiesFilesAsSparkDoes) {
  const std::string file = propertiesFile(
      "# a comment\n"
      "! another\n"
      "\n"
      "  spark.app.name    my words  \r\n"
      "spark.streaming.concurrentJobs=2\n"
      "spark.streaming.blockInterval : 50ms\n"
      "spark.streaming.checkpoint.directory = /a=b\n");
  ::setenv("MILLRACE_PROPERTIES_FILE", file.c_str(), 1);
  const SparkConf conf = confOf({});
  EXPECT_EQ(conf.getAll().size(), 4u);
  EXPECT_EQ(conf.get("spark.app.name"), "my words");
  EXPECT_EQ(conf.get("spark.streaming.concurrentJobs"), "2");
  EXPECT_EQ(conf.get("spark.streaming.blockInterval"), "50ms");
  EXPECT_EQ(conf.get("spark.streaming.checkpoint.directory"), "/a=b");
  const std::string other = propertiesFile("spark.app.name other\n");
  EXPECT_EQ(confOf({"--properties-file", other}).get("spark.app.name"), "other");
}

TEST_F(CommandLineTest, NamesThePlaceOfAMistakeInAFile) {
  const std::string file = propertiesFile("spark.app.name x\nspark.streaming.blokInterval 1s\n");
  EXPECT_EQ(
      mistakeIn({"--properties-file", file}),
      file + ":2: unknown setting spark.streaming.blokInterval; did you mean spark.streaming.blockInterval?");
  EXPECT_EQ(mistakeIn({"--properties-file", propertiesFile("\nspark.master\n")}),
            file + ":2: expected KEY VALUE or KEY=VALUE");
  EXPECT_EQ(mistakeIn({"--properties-file", "/no/such/file"}),
            "cannot open /no/such/file: No such file or directory");
  EXPECT_EQ(mistakeIn({"--properties-file", testing::TempDir()}),
            "cannot read " + testing::TempDir() + ": Is a directory");
}

TEST_F(CommandLineTest, NamesTheVariableOfAMistakeInTheEnvironment) {
  ::setenv("MILLRACE_MODE", "batch", 1);
  EXPECT_EQ(mistakeIn({}),
            "environment variable MILLRACE_MODE: spark.streaming.mode is \"batch\", but must be "
            "micro-batch or continuous");
  ::setenv("MILLRACE_MODE", "", 1);
  EXPECT_FALSE(confOf({}).contains("spark.streaming.mode"));
}

TEST_F(CommandLineTest, SaysInOneSentenceWhatIsWrong) {
  EXPECT_EQ(mistakeIn({"--frobnicate", "x"}),
            "unknown option --frobnicate; did you mean --name? (options of the program itself go after --)");
  EXPECT_EQ(mistakeIn({"--mastre", "local"}),
            "unknown option --mastre; did you mean --master? (options of the program itself go after --)");
  EXPECT_EQ(mistakeIn({"--master"}), "option --master needs a value: --master MASTER");
  EXPECT_EQ(mistakeIn({"--master", "--mode", "continuous"}),
            "option --master needs a value: --master MASTER");
  EXPECT_EQ(mistakeIn({"--name="}), "option --name needs a value: --name NAME");
  EXPECT_EQ(mistakeIn({"--help=me"}), "option --help takes no value");
  EXPECT_EQ(mistakeIn({"--conf", "spark.master"}), "--conf needs KEY=VALUE, but got \"spark.master\"");
  EXPECT_EQ(mistakeIn({"--conf", "=x"}), "--conf needs KEY=VALUE, but got \"=x\"");
  EXPECT_EQ(mistakeIn({"--conf", "spark.streaming.unpersist=maybe"}),
            "spark.streaming.unpersist is \"maybe\", but must be true or false");
  EXPECT_EQ(mistakeIn({"--conf", "spark.ssl.keyPassword:canary"}),
            "--conf needs KEY=VALUE, but got \"*********(redacted)\"");
}

TEST_F(CommandLineTest, HelpNamesEveryOptionAndSetting) {
  Program program({"--master", "nowhere", "--help"});
  const CommandLine result = program.run();
  EXPECT_FALSE(result.conf);
  EXPECT_EQ(result.exitCode, 0);
  for (const char* part :
       {"usage: program", "--master MASTER", "--mode MODE", "--name NAME", "--conf KEY=VALUE",
        "--properties-file FILE", "--help", "MILLRACE_MODE", "spark.streaming.blockInterval=200ms"}) {
    EXPECT_NE(result.message.find(part), std::string::npos) << part;
  }
}

TEST_F(CommandLineTest, FromCommandLineReturnsOrEndsTheProcess) {
  Program good({"--name", "words", "x"});
  SparkConf conf = SparkConf::fromCommandLine(good.argc, good.argv()).setMaster("local[2]");
  EXPECT_EQ(conf.get("spark.app.name"), "words");
  EXPECT_EQ(good.left(), Words{"x"});

  testing::FLAGS_gtest_death_test_style = "threadsafe";
  Program bad({"--frobnicate"});
  EXPECT_EXIT(SparkConf::fromCommandLine(bad.argc, bad.argv()), testing::ExitedWithCode(2),
              "^program: unknown option --frobnicate; did you mean --name\\?");
  Program help({"--help"});
  EXPECT_EXIT(SparkConf::fromCommandLine(help.argc, help.argv()), testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace millrace
