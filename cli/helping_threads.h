// Threads that do the same work beside the one that starts them.
//
// Values  as many as asked for, or as the system gives: for any number the result is the same

#pragma once

#include <cstddef>
#include <functional>
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

}  // namespace savvy
