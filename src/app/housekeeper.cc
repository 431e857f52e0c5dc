#include "app/housekeeper.h"

#include <chrono>

namespace headwater::app {

namespace {

constexpr std::chrono::seconds kEvery{1};

}  // namespace

Housekeeper::Housekeeper(storage::Store& store) : store_(store), thread_([this] { run(); }) {}

Housekeeper::~Housekeeper() {
  pacer_.end();
  thread_.join();
}

void Housekeeper::run() {
  while (pacer_.sleep(kEvery)) store_.checkpoint();
}

}  // namespace headwater::app
