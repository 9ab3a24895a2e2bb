// A race on purpose, in tasks of the job runner that the other tests use: ThreadSanitizer must report it, or a clean
// run of the others would mean nothing.
#include <millrace/rdd/core/run/job_runner.hpp>

#include <latch>

int main() {
  int count = 0;
  std::latch both(2);
  millrace::core::poolJobRunner(2)->run(2, [&](int) {
    both.arrive_and_wait();
    ++count;
  });
  return count > 0 ? 0 : 1;
}
