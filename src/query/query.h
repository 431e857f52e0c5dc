// The questions that Headwater answers, typed. Start with Service::open (query/session.h).
//
// Layer 3: knows storage and graph, no JSON to write and no wire. Each header says its own errors
// and costs.
#pragma once

#include "query/annotations.h"
#include "query/attributes.h"
#include "query/catalog.h"
#include "query/cause.h"
#include "query/column_picture.h"
#include "query/columns.h"
#include "query/coverage.h"
#include "query/decisions.h"
#include "query/diff.h"
#include "query/events.h"
#include "query/evidence.h"
#include "query/field_nodes.h"
#include "query/impact.h"
#include "query/impact_filter.h"
#include "query/layout.h"
#include "query/lineage.h"
#include "query/node_ref.h"
#include "query/paths.h"
#include "query/runs.h"
#include "query/search.h"
#include "query/session.h"
#include "query/structure.h"
#include "query/tags.h"
#include "query/values.h"
#include "query/versions.h"
