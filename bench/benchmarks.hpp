#pragma once

#include "harness.hpp"

namespace millrace::bench {

void actions(Session& session);
void apiCost(Session& session);
void batchFloor(Session& session);
void busyOutput(Session& session);
void continuousE2e(Session& session);
void continuousExpansion(Session& session);
void continuousKeyed(Session& session);
void continuousRate(Session& session);
void fileCount(Session& session);
void fileScan(Session& session);
void groupByKey(Session& session);
void immediateStop(Session& session);
void join(Session& session);
void mapWithState(Session& session);
void noStall(Session& session);
void opChain(Session& session);
void shuffle(Session& session);
void socketLines(Session& session);
void socketWordCount(Session& session);
void sortBy(Session& session);
void stateUpdate(Session& session);
void streamJoin(Session& session);
void windowInverse(Session& session);
void windowNoInverse(Session& session);
void wordcountMem(Session& session);
void wordcountStdString(Session& session);
void wordcountVector(Session& session);

}  // namespace millrace::bench
