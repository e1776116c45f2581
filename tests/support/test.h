/* What every unit test includes: cmocka with the headers it needs before it, in the right order. */
#ifndef SMA_TESTS_SUPPORT_TEST_H
#define SMA_TESTS_SUPPORT_TEST_H

/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
/* clang-format on */

#include "base/str.h"

/* Number of elements. */
#define SMA_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Whole file as a heap string (free it); fails the test when it cannot be read. Paths are relative
 * to the top of the tree, where `make` runs the tests. */
char *sma_test_read_file(const char *path, size_t *len);

/* Fails with both texts when they differ. */
void sma_test_same_text(const char *what, struct sma_str got, struct sma_str want);

/* The n-th allocation from now on (0: the next) of the code under test fails, the others succeed. In a
 * loop over n, a flow is done when sma_test_alloc_failed says that none had to:
 *
 *     for (long n = 0;; n++) {
 *         sma_test_fail_alloc(n);
 *         st = flow();
 *         if (!sma_test_alloc_failed()) break;   // ends the failing, too
 *         assert_int_equal(st, SMA_ENOMEM);
 *     } */
void sma_test_fail_alloc(long n);
bool sma_test_alloc_failed(void);

#endif
