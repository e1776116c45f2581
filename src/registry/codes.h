/* The error codes of the Confluent API (confluent-rest 2) and how a use case refuses with one. The
 * facade only renders them: the HTTP status is the code's first three digits. */
#ifndef SMA_REGISTRY_CODES_H
#define SMA_REGISTRY_CODES_H

#include "base/error.h"

enum sma_code {
    SMA_CODE_SUBJECT_NOT_FOUND = 40401,
    SMA_CODE_VERSION_NOT_FOUND = 40402,
    SMA_CODE_SCHEMA_NOT_FOUND = 40403,
    SMA_CODE_SUBJECT_SOFT_DELETED = 40404,
    SMA_CODE_SUBJECT_NOT_SOFT_DELETED = 40405,
    SMA_CODE_VERSION_SOFT_DELETED = 40406,
    SMA_CODE_VERSION_NOT_SOFT_DELETED = 40407,
    SMA_CODE_SUBJECT_CONFIG_NOT_FOUND = 40408,
    SMA_CODE_SUBJECT_MODE_NOT_FOUND = 40409,
    SMA_CODE_ASSOCIATION_NOT_FOUND = 40410,
    SMA_CODE_INCOMPATIBLE = 40901,
    SMA_CODE_INVALID_SCHEMA = 42201,
    SMA_CODE_INVALID_VERSION = 42202,
    SMA_CODE_INVALID_LEVEL = 42203,
    SMA_CODE_INVALID_MODE = 42204,
    SMA_CODE_NOT_PERMITTED = 42205,
    SMA_CODE_REFERENCED = 42206,
    SMA_CODE_INVALID_SUBJECT = 42208,
    SMA_CODE_TOO_LARGE = 42209,
    SMA_CODE_INVALID_RULE_SET = 42210,
    SMA_CODE_CONTEXT_NOT_EMPTY = 42211,
    SMA_CODE_BAD_REQUEST = 400,
    SMA_CODE_STORE = 50001
};

/* Writes code and message unless `err` already holds an error; `err` may be NULL. Returns the
 * status that belongs to the code's class: 404 SMA_ENOTFOUND, 409 SMA_ECONFLICT, 50x SMA_EIO, else
 * SMA_EINVAL. */
enum sma_status sma_refuse(struct sma_error *err, enum sma_code code, const char *fmt, ...)
    SMA_PRINTF(3, 4);

#endif
