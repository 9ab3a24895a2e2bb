// expect: cannot be written: use std::string
#include <millrace/contexts/streaming_context.hpp>

#include <string>
#include <string_view>

#ifdef MISTAKE
using Text = std::string_view;
#else
using Text = std::string;
#endif

auto texts(millrace::StreamingContext& ssc) { return ssc.rawSocketStream<Text>("localhost", 9999); }
