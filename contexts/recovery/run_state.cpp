#include <millrace/contexts/recovery/run_state.pb.h>
#include <millrace/base/error.hpp>
#include <millrace/contexts/recovery/run_state.hpp>

namespace millrace::core {

std::string encodeRunState(const RunState& state) {
  format::RunState to;
  to.set_zero_ms(state.zeroTime.milliseconds());
  to.set_batch_ms(state.batchDuration.milliseconds());
  to.set_time_ms(state.time.milliseconds());
  to.set_mode(state.mode);
  for (const auto& [about, storedAs, place] : state.operators) {
    format::Operator& written = *to.add_operators();
    written.set_id(about.id);
    written.set_kind(about.kind);
    written.set_name(about.name);
    written.set_type(about.type);
    written.set_stored_as(storedAs);
    written.set_place(place);
  }
  for (const auto& [key, value] : state.settings) {
    format::Setting& written = *to.add_settings();
    written.set_key(key);
    written.set_value(value);
  }
  return to.SerializeAsString();
}

RunState decodeRunState(std::string_view bytes) {
  format::RunState from;
  if (!from.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    throw BadRecord("a version of a checkpoint does not say how far its run had come: " + shorten(bytes));
  RunState state;
  state.zeroTime = Time(from.zero_ms());
  state.batchDuration = Duration(from.batch_ms());
  state.time = Time(from.time_ms());
  state.mode = from.mode();
  for (const format::Operator& saved : from.operators()) {
    state.operators.push_back(
        {{saved.id(), saved.kind(), saved.name(), saved.type()}, saved.stored_as(), saved.place()});
  }
  for (const format::Setting& setting : from.settings()) state.settings[setting.key()] = setting.value();
  return state;
}

}  // namespace millrace::core
