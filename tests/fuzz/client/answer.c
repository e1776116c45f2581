/* Whatever a registry answers: the first byte chooses the question, the rest is the body of every answer,
 * references included. A schema or an error with a sentence, and an end. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "schemata/schemata.h"

struct answer {
    const uint8_t *data;
    size_t size;
    int status;
};

static schemata_status_t play(void *ctx, const schemata_http_request_t *req,
                              schemata_http_response_t *resp)
{
    const struct answer *a = ctx;
    (void)req;
    *resp = (schemata_http_response_t){
        .size = sizeof *resp, .status = a->status, .body = a->data, .body_len = a->size};
    return SCHEMATA_OK;
}

static const char given[] = "\"int\"";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int statuses[] = {200, 404, 409, 422, 500};
    struct answer answer = {data + 1, size - 1, 0};
    schemata_error_t *err = NULL;
    schemata_report_t *report = NULL;
    schemata_schema_t *s = NULL;
    schemata_status_t st = SCHEMATA_OK;
    if (!size)
        return 0;
    answer.status = statuses[data[0] / 8 % 5];
    schemata_conf_t *conf = schemata_conf_new();
    schemata_conf_set(conf, "url", "http://a", NULL);
    schemata_conf_set(conf, "max.retries", "0", NULL);
    schemata_conf_set_http(conf, play, NULL, &answer);
    schemata_client_t *cl = schemata_client_new(conf, NULL);
    schemata_schema_t *posted =
        schemata_parse(SCHEMATA_AVRO, given, sizeof given - 1, NULL, NULL, 0, NULL, NULL);
    switch (data[0] % 4) {
    case 0:
        s = schemata_get_by_id(cl, 1, NULL, NULL, &err);
        break;
    case 1:
        s = schemata_get_version(cl, "s", SCHEMATA_LATEST, NULL, &err);
        break;
    case 2:
        s = schemata_register(cl, "s", posted, NULL, &err);
        break;
    default:
        st = schemata_test_compatibility(cl, "s", 0, posted, NULL, &report, &err);
        break;
    }
    bool failed = data[0] % 4 == 3 ? st != SCHEMATA_OK : !s;
    if (failed != (err != NULL) || (err && !*schemata_error_message(err)))
        abort();
    schemata_report_free(report);
    schemata_schema_unref(s);
    schemata_schema_unref(posted);
    schemata_client_unref(cl);
    schemata_conf_free(conf);
    schemata_error_free(err);
    return 0;
}
