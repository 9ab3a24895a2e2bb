#pragma once

#include <millrace/base/function_ref.hpp>
#include <millrace/io/store/manifest.hpp>

#include <functional>
#include <ostream>
#include <string>

namespace millrace::core {

extern const FileKind kBlobFile;

/// Writes a file of blobs.
class BlobFileWriter {
 public:
  BlobFileWriter(FileSystem& files, const std::string& directory, FileId id);

  void add(std::string name, const std::function<void(std::ostream& out)>& write);
  /// Returns when the file has its name, and both would survive a power cut.
  BlobFile keep();

 private:
  NewFile file_;
  BlobFile blobs_;
};

/// Gives the bytes of a blob, piece by piece. DamagedFile for bytes that nobody has written.
void readStoredBlob(std::shared_ptr<const ReadableFile> file, const std::string& path, const StoredBlob& blob,
                    FunctionRef<void(std::string_view piece)> visit);

}  // namespace millrace::core
