// expect: StreamConverterFn
#include <millrace/contexts/streaming_context.hpp>

#include <istream>
#include <optional>

#ifdef MISTAKE
int number(std::istream& in) { return in.get(); }
#else
std::optional<int> number(std::istream& in) { return in.get(); }
#endif

auto numbers(millrace::StreamingContext& ssc) { return ssc.socketStream("localhost", 9999, number); }
