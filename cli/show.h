/* show - what --models and --model print. */
#ifndef AG_CLI_SHOW_H
#define AG_CLI_SHOW_H

void cli_show_models(void);
int  cli_show_model(const char *name);       /* 0 after a message on standard error: there is no such model */
#endif
