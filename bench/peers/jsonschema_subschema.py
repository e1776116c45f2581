"""Microseconds of one "is every old instance valid under the new schema" by the PyPI package jsonsubschema.

    jsonschema_subschema.py OLD NEW"""

import json
import sys
import time

from jsonsubschema import isSubschema

with open(sys.argv[1], encoding="utf-8") as file:
    old = json.load(file)
with open(sys.argv[2], encoding="utf-8") as file:
    new = json.load(file)
best = float("inf")
for _ in range(3):
    start = time.perf_counter()
    answer = isSubschema(old, new)
    best = min(best, (time.perf_counter() - start) * 1e6)
print(f"{best:.1f} {answer}")
