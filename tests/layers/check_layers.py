#!/usr/bin/env python3
"""Reads every #include below src/ and says which ones break the architecture.

Usage: check_layers.py SRC. Exit code 1 if there is a finding; each names file, line and rule:

  layer     a module includes only what lies below it (docs/architecture.md); siblings never
  public    from outside a module, only its public headers
  wire      only api/http knows Boost.Beast and Asio
  database  only storage knows sqlite3.h
  sql       only storage holds SQL
  relative  an include in quotes names the path from src/, and the file is there
  cycle     no header includes itself by way of others
  guard     a header says #pragma once
  length    no file has more than 500 lines
"""
import pathlib
import re
import sys

BASE = {"base"}
MODEL = BASE | {"model"}
STORES = MODEL | {"storage", "graph"}
QUESTIONS = {"auth", "ingest", "query", "stats", "planner"}
BELOW = {
    "base": set(),
    "model": BASE,
    "storage": MODEL,
    "graph": MODEL,
    **{module: STORES for module in QUESTIONS},
    "alerts": STORES | {"query", "stats", "planner"},
    "api": STORES | QUESTIONS | {"alerts"},
    "app": STORES | QUESTIONS | {"alerts", "api"},
    "cli": STORES | QUESTIONS | {"alerts", "api", "app"},
}
# The one place that closes the circle: the program starts the command line.
EXCEPTIONS = {("app/main.cc", "cli/cli.h")}

# What others may include. base/ and model/ are vocabulary: all of it.
PUBLIC = {
    "storage": {"edge_sets", "storage", "rows", "view"},
    "graph": {"graph", "graph_inl", "boost_view"},
    "ingest": {"ingest", "parse"},
    "query": {"query", "attributes", "catalog", "events", "evidence", "impact", "job_news", "layout",
              "lineage", "node_ref", "runs", "search", "session", "tally", "values", "versions"},
    "planner": {"calendar", "declared", "engine", "environment", "explain", "grid", "history",
                "inbox", "leases", "listing", "mapping", "perishability", "plan", "plan_builder",
                "plan_decisions", "plan_sources", "planner", "plans", "rescan", "space",
                "staleness", "state", "stored_history", "unattributed"},
    "stats": {"anomalies", "compare", "costs", "job_costs", "labels", "ledger", "monitor",
              "popularity", "price_book", "quality", "rollup", "series", "state", "stats",
              "sunburst", "usage_book", "waste", "read_stats"},
    "alerts": {"hand_off", "webhook"},
    "api": {"http/server", "http/message", "v1/v1"},
    "app": {"app", "settings", "housekeeper"},
    "cli": {"cli"},
}
# Inside api/: the wire below the texts, these below the handlers.
API_BELOW = {"http": set(), "dto": {"http"}, "v1": {"http", "dto"}}
API_PUBLIC = {"http": {"server", "message", "text"}}

MAX_LINES = 500
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
SQL = re.compile(
    r"\b(SELECT\b.+\bFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM"
    r"|CREATE\s+(TABLE|INDEX|VIEW|TRIGGER)|DROP\s+TABLE|ALTER\s+TABLE|PRAGMA\s+\w+)\b")


class Checker:
    def __init__(self, src):
        self.src = pathlib.Path(src)
        self.findings = []
        self.headers = {}  # header -> headers it includes

    def find(self, path, line, rule, text):
        self.findings.append(f"{path}:{line}: {rule}: {text}")

    def run(self):
        for path in sorted(self.src.rglob("*")):
            if path.suffix in (".h", ".cc"):
                self.check_file(path)
        self.check_cycles()
        return self.findings

    def check_file(self, path):
        name = path.relative_to(self.src).as_posix()
        lines = path.read_text(encoding="utf-8").splitlines()
        if path.suffix == ".h":
            self.headers[name] = []
            if "#pragma once" not in lines:
                self.find(name, 1, "guard", "the header has no #pragma once")
        if len(lines) > MAX_LINES:
            self.find(name, len(lines), "length", f"{len(lines)} lines; split the file")
        for number, line in enumerate(lines, 1):
            found = INCLUDE.match(line)
            if found:
                self.check_include(name, number, found[1] == '"', found[2])
            elif not name.startswith("storage/"):
                self.check_sql(name, number, line)

    def check_sql(self, name, number, line):
        for text in STRING.findall(line):
            if SQL.search(text):
                self.find(name, number, "sql", f"SQL belongs to storage: {text}")

    def check_include(self, name, number, quoted, target):
        if re.match(r"boost/(beast|asio)\b", target) and not name.startswith("api/http/"):
            self.find(name, number, "wire", f"{target} belongs to api/http")
        if target == "sqlite3.h" and not name.startswith("storage/"):
            self.find(name, number, "database", "sqlite3.h belongs to storage")
        if not quoted:
            return
        if target.startswith(".") or not (self.src / target).is_file():
            self.find(name, number, "relative", f'"{target}" is no path from src/')
            return
        if name in self.headers:
            self.headers[name].append(target)
        self.check_layer(name, number, target)

    def check_layer(self, name, number, target):
        module, other = name.split("/")[0], target.split("/")[0]
        if module == other:
            if module == "api":
                self.check_api(name, number, target)
            return
        if (name, target) in EXCEPTIONS:
            return
        if module not in BELOW:
            self.find(name, number, "layer", f"{module} is in no layer; add it to {__file__}")
            return
        if other not in BELOW[module]:
            self.find(name, number, "layer", f"{module} may not include {target}")
        elif other in PUBLIC and target[len(other) + 1:-len(".h")] not in PUBLIC[other]:
            self.find(name, number, "public", f"{target} is private to {other}")

    def check_api(self, name, number, target):
        part, other = name.split("/")[1], target.split("/")[1]
        if part == other:
            return
        if other not in API_BELOW.get(part, set()):
            self.find(name, number, "layer", f"api/{part} may not include {target}")
        elif other in API_PUBLIC and pathlib.PurePath(target).stem not in API_PUBLIC[other]:
            self.find(name, number, "public", f"{target} is private to api/{other}")

    def check_cycles(self):
        done, path = set(), []

        def visit(header):
            if header in path:
                ring = path[path.index(header):] + [header]
                self.find(header, 1, "cycle", " -> ".join(ring))
                return
            if header in done or header not in self.headers:
                return
            path.append(header)
            for target in self.headers[header]:
                visit(target)
            path.pop()
            done.add(header)

        for header in sorted(self.headers):
            visit(header)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    findings = Checker(sys.argv[1]).run()
    for finding in findings:
        print(finding)
    print(f"{len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
