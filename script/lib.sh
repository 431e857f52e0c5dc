# Shared by script/server and script/test: progress, packages, Node.js, the build. Sourced, not run.
# shellcheck shell=bash

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
export DEBIAN_FRONTEND=noninteractive
# Clones in other folders share what was compiled; precompiled headers can be found again.
export CCACHE_BASEDIR="$ROOT" CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros

# What the server needs to be built, and what the tests need on top.
BUILD_PACKAGES=(
  g++ cmake ninja-build ccache pkg-config git ca-certificates
  libboost-dev rapidjson-dev libspdlog-dev libfmt-dev libsqlite3-dev libcurl4-openssl-dev
  libzstd-dev zlib1g-dev libxxhash-dev libjemalloc-dev libcli11-dev libssl-dev
  libhowardhinnant-date-dev tzdata
  python3 python3-yaml
)
TEST_PACKAGES=(
  libgtest-dev libbenchmark-dev clang-14 clang-format-14 clang-tidy-14 libclang-rt-14-dev
  chromium fonts-dejavu-core python3-jsonschema python3-venv mypy zstd curl openssl
)

say() {
  if [ -t 1 ]; then
    printf '\033[1m==> %s\033[0m\n' "$*"
  else
    printf '==> %s\n' "$*"
  fi
}
note() { printf '    %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "installing packages needs root: run as root or install sudo"
  fi
}

missing_packages() {
  local name
  for name in "$@"; do
    dpkg-query -W -f='${Status}\n' "$name" 2>/dev/null | grep -q '^install ok installed' ||
      printf '%s\n' "$name"
  done
}

# install_packages NAME...: what is missing, by name, from Debian's archive.
install_packages() {
  command -v dpkg-query >/dev/null || die "this script installs Debian packages; on another system install: $*"
  local missing
  mapfile -t missing < <(missing_packages "$@")
  if [ "${#missing[@]}" -eq 0 ]; then
    note "packages: nothing is missing"
    return
  fi
  note "packages: installing ${missing[*]}"
  as_root apt-get update -qq
  as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

node_major() { node --version 2>/dev/null | sed -n 's/^v\([0-9]*\).*/\1/p'; }

# Node.js 20 or newer on the PATH. Debian 12 has 18, which is enough to install a newer one from npm.
ensure_node() {
  local tools="$ROOT/build/tools"
  if [ -x "$tools/node_modules/node/bin/node" ]; then
    export PATH="$tools/node_modules/node/bin:$PATH"
  fi
  if [ "$(node_major || true)" != "" ] && [ "$(node_major)" -ge 20 ]; then
    note "node: $(node --version)"
    return
  fi
  command -v npm >/dev/null || install_packages nodejs npm
  note "node: installing version 20 under build/tools"
  mkdir -p "$tools"
  npm install --silent --no-fund --no-audit --prefix "$tools" node@20 >/dev/null
  export PATH="$tools/node_modules/node/bin:$PATH"
  [ "$(node_major)" -ge 20 ] || die "Node.js 20 or newer is needed and could not be installed"
}

# npm_ci DIR: the locked packages, unless they are there already.
npm_ci() {
  local dir="$1" stamp="$1/node_modules/.installed-from"
  local lock
  lock="$(sha256sum "$dir/package-lock.json" | cut -d' ' -f1)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$lock" ]; then
    note "npm: ${dir#"$ROOT"/} is up to date"
    return
  fi
  note "npm: installing the packages of ${dir#"$ROOT"/}"
  # npm 11 refuses a lock without download addresses when packages of other platforms are not in reach;
  # 'install' takes the same locked versions.
  (cd "$dir" && npm ci --silent --no-fund --no-audit >/dev/null 2>&1) ||
    (cd "$dir" && npm install --no-save --silent --no-fund --no-audit) || return 1
  printf '%s' "$lock" >"$stamp"
}

# build_ui: ui/dist, unless nothing changed since it was made.
build_ui() {
  ensure_node
  npm_ci "$ROOT/ui" || return 1
  local inputs state stamp="$ROOT/ui/dist/.built-from"
  inputs="$(cd "$ROOT" && find ui/src ui/public ui/*.html ui/*.json ui/*.ts schema/openapi.yaml \
    -type f -print0 2>/dev/null | sort -z | xargs -0 sha256sum)"
  state="$(printf '%s' "$inputs" | sha256sum | cut -d' ' -f1)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$state" ]; then
    note "ui: up to date"
    return
  fi
  note "ui: building"
  (cd "$ROOT/ui" && npm run --silent build >/dev/null) || return 1
  printf '%s' "$state" >"$stamp"
}

# configure PRESET [cmake options]
configure() {
  local preset="$1"
  shift
  (cd "$ROOT" && cmake --preset "$preset" "$@" >/dev/null)
}

# build PRESET [TARGET...]: with ninja's own progress on a terminal, its errors alone elsewhere.
build() {
  local preset="$1"
  shift
  local targets=()
  [ "$#" -gt 0 ] && targets=(--target "$@")
  (cd "$ROOT" && cmake --build --preset "$preset" "${targets[@]}")
}
