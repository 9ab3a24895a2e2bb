#include <millrace/base/file_stream.hpp>
#include <millrace/io/store/blob_file.hpp>

#include <utility>

namespace millrace::core {

const FileKind kBlobFile{"MRSTBLOB", 1, "blob file of a checkpoint"};

namespace {

/// What a stream hands over becomes frames of a file that goes on behind it.
class Frames final : public WritableFile {
 public:
  explicit Frames(FrameWriter& frames) : frames_(frames) {}
  void write(std::string_view bytes) override {
    if (!bytes.empty()) frames_.append(bytes);
  }
  void sync() override {}
  void close() override {}

 private:
  FrameWriter& frames_;
};

}  // namespace

BlobFileWriter::BlobFileWriter(FileSystem& files, const std::string& directory, FileId id)
    : file_(files, directory + "/" + fileName("blobs", id), kBlobFile), blobs_{id, 0, {}} {}

void BlobFileWriter::add(std::string name, const std::function<void(std::ostream& out)>& write) {
  const std::uint64_t begin = file_.frames().size();
  FileStream out(std::make_unique<Frames>(file_.frames()));
  write(out);
  out.close();
  blobs_.blobs.push_back({std::move(name), begin, file_.frames().size(), out.written()});
}

BlobFile BlobFileWriter::keep() {
  blobs_.bytes = file_.frames().size();
  file_.keep();
  return std::move(blobs_);
}

void readStoredBlob(std::shared_ptr<const ReadableFile> file, const std::string& path, const StoredBlob& blob,
                    FunctionRef<void(std::string_view piece)> visit) {
  FrameReader frames(std::move(file), path, blob.begin);
  std::uint64_t bytes = 0;
  while (frames.position() < blob.end) {
    const auto piece = frames.next();
    if (!piece) frames.fail(frames.position(), "a blob is cut short; restore the file");
    bytes += piece->size();
    visit(*piece);
  }
  if (bytes != blob.bytes)
    frames.fail(blob.begin, "a blob has another size than it was written with; restore the file");
}

}  // namespace millrace::core
