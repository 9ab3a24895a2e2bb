#pragma once

#include <millrace/io/text_block_builder.hpp>

#include <cstdint>
#include <string_view>

namespace millrace::core {

/// Logs how many lines were not received as sent. A count is logged again once it has doubled, so that the first loss
/// shows at once and a flood of them does not fill the log.
class LineLossLog {
 public:
  void check(const LineCounts& counts, std::string_view source);

 private:
  struct Threshold {
    std::uint64_t next = 1;
    void check(std::uint64_t count, std::string_view message, std::string_view source);
  };

  Threshold tooLong_, cutShort_, invalidUtf8_;
};

}  // namespace millrace::core
