#pragma once

/// The algorithms on iterators, for headers that programs include: <algorithm> brings its twins for ranges and for
/// parallel execution along, which cost each compilation of a program as much as <vector> does.
#if __has_include(<bits/stl_algo.h>)  // libstdc++
#include <bits/stl_algo.h>
#else
#include <algorithm>
#endif
