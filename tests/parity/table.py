"""The generated part of openapi/PARITY.md: what the golden transcripts show of each route, held against the
routes and codes that a registry of this kind has (catalogue.json).

A transcript is read by the reader of tests/http/run.py, so what counts here is what is played there."""

import json
import os
import re

from tests.http import run as transcripts

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PARITY = os.path.join(ROOT, "openapi", "PARITY.md")
MARK = "<!-- What follows is generated: python3 tests/parity/run.py BINARY --write -->"
NOTHING = "**no test**"


def catalogue():
    with open(os.path.join(HERE, "catalogue.json"), encoding="utf-8") as file:
        return json.load(file)


def routes():
    """(method, pattern) in the document's order."""
    path, found = None, []
    with open(os.path.join(ROOT, "openapi", "schemata.yaml"), encoding="utf-8") as file:
        for line in file:
            if match := re.match(r"  (/\S*):$", line):
                path = match[1]
            elif path and (match := re.match(r"    (get|post|put|delete):$", line)):
                found.append((match[1].upper(), path))
            elif line.startswith("components:"):
                break
    return found


class Router:
    """Targets to patterns; a literal segment beats a parameter, as in the server."""

    def __init__(self, table):
        self.rows = []
        for method, pattern in table:
            text = "".join(
                "[^/]+" if part.startswith("{") else re.escape(part) for part in re.split(r"(\{\w+\})", pattern)
            )
            self.rows.append((method, pattern, re.compile(text + "/?$")))
        self.rows.sort(key=lambda row: (row[1].count("{"), -len(row[1])))

    def find(self, method, target):
        path = target.split("?")[0]
        inner = re.sub(r"^/contexts/[^/]+(?=/)", "", path)
        method = "GET" if method == "HEAD" else method
        for way in (path, inner):
            for row_method, pattern, regex in self.rows:
                if row_method == method and regex.match(way):
                    return f"{method} {pattern}"
        return None


class Found:
    """What one transcript step shows."""

    def __init__(self, name, step, route):
        self.name, self.status, self.route = name, step.status, route
        self.code, self.message = None, ""
        match = re.search(r'"error_code":\s*(\d+)', step.want_body)
        if match and step.status >= 400:
            self.code = int(match[1])
            text = re.search(r'"message":\s*"((?:[^"\\]|\\.)*)', step.want_body)
            self.message = text[1].replace('\\"', '"') if text else ""
        self.inner = [int(code) for code in re.findall(r'"error_code":\s*(\d+)', step.want_body)]

    @property
    def answer(self):
        return self.code or self.status


def steps():
    """Every step of every transcript, in the order of files and lines."""
    router, found = Router(routes()), []
    for name in sorted(os.listdir(transcripts.GOLDEN)):
        if not name.endswith(".http"):
            continue
        for step in transcripts.parse_file(os.path.join(transcripts.GOLDEN, name))[1]:
            found.append(Found(f"{name[:-5]}: {step.title}", step, router.find(step.method, step.target)))
    return found


def covered(row, found):
    """The test that produces a row of the catalogue; None when there is none."""
    for each in found:
        codes = [each.code] if each.code else each.inner
        if row["code"] in codes and re.search(row.get("message", ""), each.message):
            return each.name
    return named(row.get("test"))


def named(pointer):
    """"path:text in it", when it is there."""
    path, _, text = (pointer or "").partition(":")
    full = os.path.join(ROOT, path)
    if not pointer or not os.path.exists(full):
        return None
    with open(full, encoding="utf-8") as file:
        return pointer if text in file.read() else None


def cell(text):
    return text.replace("|", "\\|").replace("\n", " ")


def error_rows(data, found):
    for row in data["errors"]:
        test = covered(row, found) or row.get("note") or NOTHING
        yield f"| {row['code']} | {cell(row['what'])} | {cell(test)} |"


def route_rows(data, found):
    first = {}
    for each in found:
        if each.route:
            for answer in {each.answer, *([] if each.status < 400 else each.inner)}:
                first.setdefault((each.route, answer), each.name)
    for method, pattern in routes():
        route = f"{method} {pattern}"
        answers = {answer for name, answer in first if name == route} | set(data["routes"].get(route, []))
        for answer in sorted(answers or {200}, key=lambda a: (str(a)[:3], a)):
            test = first.get((route, answer)) or named(data["route_tests"].get(f"{route} {answer}"))
            yield f"| `{route}` | {str(answer)[:3]} | {answer if answer > 999 else ''} | {cell(test or NOTHING)} |"


def generated():
    data, found = catalogue(), steps()
    lines = [
        MARK, "", "## What is answered, and the test that shows it", "",
        "Names are those of the transcripts in `tests/http/golden` (file: step), or of other tests. One test is",
        "named for each row, the first; there are often more.", "",
        "### Errors", "", "| code | when | test, or why there is none |", "|---|---|---|",
        *error_rows(data, found), "",
        "### Routes", "", "| route | status | code | test |", "|---|---|---|---|", *route_rows(data, found), "",
    ]
    return "\n".join(lines)


def missing(text):
    return [line for line in text.split("\n") if NOTHING in line]


def read_parts():
    """The hand-written part, and the generated one as it is in the file."""
    with open(PARITY, encoding="utf-8") as file:
        text = file.read()
    hand, mark, rest = text.partition(MARK)
    return hand.rstrip("\n") + "\n", mark + rest
