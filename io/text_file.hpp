#pragma once

#include <millrace/rdd/core/graph/node.hpp>

#include <cstddef>
#include <string>

namespace millrace::core {

/// Lines of so many bytes, or more, cannot be read.
inline constexpr std::size_t kLongestFileLine = std::size_t{1000} << 20;

/// The lines of text files as records of std::string_view, split at LF, CR and CR LF; bytes are kept as they
/// are.
///
/// Which files `paths` means (see inputFiles) and how they are cut is settled here, at the definition, not at
/// the first action: so a wrong path fails at the line that has it, with SparkException. A partition holds
/// the lines that begin in its piece of a file. Pieces are as long as Hadoop makes them on a local disk: all
/// bytes / minPartitions, at most 32 MiB, a rest of up to a tenth staying with the piece before; so
/// `minPartitions` is a lower bound for one file that has so many bytes, and every file makes one partition
/// at least. A gzip or zstd file, known by its content, is decompressed as it is read and makes one partition: nobody
/// can begin in its middle. Files named as otherwise compressed ones are refused (Unsupported).
///
/// A reader holds a few MiB of its piece, and more only inside a longer line. It throws SparkException naming
/// the file when that cannot be read or has become shorter, and the offset of a line of `longestLine` bytes
/// or more; damage of a compressed file, with its byte. What is appended later is left out, but for the end of the last line.
NodePtr textFileNode(EnginePtr engine, const std::string& paths, int minPartitions,
                     std::size_t longestLine = kLongestFileLine);

}  // namespace millrace::core
