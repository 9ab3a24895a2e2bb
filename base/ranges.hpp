#pragma once

#include <initializer_list>
#include <iterator>

/// The concepts of ranges and what goes with them, for headers that programs include: <ranges> brings all views along,
/// which cost each compilation of a program as much as <memory> does.
#if __has_include(<bits/ranges_base.h>)  // libstdc++
#include <bits/ranges_base.h>
#else
#include <ranges>
#endif
