"""What `make install` leaves: names, dependencies, packages, and that uninstall takes all of it away."""

import os
import re
import shutil

from tests.support.server import Server, call, record

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
add_executable(serdes serdes.c)
target_link_libraries(serdes PRIVATE schemata::serdes)
"""
# What kcat does with libserdes, from a file instead of a broker.
SERDES = r"""
#include <libserdes/serdes-avro.h>
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
    char errstr[512], payload[4096], *json = NULL;
    serdes_conf_t *conf = serdes_conf_new(errstr, sizeof errstr, "deserializer.framing", "cp1", NULL);
    serdes_schema_t *schema = NULL;
    avro_value_t value;
    if (argc != 3 || serdes_conf_set(conf, "schema.registry.url", argv[1], errstr, sizeof errstr))
        return 2;
    serdes_t *serdes = serdes_new(conf, errstr, sizeof errstr);
    FILE *file = fopen(argv[2], "rb");
    size_t size = file ? fread(payload, 1, sizeof payload, file) : 0;
    if (!serdes || serdes_deserialize_avro(serdes, &value, &schema, payload, size, errstr, sizeof errstr)) {
        fprintf(stderr, "%s\n", errstr);
        return 1;
    }
    if (avro_value_to_json(&value, 1, &json))
        return 3;
    printf("schema %d: %s\n", serdes_schema_id(schema), json);
    free(json);
    avro_value_decref(&value);
    serdes_destroy(serdes);
    fclose(file);
    return 0;
}
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
    for name in ("small.c", "serdes.c"):
        shutil.copy(os.path.join(kit.scratch, name), folder)
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


def beside(kit):
    """The libraries for avro-c and for programs of libserdes."""
    for name, prefix in (("avro", "schemata_"), ("protobuf-c", "schemata_"), ("serdes", "serdes_")):
        shared = f"{kit.lib}/libschemata-{name}.so.0"
        if name == "protobuf-c" and not os.path.exists(shared):
            continue
        lines = kit.must(["nm", "-D", "--defined-only", shared]).splitlines()
        shown = {line.split()[-1].split("@")[0] for line in lines if " A " not in line}
        strange = [symbol for symbol in shown if not symbol.startswith(prefix)]
        kit.check(f"libschemata-{name} shows {prefix}* only", shown and not strange, strange[:5])
    source = os.path.join(kit.scratch, "serdes.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(SERDES)
    system = {k: v for k, v in kit.environment.items() if k != "PKG_CONFIG_SYSROOT_DIR"}
    avro = kit.must(["pkg-config", "--cflags", "--libs", "avro-c"], env=system).split()
    ours = kit.must(["pkg-config", "--cflags", "--libs", "schemata-serdes"]).split()
    program = os.path.join(kit.scratch, "serdes")
    kit.must(["cc", "-Wall", "-Wextra", "-Werror", "-o", program, source, *[f for f in ours if f != "-lavro"], *avro,
              "-Wl,-rpath-link," + kit.lib])
    with Server(kit.binary) as server:
        url = f"http://127.0.0.1:{server.port}"
        _, made = call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a", "b")})
        frame = os.path.join(kit.scratch, "frame")
        with open(frame, "wb") as file:
            file.write(b"\0" + made["id"].to_bytes(4, "big") + b"\x06\x08")
        got = kit.run([program, url, frame])
        kit.check("a program of libserdes", got.stdout == f'schema {made["id"]}: {{"a": 3, "b": 4}}\n', got.stdout + got.stderr)
        with open(frame, "wb") as file:
            file.write(b'{"a": 3}')
        got = kit.run([program, url, frame])
        kit.check("and plain JSON is named", got.returncode == 1 and "looks like plain JSON" in got.stderr, got.stderr)


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


def reference(kit):
    """The page of every function leads somewhere, and man can print it without a complaint."""
    man = f"{kit.root}{kit.prefix}/share/man/man3"
    with open(man + "/libschemata.3", encoding="utf-8") as file:
        page = file.read()
    lines = kit.must(["nm", "-D", "--defined-only", kit.lib + "/libschemata.so.0"]).splitlines()
    shown = {line.split()[-1].split("@")[0] for line in lines} - {"SCHEMATA_0"}
    without = sorted(name for name in shown if "private" not in name and not os.path.exists(f"{man}/{name}.3"))
    kit.check("a page for every function", not without, without)
    kit.check("which has its declaration", all(f"{name}(" in page for name in shown if "private" not in name), "")
    if shutil.which("groff"):
        got = kit.run(["groff", "-man", "-ww", "-Tutf8", "-z", man + "/libschemata.3"])
        kit.check("groff has nothing to say", got.returncode == 0 and not got.stderr, got.stderr[:500])
    with open(f"{kit.root}{kit.prefix}/share/doc/schemata/libschemata.html", encoding="utf-8") as file:
        html = file.read()
    kit.check("the HTML has it too", "schemata_get_by_id(" in html and html.count("<pre") == html.count("</pre>"), "")


def own_http(kit):
    """A transport of the program's own; and the library that links no libcurl."""
    source = os.path.join("clients", "examples", "own_http.c")
    program = kit.compile(source, "own_http")
    kit.make("lib", "HTTP=off")
    lib = os.path.join(kit.build, "clib", "release-no-http")
    needed = kit.must(["readelf", "-d", lib + "/libschemata.so.0"])
    kit.check("HTTP=off links no libcurl", "libcurl" not in needed and "libgnutls" in needed, needed)
    bare = {**kit.environment, "LD_LIBRARY_PATH": lib}
    with Server(kit.binary) as server:
        url = f"http://127.0.0.1:{server.port}"
        call(server.connect(), "POST", "/subjects/s/versions", {"schema": record("R", "a")})
        for environment in (kit.environment, bare):
            got = kit.run([program, url, "1"], env=environment)
            kit.check("a schema over the program's own HTTP", got.stdout.strip() == record("R", "a").replace(" ", ""), got)
            got = kit.run([program, url, "2"], env=environment)
            kit.check("what is not there", got.returncode == 1 and "40403" in got.stderr, got.stderr)
            got = kit.run([program, "http://127.0.0.1:1," + url, "1"], env=environment)
            kit.check("failover over it", got.returncode == 0, got.stderr)
        got = kit.run([os.path.join(kit.scratch, "readme")], env={**bare, "SCHEMA_REGISTRY_URL": url})
        kit.check("without it there is no HTTP, and it says so", "built without HTTP" in got.stderr, got.stderr)


def uninstall(kit):
    left = os.path.join(kit.scratch, "second")
    kit.make("install", f"DESTDIR={left}")
    kit.make("uninstall", f"DESTDIR={left}")
    files = [os.path.join(folder, name) for folder, _, names_ in os.walk(left) for name in names_]
    kit.check("uninstall leaves nothing", not files, files)


def run(kit):
    names(kit)
    with_pkg_config(kit)
    beside(kit)
    with_cmake(kit)
    readme(kit)
    own_http(kit)
    reference(kit)
    uninstall(kit)
