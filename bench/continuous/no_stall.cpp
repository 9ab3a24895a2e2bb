#include "benchmarks.hpp"
#include "continuous/gapped_messages.hpp"
#include "cores.hpp"
#include "harness.hpp"

namespace millrace::bench {

namespace {

constexpr std::int64_t kMessages = 50'000;

double stranded(std::int64_t records, double& worst) {
  GappedMessages messages(kMessages, records);
  if (!messages.awaitEnd(std::chrono::minutes(1))) throw WrongAnswer("the messages are not taken");
  messages.stop();
  expectEqual("messages sent", messages.sent(), kMessages);
  worst = messages.worst();
  return static_cast<double>(messages.stranded());
}

void measure(Session& session, std::int64_t records) {
  double worst = 0;
  Session once = session.withRounds(1);
  Figures figures = once.measure({
      {"stranded", [&] { return stranded(records, worst); }},
      {"worst", [&] { return worst; }},
  });
  std::string name = "no_stall, 50 000 messages of " + std::to_string(records) + " records, ";
  session.reportAlone(name + "stranded", "messages", figures, "stranded", engineAtMost(0));
  session.reportAlone(name + "slowest", "ms", figures, "worst");
}

}  // namespace

void noStall(Session& session) {
  if (!hasTwoCores()) return;
  measure(session, 1);
  measure(session, 1500);
}

}  // namespace millrace::bench
