#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <vector>

namespace millrace::test {
namespace {

using Arguments = std::vector<std::string>;

/// A run of the program; killed with its object if it is still running.
class LineSource {
 public:
  explicit LineSource(const Arguments& arguments) {
    std::array<int, 2> pipe;
    if (::pipe(pipe.data()) != 0) throw std::runtime_error("pipe failed");
    pid_ = fork();
    if (pid_ == 0) {
      dup2(pipe[1], STDOUT_FILENO);
      dup2(pipe[1], STDERR_FILENO);
      close(pipe[0]);
      close(pipe[1]);
      std::string program = MILLRACE_LINE_SOURCE;
      std::vector<char*> argv{program.data()};
      for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
      argv.push_back(nullptr);
      execv(argv[0], argv.data());
      _exit(127);
    }
    close(pipe[1]);
    said_ = fdopen(pipe[0], "r");
  }
  ~LineSource() {
    if (pid_ > 0) kill(pid_, SIGKILL);
    if (pid_ > 0) waitpid(pid_, nullptr, 0);
    fclose(said_);
  }
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  std::string line() {
    std::string text;
    for (int c = fgetc(said_); c != EOF && c != '\n'; c = fgetc(said_)) text += static_cast<char>(c);
    return text;
  }
  int port() {
    if (port_ == 0) {
      std::string text = line();
      EXPECT_EQ(text.find("listening on 127.0.0.1:"), 0u) << text;
      port_ = std::stoi(text.substr(text.rfind(':') + 1));
    }
    return port_;
  }
  void signal(int number) { kill(pid_, number); }
  int exitCode() {
    int status = 0;
    waitpid(pid_, &status, 0);
    pid_ = -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  }
  std::size_t residentBytes() const {
    std::size_t size = 0, resident = 0;
    std::ifstream("/proc/" + std::to_string(pid_) + "/statm") >> size >> resident;
    return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  }

 private:
  pid_t pid_ = -1;
  std::FILE* said_ = nullptr;
  int port_ = 0;
};

std::vector<std::string> wordsOf(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

TEST(LineSource, SendsLinesOfWordsToEveryReader) {
  LineSource source({"--rate", "10000", "--words", "3", "--vocabulary", "5"});
  Peer first = connectTo(source.port()), second = connectTo(source.port());
  for (Peer* reader : {&first, &second}) {
    std::istringstream lines(reader->receive(10'000));
    std::string line;
    for (int i = 0; i < 100; ++i) {
      ASSERT_TRUE(std::getline(lines, line));
      auto words = wordsOf(line);
      EXPECT_EQ(words.size(), 3u) << line;
      for (const auto& word : words) EXPECT_TRUE(std::ranges::count(wordsOf("ba ca da fa ga"), word)) << word;
    }
  }
  first.close();
  EXPECT_EQ(connectTo(source.port()).receive(10'000).size(), 10'000u) << "goes on for who connects again";
  source.signal(SIGTERM);
  EXPECT_EQ(source.exitCode(), 0);
}

TEST(LineSource, EveryReaderGetsTheSameLinesAndThenTheEnd) {
  Arguments arguments{"--rate", "0", "--lines", "100000"};
  LineSource source(arguments), same(arguments), other({"--rate", "0", "--lines", "100000", "--seed", "2"});
  std::string text = connectTo(source.port()).receive(std::string::npos);
  EXPECT_EQ(std::ranges::count(text, '\n'), 100'000);
  EXPECT_EQ(text.back(), '\n');
  EXPECT_EQ(connectTo(source.port()).receive(std::string::npos), text);
  EXPECT_EQ(connectTo(same.port()).receive(std::string::npos), text);
  EXPECT_NE(connectTo(other.port()).receive(std::string::npos), text);
  std::map<std::string, int> counts;
  for (const auto& word : wordsOf(text)) ++counts[word];
  EXPECT_NEAR(static_cast<double>(counts["ba"]) / counts["ca"], 2, 0.1) << "frequency 1/k";
  EXPECT_NEAR(static_cast<double>(counts["ba"]) / counts["fa"], 4, 0.2);
  source.signal(SIGINT);
  EXPECT_EQ(source.exitCode(), 0);
}

TEST(LineSource, AReaderThatDoesNotReadCostsNoMemory) {
  LineSource source({"--rate", "10000000"});
  Peer idle = connectTo(source.port()), busy = connectTo(source.port());
  busy.receive(5'000'000);
  std::size_t before = source.residentBytes();
  busy.receive(60'000'000);
  EXPECT_LT(source.residentBytes(), before + 16'000'000);
}

TEST(LineSource, WritesItsPortToAFile) {
  auto file = std::filesystem::temp_directory_path() / ("line_source_test." + std::to_string(getpid()));
  LineSource source({"--port-file", file.string()});
  int port = source.port();
  connectTo(port).receive(1);
  int written = 0;
  std::ifstream(file) >> written;
  EXPECT_EQ(written, port);
  std::filesystem::remove(file);
}

TEST(LineSource, SaysWhatIsWrongAndEnds) {
  LineServer taken;
  struct Case {
    Arguments arguments;
    std::string says;
    int code;
  };
  for (const Case& wrong : std::vector<Case>{
           {{"--port", std::to_string(taken.port())}, "Address already in use; choose another port", 1},
           {{"--port-file", "/no/such/directory/file"}, "cannot write /no/such/directory/file", 1},
           {{"--rate", "fast"}, "--rate fast: give a number from 0 to", 2},
           {{"--words", "0"}, "--words 0: give a number from 1 to", 2},
           {{"--port", "70000"}, "--port 70000: give a number from 0 to 65535", 2},
           {{"--speed", "3"}, "--speed: no such option; see --help", 2},
           {{"--rate"}, "--rate: its value is missing", 2}}) {
    LineSource source(wrong.arguments);
    std::string said = source.line();
    if (said.find("listening") == 0) said = source.line();
    EXPECT_NE(said.find(wrong.says), std::string::npos) << said;
    EXPECT_EQ(source.exitCode(), wrong.code) << said;
  }
  LineSource help({"--help"});
  EXPECT_EQ(help.line(), "usage: line_source [options]");
  EXPECT_EQ(help.exitCode(), 0);
}

}  // namespace
}  // namespace millrace::test
