#!/usr/bin/env python3
"""Holds check_layers.py to a tree that breaks each rule once, and to one that breaks none."""
import pathlib
import tempfile
import unittest

from check_layers import Checker

GUARD = "#pragma once\n"
SOUND = {
    "base/result.h": GUARD,
    "model/ids.h": GUARD + '#include "base/result.h"\n',
    "storage/storage.h": GUARD + '#include "model/ids.h"\n',
    "storage/sqlite/connection.h": GUARD,
    "storage/storage.cc": '#include "storage/sqlite/connection.h"\n#include <sqlite3.h>\n'
                          'auto sql = "SELECT seq FROM log";\n',
    "graph/graph.h": GUARD + '#include "model/ids.h"\n',
    "graph/packed.h": GUARD,
    "ingest/ingest.h": GUARD + '#include "graph/graph.h"\n#include "storage/storage.h"\n',
    "query/query.h": GUARD + '#include "graph/graph.h"\n',
    "api/http/server.h": GUARD,
    "api/http/loop.h": GUARD + "#include <boost/asio.hpp>\n",
    "api/v1/v1.h": GUARD + '#include "api/http/server.h"\n#include "query/query.h"\n',
    "app/app.cc": '#include "api/v1/v1.h"\n',
    "app/main.cc": '#include "cli/cli.h"\n',
    "cli/cli.h": GUARD,
}


def findings(changes):
    with tempfile.TemporaryDirectory() as folder:
        for name, text in {**SOUND, **changes}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return Checker(folder).run()


class Rules(unittest.TestCase):
    def expect(self, rule, name, text):
        found = findings({name: text})
        self.assertEqual(len(found), 1, found)
        self.assertRegex(found[0], rf"^{name}:\d+: {rule}: ")

    def test_sound_tree_has_no_finding(self):
        self.assertEqual(findings({}), [])

    def test_include_of_a_higher_layer(self):
        self.expect("layer", "model/up.cc", '#include "storage/storage.h"\n')

    def test_siblings_do_not_include_each_other(self):
        self.expect("layer", "query/side.cc", '#include "ingest/ingest.h"\n')
        self.expect("layer", "storage/side.cc", '#include "graph/graph.h"\n')
        self.expect("layer", "graph/side.cc", '#include "storage/storage.h"\n')

    def test_only_main_closes_the_circle(self):
        self.expect("layer", "app/other.cc", '#include "cli/cli.h"\n')

    def test_unknown_module(self):
        self.expect("layer", "new/new.cc", '#include "base/result.h"\n')

    def test_parts_of_the_api_are_layered(self):
        self.expect("layer", "api/http/up.cc", '#include "api/v1/v1.h"\n')
        self.expect("public", "api/v1/deep.cc", '#include "api/http/loop.h"\n')

    def test_private_header(self):
        self.expect("public", "query/deep.cc", '#include "graph/packed.h"\n')

    def test_wire_stays_in_api_http(self):
        self.expect("wire", "api/v1/wire.cc", "#include <boost/beast/http.hpp>\n")

    def test_database_stays_in_storage(self):
        self.expect("database", "ingest/db.cc", "#include <sqlite3.h>\n")

    def test_sql_stays_in_storage(self):
        self.expect("sql", "query/sql.cc", 'auto q = "DELETE FROM log WHERE seq = 1";\n')

    def test_prose_is_no_sql(self):
        self.assertEqual(findings({"query/prose.cc": 'auto t = "Select one from the list";\n'}), [])

    def test_include_from_src(self):
        self.expect("relative", "graph/near.cc", '#include "packed.h"\n')
        self.expect("relative", "graph/near.cc", '#include "../model/ids.h"\n')

    def test_cycle(self):
        found = findings({"graph/a.h": GUARD + '#include "graph/b.h"\n',
                          "graph/b.h": GUARD + '#include "graph/a.h"\n'})
        self.assertEqual(len(found), 1, found)
        self.assertIn("cycle: graph/a.h -> graph/b.h -> graph/a.h", found[0])

    def test_guard(self):
        self.expect("guard", "graph/bare.h", "int x;\n")

    def test_length(self):
        self.expect("length", "graph/long.cc", "int x;\n" * 501)


if __name__ == "__main__":
    unittest.main()
