/* Any document is refused with a reason, or says a contract that names only
 * what is in it: the contract is compiled, or refused with a reason too.
 */
#include "validator/asyncapi/asyncapi.h"
#include "validator/contract/contract.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct schema_map map[] = {{"file:", "/nonexistent"},
                                            {NULL, NULL}};
    struct schema_options how = {.map = map};
    struct check_contract *contract;
    struct td_jsonx doc = {0};
    struct td_jsonx said = {0};
    struct td_jsonx schemas = {0};
    struct td_error err = {0};

    if (td_jsonx_parse(&doc, "fuzz", TD_JSONX_YAML, td_bytes(data, size), NULL))
        return 0;
    if (check_asyncapi_read(&doc, &how, &said, &schemas, &err)) {
        if (err.text[0] == '\0')
            abort();
        td_jsonx_release(&doc);
        return 0;
    }
    td_jsonx_release(&said);
    td_jsonx_release(&schemas);
    err = (struct td_error){0};
    if (check_contract_compile(&contract, &doc, &how, &err) == TD_OK)
        check_contract_free(contract);
    else if (err.text[0] == '\0')
        abort();
    return 0;
}
