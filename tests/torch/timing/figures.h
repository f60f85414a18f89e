#pragma once

#include <gtest/gtest.h>

#include <iostream>
#include <string>

namespace attngate {

/// Shows a measured figure in the test's output and keeps it in GoogleTest's report.
inline void show(const std::string& name, double value, const std::string& unit) {
  std::cout << "  " << name << ": " << value << (unit.empty() ? "" : " ") << unit << '\n';
  testing::Test::RecordProperty(name, std::to_string(value));
}

}  // namespace attngate
