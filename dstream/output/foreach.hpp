#pragma once

#include <millrace/dstream/core/add_output.hpp>
#include <millrace/dstream/core/record_writer.hpp>
#include <millrace/dstream/dstream.hpp>
#include <millrace/rdd/core/records/element_fn.hpp>

#include <functional>
#include <utility>

namespace millrace {

namespace core {

template <class W>
concept HasOpen = requires(W& writer) {
  { writer.open(0, std::int64_t{}) } -> std::convertible_to<bool>;
};
template <class W>
concept HasClose = requires(W& writer) { writer.close(std::exception_ptr()); };

/// What a writer does with a record: its `process`, or itself, if it is a plain callable.
template <class W>
struct ProcessOf {
  template <class R>
    requires std::invocable<W&, const R&> || requires(W& w, const R& r) { w.process(r); }
  void operator()(const R& record) {
    if constexpr (requires { writer.process(record); }) {
      writer.process(record);
    } else {
      std::invoke(writer, record);
    }
  }
  W writer;
};

template <class T, class W>
class UserWriter final : public RecordWriter {
 public:
  UserWriter(const W& writer, int partition, std::int64_t epoch)
      : process_{writer}, partition_(partition), epoch_(epoch) {}
  void open() override {
    if constexpr (HasOpen<W>) {
      wanted_ = process_.writer.open(partition_, epoch_);
    } else {
      wanted_ = true;
    }
    isOpen_ = true;
  }
  void drain(ReaderBase& input) override {
    auto& reader = static_cast<Reader<T>&>(input);
    for (Chunk<T> chunk = reader.next(); !chunk.empty(); chunk = reader.next()) {
      if (!wanted_) continue;
      const auto* argument = arguments_.of(chunk);
      for (std::size_t i = 0; i < chunk.size; ++i) process_(argument[i]);
    }
  }
  void close(std::exception_ptr failure) override {
    wanted_ = false;
    if (!std::exchange(isOpen_, false)) return;
    if constexpr (HasClose<W>) process_.writer.close(failure);
  }

 private:
  ProcessOf<W> process_;
  Arguments<Argument<ProcessOf<W>, T>, T> arguments_;
  const int partition_;
  const std::int64_t epoch_;
  bool isOpen_ = false;
  bool wanted_ = false;
};

}  // namespace core

template <class T>
template <class W>
  requires RecordWriterFn<W, T>
void DStream<T>::foreach (W writer) const {
  core::addOutput(node_, "foreach", [writer = std::move(writer)](int partition, std::int64_t epoch) {
    return std::make_unique<core::UserWriter<T, W>>(writer, partition, epoch);
  });
}

}  // namespace millrace
