// Blocks of serialized texts from several connections to one server; counts the texts that hold "the".
// Something to read from: samples/raw_text_sender.
#include <millrace/millrace.hpp>

#include <iostream>
#include <string>
#include <vector>

using namespace millrace;

int main(int argc, char** argv) try {
  SparkConf conf = SparkConf::fromCommandLine(argc, argv).setAppName("RawNetworkGrep");
  if (argc != 5) {
    std::cerr << "usage: raw_network_grep STREAMS HOST PORT BATCH_MILLIS\n";
    return 2;
  }
  StreamingContext ssc(conf, Milliseconds(toInt(argv[4])));

  std::vector<DStream<std::string>> streams;
  for (int i = 0; i < toInt(argv[1]); ++i) {
    streams.push_back(
        ssc.rawSocketStream<std::string>(argv[2], toInt(argv[3]), StorageLevel::MEMORY_ONLY_SER_2));
  }
  ssc.union_(streams)
      .filter([](const std::string& text) { return text.find("the") != text.npos; })
      .count()
      .foreachRDD([](const auto& counts) {
        for (auto count : counts.collect()) std::cout << "Grep count: " << count << std::endl;
      });

  ssc.start();
  ssc.awaitTermination();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
