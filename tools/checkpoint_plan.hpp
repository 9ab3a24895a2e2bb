#pragma once

#include <millrace/base/file_system.hpp>

#include <stdexcept>
#include <string>
#include <vector>

/// What is wrong with a command, in words.
struct BadUsage : std::runtime_error {
  using runtime_error::runtime_error;
};

/// Starts a program, which is found as a shell would find it but without one, has it say what it would do with the checkpoint
/// whose files are in `store`, and prints that. Gives 0 if the program would go on with it, else 1. BadUsage for a program that
/// cannot be started, or ends before it starts a StreamingContext; SparkException and DamagedFile for the checkpoint.
int plan(const millrace::FileSystem& files, const std::string& store, const std::vector<std::string>& program,
         bool asJson);
