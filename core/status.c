/* status - texts of the status codes, from the list in api/agspice.h. */
#include "api/agspice.h"

const char *ag_status_text(ag_status s)
{
#define TEXT(code, value, text) case code: return text;
    switch (s) {
        AG_STATUS_LIST(TEXT)
    case AG_STATUS_END: break;
    }
    return "unknown status";
}
