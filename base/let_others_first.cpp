#include <millrace/base/let_others_first.hpp>

#include <pthread.h>
#include <sched.h>

namespace millrace::core {

void letOthersFirst() {
  const sched_param none{};
  pthread_setschedparam(pthread_self(), SCHED_BATCH, &none);
}

}  // namespace millrace::core
