"""What every pair of clients has to do together, format by format.

For each producer, on a topic of its own:
  first      it produces v1 through its serializer, which registers the schema
  read       every client reads that
  evolve     it produces v2, which adds a field with a default
  again      it produces v1 once more, looking the schema up instead of registering it
  old, new   every client reads all records as v1 and as v2
  refuse     it tries an incompatible version: the registry answers 409, the error names the field
  versions   the subject holds versions 1 and 2, and 1 registered again keeps its id
  infer      where the client can: a schema that it infers from the value, read by every client
  header     where the client can: the schema's GUID in a record header, read by those that can
  refs       v1 again, the buyer in a schema of its own that the order's schema refers to (Protobuf
             orders import it in every stage)
  pinned     where the client can: written with the version whose metadata says release 1, read with
             the one that says release 2
  encrypted  where the client can: fields encrypted under deks of the registry, see encrypted.py
and at the end, where several clients registered one text:
  one id     they all got the same id
  one form   the data of their first record are the same bytes, where the format has one form only
"""

import base64
import concurrent.futures

from . import encrypted, install, records, registry
from .worker import WorkerError

# The part of a refused producer's error that names the field. A Protobuf path has field numbers.
NAMED = {"avro": "discount", "json": "quantity", "protobuf": "#/Shop/Order/2"}

# Who hands the registry the text of the schema file as it is; the others print or infer their own.
SAME_TEXT = {"avro": ("python", "js", "kafkajs", "franz", "rust", "java", "c"),
             "json": ("python", "js", "kafkajs", "franz", "rust", "c")}

# Who writes the same record in another way, which both formats allow: Go's Avro library gives blocks their
# size, Go's Protobuf library takes the fields in any order.
OTHER_FORM = {"avro": ("go", "franz"), "protobuf": ("go", "franz")}


class Board:
    """The results, in the order they came, and the table of pairs."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.pairs = {}

    def check(self, fmt, producer, consumer, stage, problem):
        cell = self.pairs.setdefault((fmt, producer, consumer), [])
        if problem is None:
            self.passed += 1
            cell.append((stage, True))
            return True
        who = producer if consumer is None else f"{producer} → {consumer}"
        self.failed.append(f"{fmt} {who} {stage}: {problem}")
        print("FAILED " + self.failed[-1], flush=True)
        cell.append((stage, False))
        return False


class Matrix:
    def __init__(self, workers, url, prefix, board):
        self.workers = workers
        self.url = url
        self.prefix = prefix
        self.board = board
        self.firsts = {}  # (format, client): the first frame of its first batch
        self.pool = concurrent.futures.ThreadPoolExecutor(len(workers))

    def admin(self):
        """Every administrative call of the clients that have them, one client after the other: some
        change what all see. Each row a client returns is a check."""
        for worker in (w for w in self.workers if w.admin):
            try:
                rows = worker.ask(op="admin", subject=f"{self.prefix}-admin-{worker.name}")["checks"]
            except WorkerError as err:
                self.board.check("admin", worker.name, None, "calls", err.message)
                continue
            for row in rows:
                problem = records.difference(row["got"], row["wanted"], row["name"])
                self.board.check("admin", worker.name, None, row["name"], problem)

    def run(self, fmt):
        able = [w for w in self.workers if fmt in w.formats]
        for producer in able:
            consumers = [c for c in able
                         if producer.name not in c.formats[fmt].get("cannotRead", [])]
            self.evolution(fmt, producer, consumers)
            if fmt in producer.inferred:
                self.single(fmt, producer, consumers, "infer")
            if fmt in producer.header:
                self.single(fmt, producer, [c for c in able if fmt in c.header], "header")
            if fmt in producer.references:
                self.single(fmt, producer, consumers, "refs")
            if fmt in producer.pinned:
                self.pinned(fmt, producer, [c for c in able if fmt in c.pinned])
        self.one_id(fmt, [w for w in able if w.name in SAME_TEXT.get(fmt, ())])
        self.one_form(fmt, able)
        encrypted.run(self, fmt, [w for w in able if fmt in w.encrypted])

    # ---- stages --------------------------------------------------------------------------------
    def evolution(self, fmt, producer, consumers):
        topic = f"{self.prefix}-{fmt}-{producer.name}"
        first = records.written(fmt, "v1")
        if not self.produce(producer, "first", topic=topic, format=fmt, schema="v1", records=first):
            return
        self.read(fmt, producer, consumers, topic, len(first), ["v1"],
                  lambda c: [("read", first)])
        second = records.written(fmt, "v2")
        if not self.produce(producer, "evolve", topic=topic, format=fmt, schema="v2",
                            records=second):
            return
        self.board.check(fmt, producer.name, None, "again",
                         self.lookup(fmt, producer, topic, first[:1]))
        self.read(fmt, producer, consumers, topic, len(first) + len(second) + 1, ["v1", "v2"],
                  lambda c: [("old", records.seen(fmt, "v1", c.formats[fmt]["old"])),
                             ("new", records.seen(fmt, "v2", c.formats[fmt]["new"]))])
        self.board.check(fmt, producer.name, None, "refuse", self.refusal(fmt, producer, topic))
        self.board.check(fmt, producer.name, None, "versions", self.versions(f"{topic}-value"))

    def single(self, fmt, producer, consumers, stage):
        """One batch, one reader."""
        topic = f"{self.prefix}-{fmt}-{stage}-{producer.name}"
        rows = records.SAMPLE if stage == "infer" else records.written(fmt, "v1")
        how = {"infer": lambda: {"schema": "v1", "inferred": True},
               "header": lambda: {"schema": "v1", "header": True},
               "refs": lambda: {"schema": "refs", "references": self.buyer(fmt)}}[stage]()
        if self.produce(producer, stage, topic=topic, format=fmt, records=rows, **how):
            reader = None if stage == "infer" else "v1"
            self.read(fmt, producer, consumers, topic, len(rows), [reader],
                      lambda c: [(stage, rows)])

    def pinned(self, fmt, producer, consumers):
        topic = f"{self.prefix}-{fmt}-pinned-{producer.name}"
        path = f"/subjects/{registry.quoted(topic + '-value')}/versions"
        for variant in ("v1", "v2"):
            text = (install.HERE / f"schemas/{fmt}/{variant}.avsc").read_text(encoding="utf-8")
            registry.call(self.url, "POST", path, {
                "schema": text, "schemaType": fmt.upper(),
                "metadata": {"properties": {"release": variant[1:]}}})
        rows = records.written(fmt, "v1")
        if self.produce(producer, "pinned", topic=topic, format=fmt, schema="v1", records=rows,
                        pinned={"release": "1"}):
            self.read(fmt, producer, consumers, topic, len(rows), ["v2"],
                      lambda c: [("pinned", records.seen(fmt, "v2", "reader")[:len(rows)])],
                      pinned={"release": "2"})

    def buyer(self, fmt):
        """Registers the buyer's schema, once per format; returns the order's references."""
        subject = f"{self.prefix}-{fmt}-buyer"
        name, file = {"avro": ("shop.Buyer", "avro/buyer.avsc"),
                      "json": ("buyer.json", "json/buyer.json")}[fmt]
        text = (install.HERE / "schemas" / file).read_text(encoding="utf-8")
        path = f"/subjects/{registry.quoted(subject)}/versions"
        registry.call(self.url, "POST", path, {"schema": text, "schemaType": fmt.upper()})
        return [{"name": name, "subject": subject, "version": 1}]

    # ---- parts ---------------------------------------------------------------------------------
    def produce(self, producer, stage, **request):
        try:
            answer = producer.ask(op="produce", **request)
            problem = None
        except WorkerError as err:
            answer, problem = None, err.message
        passed = self.board.check(request["format"], producer.name, None, stage, problem)
        if passed and stage == "first":
            self.firsts[request["format"], producer.name] = base64.b64decode(answer["first"])
        return answer if passed else None

    def read(self, fmt, producer, consumers, topic, count, readers, wanted, **extra):
        """All consumers at once; `wanted` gives a consumer's (stage, records) per reader."""
        def ask(consumer):
            try:
                return consumer.ask(op="consume", topic=topic, format=fmt, readers=readers,
                                    count=count, **extra)["results"]
            except WorkerError as err:
                return err.message
        for consumer, results in zip(consumers, self.pool.map(ask, consumers)):
            for i, (stage, rows) in enumerate(wanted(consumer)):
                problem = results if isinstance(results, str) else \
                    records.difference(results[i], rows)
                self.board.check(fmt, producer.name, consumer.name, stage, problem)

    def lookup(self, fmt, producer, topic, rows):
        """The frame has to carry version 1's id, though version 2 is the latest."""
        try:
            answer = producer.ask(op="produce", topic=topic, format=fmt, schema="v1", lookup=True,
                                  records=rows)
        except WorkerError as err:
            return err.message
        frame = base64.b64decode(answer["first"])
        path = f"/subjects/{registry.quoted(topic + '-value')}/versions/1"
        wanted = registry.call(self.url, "GET", path)[1].get("id")
        id_ = int.from_bytes(frame[1:5], "big")
        return None if frame[0] == 0 and id_ == wanted else f"id {id_}, version 1 has {wanted}"

    def refusal(self, fmt, producer, topic):
        try:
            producer.ask(op="produce", topic=topic, format=fmt, schema="bad",
                         records=records.written(fmt, "bad"))
        except WorkerError as err:
            if err.status is None and err.code is None:
                return f"not refused by the registry: {err.message}"
            if err.status not in (None, 409) or err.code not in (None, 40901):
                return f"status {err.status}, code {err.code}: {err.message}"
            if NAMED[fmt] not in err.message:
                return f"the error does not name {NAMED[fmt]}: {err.message}"
            return None
        return "an incompatible schema was accepted"

    def versions(self, subject):
        path = f"/subjects/{registry.quoted(subject)}/versions"
        answer = registry.call(self.url, "GET", path)
        if answer != (200, [1, 2]):
            return f"GET {path}: {answer}"
        _, stored = registry.call(self.url, "GET", path + "/1")
        again = {k: stored[k] for k in ("schema", "schemaType", "references") if k in stored}
        status, answer = registry.call(self.url, "POST", path, again)
        if status != 200 or answer.get("id") != stored["id"]:
            return f"version 1 again: {status} {answer}, expected id {stored['id']}"
        answer = registry.call(self.url, "GET", path)
        return None if answer == (200, [1, 2]) else f"after version 1 again: {answer}"

    def one_form(self, fmt, clients):
        """Avro and Protobuf data behind the id, the latter with its message indexes."""
        frames = {c.name: self.firsts.get((fmt, c.name), b"")[5:] for c in clients
                  if c.name not in OTHER_FORM.get(fmt, ())}
        if fmt == "json" or len(frames) < 2:
            return
        problem = None if len(set(frames.values())) == 1 else \
            "; ".join(f"{name} {data.hex()}" for name, data in frames.items())
        self.board.check(fmt, "+".join(frames), None, "one form", problem)

    def one_id(self, fmt, clients):
        if len(clients) < 2:
            return
        ids = {}
        for client in clients:
            subject = f"{self.prefix}-{fmt}-{client.name}-value"
            path = f"/subjects/{registry.quoted(subject)}/versions/1"
            ids[client.name] = registry.call(self.url, "GET", path)[1].get("id")
        problem = None if len(set(ids.values())) == 1 else f"{ids}"
        self.board.check(fmt, "+".join(ids), None, "one id", problem)


def table(board, fmt, names):
    """One row per producer, one column per consumer: the stages that failed, or how many passed."""
    def cell(producer, consumer):
        stages = board.pairs.get((fmt, producer, consumer))
        if stages is None:
            return "–"
        bad = [stage for stage, ok in stages if not ok]
        return "FAILED " + ",".join(bad) if bad else f"ok {len(stages)}"
    rows = [[fmt, "writes", *names]]
    for producer in names:
        if (fmt, producer, None) in board.pairs:
            rows.append([producer, cell(producer, None), *(cell(producer, c) for c in names)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("  ".join(c.ljust(w) for c, w in zip(row, widths)).rstrip() for row in rows)
