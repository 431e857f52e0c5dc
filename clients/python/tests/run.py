#!/usr/bin/env python3
"""Everything of this package: its types, its tests, and the Airflow example, each in its own
environment under build/, which is kept for the next time.

Usage: run.py --server build/release/bin/headwater [--work DIR] [--skip-airflow]. Needs a package
index the first time: setuptools builds the package, and Airflow is large (300 MB, a few minutes).
What cannot be installed is a failure; --skip-airflow says what it leaves out.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import List

PACKAGE = Path(__file__).resolve().parents[1]
EXAMPLE = PACKAGE / "examples" / "airflow"
NOTHING: List[str] = []  # is needed beyond Python itself


def python_with(where: Path, requirements: List[str]) -> str:
    """The interpreter of an environment that has these and this package, as it is now."""
    python = where / "bin" / "python"
    wanted = hashlib.sha256("\n".join(requirements).encode()).hexdigest()
    stamp = where / ".installed"
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(where, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(where)], check=True)
        if requirements:
            print(f"installing {requirements[-1]} in {where}", flush=True)
            subprocess.run([*pip(python), *requirements], check=True)
    # From a copy: pip would leave its scratch files beside the sources.
    copy = where.with_name(where.name + "-source")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("build", "*.egg-info", "examples"))
    subprocess.run([*pip(python), "--no-deps", "--force-reinstall", str(copy)], check=True)
    stamp.write_text(wanted)
    return str(python)


def pip(python: Path) -> List[str]:
    return [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]


def run(python: str, tests: Path, server: str) -> bool:
    """The tests of a folder, against the installed package: not what lies in src."""
    environment = dict(os.environ, HEADWATER_SERVER=server)
    environment.pop("PYTHONPATH", None)
    command = [python, "-m", "unittest", "discover", "-s", str(tests)]
    print(f"tests of {tests.relative_to(PACKAGE)}", flush=True)
    return subprocess.run(command, env=environment, cwd=str(PACKAGE)).returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--work", default=str(PACKAGE.parents[1] / "build" / "clients"))
    parser.add_argument("--skip-airflow", action="store_true")
    options = parser.parse_args()
    server = str(Path(options.server).resolve())
    work = Path(options.work)
    work.mkdir(parents=True, exist_ok=True)

    good = subprocess.run(["mypy"], cwd=str(PACKAGE)).returncode == 0
    good = run(python_with(work / "venv", NOTHING), PACKAGE / "tests", server) and good
    if options.skip_airflow:
        print("SKIPPED: the Airflow example")
    else:
        airflow = ["-c", str(EXAMPLE / "constraints.txt"), "-r", str(EXAMPLE / "requirements.txt")]
        good = run(python_with(work / "airflow", airflow), EXAMPLE / "tests", server) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
