#!/usr/bin/env python3
"""The table in openapi/PARITY.md is what the tests say: run.py BINARY [--write]

Fails when the committed table is not the one that comes out now, and says how to make it anew. Lists the
rows without a test; --write writes the table."""

import difflib
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.parity import table  # noqa: E402


def main():
    hand, kept = table.read_parts()
    made = table.generated()
    for line in table.missing(made):
        print("no test: " + line.replace(table.NOTHING, "").strip(" |"))
    if "--write" in sys.argv:
        with open(table.PARITY, "w", encoding="utf-8") as file:
            file.write(hand + "\n" + made)
        return 0
    if kept != made:
        for line in list(difflib.unified_diff(kept.split("\n"), made.split("\n"), "committed", "now", lineterm="", n=0))[:40]:
            print(line)
        print("openapi/PARITY.md is not what the tests say: python3 tests/parity/run.py BINARY --write")
    return kept != made


if __name__ == "__main__":
    sys.exit(main())
