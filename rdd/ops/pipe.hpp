#pragma once

#include <millrace/base/error.hpp>
#include <millrace/base/show.hpp>
#include <millrace/rdd/core/graph/opened_node.hpp>
#include <millrace/rdd/core/records/buffer.hpp>
#include <millrace/rdd/core/records/chunk_size.hpp>
#include <millrace/rdd/core/run/child_process.hpp>
#include <millrace/rdd/core/run/operator_failure.hpp>
#include <millrace/rdd/core/run/operator_info.hpp>
#include <millrace/rdd/rdd.hpp>

#include <sstream>

namespace millrace {

namespace core {

/// Gives lines as the child writes them: a chunk does not wait to be full.
template <class T>
class PipeReader final : public Reader<std::string> {
 public:
  PipeReader(TypedReader<T> input, const Command& command, const PipeOptions<T>& options,
             const OperatorInfo& info)
      : input_(std::move(input)), options_(options), info_(info), child_(command), out_(chunkSize()) {}

  Chunk<std::string> next() override {
    out_.clear();
    inOperator(info_, [&] {
      std::string line;
      while (!ended_ && !out_.full() && (out_.size() == 0 || child_.hasLine())) {
        ended_ = !child_.readLine(line, [&](std::string& to) { return feed(to); });
        if (!ended_) out_.add([&] { return std::move(line); });
      }
    });
    return out_.chunk();
  }

 private:
  bool feed(std::string& to) {
    const LineWriter write = [&](std::string_view line) { to.append(line).push_back('\n'); };
    if (!begun_) {
      begun_ = true;
      if (options_.printPipeContext) options_.printPipeContext(write);
    }
    while (to.size() < options_.bufferSize || to.empty()) {
      Chunk<T> chunk = input_->next();
      if (chunk.empty()) return !to.empty();
      for (const T& record : chunk) {
        if (options_.printRDDElement) {
          options_.printRDDElement(record, write);
        } else {
          shown_.str({});
          show(shown_, record);
          write(shown_.view());
        }
      }
    }
    return true;
  }

  TypedReader<T> input_;
  PipeOptions<T> options_;
  const OperatorInfo& info_;
  ChildProcess child_;
  Buffer<std::string> out_;
  std::ostringstream shown_;
  bool begun_ = false;
  bool ended_ = false;
};

}  // namespace core

template <class T>
RDD<std::string> RDD<T>::pipe(const std::vector<std::string>& command, const PipeOptions<T>& options) const {
  if (command.empty()) throw IllegalArgument("pipe() of an empty command: name a program to run");
  core::Command run{command, options.env, options.separateWorkingDir};
  auto open = [run, options](int partition, const std::vector<core::NodePtr>& parents,
                             const core::OperatorInfo& info) -> core::ReaderPtr {
    return core::inOperator(info, [&] {
      return std::make_unique<core::PipeReader<T>>(core::typed<T>(parents[0]->read(partition)), run, options,
                                                   info);
    });
  };
  return RDD<std::string>(core::openedNode(core::rddOperator("pipe"), node(), nullptr, std::move(open)));
}

template <class T>
RDD<std::string> RDD<T>::pipe(const std::string& command, const PipeOptions<T>& options) const {
  return pipe(core::splitCommand(command), options);
}

}  // namespace millrace
