#pragma once

/// All operators and actions of RDD<T>: what rdd.hpp declares, these define.
#include <millrace/rdd/actions/aggregate.hpp>
#include <millrace/rdd/actions/collect.hpp>
#include <millrace/rdd/actions/count.hpp>
#include <millrace/rdd/actions/count_approx_distinct.hpp>
#include <millrace/rdd/actions/foreach.hpp>
#include <millrace/rdd/actions/is_empty.hpp>
#include <millrace/rdd/actions/min_max.hpp>
#include <millrace/rdd/actions/numeric.hpp>
#include <millrace/rdd/actions/reduce.hpp>
#include <millrace/rdd/actions/save_as_text_file.hpp>
#include <millrace/rdd/actions/take.hpp>
#include <millrace/rdd/actions/take_ordered.hpp>
#include <millrace/rdd/actions/take_sample.hpp>
#include <millrace/rdd/actions/to_local_iterator.hpp>
#include <millrace/rdd/ops/coalesce.hpp>
#include <millrace/rdd/ops/filter.hpp>
#include <millrace/rdd/ops/flat_map.hpp>
#include <millrace/rdd/ops/map.hpp>
#include <millrace/rdd/ops/map_partitions.hpp>
#include <millrace/rdd/ops/own.hpp>
#include <millrace/rdd/ops/persist.hpp>
#include <millrace/rdd/ops/reduce_by_key.hpp>
#include <millrace/rdd/ops/repartition.hpp>
#include <millrace/rdd/ops/union.hpp>
