/* Loading libcurl when it is first needed. */
#ifndef SMA_LIBCURL_LOAD_H
#define SMA_LIBCURL_LOAD_H

#include "base/error.h"

/* Call it before anything of the C client that makes requests. SMA_EUNSUPPORTED when the library is
 * not on the machine. Any thread, any number of times. */
enum sma_status sma_curl_load(struct sma_error *err) SMA_MUST_CHECK;

#endif
