#!/usr/bin/env python3
"""Real emitters against the real server: OpenLineage's Python and Java clients.

Usage: run.py --server build/release/bin/headwater [--work DIR]. Needs a package index for PyPI and
Maven Central the first time; says plainly what it skips when there is none.
"""
import argparse
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
PYTHON_CLIENT = "openlineage-python==1.54.0"


class Server:
    def __init__(self, binary, data_dir):
        self.process = subprocess.Popen(
            [binary, "serve", "--data-dir", data_dir, "--port", "0"],
            stdout=subprocess.PIPE,
            text=True,
        )
        for line in self.process.stdout:
            found = re.search(r"http://[^\s]+", line)
            if found:
                self.url = found.group(0).rstrip("/")
                return
        sys.exit("the server did not start")

    def get(self, path):
        with urllib.request.urlopen(self.url + path) as answer:
            return json.load(answer)

    def stop(self):
        self.process.terminate()
        if self.process.wait(timeout=30) != 0:
            sys.exit(f"the server ended with {self.process.returncode}")


def expect(condition, what):
    if not condition:
        sys.exit(f"FAILED: {what}")
    print(f"  ok: {what}")


def check_job(server, namespace, name, data_namespace):
    job = server.get(f"/api/v1/namespaces/{namespace}/jobs/{name}")
    expect(job["latestRun"]["state"] == "COMPLETED", f"{namespace}/{name} completed")
    node = urllib.parse.quote(f"dataset:{data_namespace}:shop.{name}", safe="")
    graph = server.get(f"/api/v1/lineage?nodeId={node}&direction=upstream")
    ids = {entry["id"] for entry in graph["graph"]}
    expect(f"dataset:{data_namespace}:shop.orders" in ids, f"{name} comes from shop.orders")
    expect(graph["complete"], "the answer is complete")


def python_client(server, work):
    venv = work / "venv"
    python = venv / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", PYTHON_CLIENT]
    if subprocess.run(install).returncode != 0:
        print("SKIPPED: the Python client cannot be installed here")
        return False
    subprocess.run([python, HERE / "python_client.py", server.url], check=True, timeout=120)
    for name in ("report_plain", "report_gzip", "report_async"):
        check_job(server, "python-client", name, "python-db")
    return True


def java_client(server, work):
    if not shutil.which("mvn") or not shutil.which("java"):
        print("SKIPPED: no Maven or Java here")
        return False
    project = work / "java"
    shutil.copytree(HERE / "java", project, dirs_exist_ok=True)
    fetch = ["mvn", "-q", "-B", "dependency:build-classpath",
             f"-Dmdep.outputFile={project / 'classpath'}"]
    if subprocess.run(fetch, cwd=project).returncode != 0:
        print("SKIPPED: the Java client cannot be installed here")
        return False
    subprocess.run(["mvn", "-q", "-B", "compile"], cwd=project, check=True)
    classpath = f"{project / 'target' / 'classes'}:{(project / 'classpath').read_text()}"
    subprocess.run(["java", "-cp", classpath, "Emit", server.url], check=True, timeout=120)
    for name in ("report_plain", "report_gzip"):
        check_job(server, "java-client", name, "java-db")
    return True


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--server", required=True)
    parser.add_argument("--work", default=str(HERE.parents[1] / "build" / "emitters"))
    options = parser.parse_args()
    work = pathlib.Path(options.work)
    work.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as data_dir:
        server = Server(options.server, data_dir)
        try:
            ran = [python_client(server, work), java_client(server, work)]
            quarantined = server.get("/api/v1/stats")["quarantined"]
            expect(quarantined == 0, "nothing was quarantined")
        finally:
            server.stop()
    print(f"{sum(ran)} clients passed, {len(ran) - sum(ran)} skipped")


if __name__ == "__main__":
    main()
