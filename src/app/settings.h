// Settings: every key of the configuration, and what the modules make of it.
//
// docs/config.md describes each key; a test holds the page to this table. Thread-safety: pure.
#pragma once

#include <span>

#include "api/http/server.h"
#include "api/v1/v1.h"
#include "app/plan_keeper.h"
#include "base/config.h"
#include "ingest/ingest.h"
#include "storage/storage.h"

namespace headwater::app {

std::span<const base::Setting> settings();

storage::StoreOptions store_options(const base::Config& config);
ingest::PipelineOptions pipeline_options(const base::Config& config);
// kInvalidConfig for an address that is not loopback, unless http.allow_remote_without_keys.
base::Result<api::http::ServerOptions> server_options(const base::Config& config);
api::v1::Options api_options(const base::Config& config);
PlanKeeperOptions plan_keeper_options(const base::Config& config);

}  // namespace headwater::app
