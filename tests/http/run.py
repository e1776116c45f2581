#!/usr/bin/env python3
"""Golden HTTP transcripts against the real server: python3 tests/http/run.py BINARY [FILE…]

Each file of tests/http/golden is played on a fresh, empty server, twice: with caches and with caches
off; the answers must be the same bytes. Every GET is asked twice in a row, so that with caches on the
second answer comes from there.

    @set KEY=VALUE                 a setting of the server, before the first step
    ### title                      begins a step
    POST /subjects/a/versions      method and target, sent exactly as written
    Name: value                    header fields, sent as written; Host and Content-Length are added
                                   (an empty line, then the body, if there is one)
    {"schema": `"string"`}
    ---
    200                            expected status
    Name: value                    expected header fields, if they matter
                                   (an empty line, then the whole expected body, if there is one)
    {"id":1,…}

Text between backquotes stands for the JSON string of that text, so schemas need no escaping.
<guid `text` {"references":…,"metadata":…,"ruleSet":…}> stands for the guid of such a schema, worked out
here from the rule that the specification gives; the object may be missing. In expected bodies <ts> stands for a time, <uuid> for a random UUID, <text> for wording that the specification
leaves open, up to the next quotation mark, <rest> for such wording with quotation marks in it. A header field expected to be <absent> must not come. A line beginning with # between steps is a comment."""

import concurrent.futures
import hashlib
import http.client
import json
import os
import re
import sys
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
from tests.support.server import Server  # noqa: E402

GOLDEN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "golden")
PLACEHOLDERS = {
    "<ts>": r"1[0-9]{12}",
    "<uuid>": r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}",
    "<text>": r'[^"\n]+',
    "<rest>": r".+",
}


def guid_of(text, references=(), metadata=None, ruleSet=None):
    """MD5 over the parts, without separators; keys and sets in order."""
    parts = [text]
    for reference in references:
        parts += [reference["name"], reference["subject"], reference["version"].to_bytes(4, "big")]
    if metadata is not None:
        parts.append(b"\1")
        for path, tags in sorted(metadata.get("tags", {}).items()):
            parts += [path, *sorted(tags)]
        for name, value in sorted(metadata.get("properties", {}).items()):
            parts += [name, value]
        parts += sorted(metadata.get("sensitive", []))
    if ruleSet is not None:
        parts.append(b"\1")
        for rules in ("migrationRules", "domainRules", "encodingRules"):
            for rule in ruleSet.get(rules, []):
                parts += [rule.get("name", ""), rule.get("doc", "")]
                parts += [rule.get("kind", "TRANSFORM"), rule.get("mode", "WRITEREAD")]
                parts += [rule.get("type", ""), *sorted(rule.get("tags", []))]
                for name, value in sorted(rule.get("params", {}).items()):
                    parts += [name, value]
                parts += [rule.get(name, "") for name in ("expr", "onSuccess", "onFailure")]
                parts.append(b"\1" if rule.get("disabled") else b"")
        parts.append(ruleSet.get("enableAt", ""))
    data = b"".join(p if isinstance(p, bytes) else p.encode("utf-8") for p in parts)
    return str(uuid.UUID(bytes=hashlib.md5(data).digest()))


def work_out_guids(text):
    return re.sub(
        r"<guid `([^`]*)`(?: (\{.*?\}))?>",
        lambda match: guid_of(match[1], **json.loads(match[2] or "{}")),
        text,
    )


class Step:
    def __init__(self, title, line):
        self.title, self.line = title, line
        self.method = self.target = None
        self.headers, self.body = [], None
        self.status, self.want_headers, self.want_body = None, [], ""


def quote_schemas(text):
    parts = work_out_guids(text).split("`")
    if len(parts) % 2 == 0:
        raise ValueError("unpaired backquote in: " + text)
    for i in range(1, len(parts), 2):
        parts[i] = json.dumps(parts[i], ensure_ascii=False)
    return "".join(parts)


def split_message(lines):
    """First line, header lines, body (None without an empty line before it)."""
    while lines and not lines[0].strip():
        lines = lines[1:]
    head, body = lines[1:], None
    if "" in head:
        cut = head.index("")
        head, body = head[:cut], "\n".join(head[cut + 1 :]).rstrip("\n")
    headers = [tuple(part.strip() for part in line.split(":", 1)) for line in head]
    return lines[0].strip(), headers, quote_schemas(body) if body else None


def parse_step(title, line, lines):
    step = Step(title, line)
    if "---" not in lines:
        raise ValueError(f"line {line}: no --- in step {title!r}")
    cut = lines.index("---")
    first, step.headers, step.body = split_message(lines[:cut])
    step.method, step.target = first.split(" ", 1)
    status, step.want_headers, body = split_message(lines[cut + 1 :])
    step.status = int(status)
    step.want_body = body or ""
    return step


def parse_file(path):
    settings, steps, title, start, lines = [], [], None, 0, []
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file.read().split("\n"), 1):
            if line.startswith("### "):
                if title:
                    steps.append(parse_step(title, start, lines))
                title, start, lines = line[4:], number, []
            elif title is None:
                if line.startswith("@set "):
                    settings.append(line[5:].strip())
            elif not line.startswith("# "):
                lines.append(line)
    if title:
        steps.append(parse_step(title, start, lines))
    if not steps:
        raise ValueError("no steps")
    return settings, steps


def pattern_of(text):
    words = re.split("(" + "|".join(map(re.escape, PLACEHOLDERS)) + ")", text)
    return "".join(PLACEHOLDERS.get(word) or re.escape(word) for word in words)


def send(connection, step):
    connection.putrequest(step.method, step.target, skip_accept_encoding=True)
    body = step.body.encode("utf-8") if step.body is not None else None
    for name, value in step.headers:
        connection.putheader(name, value)
    if body is not None:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    answer = connection.getresponse()
    return answer.status, answer.headers, answer.read().decode("utf-8")


def check(step, status, headers, body):
    if status != step.status:
        return f"status {status}, expected {step.status}: {body}"
    for name, want in step.want_headers:
        got = headers.get(name)
        if want == "<absent>":
            if got is not None:
                return f"header {name}: {got!r}, expected none"
            continue
        if got is None or not re.fullmatch(pattern_of(want), got):
            return f"header {name}: {got!r}, expected {want!r}"
    want = "" if step.method == "HEAD" else step.want_body
    if body and headers.get("Content-Type") == "application/x-ndjson":
        if not body.endswith("\n"):
            return "the last line does not end"
        body = body[:-1]
    if not re.fullmatch(pattern_of(want), body, re.S):
        return f"body\n     got {body}\n  wanted {want}"
    if not step.want_headers and body and status != 204:
        kind = headers.get("Content-Type")
        if kind != "application/vnd.schemaregistry.v1+json":
            return f"Content-Type {kind!r}"
    return None


def play(binary, path, extra):
    settings, steps = parse_file(path)
    args = [word for pair in settings + extra for word in ("--set", pair)]
    with Server(binary, *args) as server:
        connection = server.connect(timeout=20)
        for step in steps:
            for _ in range(2 if step.method == "GET" else 1):
                try:
                    problem = check(step, *send(connection, step))
                except (http.client.HTTPException, OSError) as error:
                    problem = f"{type(error).__name__}: {error}"
                if problem:
                    return f"line {step.line}, {step.title}: {problem}"
        if server.stop() != 0:
            return "the server did not stop cleanly:\n" + server.output()
    return None


def main(arguments):
    binary, files = arguments[0], arguments[1:]
    files = files or sorted(
        os.path.join(GOLDEN, name) for name in os.listdir(GOLDEN) if name.endswith(".http")
    )
    jobs = [(path, extra) for path in files for extra in ([], ["schemata.cache.bytes=0"])]
    failures = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=2) as pool:
        futures = [pool.submit(play, binary, path, extra) for path, extra in jobs]
        for (path, extra), future in zip(jobs, futures):
            try:
                problem = future.result()
            except Exception as error:  # a broken file or a server that does not start
                problem = f"{type(error).__name__}: {error}"
            if problem:
                failures += 1
                print(f"FAILED {os.path.basename(path)}{' (caches off)' if extra else ''}: {problem}")
    print(f"{len(jobs) - failures} of {len(jobs)} transcripts agree")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
