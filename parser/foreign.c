/* foreign - cards of other simulators: what is accepted without a word, and what is left out with a warning that says how the
 * same is written here. The run goes on with the rest. */
#include <string.h>
#include "parser/elaborate.h"

/* They set up listings, waveform viewers and licences; nothing that is computed depends on them. */
static const char *const harmless[] = {
    ".nopage", ".graph", ".lprint", ".store", ".biaschk", ".dout", ".watch", ".preprocess",
};

static const struct { const char *name, *what; } later[] = {
    { ".noise",  "noise analysis is not supported yet; this card is ignored" },
    { ".tf",     ".tf is not supported yet; .ac at a low frequency gives gain and resistances" },
    { ".four",   ".four is not supported yet; .measure with integ and sin() gives a harmonic" },
    { ".fft",    ".fft is not supported yet; write the waveforms with --csv and transform those" },
    { ".pz",     "pole-zero analysis is not supported; .ac shows the response" },
    { ".sens",   "sensitivities are not supported; .step of a parameter shows what depends on it" },
    { ".disto",  "distortion analysis is not supported; use .tran" },
    { ".mc",     ".mc is not supported yet; .options seed=N gives random functions other values" },
    { ".wcase",  "worst-case analysis is not supported; use .step" },
    { ".wave",   ".wave is not supported; --csv writes the waveforms" },
    { ".sp",     "S-parameters are not supported; use .ac" },
    { ".hb",     "harmonic balance is not supported; use .tran" },
    { ".pss",    "periodic steady states are not supported; use .tran" },
    { ".net",    ".net is not supported; use .ac" },
    { ".ferret", ".ferret is not supported; download the file and read it by .include" },
    { ".loadbias", ".loadbias is not supported; .load state=FILE reads the states of devices" },
    { ".savebias", ".savebias is not supported; .save state=FILE writes the states of devices" },
    { ".machine", ".machine is not supported; write the circuit with B sources" },
    { ".sampling", ".sampling is not supported; .options seed=N gives random functions other values" },
};

/* A Verilog-A file: what there is natively of the device that its name tells. Longer names first. */
static void verilog(ag_elab *el, const ag_line *l)
{
    static const struct { const char *part, *native; } device[] = {
        { "yakopcic", "yakopcic" }, { "vteam", "vteam" }, { "team", "team" }, { "joglekar", "drift with window=joglekar" },
        { "biolek", "drift with window=biolek" }, { "strukov", "drift" }, { "linear_ion", "drift" },
        { "memristor", "drift, team, vteam and yakopcic" },
    };
    const ag_field *f = l->field;
    const char     *path = f && f->text ? f->text : "", *slash = strrchr(path, '/');
    const char     *file = ag_name0(el->c->names, slash ? slash + 1 : path);
    for (size_t k = 0; k < sizeof device / sizeof *device; k++)
        if (strstr(file, device[k].part)) {
            ag_warning(el->c->diag, l->span, "Verilog-A is not read; here %s %s: Nname nodes card, with .model (agspice --models)",
                       device[k].native, strchr(device[k].native, ',') ? "are models for such devices" : "is the native model of that device");
            return;
        }
    ag_warning(el->c->diag, l->span, "Verilog-A is not read; write the device as a subcircuit, or take a native model (agspice --models)");
}

int ag_foreign_card(ag_elab *el, const ag_line *l)
{
    for (size_t k = 0; k < sizeof harmless / sizeof *harmless; k++)
        if (!strcmp(harmless[k], l->first)) return 1;
    for (size_t k = 0; k < sizeof later / sizeof *later; k++)
        if (!strcmp(later[k].name, l->first)) {
            ag_warning(el->c->diag, l->at, "%s", later[k].what);
            return 1;
        }
    int va = !strcmp(l->first, ".hdl") || !strcmp(l->first, ".verilog") || !strcmp(l->first, ".pre_osdi") || !strcmp(l->first, ".osdi");
    if (va) verilog(el, l);
    return va;
}

int ag_foreign_end(ag_elab *el, const ag_line *l)
{
    if (strcmp(l->first, ".alter")) return 0;
    ag_warning(el->c->diag, l->at, ".alter is not supported yet: the netlist is run as it stands above; .step and .data repeat runs");
    return 1;
}
