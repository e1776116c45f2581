#!/usr/bin/env python3
"""Report formats of other people against the schemas that define them: run.py BINARY

SARIF 2.1.0 against the OASIS schema (npm @microsoft/jest-sarif carries it), checked by Python's
jsonschema and by our own validator; JUnit against the schema of Jenkins' xunit plugin (in pytest's
source package), checked by xmlschema."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from driver import install  # noqa: E402

AVRO = {"type": "record", "name": "Order", "namespace": "shop", "fields": [{"name": "id", "type": "long"}]}
AVRO_BAD = {**AVRO, "fields": AVRO["fields"] + [{"name": "a<b>&\"'é", "type": "int"}]}
REGION = {"name": "region", "type": "string"}
FILES = {
    "old/orders value.avsc": json.dumps(AVRO),
    "new/orders value.avsc": json.dumps({**AVRO, "fields": AVRO["fields"] + [REGION]}, indent=1),
    "old/user.proto": 'syntax = "proto3"; message U { int32 a = 1; }',
    "new/user.proto": 'syntax = "proto3";\nmessage U {\n\tstring a = 1;\n}\n',
    "old/doc.schema.json": '{"type": "object"}',
    "new/doc.schema.json": '\ufeff{\r\n"type": "string", "title": "日本 ]]> <&"}',
    "old/same.avsc": '"int"',
    "new/same.avsc": '"int"',
    "new/fresh.avsc": '"int"',
    "old/gone.avsc": '"int"',
    "new/broken.avsc": json.dumps(AVRO_BAD),
}
ACCEPT = "accept: [{rule: json/type-changed, reason: 'meant <so> & \"well\"'}]\n"
RUNS = {
    "check": ["check", "new", "--against", "old", "--new", "warn"],
    "accepted": ["check", "new", "--against", "old", "--config", "accept.yaml"],
    "several bases": ["check", "new", "--against", "old", "--against", "new"],
    "clean": ["check", "new/same.avsc", "--against", "old/same.avsc"],
    "lint": ["lint", "new", "--use", "strict"],
    "validate": ["validate", "new"],
    "fmt": ["fmt", "--check", "new"],
}


def reports(binary, folder):
    """(name, format, path) of every report, written by the program itself."""
    for name, args in RUNS.items():
        for format_ in ("sarif", "junit"):
            path = f"{name}.{format_}"
            done = subprocess.run([binary, *args, "-f", "concise", "-o", f"{format_}={path}"], cwd=folder,
                                  capture_output=True, text=True, timeout=60, check=False)
            if done.returncode not in (0, 1):
                raise SystemExit(f"{name}: status {done.returncode}: {done.stderr}")
            yield name, format_, os.path.join(folder, path)


def inside(binary):
    """Runs with the packages at hand."""
    import jsonschema
    import xmlschema

    with open(install.REPORT_SCHEMAS / "sarif.json", encoding="utf-8") as file:
        sarif_schema = json.load(file)
    sarif = jsonschema.validators.validator_for(sarif_schema)(
        sarif_schema, format_checker=jsonschema.FormatChecker())
    junit = xmlschema.XMLSchema(str(install.REPORT_SCHEMAS / "junit.xsd"))
    failed = count = 0
    with tempfile.TemporaryDirectory(prefix="schemata-formats-") as folder:
        for name, text in {**FILES, "accept.yaml": ACCEPT}.items():
            path = pathlib.Path(folder, name)
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(text.encode())
        for name, format_, path in reports(binary, folder):
            count += 1
            if format_ == "junit":
                errors = [str(e) for e in junit.iter_errors(path)]
            else:
                with open(path, encoding="utf-8") as file:
                    errors = [f"{list(e.path)}: {e.message}" for e in sarif.iter_errors(json.load(file))]
                ours = subprocess.run(
                    [binary, "validate", str(install.REPORT_SCHEMAS / "sarif.json"), "--type", "json",
                     "--instance", path], capture_output=True, text=True, timeout=60, check=False)
                if ours.returncode:
                    errors.append("our validator: " + ours.stdout + ours.stderr)
            for error in errors:
                print(f"{name}.{format_}: {error}")
            failed += bool(errors)
    print(f"report formats: {count - failed} passed, {failed} failed")
    return failed != 0 or count != 2 * len(RUNS)


def main():
    binary = os.path.abspath(sys.argv[1])
    if sys.argv[2:] == ["--inside"]:
        return inside(binary)
    install.report_schemas()
    python = install.CACHE / "python" / "bin" / "python"
    return subprocess.run([python, __file__, binary, "--inside"], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
