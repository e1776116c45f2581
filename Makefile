# schemata: the one Makefile. `make help` lists the targets.
#
# A folder named in FLOORS is one static archive. USES_<floor> says which floors it may include and
# call; the same table links the unit tests and feeds the include checker (`make layers`).

MODE ?= release
BUILD ?= build
B := $(BUILD)/$(MODE)
PREFIX ?= /usr/local
DESTDIR ?=
ifeq ($(origin CC),default)
CC := gcc
endif
VERSION := 0.1.0

# ---- floors, lowest first ------------------------------------------------------------------------
FLOORS := base core/json core/hash core/crypto core/wire core/schema core/compat core/avro \
          core/protobuf core/jsonschema core/formats kms store registry http api/common \
          api/confluent api/dek api/schemata api/ops libcurl client client/avro client/protobuf-c \
          client/serdes server cli

CORE := core/formats core/avro core/protobuf core/jsonschema core/compat core/schema core/wire \
        core/crypto core/hash core/json base

USES_base            :=
USES_core/json       := base
USES_core/hash       := base
USES_core/crypto     := base
USES_core/wire       := base
USES_core/schema     := core/json base
USES_core/compat     := core/schema core/json base
USES_core/avro       := core/compat core/schema core/json core/hash core/wire base
USES_core/protobuf   := core/compat core/schema core/json core/hash core/wire base
USES_core/jsonschema := core/compat core/schema core/json core/hash core/wire base
USES_core/formats    := core/avro core/protobuf core/jsonschema core/compat core/schema core/wire \
                        core/hash core/json base
USES_kms             := core/crypto core/json base
USES_store           := $(CORE)
USES_registry        := kms store $(CORE)
USES_http            := base
USES_api/common      := registry http kms store $(CORE)
USES_api/confluent   := api/common registry http kms store $(CORE)
USES_api/dek         := api/confluent api/common registry http kms store $(CORE)
USES_api/schemata    := api/common registry http kms store $(CORE)
USES_api/ops         := registry http kms store $(CORE)
USES_libcurl         := base
USES_server          := client libcurl api/confluent api/dek api/schemata api/ops api/common \
                        registry http kms store $(CORE)
USES_client          := kms $(CORE)
USES_client/avro     := client $(USES_client)
USES_client/protobuf-c := client $(USES_client)
USES_client/serdes   := client/avro client $(USES_client)
USES_cli             := server $(USES_server)

# Where a floor lives, when it is not src/<floor>.
DIR_client            := clients/c
DIR_client/avro       := clients/avro-c
DIR_client/protobuf-c := clients/protobuf-c
DIR_client/serdes     := clients/serdes

# pkg-config names a floor needs; its headers have their one home there.
PKG_core/hash       := gnutls
PKG_core/crypto     := gnutls
PKG_core/jsonschema := libpcre2-8
PKG_store           := sqlite3
PKG_http            := libmicrohttpd gnutls zlib
PKG_client          := libcurl
PKG_libcurl         := libcurl
PKG_client/avro     := avro-c
PKG_client/protobuf-c := libprotobuf-c
PKG_client/serdes   := avro-c
PKG_cli             := yaml-0.1

# ---- packages (Debian 12) ------------------------------------------------------------------------
BUILD_PACKAGES := gcc make pkg-config libc6-dev libmicrohttpd-dev libsqlite3-dev libgnutls28-dev \
                  libpcre2-dev libcurl4-gnutls-dev zlib1g-dev libyaml-dev
TEST_PACKAGES  := libcmocka-dev librdkafka-dev libavro-dev libprotobuf-c-dev protobuf-c-compiler cmake g++ openssl \
                  python3 sqlite3 curl git protobuf-compiler libprotobuf-dev git
BENCH_PACKAGES := nginx-light wrk libavro-dev libjansson-dev g++ libprotobuf-dev
FUZZ_PACKAGES  := clang libclang-rt-14-dev

# ---- flags ---------------------------------------------------------------------------------------
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wvla -Wformat=2
WERROR := $(if $(CI),-Werror)
COMMON := -std=c17 -D_GNU_SOURCE -DSMA_VERSION='"$(VERSION)"' -Isrc -Iinclude -I. -Iclients/serdes \
          -I$(B)/gen -fPIC \
          -fvisibility=hidden -fno-strict-aliasing -pthread $(WARN) $(WERROR)
FLAGS_release := -O2 -g -DNDEBUG -D_FORTIFY_SOURCE=2 -fstack-protector-strong
FLAGS_debug   := -O0 -g
FLAGS_asan    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined \
                 -fno-sanitize-recover=all
FLAGS_tsan    := -O1 -g -fno-omit-frame-pointer -fsanitize=thread
FLAGS_cov     := -O0 -g --coverage
FLAGS_fuzz    := -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined,fuzzer-no-link \
                 -fno-sanitize-recover=all
LINK_asan := -fsanitize=address,undefined
LINK_tsan := -fsanitize=thread
LINK_cov  := --coverage
LINK_fuzz := -fsanitize=address,undefined
LINK_release := -Wl,-z,relro,-z,now -Wl,--as-needed
ifeq ($(MODE),fuzz)
CC := clang
endif
CFLAGS_ALL = $(COMMON) $(FLAGS_$(MODE)) $(CFLAGS)

pkg = $(if $(1),$(shell pkg-config --$(2) $(1) 2>/dev/null))
floor_dir = $(or $(DIR_$(1)),src/$(1))
lib = $(B)/lib/$(subst /,_,$(1)).a
libs = $(foreach f,$(1),$(call lib,$(f)))
pkgs = $(sort $(foreach f,$(1),$(PKG_$(f))))

# ---- the product ---------------------------------------------------------------------------------
BIN := $(if $(filter release,$(MODE)),$(BUILD)/schemata,$(B)/schemata)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

#   all          build the binary (release: build/schemata; MODE=asan|tsan|cov|debug: build/MODE/)
.PHONY: all
all: $(BIN)

MAIN_OBJ := $(B)/obj/src/main.o
$(BIN): $(MAIN_OBJ) $(call libs,cli $(USES_cli))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LINK_$(MODE)) -o $@ $(MAIN_OBJ) -Wl,--start-group \
	    $(call libs,cli $(USES_cli)) -Wl,--end-group \
	    $(call pkg,$(filter-out libcurl,$(call pkgs,cli $(USES_cli))),libs) -ldl -lm -pthread

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) -MMD -MP $(PKGFLAGS) -c -o $@ $<

$(B)/obj/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(COMMON) -MMD -MP -c -o $@ $<

# One archive per floor.
SKIP_client := clients/c/http_none.c
define floor_rules
SRCS_$(1) := $$(filter-out $$(SKIP_$(1)),$$(sort $$(shell find $$(call floor_dir,$(1)) -name '*.c' 2>/dev/null)))
ASMS_$(1) := $$(sort $$(shell find $$(call floor_dir,$(1)) -name '*.S' 2>/dev/null))
OBJS_$(1) := $$(SRCS_$(1):%.c=$$(B)/obj/%.o) $$(ASMS_$(1):%.S=$$(B)/obj/%.o) $$(EXTRA_OBJS_$(1))
$$(OBJS_$(1)): PKGFLAGS = $$(call pkg,$$(PKG_$(1)),cflags)
$$(call lib,$(1)): $$(OBJS_$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	ar rcs $$@ $$^
.PHONY: floor-$(subst /,_,$(1))
floor-$(subst /,_,$(1)): $$(call lib,$(1))
endef

# ---- the C client library: clients/c and the core it needs, with only schemata_* to be seen --------
SOVERSION := 0
# HTTP=off: without libcurl, for programs with a transport of their own.
HTTP ?= on
ifeq ($(HTTP),off)
L := $(BUILD)/clib/$(MODE)-no-http
LIB_EXTRA := $(B)/obj/clients/c/http_none.o
LIB_CLIENT = $(filter-out %/http_curl.o,$(OBJS_client)) $(LIB_EXTRA)
else
L := $(BUILD)/clib/$(MODE)
LIB_CLIENT = $(OBJS_client)
endif
LIB_FLOORS := client $(USES_client)
LIB_PKGS := $(filter-out $(if $(filter off,$(HTTP)),libcurl),$(call pkgs,$(LIB_FLOORS)))
SHARED_LIB := $(L)/libschemata.so.$(VERSION)
STATIC_LIB := $(L)/libschemata.a

# Libraries beside it, each for another library's values; built where that one is there.
ADAPTERS := $(if $(call pkg,avro-c,modversion),avro serdes) \
          $(if $(and $(wildcard clients/protobuf-c/*.c),$(call pkg,libprotobuf-c,modversion)),protobuf-c)
BESIDE_serdes    := avro
adapter_so = $(L)/libschemata-$(1).so.$(VERSION)
adapter_a  = $(L)/libschemata-$(1).a
ADAPTER_LIBS := $(foreach a,$(ADAPTERS),$(call adapter_so,$(a)) $(call adapter_a,$(a)))

#   lib          build the C client library, shared and static, and the ones beside it
.PHONY: lib
lib: $(SHARED_LIB) $(STATIC_LIB) $(ADAPTER_LIBS)

define adapter_rules
$$(call adapter_so,$(1)): $$(call libs,client/$(1) $$(CORE)) clients/c/libschemata-$(1).map \
    $$(SHARED_LIB) $$(foreach b,$$(BESIDE_$(1)),$$(call adapter_so,$$(b)))
	$$(CC) $$(CFLAGS_ALL) $$(LINK_$$(MODE)) -shared -Wl,-soname,libschemata-$(1).so.$$(SOVERSION) \
	    -Wl,--version-script,clients/c/libschemata-$(1).map -Wl,--gc-sections -o $$@ \
	    -Wl,--whole-archive $$(call lib,client/$(1)) -Wl,--no-whole-archive -Wl,--start-group \
	    $$(call libs,$$(CORE)) -Wl,--end-group -L$$(L) $$(BESIDE_$(1):%=-lschemata-%) \
	    -lschemata $$(call pkg,$$(PKG_client/$(1)) $$(call pkgs,$$(CORE)),libs) -lm -pthread
	ln -sf $$(@F) $$(L)/libschemata-$(1).so.$$(SOVERSION)
	ln -sf $$(@F) $$(L)/libschemata-$(1).so
$$(call adapter_a,$(1)): $$(call libs,client/$(1) $$(CORE))
	@mkdir -p $$(@D)
	ld -r -o $$(L)/schemata-$(1).o --whole-archive $$(call lib,client/$(1)) --no-whole-archive \
	    --start-group $$(call libs,$$(CORE)) --end-group
	objcopy --localize-hidden $$(L)/schemata-$(1).o
	@rm -f $$@
	ar rcs $$@ $$(L)/schemata-$(1).o
endef
$(foreach a,$(ADAPTERS),$(eval $(call adapter_rules,$(a))))

$(SHARED_LIB): $(call libs,$(LIB_FLOORS)) $(LIB_EXTRA) clients/c/libschemata.map
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LINK_$(MODE)) -shared -Wl,-soname,libschemata.so.$(SOVERSION) \
	    -Wl,--version-script,clients/c/libschemata.map -Wl,--gc-sections -o $@ \
	    $(LIB_CLIENT) -Wl,--start-group \
	    $(call libs,$(USES_client)) -Wl,--end-group $(call pkg,$(LIB_PKGS),libs) -lm -pthread \
	    $(if $(filter asan tsan,$(MODE)),,-Wl,--no-undefined)
	ln -sf $(@F) $(L)/libschemata.so.$(SOVERSION)
	ln -sf $(@F) $(L)/libschemata.so

# One object whose inner names are local, so that a program may have an sma_anything of its own.
$(STATIC_LIB): $(call libs,$(LIB_FLOORS)) $(LIB_EXTRA)
	@mkdir -p $(@D)
	ld -r -o $(L)/schemata.o $(LIB_CLIENT) --start-group $(call libs,$(USES_client)) --end-group
	objcopy --localize-hidden $(L)/schemata.o
	@rm -f $@
	ar rcs $@ $(L)/schemata.o

# Generated sources.
EXTRA_OBJS_store := $(B)/gen/migrations.o
$(B)/gen/migrations.S: $(sort $(wildcard migrations/*.sql)) src/store/embed.sh
	@mkdir -p $(@D)
	sh src/store/embed.sh $(sort $(wildcard migrations/*.sql)) > $@
$(B)/gen/migrations.o: $(B)/gen/migrations.S $(sort $(wildcard migrations/*.sql))
	$(CC) -c -o $@ $<

$(B)/obj/src/cli/report_schema.o: openapi/report.schema.json
$(B)/obj/src/cli/project_schema.o: openapi/project.schema.json

# The description of the API is read by the assembler.
$(B)/obj/src/api/ops/openapi_text.o: openapi/schemata.yaml

$(foreach f,$(FLOORS),$(eval $(call floor_rules,$(f))))

# ---- unit tests: tests/unit/<floor>/test_*.c, each one program linked with its floor's line only ---
test_floor = $(patsubst tests/unit/%/,%,$(dir $(1)))
UNIT_SRCS := $(sort $(shell find tests/unit -name 'test_*.c' 2>/dev/null))
UNIT_BINS := $(UNIT_SRCS:%.c=$(B)/%)
# So that tests can make allocations fail (tests/support/alloc.c).
WRAP_ALLOC := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
define unit_rule
$(B)/$(1:.c=): $(1) $$(wildcard tests/support/*.[ch]) \
    $$(call libs,$(call test_floor,$(1)) $$(USES_$(call test_floor,$(1))))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS_ALL) -I. $$(LINK_$$(MODE)) $$(WRAP_ALLOC) -o $$@ $(1) \
	    $$(wildcard tests/support/*.c) \
	    -Wl,--start-group $$(call libs,$(call test_floor,$(1)) $$(USES_$(call test_floor,$(1)))) \
	    -Wl,--end-group $$(call pkg,$$(call pkgs,$(call test_floor,$(1)) \
	    $$(USES_$(call test_floor,$(1)))) cmocka,libs) -lm -pthread
endef
$(foreach t,$(UNIT_SRCS),$(eval $(call unit_rule,$(t))))

# Generated structs that a test includes.
PBC_TESTS := tests/unit/client/protobuf-c
$(B)/$(PBC_TESTS)/test_protobuf_c: $(B)/gen/tests/orders.pb-c.c
$(B)/gen/tests/%.pb-c.c: $(PBC_TESTS)/%.proto
	@mkdir -p $(@D)
	protoc-c --c_out=$(@D) --proto_path=$(PBC_TESTS) $<

# ---- fuzz targets: tests/fuzz/<floor>/<name>.c with tests/fuzz/corpus/<floor>/<name>/ ---------------
FUZZ_SRCS := $(sort $(shell find tests/fuzz -name '*.c' -not -name 'replay.c' 2>/dev/null))
FUZZ_REPLAYS := $(FUZZ_SRCS:%.c=$(B)/%)
fuzz_floor = $(patsubst tests/fuzz/%/,%,$(dir $(1)))
define fuzz_rule
$(B)/$(1:.c=): $(1) tests/fuzz/replay.c \
    $$(call libs,$(call fuzz_floor,$(1)) $$(USES_$(call fuzz_floor,$(1))))
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS_ALL) -I. $$(if $$(filter fuzz,$$(MODE)),-fsanitize=fuzzer) $$(LINK_$$(MODE)) \
	    -o $$@ $(1) $$(if $$(filter fuzz,$$(MODE)),,tests/fuzz/replay.c) -Wl,--start-group \
	    $$(call libs,$(call fuzz_floor,$(1)) $$(USES_$(call fuzz_floor,$(1)))) -Wl,--end-group \
	    $$(call pkg,$$(call pkgs,$(call fuzz_floor,$(1)) $$(USES_$(call fuzz_floor,$(1)))),libs) \
	    -lm -pthread
endef
$(foreach t,$(FUZZ_SRCS),$(eval $(call fuzz_rule,$(t))))

# ---- benchmarks: bench/<name>.c, each linked with what it calls of all floors ------------------------
BENCH_SRCS := $(sort $(wildcard bench/*.c))
BENCH_BINS := $(BENCH_SRCS:%.c=$(B)/%)
ALL_FLOORS := $(sort $(USES_cli)) client/avro
$(BENCH_BINS): $(B)/%: %.c $(call libs,$(ALL_FLOORS))
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_ALL) $(LINK_$(MODE)) -o $@ $< -Wl,--start-group $(call libs,$(ALL_FLOORS)) \
	    -Wl,--end-group $(call pkg,$(call pkgs,$(ALL_FLOORS)),libs) -lm -pthread

#   bench        one table of ratios, each measured side by side in one run (BENCH="--only S1,S5")
.PHONY: bench
bench:
	@$(MAKE) --no-print-directory deps PACKAGES="$(BUILD_PACKAGES) $(TEST_PACKAGES) $(BENCH_PACKAGES)"
	@$(MAKE) --no-print-directory bench-run

.PHONY: bench-run
bench-run: $(BIN) $(BENCH_BINS)
	@python3 bench/run.py $(BIN) $(B) $(BENCH)

#   unit         build and run the unit tests (T=core/avro: of one floor)
.PHONY: unit
unit: $(if $(T),$(filter $(B)/tests/unit/$(T)/%,$(UNIT_BINS)),$(UNIT_BINS))
	@sh tests/run.sh $^

#   replay       replay every fuzz corpus without a fuzzer (T=core/avro: of one floor)
.PHONY: replay
replay: $(if $(T),$(filter $(B)/tests/fuzz/$(T)/%,$(FUZZ_REPLAYS)),$(FUZZ_REPLAYS))
	@sh tests/run.sh $^

#   fuzz         run every fuzz target for FUZZ_SECONDS (60) with clang's libFuzzer
FUZZ_SECONDS ?= 60
.PHONY: fuzz
fuzz:
	@$(MAKE) --no-print-directory deps PACKAGES="$(BUILD_PACKAGES) $(FUZZ_PACKAGES)"
	@$(MAKE) --no-print-directory MODE=fuzz fuzz-run

.PHONY: fuzz-run
fuzz-run: $(if $(T),$(filter $(B)/tests/fuzz/$(T)/%,$(FUZZ_REPLAYS)),$(FUZZ_REPLAYS))
	@sh tests/fuzz/run.sh $(FUZZ_SECONDS) $^

#   deps         install the Debian packages that are missing (asks sudo when not root)
# Each package with the pkg-config module or command that also proves it is there, so that another
# flavour of a library, or another system, is accepted as it is.
PACKAGES ?= $(BUILD_PACKAGES)
PROOF_libcurl4-gnutls-dev := libcurl
PROOF_libmicrohttpd-dev   := libmicrohttpd
PROOF_libsqlite3-dev      := sqlite3
PROOF_libgnutls28-dev     := gnutls
PROOF_libpcre2-dev        := libpcre2-8
PROOF_zlib1g-dev          := zlib
PROOF_libyaml-dev         := yaml-0.1
PROOF_libcmocka-dev       := cmocka
PROOF_libavro-dev         := avro-c
PROOF_libjansson-dev      := jansson
PROOF_libnats-dev         := libnats
PROOF_librabbitmq-dev     := librabbitmq
PROOF_rabbitmq-server     := /usr/lib/rabbitmq/bin/rabbitmq-server
PROOF_librdkafka-dev      := rdkafka
PROOF_libprotobuf-c-dev   := libprotobuf-c
PROOF_protobuf-c-compiler := protoc-c
PROOF_nginx-light         := /usr/sbin/nginx
PROOF_protobuf-compiler   := protoc
.PHONY: deps
deps:
	@sh tests/support/deps.sh $(foreach p,$(PACKAGES),$(p)=$(or $(PROOF_$(p)),$(p)))

#   run          install what is missing, build, serve on 127.0.0.1:8081 (ARGS="--listen …")
.PHONY: run
run:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory all
	@exec $(BIN) serve $(ARGS)

#   test         install what is missing, build, run every test that needs no broker
.PHONY: test
test:
	@$(MAKE) --no-print-directory deps PACKAGES="$(BUILD_PACKAGES) $(TEST_PACKAGES)"
	@$(MAKE) --no-print-directory test-run

# Tests that are programs of their own; each gets the path of the binary.
SUITES := $(foreach s,$(sort $(wildcard tests/*/run.py)),$(if $(findstring clients,$(s)),,$(s)))
.PHONY: test-run
test-run: $(BIN) $(UNIT_BINS) $(FUZZ_REPLAYS)
	@sh tests/run.sh $(UNIT_BINS) $(FUZZ_REPLAYS) 'make --no-print-directory layers' \
	    $(foreach s,$(SUITES),'python3 $(s) $(BIN)') '$(CLIENTS) --quick'

# Published clients against our binary; CLIENT_FORMATS narrows what they try.
CLIENT_FORMATS ?= avro,json,protobuf
CLIENTS = python3 tests/clients/run.py --binary $(BIN) --formats $(CLIENT_FORMATS)

#   test-clients real clients of every language and a real Kafka broker, every pair; NATS, RabbitMQ
.PHONY: test-clients
test-clients: $(BIN)
	@$(CLIENTS)
	@python3 tests/clients/formats/run.py $(BIN)
	@python3 tests/clients/brokers/run.py $(BIN)
	@python3 tests/clients/openapi/run.py $(BIN)

#   test-clients-quick the same without the broker: frames travel through files
.PHONY: test-clients-quick
test-clients-quick: $(BIN)
	@$(CLIENTS) --quick

#   install      install the binary and the C library under DESTDIR and PREFIX
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
HEADERS := $(sort $(wildcard include/schemata/*.h include/schemata/*.hpp))
.PHONY: install
install: $(BIN) install-lib
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/share/doc/schemata
	install -m 755 $(BIN) $(DESTDIR)$(PREFIX)/bin/schemata
	install -m 644 README.md LICENSE CHANGELOG.md $(DESTDIR)$(PREFIX)/share/doc/schemata

# The reference, out of the headers' comments.
MANDIR ?= $(PREFIX)/share/man
DOCDIR ?= $(PREFIX)/share/doc/schemata
REFERENCE := $(L)/libschemata.html $(L)/libschemata.3 $(L)/libschemata.names
$(L)/libschemata.html:  REFERENCE_KIND := html
$(L)/libschemata.3:     REFERENCE_KIND := man
$(L)/libschemata.names: REFERENCE_KIND := names
$(REFERENCE): clients/c/reference.sh $(HEADERS)
	@mkdir -p $(@D)
	sh clients/c/reference.sh $(REFERENCE_KIND) $(VERSION) $(HEADERS) > $@

#   install-lib  install the C library alone: headers, libraries, pkg-config and CMake packages
.PHONY: install-lib
install-lib: lib $(REFERENCE)
	install -d $(DESTDIR)$(INCLUDEDIR)/schemata $(DESTDIR)$(LIBDIR)/pkgconfig \
	    $(DESTDIR)$(LIBDIR)/cmake/schemata
	install -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/schemata
	$(if $(filter serdes,$(ADAPTERS)),install -d $(DESTDIR)$(SERDESDIR)/libserdes && install -m 644 \
	    $(SERDES_HEADERS) $(DESTDIR)$(SERDESDIR)/libserdes)
	for name in $(LIB_NAMES); do \
	    install -m 755 $(L)/$$name.so.$(VERSION) $(DESTDIR)$(LIBDIR) && \
	    ln -sf $$name.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$$name.so.$(SOVERSION) && \
	    ln -sf $$name.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/$$name.so && \
	    install -m 644 $(L)/$$name.a $(DESTDIR)$(LIBDIR) || exit 1; done
	for f in $(PACKAGE_FILES); do sed -e 's|@PREFIX@|$(PREFIX)|g' -e 's|@LIBDIR@|$(LIBDIR)|g' \
	    -e 's|@INCLUDEDIR@|$(INCLUDEDIR)|g' -e 's|@VERSION@|$(VERSION)|g' \
	    -e 's|@PRIVATE@|$(LIB_PKGS)|g' clients/c/package/$$(basename $$f).in \
	    > $(DESTDIR)$(LIBDIR)/$$f || exit 1; done
	install -d $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(DOCDIR)
	install -m 644 $(L)/libschemata.html clients/c/CONFIGURATION.md $(DESTDIR)$(DOCDIR)
	install -m 644 $(L)/libschemata.3 $(DESTDIR)$(MANDIR)/man3
	for name in $$(cat $(L)/libschemata.names); do echo '.so man3/libschemata.3' \
	    > $(DESTDIR)$(MANDIR)/man3/$$name.3 || exit 1; done

SERDESDIR := $(INCLUDEDIR)/schemata-serdes
SERDES_HEADERS := $(wildcard clients/serdes/libserdes/*.h)
LIB_NAMES := libschemata $(ADAPTERS:%=libschemata-%)
PACKAGE_FILES := pkgconfig/schemata.pc $(ADAPTERS:%=pkgconfig/schemata-%.pc) \
                 cmake/schemata/schemata-config.cmake cmake/schemata/schemata-config-version.cmake

#   uninstall    remove what install put there
.PHONY: uninstall
uninstall:
	rm -f $(DESTDIR)$(PREFIX)/bin/schemata $(addprefix $(DESTDIR)$(LIBDIR)/,$(PACKAGE_FILES) \
	    $(foreach n,$(LIB_NAMES),$n.a $n.so $n.so.$(SOVERSION) $n.so.$(VERSION))) \
	    $(addprefix $(DESTDIR)$(INCLUDEDIR)/schemata/,$(notdir $(HEADERS))) \
	    $(addprefix $(DESTDIR)$(SERDESDIR)/libserdes/,$(notdir $(SERDES_HEADERS))) \
	    $(addprefix $(DESTDIR)$(PREFIX)/share/doc/schemata/,README.md LICENSE CHANGELOG.md)
	rm -f $(DESTDIR)$(DOCDIR)/libschemata.html $(DESTDIR)$(DOCDIR)/CONFIGURATION.md \
	    $(DESTDIR)$(MANDIR)/man3/libschemata.3 $(patsubst %,$(DESTDIR)$(MANDIR)/man3/%.3,\
	    $(shell sh clients/c/reference.sh names $(VERSION) $(HEADERS)))
	-rmdir $(DESTDIR)$(INCLUDEDIR)/schemata $(DESTDIR)$(SERDESDIR)/libserdes $(DESTDIR)$(SERDESDIR) \
	    $(DESTDIR)$(LIBDIR)/cmake/schemata $(DESTDIR)$(PREFIX)/share/doc/schemata 2>/dev/null

#   layers       check includes and library homes against the table of floors
.PHONY: layers
layers:
	@{ $(foreach f,$(FLOORS),printf '%s %s %s\n' '$(f)' '$(call floor_dir,$(f))' '$(USES_$(f))';) } \
	    | sh tests/layers/check.sh

#   clean        remove the build directory
.PHONY: clean
clean:
	rm -rf $(BUILD)

#   help         this list
.PHONY: help
help:
	@echo 'make TARGET [MODE=release|debug|asan|tsan|cov]'
	@sed -n 's/^#   \([a-z][a-z-]*  *\)/  \1/p' Makefile

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
