// Ids of the planner. Thread-safety: plain values.
#pragma once

#include "model/ids.h"

namespace headwater::planner {

using model::CodeId;
using model::DatasetNo;
using model::NodeId;

}  // namespace headwater::planner
