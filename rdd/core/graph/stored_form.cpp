#include <millrace/base/error.hpp>
#include <millrace/rdd/core/graph/stored_form.hpp>

namespace millrace::core {

void checkLevel(StorageLevel level, const StoredForm& form, const OperatorInfo& info) {
  if (form.hasBytes() || (!level.useDisk() && level.deserialized()) || !level.isValid()) return;
  throw Unsupported("persist(" + level.description() + ") of " + info.describe() +
                    ", whose records cannot be written: give their type template <class A> void serialize(A& "
                    "archive) { archive(x, y); }, specialise millrace::Codec, or persist with MEMORY_ONLY");
}

}  // namespace millrace::core
