"""Installs what the matrix needs, once, into ../.cache; later runs find it there.

Every step has a stamp that holds a digest of its inputs and of the tool that made it. A step whose
tool is missing raises Missing; a download that timed out is tried again.
"""

import hashlib
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import zipfile

HERE = pathlib.Path(__file__).resolve().parent.parent
CACHE = HERE / ".cache"
JARS = CACHE / "kafka" / "jars"
JAVA_PATH = f"{CACHE / 'java/classes'}:{CACHE / 'java/jars'}/*"
REPORT_SCHEMAS = CACHE / "report_schemas"
DESCRIPTORS = CACHE / "descriptors"
VARIANTS = ("v1", "v2", "bad")

STEP_S = 600
TRIES = 3
TIMED_OUT = re.compile(
    rb"timed? ?out|ETIMEDOUT|ECONNRESET|EAI_AGAIN|connection reset|i/o timeout|TLS handshake", re.I)


class Missing(Exception):
    """A tool that has to be on the machine is not."""


class InstallError(Exception):
    pass


def say(text):
    print(text, flush=True)


def need(*tools):
    for tool in tools:
        if shutil.which(tool) is None:
            raise Missing(f"{tool} is not installed")


def need_version(tool, text, *least):
    """`text` is what the tool prints of its version; the first two numbers in it count."""
    found = re.search(r"(\d+)\.(\d+)", text)
    if found is None or tuple(map(int, found.groups())) < least:
        raise Missing(f"{tool} {'.'.join(map(str, least))} or later is not installed")


def digest(*inputs):
    """A digest of files, folders (their regular files) and plain strings."""
    h = hashlib.sha256()
    for item in inputs:
        if isinstance(item, str):
            h.update(item.encode() + b"\0")
            continue
        files = sorted(p for p in item.rglob("*") if p.is_file()) if item.is_dir() else [item]
        for file in files:
            h.update(str(file.relative_to(HERE)).encode() + b"\0" + file.read_bytes())
    return h.hexdigest()


def execute(command, cwd):
    """Runs a command; a time-out, its own or a reported one, is tried again."""
    for attempt in range(1, TRIES + 1):
        try:
            done = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                  timeout=STEP_S, check=False)
        except subprocess.TimeoutExpired:
            output = b"no end after %d s" % STEP_S
        else:
            if done.returncode == 0:
                return
            output = done.stdout
            if not TIMED_OUT.search(output):
                break
        say(f"  {command[0]}: timed out, try {attempt} of {TRIES}")
    sys.stdout.write(output.decode(errors="replace")[-4000:] + "\n")
    raise InstallError(f"{' '.join(map(str, command[:3]))} … failed")


def step(name, inputs, target, work):
    """Runs `work` unless `target` was made from the same inputs."""
    stamp = CACHE / f"{name}.stamp"
    wanted = digest(*inputs)
    if target.exists() and stamp.exists() and stamp.read_text() == wanted:
        return
    say(f"installing: {name}")
    stamp.unlink(missing_ok=True)
    work()
    stamp.write_text(wanted)


def tool_version(*command):
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          check=True).stdout.decode()


def kafka():
    need("java", "mvn")
    pom = HERE / "kafka" / "pom.xml"

    def work():
        shutil.rmtree(JARS, ignore_errors=True)
        execute(["mvn", "-q", "-B", "-f", str(pom), "dependency:copy-dependencies",
                 "-DincludeScope=runtime", f"-DoutputDirectory={JARS}"], HERE)

    step("kafka", [pom], JARS, work)


def rust():
    need("cargo", "gcc")
    version = tool_version("cargo", "--version")
    need_version("cargo", version, 1, 85)
    source, target = HERE / "rust", CACHE / "rust"
    inputs = [source / "Cargo.toml", source / "Cargo.lock", source / "src", version]

    def work():
        execute(["cargo", "build", "--quiet", "--locked", "--manifest-path",
                 str(source / "Cargo.toml"), "--target-dir", str(target)], HERE)

    step("rust", inputs, target / "debug" / "worker", work)


def java():
    need("java", "javac", "mvn")
    source, folder = HERE / "java", CACHE / "java"
    version = tool_version("javac", "-version")
    need_version("javac", version + ".0", 17, 0)

    def jars():
        shutil.rmtree(folder, ignore_errors=True)
        execute(["mvn", "-q", "-B", "-f", str(source / "pom.xml"), "dependency:copy-dependencies",
                 "-DincludeScope=runtime", f"-DoutputDirectory={folder / 'jars'}"], HERE)
        for archive in (folder / "jars").glob("pulsar-*-nar-*.jar"):
            unpack_bundled(archive, folder / "jars")
            archive.unlink()

    def classes():
        shutil.rmtree(folder / "classes", ignore_errors=True)
        execute(["javac", "-nowarn", "-cp", f"{folder / 'jars'}/*", "-d", str(folder / "classes"),
                 *map(str, sorted(source.glob("*.java")))], HERE)

    step("java-jars", [source / "pom.xml"], folder / "jars", jars)
    step("java-classes", [source, version], folder / "classes", classes)


def unpack_bundled(archive, target):
    """The jars inside a Pulsar archive; what Maven already brought in a newer version stays."""
    there = {re.sub(r"-\d.*", "", file.name) for file in target.iterdir()}
    with zipfile.ZipFile(archive) as bundle:
        for item in bundle.namelist():
            name = pathlib.PurePosixPath(item).name
            if "bundled-dependencies/" in item and name and re.sub(r"-\d.*", "", name) not in there:
                (target / name).write_bytes(bundle.read(item))


def python():
    need_version("python3", sys.version, 3, 10)
    if importlib.util.find_spec("ensurepip") is None:
        raise Missing("python3-venv is not installed")
    venv = CACHE / "python"
    wanted = HERE / "python" / "requirements.txt"

    def work():
        shutil.rmtree(venv, ignore_errors=True)
        execute([sys.executable, "-m", "venv", str(venv)], HERE)
        execute([str(venv / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check",
                 "--only-binary", ":all:", "--no-binary", "hkdf", "-r", str(wanted)], HERE)

    step("python", [wanted, sys.version], venv / "bin" / "python", work)


def node():
    need("node", "npm")
    version = tool_version("node", "--version")
    need_version("node", version, 20, 0)
    folder = CACHE / "node"
    files = [HERE / "node" / name for name in ("package.json", "package-lock.json", ".npmrc")]

    def work():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for file in files:
            shutil.copy(file, folder)
        execute(["npm", "ci", "--loglevel=error"], folder)

    step("node", [*files, version], folder / "node_modules", work)


def report_schemas():
    """The public schemas of SARIF and JUnit, out of packages that carry them."""
    need("npm", "tar")
    packages = ["npm:@microsoft/jest-sarif@1.0.0-beta.0", "pypi:pytest==8.3.5"]

    def work():
        shutil.rmtree(REPORT_SCHEMAS, ignore_errors=True)
        REPORT_SCHEMAS.mkdir(parents=True)
        execute(["npm", "pack", "--silent", packages[0][4:]], REPORT_SCHEMAS)
        execute([str(CACHE / "python" / "bin" / "pip"), "download", "--quiet", "--no-deps",
                 "--disable-pip-version-check", "--no-binary", ":all:", packages[1][5:]],
                REPORT_SCHEMAS)
        for archive in REPORT_SCHEMAS.glob("*gz"):
            execute(["tar", "xzf", archive.name], REPORT_SCHEMAS)
        for found, name in (("package/lib/schemas/sarif-2.1.0-rtm.5.json", "sarif.json"),
                            ("pytest-8.3.5/testing/example_scripts/junit-10.xsd", "junit.xsd")):
            shutil.copy(REPORT_SCHEMAS / found, REPORT_SCHEMAS / name)

    python()
    step("report_schemas", packages, REPORT_SCHEMAS / "junit.xsd", work)


def go():
    need("go", "gcc")
    version = tool_version("go", "version")
    need_version("go", version, 1, 26)
    source = HERE / "go"
    worker = CACHE / "go" / "worker"

    def work():
        worker.parent.mkdir(parents=True, exist_ok=True)
        execute(["go", "build", "-mod=readonly", "-o", str(worker), "."], source)

    step("go", [source, version], worker, work)


def c():
    """libschemata as it is installed, and a program against it; both are made anew when the tree has
    changed."""
    need("gcc", "make", "pkg-config")
    for module in ("rdkafka", "jansson"):
        if subprocess.run(["pkg-config", "--exists", module], check=False).returncode:
            raise Missing(f"{module} is not installed")
    root = CACHE / "c"
    execute(["make", "--no-print-directory", "install-lib", f"DESTDIR={root}", "PREFIX=/usr"],
            HERE.parent.parent)
    flags = tool_version("pkg-config", "--cflags", "--libs", "rdkafka", "jansson").split()
    library = root / "usr/lib"
    execute(["gcc", "-std=c17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-o",
             str(root / "worker"), *map(str, sorted((HERE / "c").glob("*.c"))),
             f"-I{root}/usr/include", f"-L{library}", f"-Wl,-rpath,{library}", "-lschemata", *flags],
            HERE)


def descriptors():
    need("protoc")
    source = HERE / "schemas" / "protobuf"

    def work():
        DESCRIPTORS.mkdir(parents=True, exist_ok=True)
        for variant in VARIANTS:
            execute(["protoc", "--include_imports", "-I", str(source / variant),
                     f"--descriptor_set_out={DESCRIPTORS / (variant + '.pb')}",
                     "shop/order.proto"], HERE)

    step("descriptors", [source, tool_version("protoc", "--version")], DESCRIPTORS, work)
