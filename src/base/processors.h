/* How many processors this process may use. */
#ifndef SMA_BASE_PROCESSORS_H
#define SMA_BASE_PROCESSORS_H

/* At least 1. What the scheduler lets us use (taskset, container cpusets), not what the machine
 * has: two event loops on one processor would only take turns. */
unsigned sma_processors(void);

#endif
