#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Whether a path names the file system it is of: `hdfs://namenode/out`, `file:/tmp`, `s3a:bucket`. What stands before the
/// first colon is a scheme if it is one by RFC 3986 (a letter, then letters, digits, `+`, `-`, `.`) or if `//` follows.
/// So a relative name such as `a:b` has one, as it has for Hadoop; write `./a:b` for such a file.
bool hasScheme(std::string_view path);

/// The path in the machine's own file system that a program means by `path`. Every method that takes a path from a
/// program passes it through here before it looks at the disk.
///
/// Without a scheme it is the path itself. With `file:`, in upper or lower case, it is what follows: `file:/tmp/x`,
/// `file:///tmp/x`, `file://localhost/tmp/x`, and `file:x` for a relative one. Nothing is decoded: `%20` are three characters, as they
/// are in Hadoop's paths. Unsupported, naming the path and the cure, for another scheme and another host.
std::string localPath(std::string_view path);

}  // namespace millrace
