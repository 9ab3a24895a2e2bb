#pragma once

#include <millrace/contexts/spark_conf.hpp>

#include <string>

namespace millrace::bench {

inline SparkConf inMode(const std::string& mode) {
  SparkConf conf;
  conf.set("spark.streaming.mode", mode);
  return conf;
}

}  // namespace millrace::bench
