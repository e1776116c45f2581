/* Names: what is a legal one, and how a name and its namespace are put together. */
#ifndef SMA_CORE_AVRO_NAMES_H
#define SMA_CORE_AVRO_NAMES_H

#include "core/avro/model.h"

enum sma_avro_name_rule {
    SMA_AVRO_NAME_ASCII,  /* [A-Za-z_][A-Za-z0-9_]* */
    SMA_AVRO_NAME_UNICODE /* letters and digits of the Basic Multilingual Plane, and '_' */
};

/* What is wrong with a simple name: NULL, or "Empty name", "Illegal initial character: ",
 * "Illegal character in: ". The latter two are to be followed by the name. */
const char *sma_avro_name_problem(struct sma_str name, enum sma_avro_name_rule rule);

/* The first part of a dotted namespace that the ASCII rule refuses, into *part; NULL when all are
 * fine. */
const char *sma_avro_space_problem(struct sma_str space, struct sma_str *part);

/* Splits a written name at its last dot; without a dot the name is in `space`. The parts and the
 * full name live in `arena` or where `written` and `space` do. False when out of memory. */
bool sma_avro_name_make(struct sma_avro_name *out, struct sma_arena *arena, struct sma_str written,
                        struct sma_str space);

/* Java's Character.isLetter and isDigit for one UTF-16 unit (letters.c). */
bool sma_avro_is_letter(uint32_t codepoint);
bool sma_avro_is_digit(uint32_t codepoint);

#endif
