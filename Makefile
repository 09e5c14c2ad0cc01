# agspice. `make help` lists the targets.
# Local choices go to config.mk: CC, OPT, PREFIX, SAN=1 (sanitizers), CI=1 (warnings are errors), V=1 (commands).
-include config.mk
CC       ?= cc
OPT      ?= -O2 -g
PREFIX   ?= /usr/local
BUILD    := $(if $(SAN),build/san,build)
# What the sanitizers insert makes gcc see array bounds passed where a check before prevents it.
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion -Wpointer-arith -Wvla $(if $(CI),-Werror) $(if $(SAN),-Wno-array-bounds)
comma    := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
CPPFLAGS += -I. -I$(BUILD) -I/usr/include/suitesparse -D_POSIX_C_SOURCE=200809L
CFLAGS   += -std=c11 $(OPT) -fPIC -ffp-contract=off -fopenmp-simd $(SANFLAGS)
MODELOPT := -O3 -fno-math-errno -fno-trapping-math
LIBS     := -lklu -lbtf -lamd -lcolamd -lsuitesparseconfig -ljansson -lm
Q        := $(if $(V),,@)
# A make without -j builds with all processors; one that has a job server shares it.
JOBS      = $(if $(findstring jobserver,$(MAKEFLAGS)),,-j$(shell nproc))
SUBMAKE   = $(MAKE) --no-print-directory $(JOBS)
VERSION   = $(shell sed -n 's/^.define AG_VERSION "\(.*\)"/\1/p' api/agspice.h)
SOVERSION := 0

MODEL_SRC := $(sort $(wildcard models/*/*.c))
MODELS    := $(notdir $(basename $(MODEL_SRC)))
LIB_SRC   := $(sort $(wildcard core/*.c parser/*.c solver/*.c waveforms/*.c run/*.c api/agspice.c)) $(MODEL_SRC)
LIB_OBJ   := $(LIB_SRC:%.c=$(BUILD)/%.o) $(addprefix $(BUILD)/,registry.o parser/gram.o parser/scan.o)
CLI_OBJ   := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard cli/*.c)))
TESTS     := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/*/test_*.c api/demo.c)))
LIB       := $(BUILD)/libagspice.a
SHARED    := $(BUILD)/libagspice.so.$(SOVERSION)

.PHONY: fuzz fuzzer targets all lib programs bench-programs demo check memcheck mutants bench doc install clean deps help
all: $(BUILD)/agspice                         ## build/agspice
	@:
lib: $(LIB) $(BUILD)/libagspice.so            ## build/libagspice.a and .so
	@:
programs: $(BUILD)/agspice $(TESTS)
	@:
bench-programs: $(BUILD)/agspice $(addprefix $(BUILD)/bench/,eval eval_scalar elaborate)
	@:

demo:                                         ## write and read a 16 x 16 tile: energy table and picture
	@.ci/deps build run
	@$(SUBMAKE) all
	@mkdir -p build/demo
	@$(BUILD)/agspice --plot build/demo/tile16.svg netlists/crossbar/tile16.cir
	@echo 'picture: build/demo/tile16.svg'

check:                                        ## all tests (SAN=1: under address and undefined-behaviour checks)
	@.ci/deps build run test $(if $(SAN),fuzz)
	@$(SUBMAKE) programs $(if $(SAN),fuzzer)
	@BUILD=$(BUILD) AGSPICE=$(BUILD)/agspice python3 tests/run

targets:                                      ## the papers' numbers beside those of the model cards
	@.ci/deps build run test
	@$(SUBMAKE) all
	@BUILD=$(BUILD) AGSPICE=$(BUILD)/agspice python3 tests/targets

memcheck:                                     ## C tests and netlists under valgrind (long)
	@.ci/deps build run test memcheck
	@$(SUBMAKE) programs
	@BUILD=$(BUILD) AGSPICE=$(BUILD)/agspice python3 tests/run --valgrind

fuzz:                                         ## random input for the parser, for SECONDS=n (120)
	@.ci/deps build run test fuzz
	@$(SUBMAKE) fuzzer
	@python3 tests/fuzz/fuzzing.py $(or $(SECONDS),120)

# The library once more, for libFuzzer; subcircuits end early there, as a few lines of them may ask for all memory.
FUZZFLAGS := -fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=all -fno-omit-frame-pointer -DAG_MAX_INSTANCES=20000
fuzzer:
	@$(SUBMAKE) CC=clang-14 SAN= WARN=-w BUILD=build/fuzz OPT='-O1 -g' SANFLAGS='$(FUZZFLAGS)' build/fuzz/tests/fuzz/netlist

mutants:                                      ## one-line faults, each of which must fail a test
	@.ci/deps build run test
	@python3 tests/mutants/run.py

bench:                                        ## speed: ngspice, reading, models, devices (SAVE=1: to bench/RESULTS.md)
	@.ci/deps build run test
	@$(SUBMAKE) bench-programs
	@status=0; for table in run elaborate eval devices; do \
	   BUILD=$(BUILD) AGSPICE=$(BUILD)/agspice python3 bench/$$table $(if $(SAVE),--save) || status=1; done; exit $$status

doc:                                          ## doc/models.md: the page of every model, with pictures
	@.ci/deps build run
	@$(SUBMAKE) all
	@sh doc/models.sh $(BUILD)/agspice

deps:                                         ## install the Debian packages that are missing
	@.ci/deps build run test

help:                                         ## this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/    make \1\t\2/p' Makefile | expand -t 20

$(BUILD)/agspice: $(CLI_OBJ) $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(LIB): $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# The shared library shows what the public header declares, nothing else.
$(BUILD)/libagspice.map: api/agspice.h
	$(Q)mkdir -p $(@D)
	$(Q)sed -n -e '1i {global:' -e 's/^[a-z].*\b\(ag_[a-z_0-9]*\)(.*);.*/\1;/p' -e '$$a local: *;};' $< > $@
$(SHARED): $(LIB_OBJ) $(BUILD)/libagspice.map
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -shared -Wl,-soname,$(@F) -Wl,--version-script,$(BUILD)/libagspice.map -o $@ $(LIB_OBJ) $(LIBS)
$(BUILD)/libagspice.so: $(SHARED)
	$(Q)ln -sf $(<F) $@

# The leading comment of a model as a C string: what follows its first line, without the stars.
PAGE = 1{/\*\//q;d;};/^ \*\/$$/q;h;s/ *\*\/ *$$//;s/^ \*\{0,1\} \{0,1\}//;s/["\\]/\\&/g;s/.*/    "&\\n"/p;g;/\*\//q
$(BUILD)/registry.c: $(MODEL_SRC) Makefile
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#include "core/model.h"'; printf 'extern const ag_model ag_model_%s;\n' $(MODELS); \
	   echo 'const ag_model *const ag_models[] = {'; printf '    &ag_model_%s,\n' $(MODELS); echo '    0 };'; \
	   echo 'const char *const ag_model_pages[] = {'; for f in $(MODEL_SRC); do sed -n '$(PAGE)' $$f; echo '    "",'; done; echo '    "" };'; } > $@

GENERATED := $(addprefix $(BUILD)/parser/,gram.h scan.h)
$(BUILD)/parser/gram.c $(BUILD)/parser/gram.h &: parser/gram.y
	$(Q)mkdir -p $(@D)
	$(Q)bison -Werror -o $(BUILD)/parser/gram.c --defines=$(BUILD)/parser/gram.h $<
$(BUILD)/parser/scan.c $(BUILD)/parser/scan.h &: parser/scan.l
	$(Q)mkdir -p $(@D)
	$(Q)flex -o $(BUILD)/parser/scan.c --header-file=$(BUILD)/parser/scan.h $<
$(patsubst %.c,$(BUILD)/%.o,$(wildcard parser/*.c)): | $(GENERATED)

# Generated code is not held to our warnings.
$(BUILD)/parser/gram.o $(BUILD)/parser/scan.o: $(BUILD)/parser/%.o: $(BUILD)/parser/%.c $(GENERATED)
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/registry.o: $(BUILD)/registry.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/models/%.o: models/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) $(MODELOPT) -MMD -MP -c -o $@ $<
$(BUILD)/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

.SECONDARY: $(TESTS:%=%.o)
$(BUILD)/tests/%: $(BUILD)/tests/%.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) -lcmocka $(LIBS)
$(BUILD)/api/demo: $(BUILD)/api/demo.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIB) $(LIBS)

# The fuzzer gives the library its own files: see tests/fuzz/netlist.c.
$(BUILD)/tests/fuzz/netlist: $(BUILD)/tests/fuzz/netlist.o $(LIB)
	$(Q)objcopy --redefine-sym fopen=fuzz_fopen --redefine-sym stat=fuzz_stat --redefine-sym open=fuzz_open $(LIB) $(BUILD)/fuzzed.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -fsanitize=fuzzer -o $@ $< $(BUILD)/fuzzed.a $(LIBS)

# The models once more, one lane at a time, for comparison.
$(BUILD)/scalar/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) -DAG_SCALAR $(WARN) -Wno-unknown-pragmas $(filter-out -fopenmp-simd,$(CFLAGS)) $(MODELOPT) \
	   -fno-tree-vectorize -MMD -MP -c -o $@ $<
$(BUILD)/bench/eval $(BUILD)/bench/elaborate: $(BUILD)/bench/%: $(BUILD)/bench/%.o $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)
$(BUILD)/bench/eval_scalar: $(BUILD)/bench/eval.o $(MODEL_SRC:%.c=$(BUILD)/scalar/%.o) $(LIB)
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/agspice.pc: api/agspice.h Makefile
	$(Q)mkdir -p $(@D)
	$(Q)printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' 'includedir=$${prefix}/include' '' 'Name: agspice' \
	   'Description: SPICE-style simulator for memristor circuits' 'Version: $(VERSION)' 'Libs: -L$${libdir} -lagspice' \
	   'Libs.private: $(LIBS)' 'Cflags: -I$${includedir}' > $@

DATA     = $(DESTDIR)$(PREFIX)/share/agspice
EXAMPLES = $(wildcard netlists/* models/lib)
install: all lib $(BUILD)/agspice.pc          ## program, library, header, pkg-config file, examples (DESTDIR=, PREFIX=)
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/pkgconfig include) $(addprefix $(DATA)/,$(EXAMPLES))
	install -m 755 $(BUILD)/agspice $(DESTDIR)$(PREFIX)/bin/
	install -m 644 $(LIB) $(SHARED) $(DESTDIR)$(PREFIX)/lib/
	ln -sf libagspice.so.$(SOVERSION) $(DESTDIR)$(PREFIX)/lib/libagspice.so
	install -m 644 api/agspice.h $(DESTDIR)$(PREFIX)/include/
	install -m 644 $(BUILD)/agspice.pc $(DESTDIR)$(PREFIX)/lib/pkgconfig/
	install -m 644 LICENSE LICENSES.md $(DATA)/
	for d in $(EXAMPLES); do install -m 644 $$d/*.* $(DATA)/$$d/; done

clean:                                        ## remove build/
	$(Q)rm -rf build

-include $(shell find $(BUILD) -path '$(BUILD)/san' -prune -o -path '$(BUILD)/mutants' -prune -o -name '*.d' -print 2>/dev/null)
