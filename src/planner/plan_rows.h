// Tasks as rows of the store, and back. Private to planner. Thread-safety: pure functions.
#pragma once

#include "planner/plan.h"
#include "storage/rows.h"

namespace headwater::planner {

storage::PlanTaskRow row_of(model::Seq plan, const Task& task);
Task task_of(const storage::PlanTaskRow& row);

}  // namespace headwater::planner
