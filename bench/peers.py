"""The programs we are measured against, each built once under bench/peers/.cache from its published package.
A peer whose tool or package is not there is skipped with a line that says so."""

import os
import shutil
import subprocess
import sys

PEERS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "peers")
CACHE = os.path.join(PEERS, ".cache")
NODE_PACKAGES = ["ajv@8.20.0", "protobufjs@8.8.1"]
BUF_PACKAGE = "@bufbuild/buf@1.75.0"
PYTHON_PACKAGES = ["jsonsubschema==0.0.8", "setuptools<81", "avro==1.12.2"]


class Missing(Exception):
    """Why a peer cannot run here."""


def need(tool):
    found = shutil.which(tool)
    if not found:
        raise Missing(f"{tool} is not installed")
    return found


def run(command, **options):
    done = subprocess.run(command, capture_output=True, text=True, **options)
    if done.returncode:
        raise Missing(f"{' '.join(command[:3])} failed: {(done.stderr or done.stdout)[-300:]}")
    return done.stdout


def avro_java():
    need("mvn")
    folder = os.path.join(PEERS, "avro")
    jar = os.path.join(folder, "target", "avro-compat.jar")
    sources = os.path.join(folder, "src", "main", "java")
    newest = max(os.path.getmtime(os.path.join(sources, name)) for name in os.listdir(sources))
    if not os.path.exists(jar) or os.path.getmtime(jar) < newest:
        run(["mvn", "-q", "-B", "-f", os.path.join(folder, "pom.xml"), "package"])
    return ["java", "-jar", jar]


def node_folder():
    """A folder with the npm packages, to run the scripts in."""
    need("npm")
    folder = os.path.join(CACHE, "node")
    if not os.path.exists(os.path.join(folder, "done")):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as file:
            file.write('{"private": true}')
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", *NODE_PACKAGES], cwd=folder)
        open(os.path.join(folder, "done"), "w").close()
    return folder


def buf_folder():
    """A folder with npm's @bufbuild/buf, on its own: the others need no such download."""
    need("npm")
    folder = os.path.join(CACHE, "buf")
    if not os.path.exists(os.path.join(folder, "done")):
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "package.json"), "w", encoding="utf-8") as file:
            file.write('{"private": true}')
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", BUF_PACKAGE], cwd=folder)
        open(os.path.join(folder, "done"), "w").close()
    return folder


def protobuf_protoc():
    program = os.path.join(CACHE, "protobuf_protoc")
    if not os.path.exists(program):
        os.makedirs(CACHE, exist_ok=True)
        flags = run([need("pkg-config"), "--cflags", "--libs", "protobuf"]).split()
        run([need("g++"), "-O2", "-o", program, os.path.join(PEERS, "protobuf_protoc.cc"), *flags])
    return [program]


def protobuf_go():
    program = os.path.join(CACHE, "protobuf_go")
    if not os.path.exists(program):
        os.makedirs(CACHE, exist_ok=True)
        run([need("go"), "build", "-o", program, "."], cwd=os.path.join(PEERS, "protobuf_go"))
    return [program]


def jsonschema_rust():
    folder = os.path.join(PEERS, "jsonschema_rust")
    target = os.path.join(CACHE, "rust")
    program = os.path.join(target, "release", "jsonschema_bench")
    if not os.path.exists(program):
        run([need("cargo"), "build", "--release", "--quiet", "--target-dir", target], cwd=folder)
        built = [n for n in os.listdir(os.path.join(target, "release")) if n.startswith("jsonschema") and "." not in n]
        program = os.path.join(target, "release", built[0])
    return [program]


def python():
    """An interpreter with the PyPI packages."""
    folder = os.path.join(CACHE, "venv")
    program = os.path.join(folder, "bin", "python")
    stamp = os.path.join(folder, "done")
    wanted = " ".join(PYTHON_PACKAGES)
    if not os.path.exists(stamp) or open(stamp, encoding="utf-8").read() != wanted:
        run([need("python3"), "-m", "venv", folder])
        run([program, "-m", "pip", "install", "-q", *PYTHON_PACKAGES])
        with open(stamp, "w", encoding="utf-8") as file:
            file.write(wanted)
    return program


def clients():
    """The installers of the client matrix: its packages are what our library is measured beside."""
    folder = os.path.join(os.path.dirname(PEERS), "..", "tests", "clients")
    if folder not in sys.path:
        sys.path.insert(0, folder)
    from driver import install

    return install


def client_python():
    install = clients()
    try:
        install.python()
    except (install.Missing, install.InstallError) as why:
        raise Missing(str(why)) from None
    return [str(install.CACHE / "python/bin/python"), os.path.join(PEERS, "client_python.py")], {}


def client_js():
    install = clients()
    try:
        install.node()
    except (install.Missing, install.InstallError) as why:
        raise Missing(str(why)) from None
    return ["node", os.path.join(PEERS, "client_js.cjs")], {"NODE_PATH": str(install.CACHE / "node/node_modules")}


def client_go():
    program = os.path.join(CACHE, "client_go")
    if not os.path.exists(program):
        os.makedirs(CACHE, exist_ok=True)
        run([need("go"), "build", "-mod=readonly", "-o", program, "."], cwd=os.path.join(PEERS, "client_go"))
    return [program], {}
