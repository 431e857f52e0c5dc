#include "api/v1/writes.h"

#include <utility>

namespace headwater::api::v1 {
namespace {

class PipelineWrites final : public Writes {
 public:
  explicit PipelineWrites(ingest::Pipeline& pipeline) : pipeline_(pipeline) {}

  void submit(std::string body, Done<ingest::BodyReceipt> done, bool usage_only) override {
    pipeline_.submit(std::move(body), std::move(done), usage_only);
  }
  void decide(ingest::Decision decision, Done<ingest::Receipt> done) override {
    pipeline_.decide(std::move(decision), std::move(done));
  }
  void replay_quarantined(model::Seq seq, Done<ingest::Receipt> done) override {
    pipeline_.replay_quarantined(seq, std::move(done));
  }
  ingest::PipelineStats stats() const override { return pipeline_.stats(); }

 private:
  ingest::Pipeline& pipeline_;
};

}  // namespace

std::unique_ptr<Writes> writes_to(ingest::Pipeline& pipeline) {
  return std::make_unique<PipelineWrites>(pipeline);
}

}  // namespace headwater::api::v1
