// Which addresses belong to the public internet: IANA's registries of special-purpose addresses.

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cstring>

#include "alerts/webhook.h"

namespace headwater::alerts {

namespace {

struct Block4 {
  std::uint32_t first = 0;
  int bits = 0;
};
constexpr std::uint32_t quad(std::uint32_t a, std::uint32_t b, std::uint32_t c, std::uint32_t d) {
  return a << 24 | b << 16 | c << 8 | d;
}
constexpr std::array kSpecial4{
    Block4{quad(0, 0, 0, 0), 8},        // this network
    Block4{quad(10, 0, 0, 0), 8},       // private
    Block4{quad(100, 64, 0, 0), 10},    // shared by carriers
    Block4{quad(127, 0, 0, 0), 8},      // loopback
    Block4{quad(169, 254, 0, 0), 16},   // link-local
    Block4{quad(172, 16, 0, 0), 12},    // private
    Block4{quad(192, 0, 0, 0), 24},     // protocols
    Block4{quad(192, 0, 2, 0), 24},     // examples
    Block4{quad(192, 88, 99, 0), 24},   // relays
    Block4{quad(192, 168, 0, 0), 16},   // private
    Block4{quad(198, 18, 0, 0), 15},    // benchmarks
    Block4{quad(198, 51, 100, 0), 24},  // examples
    Block4{quad(203, 0, 113, 0), 24},   // examples
    Block4{quad(224, 0, 0, 0), 4},      // multicast
    Block4{quad(240, 0, 0, 0), 4},      // reserved, broadcast
};

bool is_public4(std::uint32_t address) {
  return std::none_of(kSpecial4.begin(), kSpecial4.end(), [address](const Block4& block) {
    return (address ^ block.first) >> (32 - block.bits) == 0;
  });
}

std::uint32_t quad_at(const std::uint8_t* bytes) {
  return quad(bytes[0], bytes[1], bytes[2], bytes[3]);
}

bool begins(const std::uint8_t* bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes);
}

bool is_public6(const std::uint8_t* bytes) {
  // One of the old kind in it: that is what is reached.
  if (begins(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}))
    return is_public4(quad_at(bytes + 12));
  if (begins(bytes, {0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0})) {
    return is_public4(quad_at(bytes + 12));
  }
  if (begins(bytes, {0x20, 0x02})) return is_public4(quad_at(bytes + 2));
  // Of what has been given out, 2000::/3, without Teredo, ORCHID and examples.
  if ((bytes[0] & 0xe0) != 0x20) return false;
  if (begins(bytes, {0x20, 0x01}) && bytes[2] < 0x02) return false;  // 2001::/23
  if (begins(bytes, {0x20, 0x01, 0x0d, 0xb8})) return false;
  return !begins(bytes, {0x3f, 0xff});  // 3fff::/20
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public6(in.sin6_addr.s6_addr);
  }
  return false;
}

}  // namespace headwater::alerts
