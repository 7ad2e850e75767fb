#include "cli/counting_folder.h"

#include <utility>

#include "format/byte_units.h"

namespace savvy {
namespace {

class CountedFile final : public OutputFile {
 public:
  CountedFile(std::unique_ptr<OutputFile> file, CountingFolder& folder)
      : file_(std::move(file)), folder_(folder) {}

  std::string_view name() const override { return file_->name(); }
  std::uint64_t size() const override { return file_->size(); }
  void append(Bytes bytes) override {
    file_->append(bytes);
    uncounted_ += bytes.size();
    if (uncounted_ >= kStepBytes) count();
  }
  void patch(std::uint64_t offset, Bytes bytes) override { file_->patch(offset, bytes); }
  void finish() override {
    file_->finish();
    count();
  }

 private:
  static constexpr std::uint64_t kStepBytes = kMiB;

  void count() {
    folder_.add(uncounted_);
    uncounted_ = 0;
  }

  std::unique_ptr<OutputFile> file_;
  CountingFolder& folder_;
  std::uint64_t uncounted_ = 0;
};

}  // namespace

std::unique_ptr<OutputFile> CountingFolder::create(std::string_view name) {
  auto file = std::make_unique<CountedFile>(folder_.create(name), *this);
  const std::lock_guard lock(mutex_);
  ++file_count_;
  return file;
}

void CountingFolder::add(std::uint64_t bytes) {
  const std::lock_guard lock(mutex_);
  bytes_ += bytes;
  progress_.add_written(bytes);
}

}  // namespace savvy
