"""Writes a C++ source that holds the API's contract as JSON and the error pages.

usage: embed.py openapi.yaml out.cc page.md ...
"""

import json
import pathlib
import sys

try:
    import yaml
except ImportError:
    sys.exit("PyYAML is needed to build the API's documents (Debian: python3-yaml).")

# A compiler need not take longer string literals; 14 KB stays below what all of them take.
PIECE = 14000


def literal(text):
    data = text.encode("utf-8")
    pieces = []
    at = 0
    while at < len(data):
        end = min(at + PIECE, len(data))
        while end < len(data) and (data[end] & 0xC0) == 0x80:
            end -= 1
        pieces.append('R"~~~~(' + data[at:end].decode("utf-8") + ')~~~~"')
        at = end
    return "std::string(" + ") + std::string(".join(pieces or ['""']) + ")"


def main():
    contract, out, *pages = sys.argv[1:]
    with open(contract, encoding="utf-8") as file:
        document = yaml.load(file, Loader=yaml.CSafeLoader)
    lines = [
        '#include "api/v1/assets.h"',
        "",
        "namespace headwater::api::v1 {",
        "",
        "Assets embedded_assets() {",
        "  Assets assets;",
        "  assets.openapi_json = " + literal(json.dumps(document, default=str)) + ";",
    ]
    for page in sorted(pages):
        path = pathlib.Path(page)
        text = path.read_text(encoding="utf-8")
        lines.append(f'  assets.error_pages["{path.stem}"] = {literal(text)};')
    lines += ["  return assets;", "}", "", "}  // namespace headwater::api::v1", ""]
    target = pathlib.Path(out)
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8")


main()
