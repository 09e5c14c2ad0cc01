/* model - the list of models the Makefile writes. */
#include "core/model.h"
#include <string.h>
#include "core/intern.h"

const ag_model *ag_model_find(const char *name)
{
    for (const ag_model *const *m = ag_models; *m; m++)
        if (ag_name_same((*m)->name, name)) return *m;
    return NULL;
}

const ag_alias *ag_model_alias(const ag_model *m, const char *type)
{
    for (int k = 0; k < m->n_alias; k++)
        if (ag_name_same(m->alias[k].type, type)) return &m->alias[k];
    return NULL;
}

static int is_type(const ag_model *m, const char *type)
{
    return (m->type && ag_name_same(m->type, type)) || ag_model_alias(m, type);
}

const ag_model *ag_model_typed(const char *type, int level)
{
    const ag_model *found = NULL;
    for (const ag_model *const *m = ag_models; *m; m++)
        if (is_type(*m, type) && (level < 0 ? !found || (*m)->level < found->level : (*m)->level == level)) found = *m;
    return found;
}

int ag_model_word(const ag_model *m, int k, const char *text, double *value)
{
    for (int j = 0; j < m->n_word; j++)
        if (m->word[j].param == k && ag_name_same(m->word[j].text, text)) {
            *value = m->word[j].value;
            return 1;
        }
    return 0;
}

int ag_model_ignores(const ag_model *m, const char *param)
{
    for (const char *const *name = m->ignored; name && *name; name++)
        if (ag_name_same(*name, param)) return 1;
    return 0;
}

const char *ag_model_page(const ag_model *m)
{
    int k = 0;
    while (ag_models[k] && ag_models[k] != m) k++;
    const char *page = ag_models[k] ? ag_model_pages[k] : "";
    return page + strspn(page, "\n");
}
