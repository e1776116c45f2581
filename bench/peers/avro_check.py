"""Python Avro's checker on two files: exit status 1 when new cannot read old."""

import sys

import avro.schema
from avro.compatibility import ReaderWriterCompatibilityChecker, SchemaCompatibilityType

older, newer = (avro.schema.parse(open(path, encoding="utf-8").read()) for path in sys.argv[1:3])
result = ReaderWriterCompatibilityChecker().get_compatibility(newer, older)
print(result.compatibility)
sys.exit(result.compatibility != SchemaCompatibilityType.compatible)
