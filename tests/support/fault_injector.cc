// Loaded in front of a program (LD_PRELOAD): counts its calls that change a file system and makes
// one of them fail, or sends the program a signal in front of it.
//
// Values  SAVVY_FAULT_CALL      the call that is hit, from 1; 0: none
//         SAVVY_FAULT_ERROR     the errno value it fails with; -1: a write stores half its bytes
//         SAVVY_FAULT_SIGNAL    the signal that the process gets in its place
//         SAVVY_FAULT_READS     1: calls that read back what was written are counted instead
//         SAVVY_FAULT_BELOW     with that: calls that look at or read what lies below this path
//                               are counted, and no others; -1 as the error: half of it is read,
//                               -2: the file ends there
//         SAVVY_FAULT_ONWARDS   1: all calls behind it fail as well
//         SAVVY_FAULT_KILLED_AT a later call in front of which the process is killed
//         SAVVY_FAULT_LOG       a file that gets a line a call: its name and what it is about
// Covers  every function through which the program and the C++ library change a file system, or
//         start a thread for it; what
//         glibc calls inside itself (the open in mkstemp) is part of the function that calls it

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <string>

namespace {

constexpr int kHalf = -1;
constexpr int kEndOfFile = -2;
constexpr std::size_t kFollowed = 4096;

enum class Use : char { kNone, kRead, kWritten };

// What was opened here, so that calls with a descriptor are known.
std::array<std::atomic<Use>, kFollowed> uses;
long calls = 0;
// The log's nth line is the nth call, whichever thread makes it.
std::mutex numbering;

long number_in(const char* variable) {
  const char* text = getenv(variable);
  return text == nullptr ? 0 : atol(text);
}

struct Wish {
  long call = number_in("SAVVY_FAULT_CALL");
  int error = static_cast<int>(number_in("SAVVY_FAULT_ERROR"));
  int signal_number = static_cast<int>(number_in("SAVVY_FAULT_SIGNAL"));
  bool reads = number_in("SAVVY_FAULT_READS") != 0;
  const char* below = getenv("SAVVY_FAULT_BELOW");
  bool onwards = number_in("SAVVY_FAULT_ONWARDS") != 0;
  long killed_at = number_in("SAVVY_FAULT_KILLED_AT");
  int log = -1;
};

const Wish& wish() {
  // AddressSanitizer looks at the folder of its reports before there is an environment.
  if (environ == nullptr) {
    static const Wish nothing;
    return nothing;
  }
  static const Wish made = [] {
    Wish wish;
    const char* log = getenv("SAVVY_FAULT_LOG");
    // Past this file's own open().
    if (log != nullptr) {
      wish.log = static_cast<int>(
          syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    }
    return wish;
  }();
  return made;
}

void log_call(const char* name, const char* subject) {
  if (wish().log < 0) return;
  const std::string line = std::string(name) + " " + subject + "\n";
  syscall(SYS_write, wish().log, line.data(), line.size());
}

long number_call(const char* name, const char* subject) {
  const std::lock_guard<std::mutex> in_order(numbering);
  log_call(name, subject);
  return ++calls;
}

// Whether this writing call is to go wrong.
bool is_hit(const char* name, const char* subject, Use kind = Use::kWritten) {
  if ((kind == Use::kRead) != wish().reads) return false;
  const long call = number_call(name, subject);
  if (call == wish().killed_at) kill(getpid(), SIGKILL);
  const bool hit = call == wish().call || (wish().onwards && wish().call > 0 && call > wish().call);
  if (!hit || wish().signal_number == 0) return hit;
  kill(getpid(), wish().signal_number);
  return false;
}

// Sets errno if this call fails.
bool fails(const char* name, const char* subject, Use kind = Use::kWritten) {
  if (!is_hit(name, subject, kind) || wish().error <= 0) return false;
  errno = wish().error;
  return true;
}

// The path behind a descriptor.
std::string path_of(int descriptor) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size());
  return size < 0 ? "" : std::string(path.data(), static_cast<std::size_t>(size));
}

Use use_of(int descriptor) {
  const auto index = static_cast<std::size_t>(descriptor);
  return descriptor >= 0 && index < kFollowed ? uses[index].load() : Use::kNone;
}

int follow(int descriptor, Use use) {
  const auto index = static_cast<std::size_t>(descriptor);
  if (descriptor >= 0 && index < kFollowed) uses[index] = use;
  return descriptor;
}

bool is_below(const char* path) {
  return wish().below != nullptr && strncmp(path, wish().below, strlen(wish().below)) == 0;
}

// Everything that a writer opens: new files, folders to sync, and what it reads back; or what a
// reader opens.
Use use_of_open(const char* path, int flags) {
  if (wish().below != nullptr) return is_below(path) ? Use::kRead : Use::kNone;
  if ((flags & (O_WRONLY | O_RDWR | O_DIRECTORY)) != 0) return Use::kWritten;
  if (strstr(path, ".inprogress") != nullptr || strstr(path, ".part") != nullptr) {
    return Use::kRead;
  }
  return Use::kNone;
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// NOLINTNEXTLINE(bugprone-macro-parentheses): the argument is a part of names
#define SAVVY_REAL(name) static const auto real_##name = real<decltype(&name)>(#name)

}  // namespace

extern "C" {

int open(const char* path, int flags, ...) {
  SAVVY_REAL(open);
  va_list rest;
  va_start(rest, flags);
  const auto mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  const Use use = use_of_open(path, flags);
  if (use != Use::kNone && fails("open", path, use)) return -1;
  // Folders are only synced, and of what has no name nobody reads more than is read back: there a
  // failing close() would say nothing.
  const bool folder = use == Use::kWritten && (flags & O_DIRECTORY) != 0;
  return follow(real_open(path, flags, mode), folder ? Use::kRead : use);
}

int mkstemp(char* pattern) {
  SAVVY_REAL(mkstemp);
  if (fails("mkstemp", pattern)) return -1;
  return follow(real_mkstemp(pattern), Use::kRead);
}

int close(int descriptor) {
  SAVVY_REAL(close);
  const Use use = use_of(descriptor);
  follow(descriptor, Use::kNone);
  // What could not be written may come to light here alone; a descriptor for reading has nothing
  // to say.
  const bool failing = use == Use::kWritten && fails("close", path_of(descriptor).c_str());
  const int result = real_close(descriptor);
  if (!failing) return result;
  errno = wish().error;
  return -1;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t count, off_t offset) {
  SAVVY_REAL(pwrite);
  if (!is_hit("pwrite", path_of(descriptor).c_str()) || wish().signal_number != 0) {
    return real_pwrite(descriptor, bytes, count, offset);
  }
  if (wish().error == kHalf) return real_pwrite(descriptor, bytes, (count + 1) / 2, offset);
  errno = wish().error;
  return -1;
}

ssize_t write(int descriptor, const void* bytes, size_t count) {
  SAVVY_REAL(write);
  if (descriptor == STDERR_FILENO || !is_hit("write", path_of(descriptor).c_str()) ||
      wish().signal_number != 0) {
    return real_write(descriptor, bytes, count);
  }
  if (wish().error == kHalf) return real_write(descriptor, bytes, (count + 1) / 2);
  errno = wish().error;
  return -1;
}

ssize_t pread(int descriptor, void* bytes, size_t count, off_t offset) {
  SAVVY_REAL(pread);
  if (use_of(descriptor) == Use::kNone ||
      !is_hit("pread", path_of(descriptor).c_str(), Use::kRead)) {
    return real_pread(descriptor, bytes, count, offset);
  }
  if (wish().error == kHalf) return real_pread(descriptor, bytes, (count + 1) / 2, offset);
  if (wish().error == kEndOfFile) return 0;
  if (wish().error <= 0) return real_pread(descriptor, bytes, count, offset);
  errno = wish().error;
  return -1;
}

int stat(const char* path, struct stat* status) noexcept {
  SAVVY_REAL(stat);
  return is_below(path) && fails("stat", path, Use::kRead) ? -1 : real_stat(path, status);
}

int lstat(const char* path, struct stat* status) noexcept {
  SAVVY_REAL(lstat);
  return is_below(path) && fails("lstat", path, Use::kRead) ? -1 : real_lstat(path, status);
}

int fstat(int descriptor, struct stat* status) noexcept {
  SAVVY_REAL(fstat);
  const bool followed = wish().below != nullptr && use_of(descriptor) == Use::kRead;
  const bool failing = followed && fails("fstat", path_of(descriptor).c_str(), Use::kRead);
  return failing ? -1 : real_fstat(descriptor, status);
}

DIR* opendir(const char* path) {
  SAVVY_REAL(opendir);
  return is_below(path) && fails("opendir", path, Use::kRead) ? nullptr : real_opendir(path);
}

dirent* readdir(DIR* folder) {
  SAVVY_REAL(readdir);
  const std::string path = path_of(dirfd(folder));
  return is_below(path.c_str()) && fails("readdir", path.c_str(), Use::kRead)
             ? nullptr
             : real_readdir(folder);
}

int fsync(int descriptor) {
  SAVVY_REAL(fsync);
  return fails("fsync", path_of(descriptor).c_str()) ? -1 : real_fsync(descriptor);
}

int mkdir(const char* path, mode_t mode) noexcept {
  SAVVY_REAL(mkdir);
  return fails("mkdir", path) ? -1 : real_mkdir(path, mode);
}

int rmdir(const char* path) noexcept {
  SAVVY_REAL(rmdir);
  return fails("rmdir", path) ? -1 : real_rmdir(path);
}

int unlink(const char* path) noexcept {
  SAVVY_REAL(unlink);
  return fails("unlink", path) ? -1 : real_unlink(path);
}

int unlinkat(int folder, const char* path, int flags) noexcept {
  SAVVY_REAL(unlinkat);
  return fails("unlinkat", path) ? -1 : real_unlinkat(folder, path, flags);
}

int rename(const char* from, const char* to) noexcept {
  SAVVY_REAL(rename);
  return fails("rename", to) ? -1 : real_rename(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to,
              unsigned flags) noexcept {
  SAVVY_REAL(renameat2);
  return fails("renameat2", to) ? -1 : real_renameat2(from_folder, from, to_folder, to, flags);
}

int statvfs(const char* path, struct statvfs* status) noexcept {
  SAVVY_REAL(statvfs);
  return fails("statvfs", path) ? -1 : real_statvfs(path, status);
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*start)(void*),
                   void* argument) noexcept {
  SAVVY_REAL(pthread_create);
  if (fails("pthread_create", "")) return wish().error;
  return real_pthread_create(thread, attributes, start, argument);
}

}  // extern "C"
