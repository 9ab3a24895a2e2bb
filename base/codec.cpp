#include <millrace/base/codec.hpp>

#include <cxxabi.h>
#include <boost/algorithm/string/replace.hpp>

#include <cstdlib>
#include <memory>
#include <string>

namespace millrace::core {

std::string nameOf(const std::type_info& type) {
  int status = 0;
  const std::unique_ptr<char, void (*)(void*)> name(
      abi::__cxa_demangle(type.name(), nullptr, nullptr, &status), std::free);
  if (status != 0) return type.name();
  static const std::string kText =
      "std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> >";
  return boost::algorithm::replace_all_copy(std::string(name.get()), kText, "std::string");
}

}  // namespace millrace::core
