/* Ctrl-C (and SIGTERM): at once, or after the item under way. The only state of the program that is
 * global: a signal handler can reach nothing else. */
#ifndef SMA_CLI_INTERRUPT_H
#define SMA_CLI_INTERRUPT_H

#include <stdbool.h>

/* From here on Ctrl-C ends the program with status 130, unless something asked for grace before. */
void sma_interrupt_at_once(void);
/* From here on the first Ctrl-C is only remembered, and said on stderr; the second ends the program.
 * For work that must finish an item or put something back. */
void sma_interrupt_gracefully(void);
/* Whether the first one has come. */
bool sma_interrupted(void);

#endif
