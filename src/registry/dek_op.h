/* What the writes of the DEK registry share. Private to the files dek_*.c. */
#ifndef SMA_REGISTRY_DEK_OP_H
#define SMA_REGISTRY_DEK_OP_H

#include "registry/dek.h"
#include "registry/op.h"

/* Everything is decided in the writer: what may be done depends on rows that others may be writing
 * at this moment, and looking at them takes a few searches. */
struct sma_key_op {
    struct sma_op op;
    const void *request; /* of the kind's own type */
    sma_key_fn *fn;
    void *ctx;
    struct sma_key_result result;
    struct sma_kek kek; /* room for the result's */
    struct sma_dek dek;
    struct sma_str before; /* what was decided, and is needed, before the writer: see dek_create.c */
    struct sma_str sealed;
    struct sma_kek asked; /* the kek under which that was decided */
    struct sma_arena kept; /* of those and of the result's key_material: survives prepare */
};

/* NULL when out of memory: then fn has been called. */
struct sma_key_op *sma_key_op_new(struct sma_registry *registry, const struct sma_op_kind *kind,
                                  const void *request, sma_key_fn *fn, void *ctx);
/* Ends an operation that was not started. */
void sma_key_op_refuse(struct sma_key_op *op, enum sma_status st, const struct sma_error *err);
/* The kinds' functions. */
enum sma_status sma_key_op_prepare(struct sma_op *base, struct sma_loader *loader,
                                   struct sma_error *err);
void sma_key_op_finish(struct sma_op *base, enum sma_status st, const struct sma_error *err);

/* Inside the transaction: write the row and read it back into op->kek or op->dek, which becomes the
 * result, with the time that the record got. */
enum sma_status sma_key_put_kek(struct sma_key_op *op, struct sma_txn *txn,
                                const struct sma_kek *kek, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_key_put_dek(struct sma_key_op *op, struct sma_txn *txn,
                                const struct sma_dek *dek, struct sma_error *err) SMA_MUST_CHECK;
/* 40972 when one key more is too many. */
enum sma_status sma_key_check_room(struct sma_key_op *op, struct sma_view *view,
                                   struct sma_error *err) SMA_MUST_CHECK;

/* ---- rules ------------------------------------------------------------------------------------ */

/* 40470, 42271. */
enum sma_status sma_key_not_found(struct sma_str name, struct sma_error *err);
enum sma_status sma_key_invalid(const char *field, struct sma_error *err);
/* SMA_EBUSY: what was decided before the writer holds no more. */
enum sma_status sma_key_moved(struct sma_error *err);
/* Whether both wrap with the same key of the same service: a kek may have gone and come back as
 * another one. */
bool sma_kek_is_same_key(const struct sma_kek *a, const struct sma_kek *b);

/* 42271 `name`, `subject`. */
enum sma_status sma_kek_check_name(struct sma_str name, struct sma_error *err) SMA_MUST_CHECK;
enum sma_status sma_dek_check_subject(struct sma_str subject, struct sma_error *err) SMA_MUST_CHECK;
/* "AWS" and "aws-kms" are one service; unknown names stay as they are. */
struct sma_str sma_kek_normal_type(struct sma_str type);
/* The properties as a record keeps them: an object text, members in order. ptr NULL: no memory. */
struct sma_str sma_kek_props_text(struct sma_arena *arena, const struct sma_properties *props);

/* ---- key service (dek_seal.c) ------------------------------------------------------------------ */

/* A new key under the kek: base64 of its wrapped and its plain form, in `arena`. */
enum sma_status sma_dek_seal_new(struct sma_str *wrapped, struct sma_str *plain,
                                 const struct sma_registry *registry, struct sma_arena *arena,
                                 const struct sma_kek *kek, struct sma_str algorithm,
                                 struct sma_error *err) SMA_MUST_CHECK;
/* Base64 of the plain form of `wrapped`, and, with `again`, of that wrapped anew. is_given: the wrapped
 * key is a client's, who gets 42271 when it does not open. */
enum sma_status sma_dek_seal_open(struct sma_str *plain, struct sma_str *again,
                                  const struct sma_registry *registry, struct sma_arena *arena,
                                  const struct sma_kek *kek, struct sma_str wrapped, bool is_given,
                                  struct sma_error *err) SMA_MUST_CHECK;

#endif
