"""What `make install` leaves: names, dependencies, packages, and that uninstall takes all of it away."""

import os
import re
import shutil

from tests.support.server import Server

SMALL = r"""
#include <schemata/schemata.h>
#include <stdio.h>
int main(void)
{
    const char text[] = "\"string\"";
    schemata_schema_t *s = schemata_parse(SCHEMATA_AVRO, text, sizeof text - 1, "s.avsc", NULL, 0, NULL, NULL);
    printf("%s %s\n", schemata_version_str(), s ? schemata_schema_canonical(s, NULL) : "none");
    schemata_schema_unref(s);
    return !s;
}
"""
CMAKE = """
cmake_minimum_required(VERSION 3.18)
project(small C)
find_package(schemata {version} CONFIG REQUIRED)
add_executable(shared small.c)
target_link_libraries(shared PRIVATE schemata::schemata)
add_executable(static small.c)
target_link_libraries(static PRIVATE schemata::static)
"""
FORBIDDEN = ("sqlite", "microhttpd", "libyaml", "libcrypt.so")


def names(kit):
    """Only schemata_* is to be seen, of both libraries, and no database or web server comes along."""
    shared = kit.lib + "/libschemata.so.0"
    lines = kit.must(["nm", "-D", "--defined-only", shared]).splitlines()
    shown = {line.split()[-1].split("@")[0] for line in lines} - {"SCHEMATA_0"}
    strange = [name for name in shown if not name.startswith("schemata_")]
    kit.check("the shared library shows schemata_* only", not strange, strange[:5])
    kit.check("and many of them", len(shown) > 70, len(shown))
    defined = kit.must(["nm", "--defined-only", "--extern-only", kit.lib + "/libschemata.a"]).splitlines()
    strange = [line for line in defined if re.match(r"^[0-9a-f]+ ", line) and not line.split()[-1].startswith("schemata_")]
    kit.check("so does the static one", not strange, strange[:5])
    wanted = kit.must(["nm", "--undefined-only", kit.lib + "/libschemata.a"])
    kit.check("it calls no database and no web server", not re.search(r"sqlite3_|MHD_|yaml_|crypt_r", wanted), "")
    loaded = kit.must(["ldd", shared])
    kit.check("nor loads one", not any(word in loaded for word in FORBIDDEN), loaded)
    kit.check("its soname", "libschemata.so.0]" in kit.must(["readelf", "-d", shared]), "")
    kit.check("what the header declares is there", not missing(kit, shown), missing(kit, shown))


def missing(kit, shown):
    """Functions that the headers without a library of their own declare and the library lacks."""
    declared = set()
    for header in ("schemata.h", "test.h"):
        with open(f"{kit.root}{kit.prefix}/include/schemata/{header}", encoding="utf-8") as file:
            declared |= set(re.findall(r"SCHEMATA_API[^;]*?\b(schemata_\w+)\(", file.read()))
    return sorted(declared - shown)


def with_pkg_config(kit):
    source = os.path.join(kit.scratch, "small.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(SMALL)
    want = kit.flags("--modversion")[0] + ' "string"\n'
    for standard in ("c99", "c11", "c17"):
        out = kit.compile(source, "small-" + standard, "-std=" + standard, "-pedantic")
        kit.check(f"a program in {standard}", kit.must([out]) == want, kit.must([out]))
    for standard in ("c++11", "c++17", "c++20"):
        out = kit.compile(source, "small-" + standard, "-x", "c++", "-std=" + standard, "-pedantic", "-x", "none",
                          compiler="g++")
        kit.check(f"a program in {standard}", kit.must([out]) == want, "")
    out = os.path.join(kit.scratch, "static")
    flags = [flag for flag in kit.flags("--cflags", "--libs", "--static") if flag != "-lschemata"]
    kit.must(["cc", "-o", out, source, kit.lib + "/libschemata.a", *static_libraries(kit, flags)])
    bare = {k: v for k, v in kit.environment.items() if k != "LD_LIBRARY_PATH"}
    kit.check("a static program needs no libschemata.so", kit.must([out], env=bare) == want, "")


def static_libraries(kit, flags):
    """The libraries of the libraries are shared here: name only the direct ones, which the system has."""
    private = kit.must(["pkg-config", "--print-requires-private", "schemata"]).split()
    without = {k: v for k, v in kit.environment.items() if k != "PKG_CONFIG_SYSROOT_DIR"}
    direct = kit.must(["pkg-config", "--libs", *private], env=without).split()
    return [flag for flag in flags if flag.startswith("-I")] + direct + ["-lm", "-pthread"]


def with_cmake(kit):
    if not shutil.which("cmake"):
        raise SystemExit("cmake is missing: make test installs it")
    folder = os.path.join(kit.scratch, "cmake")
    os.makedirs(folder)
    version = kit.flags("--modversion")[0]
    with open(folder + "/CMakeLists.txt", "w", encoding="utf-8") as file:
        file.write(CMAKE.format(version=version))
    shutil.copy(os.path.join(kit.scratch, "small.c"), folder)
    environment = {k: v for k, v in kit.environment.items() if not k.startswith(("PKG_CONFIG", "LD_"))}
    prefix = kit.root + kit.prefix
    configure = ["cmake", "-S", folder, "-B", folder + "/build", f"-DCMAKE_PREFIX_PATH={prefix}"]
    kit.must(configure, env=environment)
    kit.must(["cmake", "--build", folder + "/build"], env=environment)
    for kind in ("shared", "static"):
        got = kit.must([f"{folder}/build/{kind}"], env=environment)
        kit.check(f"CMake, {kind}", got == version + ' "string"\n', got)
    with open(folder + "/CMakeLists.txt", "w", encoding="utf-8") as file:
        file.write(CMAKE.format(version="99.0"))
    kit.check("CMake refuses another version", kit.run(configure, env=environment).returncode != 0)


def readme(kit):
    """The program of the README, as a stranger would build and run it."""
    with open("README.md", encoding="utf-8") as file:
        programs = re.findall(r"```c\n(.*?)```", file.read(), re.S)
    kit.check("the README shows one program in C", len(programs) == 1, len(programs))
    source = os.path.join(kit.scratch, "readme.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(programs[0] if programs else "")
    kit.check("of some 30 lines", 20 <= programs[0].count("\n") <= 40, programs[0].count("\n"))
    out = kit.compile(source, "readme", "-std=c17")
    with Server(kit.binary) as server:
        environment = {**kit.environment, "SCHEMA_REGISTRY_URL": f"http://127.0.0.1:{server.port}"}
        got = kit.run([out], env=environment)
        kit.check("it runs", got.returncode == 0, got.stdout + got.stderr)
        kit.check("it makes the round", '{"id":7}' in got.stdout.replace(" ", ""), got.stdout)
        environment["SCHEMA_REGISTRY_URL"] = "http://127.0.0.1:1"
        got = kit.run([out], env=environment)
        kit.check("without a registry it says so", got.returncode == 1 and "127.0.0.1:1" in got.stderr, got.stderr)


def uninstall(kit):
    left = os.path.join(kit.scratch, "second")
    kit.make("install", f"DESTDIR={left}")
    kit.make("uninstall", f"DESTDIR={left}")
    files = [os.path.join(folder, name) for folder, _, names_ in os.walk(left) for name in names_]
    kit.check("uninstall leaves nothing", not files, files)


def run(kit):
    names(kit)
    with_pkg_config(kit)
    with_cmake(kit)
    readme(kit)
    uninstall(kit)
