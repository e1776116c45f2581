"""Serializers as users have them: against a real registry, through the C++ wrapper, through the adapters."""

import os

from tests.support.server import Server

HERE = os.path.dirname(os.path.abspath(__file__))
ADAPTERS = r"""
#include <schemata/avro.h>
#include <schemata/protobuf_c.h>
#include <stdio.h>
int main(void)
{
    const char text[] = "{\"type\":\"array\",\"items\":\"int\"}";
    schemata_schema_t *s = schemata_parse(SCHEMATA_AVRO, text, sizeof text - 1, NULL, NULL, 0, NULL, NULL);
    avro_schema_t schema = schemata_schema_as_avro(s, NULL);
    schemata_error_t *err = NULL;
    int bad = !schema || !is_avro_array(schema) ||
              schemata_bind_pbc(NULL, NULL, NULL, &err) != SCHEMATA_ERR_ARG;
    schemata_error_free(err);
    avro_schema_decref(schema);
    schemata_schema_unref(s);
    puts(bad ? "bad" : "fine");
    return bad;
}
"""


def says_fine(kit, what, command, **more):
    done = kit.run(command, **more)
    kit.check(what, done.returncode == 0 and done.stdout.endswith("fine\n"), done.stdout + done.stderr)


def real_registry(kit):
    program = kit.compile(os.path.join(HERE, "serde.c"), "serde")
    with Server(kit.binary) as server:
        says_fine(kit, "three formats against a real registry", [program, f"http://127.0.0.1:{server.port}"])


def wrapper(kit):
    source = os.path.join(HERE, "wrapper.cc")
    for name, flags in (("c++17", ["-std=c++17"]), ("c++20", ["-std=c++20"]),
                        ("no exceptions", ["-std=c++17", "-fno-exceptions"]),
                        ("turned off", ["-std=c++17", "-DSCHEMATA_NO_EXCEPTIONS"])):
        program = kit.compile(source, "wrapper", "-Wpedantic", "-Wshadow", *flags, compiler="g++")
        says_fine(kit, f"schemata.hpp, {name}", [program])


def adapters(kit):
    """Where avro-c and protobuf-c are installed: with both libraries, shared and static."""
    if not os.path.exists(kit.lib + "/libschemata-avro.so.0") or \
            not os.path.exists(kit.lib + "/libschemata-protobuf-c.so.0"):
        return
    source = os.path.join(kit.scratch, "adapters.c")
    with open(source, "w", encoding="utf-8") as file:
        file.write(ADAPTERS)
    flags = kit.must(["pkg-config", "--cflags", "--libs", "schemata-avro", "schemata-protobuf-c"]).split()
    program = os.path.join(kit.scratch, "adapters")
    kit.must(["cc", "-o", program, source, *flags])
    says_fine(kit, "libschemata-avro and -protobuf-c", [program])
    needed = [*kit.flags("--print-requires-private"), "avro-c", "libprotobuf-c"]
    private = kit.must(["pkg-config", "--libs", *needed]).split()
    archives = [f"{kit.lib}/libschemata{name}.a" for name in ("-avro", "-protobuf-c", "")]
    kit.must(["cc", "-o", program, source, *kit.flags("--cflags"), *archives, *private, "-lm", "-pthread"])
    says_fine(kit, "and their archives", [program])
    for name in ("avro", "protobuf-c"):
        lines = kit.must(["nm", "-D", "--defined-only", f"{kit.lib}/libschemata-{name}.so.0"]).splitlines()
        strange = [line for line in lines if not line.split()[-1].startswith(("schemata_", "SCHEMATA_"))]
        kit.check(f"libschemata-{name} shows schemata_* only", not strange, strange[:5])


def run(kit):
    real_registry(kit)
    wrapper(kit)
    adapters(kit)
