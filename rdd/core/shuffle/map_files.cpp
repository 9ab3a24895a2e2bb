#include <millrace/rdd/core/memory/memory_budget.hpp>
#include <millrace/rdd/core/shuffle/map_files.hpp>

#include <utility>

namespace millrace::core {

MapFiles writeMapFiles(const MapSide& map, int side, ReaderBase& input, MemoryClaim& claim) {
  MapFiles written;
  const auto writer = map.spec.writer(side, map.outputs);
  while (writer->take(input)) {
    const std::size_t bytes = writer->bytes();
    if (map.home->fits(claim, bytes)) continue;
    if (map.spec.spilling() == nullptr) {
      claim.set(bytes);
      continue;
    }
    written.spilled.push_back(spillFiles(map, side, writer->finish()));
    claim.set(0);
  }
  written.files = writer->finish();
  if (written.spilled.empty()) return written;
  written.spilled.push_back(spillFiles(map, side, std::exchange(written.files, {})));
  claim.set(0);
  return written;
}

SpillFilePtr spillFiles(const MapSide& map, int side, std::vector<ShuffleFilePtr> files) {
  SpillWriter to = map.home->write(map.buckets.count);
  for (ShuffleFilePtr& file : files) {
    to.beginSeries();
    if (file) map.spec.spilling()->write(side, *file, map.buckets, to);
    file.reset();
  }
  return to.finish();
}

}  // namespace millrace::core
