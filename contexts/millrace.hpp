#pragma once

/// The whole of Millrace: what a program includes.
#include <millrace/base/error.hpp>
#include <millrace/base/kept_record.hpp>
#include <millrace/base/parse.hpp>
#include <millrace/base/split.hpp>
#include <millrace/contexts/scheduler/batch_failure.hpp>
#include <millrace/contexts/scheduler/stats_report_listener.hpp>
#include <millrace/contexts/scheduler/streaming_listener.hpp>
#include <millrace/contexts/spark_conf.hpp>
#include <millrace/contexts/spark_context.hpp>
#include <millrace/contexts/streaming_context.hpp>
#include <millrace/dstream/custom_dstream.hpp>
#include <millrace/dstream/input/constant_input_dstream.hpp>
#include <millrace/dstream/ops.hpp>
#include <millrace/io/receiver.hpp>
#include <millrace/rdd/ops.hpp>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>
