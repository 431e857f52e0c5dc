// A load generator: one thread, many keep-alive connections, each sending its next request when the
// last is answered. It renders nothing while it measures, so that it costs the server little.
//
// Failures end the program: an answer other than 2xx is no measurement.
#pragma once

#include <sys/types.h>
#include <cstddef>
#include <string>
#include <vector>

namespace headwater::bench {

// "POST path" with this JSON body, as it goes over the wire.
std::string post_request(const std::string& path, const std::string& body);

struct LoadResult {
  double seconds = 0;
  std::vector<double> latencies;  // seconds, one a request
};
LoadResult run_load(int port, const std::vector<std::string>& requests, std::size_t connections);

// A request of its own; returns the body.
std::string get(int port, const std::string& path);

// `binary serve` on a free port of loopback, stopped by the destructor.
class ServerProcess {
 public:
  ServerProcess(const std::string& binary, const std::string& data_directory);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const { return port_; }
  double cpu_seconds() const;                    // of the process so far
  double metric(const std::string& name) const;  // of /metrics, without "headwater_"

 private:
  pid_t pid_ = -1;
  int port_ = 0;
};

}  // namespace headwater::bench
