/* options - the table that options.h lists. */
#include "core/options.h"
#include "core/intern.h"

const ag_param ag_option_table[] = {
#define ENTRY(name, unit, dflt, min, max, help) { #name, unit, dflt, min, max, help, AG_REAL, AG_ANYWHERE },
    AG_OPTION_LIST(ENTRY)
};
const int ag_n_option = (int)(sizeof ag_option_table / sizeof *ag_option_table);

void ag_options_default(ag_options *o)
{
    for (int k = 0; k < ag_n_option; k++) *ag_option_at(o, k) = ag_option_table[k].dflt;
}

int ag_method_find(const char *word)
{
    static const struct { const char *word; int method; } list[] = {
        { "trbdf2", AG_TRBDF2 }, { "tr-bdf2", AG_TRBDF2 }, { "trap", AG_TRAP }, { "trapezoidal", AG_TRAP },
        { "gear", AG_GEAR }, { "bdf2", AG_GEAR },
    };
    for (int i = 0; i < (int)(sizeof list / sizeof *list); i++)
        if (ag_name_same(list[i].word, word)) return list[i].method;
    return -1;
}
