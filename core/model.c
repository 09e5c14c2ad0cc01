/* model - the list of models the Makefile writes. */
#include "core/model.h"
#include "core/intern.h"

const ag_model *ag_model_find(const char *name)
{
    for (const ag_model *const *m = ag_models; *m; m++)
        if (ag_name_same((*m)->name, name)) return *m;
    return NULL;
}
