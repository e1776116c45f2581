/* What a key service must provide. A new one: a file with one constant `struct sma_kms_ops`, and a
 * line in the array of kms.c. */
#ifndef SMA_KMS_SERVICE_H
#define SMA_KMS_SERVICE_H

#include "kms/kms.h"

struct sma_kms_call {
    const struct sma_kms *kms;
    const struct sma_kms_props *props; /* the kek's over the owner's */
    struct sma_str key_id;
};

struct sma_kms_ops {
    const char *type; /* kmsType */
    /* Must, both. As sma_kms_wrap and sma_kms_unwrap; on failure `out` is as before. */
    enum sma_status (*wrap)(struct sma_buf *out, const struct sma_kms_call *call,
                            struct sma_str plain, struct sma_error *err);
    enum sma_status (*unwrap)(struct sma_buf *out, const struct sma_kms_call *call,
                              struct sma_str wrapped, struct sma_error *err);
};

extern const struct sma_kms_ops sma_kms_local, sma_kms_hcvault;

#endif
