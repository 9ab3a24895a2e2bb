#pragma once

#include "harness.hpp"

namespace millrace::bench {

void wordcountMem(Session& session);
void wordcountStdString(Session& session);
void wordcountVector(Session& session);

}  // namespace millrace::bench
