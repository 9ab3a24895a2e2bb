#include <millrace/contexts/recovery/batch_record.pb.h>
#include <millrace/base/error.hpp>
#include <millrace/contexts/recovery/batch_record.hpp>

namespace millrace::core {

namespace {

void write(const LoggedBatch& batch, format::BatchRecord& record) {
  format::Batch& to = *record.mutable_batch();
  to.set_time_ms(batch.time.milliseconds());
  to.set_skipped(batch.isSkipped);
  if (batch.next) to.set_next_ms(batch.next->milliseconds());
  if (batch.oldestRunning) to.set_oldest_running_ms(batch.oldestRunning->milliseconds());
  for (const LoggedInput& input : batch.inputs) {
    format::BatchInput& written = *to.add_inputs();
    written.set_source_id(input.source.id);
    written.set_source_kind(input.source.kind);
    written.set_source_name(input.source.name);
    written.set_source_type(input.source.type);
    written.set_time_ms(input.time.milliseconds());
    written.set_input(input.bytes);
    written.set_description(input.description);
  }
}

void write(const RunBegin& run, format::BatchRecord& record) {
  format::RunBegin& to = *record.mutable_run_begin();
  to.set_zero_ms(run.zeroTime.milliseconds());
  to.set_batch_ms(run.batchDuration.milliseconds());
  to.set_one_by_one(run.oneByOne);
  for (const auto& [time, deaths] : run.deaths) {
    format::Deaths& written = *to.add_deaths();
    written.set_time_ms(time.milliseconds());
    written.set_deaths(deaths);
  }
}

void write(const BatchBegin& begin, format::BatchRecord& record) {
  record.mutable_batch_begin()->set_time_ms(begin.time.milliseconds());
}

void write(const RunStop&, format::BatchRecord& record) { record.mutable_run_stop(); }

LoggedBatch read(const format::Batch& from) {
  LoggedBatch batch{Time(from.time_ms()), {}, from.skipped(), std::nullopt, std::nullopt};
  if (from.next_ms() != 0) batch.next = Time(from.next_ms());
  if (from.oldest_running_ms() != 0) batch.oldestRunning = Time(from.oldest_running_ms());
  for (const format::BatchInput& input : from.inputs()) {
    batch.inputs.push_back(
        {{input.source_id(), input.source_kind(), input.source_name(), input.source_type()},
         Time(input.time_ms()),
         input.input(),
         input.description()});
  }
  return batch;
}

RunBegin read(const format::RunBegin& from) {
  RunBegin run{Time(from.zero_ms()), Duration(from.batch_ms()), {}, from.one_by_one()};
  for (const format::Deaths& one : from.deaths()) run.deaths[Time(one.time_ms())] = one.deaths();
  return run;
}

}  // namespace

std::string encodeBatchRecord(const BatchRecord& record) {
  format::BatchRecord to;
  std::visit([&](const auto& one) { write(one, to); }, record);
  return to.SerializeAsString();
}

BatchRecord decodeBatchRecord(std::string_view bytes) {
  format::BatchRecord from;
  if (from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    switch (from.record_case()) {
      case format::BatchRecord::kBatch:
        return read(from.batch());
      case format::BatchRecord::kRunBegin:
        return read(from.run_begin());
      case format::BatchRecord::kBatchBegin:
        return BatchBegin{Time(from.batch_begin().time_ms())};
      case format::BatchRecord::kRunStop:
        return RunStop{};
      case format::BatchRecord::RECORD_NOT_SET:
        break;
    }
  }
  throw BadRecord("a block of a log of batches is none of its records: " + shorten(bytes));
}

}  // namespace millrace::core
