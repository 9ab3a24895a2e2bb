#include <millrace/millrace.hpp>

#include <cstdio>
#include <functional>
#include <string>
#include <utility>
#include <vector>

using namespace millrace;

// Says by which numbers, and by which fingerprint, its program is known in this process. With an argument it is another
// program.
int main(int argc, char**) {
  SparkContext sc{SparkConf().setMaster("local[2]")};
  auto numbers = sc.range(0, 1000, 1, 4);
  auto pairs = numbers.map([](std::int64_t x) { return std::pair(x % 10, x); });
  auto sums = pairs.reduceByKey(std::plus<>{}, 3);
  auto both = sums.union_(pairs.filter([](const auto& kv) { return kv.first > 5; }));
  auto last = argc > 1 ? both.coalesce(2) : both.coalesce(3);
  core::JobGraph graph(last.node());
  for (int id = 0; id < graph.operators(); ++id)
    std::printf("%d %s\n", id, graph.node(id).info()->kind.c_str());
  std::printf("%016llx\n", static_cast<unsigned long long>(graph.fingerprint()));
  core::runTask(graph, graph.idOf(*sums.node()), 1, [](core::ReaderPtr untyped) {
    auto reader = core::typed<std::pair<std::int64_t, std::int64_t>>(std::move(untyped));
    for (auto chunk = reader->next(); !chunk.empty(); chunk = reader->next())
      for (const auto& [key, sum] : chunk)
        std::printf("%lld=%lld\n", static_cast<long long>(key), static_cast<long long>(sum));
  });
}
