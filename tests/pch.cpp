// Compiles tests/pch.hpp once for all test programs.
