#include "dstream/hand_window.hpp"

#include "cores.hpp"

#include <thread>

namespace millrace::bench {

HandWindow::HandWindow(std::size_t batches, int threads)
    : size_(batches), parts_(static_cast<std::size_t>(threads)) {
  for (Part& part : parts_) part.batches.resize(batches);
}

std::uint64_t HandWindow::slide(const std::vector<std::uint64_t>& batch) {
  std::uint64_t sum = 0;
  std::thread helper;
  if (parts_.size() == 2) {
    pinToOtherCore();
    helper = std::thread([&] { sum = slide(parts_[1], 1, batch); });
    pinToWorkCore();
  }
  std::uint64_t own = slide(parts_[0], 0, batch);
  if (helper.joinable()) helper.join();
  ++slides_;
  return own + sum;
}

std::uint64_t HandWindow::slide(Part& part, std::uint64_t half,
                                const std::vector<std::uint64_t>& batch) const {
  Map& here = part.batches[slides_ % size_];
  std::size_t lastSize = part.batches[(slides_ + size_ - 1) % size_].size();
  for (const auto& [key, count] : here) part.window.find(key)->second -= count;
  here.clear();
  here.reserve(lastSize);
  if (parts_.size() == 1) {
    for (std::uint64_t key : batch) ++here[key];
  } else {
    for (std::uint64_t key : batch) {
      if ((core::hashWord(key) & 1) == half) ++here[key];
    }
  }
  if (part.window.empty()) part.window.reserve(here.size());
  for (const auto& [key, count] : here) part.window[key] += count;
  std::uint64_t sum = 0;
  for (const auto& [key, count] : part.window) sum += keyMark(key) * static_cast<std::uint64_t>(count);
  return sum;
}

}  // namespace millrace::bench
