// Threads that do the same work beside the one that starts them.
//
// Values  as many as asked for, or as the system gives: for any number the result is the same

#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <system_error>
#include <thread>
#include <vector>

namespace savvy {

inline std::vector<std::jthread> start_threads(std::size_t count,
                                               const std::function<void()>& work) {
  std::vector<std::jthread> threads;
  threads.reserve(count);
  try {
    while (threads.size() < count) threads.emplace_back(work);
  } catch (const std::system_error&) {
    // The limit of the system or the user is reached; those that are there do the work.
  }
  return threads;
}

// Begins a task on a thread of its own, or, if it should not have one or there is none, does it when
// somebody waits for it.
template <typename Task>
std::future<void> start_task(const Task& task, bool on_a_thread) {
  if (on_a_thread) {
    try {
      return std::async(std::launch::async, task);
    } catch (const std::system_error&) {
      // The limit is reached.
    }
  }
  return std::async(std::launch::deferred, task);
}

}  // namespace savvy
