#include "contexts/child_process.hpp"
#include "support/line_server.hpp"

#include <gtest/gtest.h>

#include <poll.h>

#include <string>
#include <vector>

namespace millrace::test {
namespace {

class TypeLines : public testing::Test {
 protected:
  int port() {
    const std::string before = "listening on 127.0.0.1:";
    program_.awaitText("\n");
    return std::stoi(program_.said().substr(program_.said().find(before) + before.size()));
  }

  ChildProcess program_{MILLRACE_TYPE_LINES, {"0"}};
};

TEST_F(TypeLines, SendsWhatIsTypedToEveryoneConnected) {
  const int at = port();
  Peer first = connectTo(at), second = connectTo(at);
  for (Peer* reader : {&first, &second}) {
    pollfd ready{reader->socket(), POLLIN, 0};
    do program_.write("a b a\n");  // until this one has been accepted
    while (poll(&ready, 1, 10) == 0);
    EXPECT_EQ(reader->receive(6), "a b a\n");
  }
}

TEST_F(TypeLines, KeepsWhatIsTypedForTheFirstWhoConnectsAndEndsWithItsInput) {
  program_.write("early\n");
  const int at = port();
  Peer reader = connectTo(at);
  EXPECT_EQ(reader.receive(6), "early\n");
  reader.close();
  program_.write("lost on nobody\n");
  Peer next = connectTo(at);
  EXPECT_EQ(next.receive(15), "lost on nobody\n");
}

TEST(TypeLinesArguments, AreRefusedWithASentence) {
  LineServer taken;
  struct Case {
    std::vector<std::string> arguments;
    std::string says;
    int code;
  };
  for (const Case& wrong : std::vector<Case>{
           {{}, "one port is needed; see --help", 2},
           {{"0", "0"}, "one port is needed; see --help", 2},
           {{"70000"}, "PORT has to be a number from 0 to 65535, but is \"70000\"", 2},
           {{"x"}, "but is \"x\"", 2},
           {{std::to_string(taken.port())}, "Address already in use; choose another port", 1}}) {
    ChildProcess program(MILLRACE_TYPE_LINES, wrong.arguments);
    EXPECT_EQ(program.end(), wrong.code);
    EXPECT_TRUE(program.hasSaid(wrong.says)) << program.said();
  }
}

}  // namespace
}  // namespace millrace::test
