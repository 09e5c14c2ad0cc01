# agspice - targets: demo check all lib bench reproduce mutants memcheck doc install deps clean
# Local choices go to config.mk: CC, OPT, SAN=1 (sanitizers), V=1 (commands).
-include config.mk
CC       ?= cc
OPT      ?= -O2 -g
BUILD    := $(if $(SAN),build/san,build)
WARN     := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wconversion -Wpointer-arith -Wvla $(if $(CI),-Werror)
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
comma    := ,
CPPFLAGS += -I. -I$(BUILD) -I/usr/include/suitesparse -D_POSIX_C_SOURCE=200809L
CFLAGS   += -std=c11 $(OPT) -fPIC -ffp-contract=off $(SANFLAGS)
MODELOPT := -O3 -fno-math-errno -fno-trapping-math -fopenmp-simd
LIBS     := -lklu -lbtf -lamd -lcolamd -lsuitesparseconfig -ljansson -lm
Q        := $(if $(V),,@)

MODEL_SRC := $(sort $(wildcard models/*/*.c))
MODELS    := $(notdir $(basename $(MODEL_SRC)))
LIB_SRC   := $(sort $(wildcard core/*.c parser/*.c solver/*.c waveforms/*.c run/*.c api/agspice.c)) $(MODEL_SRC)
LIB_OBJ   := $(LIB_SRC:%.c=$(BUILD)/%.o) $(addprefix $(BUILD)/,registry.o parser/gram.o parser/scan.o)
CLI_OBJ   := $(patsubst %.c,$(BUILD)/%.o,$(sort $(wildcard cli/*.c)))
TESTS     := $(patsubst %.c,$(BUILD)/%,$(sort $(wildcard tests/*/test_*.c)))

.PHONY: all lib check clean
all: $(BUILD)/agspice
lib: $(BUILD)/libagspice.a

$(BUILD)/agspice: $(CLI_OBJ) $(BUILD)/libagspice.a
	$(Q)$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

$(BUILD)/libagspice.a: $(LIB_OBJ)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(BUILD)/registry.c: $(MODEL_SRC) Makefile
	$(Q)mkdir -p $(@D)
	$(Q){ echo '#include "core/model.h"'; printf 'extern const ag_model ag_model_%s;\n' $(MODELS); \
	   echo 'const ag_model *const ag_models[] = {'; printf '    &ag_model_%s,\n' $(MODELS); echo '    0 };'; } > $@

$(BUILD)/parser/gram.c $(BUILD)/parser/gram.h &: parser/gram.y
	$(Q)mkdir -p $(@D)
	$(Q)bison -Werror -o $(BUILD)/parser/gram.c --defines=$(BUILD)/parser/gram.h $<
$(BUILD)/parser/scan.c $(BUILD)/parser/scan.h &: parser/scan.l
	$(Q)mkdir -p $(@D)
	$(Q)flex -o $(BUILD)/parser/scan.c --header-file=$(BUILD)/parser/scan.h $<

# Generated code is not held to our warnings.
$(BUILD)/parser/gram.o $(BUILD)/parser/scan.o: $(BUILD)/parser/%.o: $(BUILD)/parser/%.c $(BUILD)/parser/gram.h $(BUILD)/parser/scan.h
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/parser/%.o: | $(BUILD)/parser/gram.h $(BUILD)/parser/scan.h
$(BUILD)/models/%.o: models/%.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) $(MODELOPT) -MMD -MP -c -o $@ $<
$(BUILD)/core/program_run.o: CFLAGS += $(MODELOPT)
$(BUILD)/registry.o: $(BUILD)/registry.c
	$(Q)$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<
$(BUILD)/%.o: %.c
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/%.c $(BUILD)/libagspice.a
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(CPPFLAGS) $(WARN) $(CFLAGS) -MMD -MP -o $@ $< $(BUILD)/libagspice.a -lcmocka $(LIBS)

clean:
	$(Q)rm -rf build

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
