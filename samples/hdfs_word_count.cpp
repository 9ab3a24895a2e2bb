// HdfsWordCount: words of the text files that appear in a directory, counted per batch.
// usage: hdfs_word_count DIRECTORY [--mode continuous] [--conf spark.streaming.fileStream.detectMoved=true]
#include <millrace/millrace.hpp>

#include <iostream>

using namespace millrace;

int main(int argc, char** argv) try {
  SparkConf conf = SparkConf::fromCommandLine(argc, argv).setAppName("HdfsWordCount");
  if (argc != 2) {
    std::cerr << "usage: hdfs_word_count DIRECTORY\n";
    return 2;
  }
  StreamingContext ssc(conf, Seconds(2));

  auto lines = ssc.textFileStream(argv[1]);
  auto words = lines.flatMap([](std::string_view line) { return split(line, ' '); });
  auto counts = words.map([](auto word) { return std::pair(word, 1L); })
                     .reduceByKey(std::plus<>{});
  counts.print();

  ssc.start();
  ssc.awaitTermination();
} catch (const std::exception& error) {
  std::cerr << error.what() << '\n';
  return 1;
}
