// expect: no const member and no reference
#include <millrace/contexts/spark_context.hpp>
#include <millrace/rdd/ops.hpp>

#include <string>
#include <vector>

struct Person {
#ifdef MISTAKE
  const std::string name;
#else
  std::string name;
#endif
};

auto people(const millrace::SparkContext& context) {
  return context.parallelize(std::vector<Person>{{"Ann"}}).repartition(2).collect();
}
