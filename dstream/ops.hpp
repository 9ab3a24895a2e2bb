#pragma once

/// All operators and outputs of DStream<T>: what dstream.hpp declares, these define.
#include <millrace/dstream/ops/filter.hpp>
#include <millrace/dstream/ops/flat_map.hpp>
#include <millrace/dstream/ops/map.hpp>
#include <millrace/dstream/ops/map_partitions.hpp>
#include <millrace/dstream/ops/map_with_state.hpp>
#include <millrace/dstream/ops/own.hpp>
#include <millrace/dstream/ops/persist.hpp>
#include <millrace/dstream/ops/reduce_by_key.hpp>
#include <millrace/dstream/ops/reduce_by_key_and_window.hpp>
#include <millrace/dstream/ops/repartition.hpp>
#include <millrace/dstream/ops/slice.hpp>
#include <millrace/dstream/ops/union.hpp>
#include <millrace/dstream/ops/window.hpp>
#include <millrace/dstream/output/foreach.hpp>
#include <millrace/dstream/output/foreach_rdd.hpp>
#include <millrace/dstream/output/print.hpp>
#include <millrace/dstream/output/save_as_text_files.hpp>
