/* Closing with care. When a connection is closed while the client still sends (a body that was
 * refused, a header beyond the library's memory), the kernel answers the rest with a reset, and a
 * reset makes the client's system discard the answer it has not read yet. So the socket is kept
 * half-open and read for a short while. */
#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "http/loop.h"

#define LINGER_MS 2000u
#define READS_PER_TURN 16

/* True when the socket has nothing more to give. */
static bool read_away(int fd)
{
    char scratch[16384];
    for (int i = 0; i < READS_PER_TURN; i++) {
        ssize_t n = recv(fd, scratch, sizeof scratch, MSG_DONTWAIT);
        if (n == 0)
            return true;
        if (n < 0)
            return errno != EAGAIN && errno != EINTR;
    }
    return false;
}

void sma_http_linger(struct sma_http_conn *conn)
{
    struct sma_http_loop *loop = conn->loop;
    if (conn->is_whole || conn->is_killed || loop->lingering_count == SMA_HTTP_LINGERING_MAX)
        return;
    /* The library closes its own descriptor; ours keeps the connection. */
    int fd = fcntl(conn->fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0)
        return;
    shutdown(fd, SHUT_WR);
    if (read_away(fd))
        close(fd);
    else
        loop->lingering[loop->lingering_count++] =
            (struct sma_http_lingering){fd, loop->now_ms + LINGER_MS};
}

void sma_http_linger_turn(struct sma_http_loop *loop)
{
    for (size_t i = 0; i < loop->lingering_count;) {
        struct sma_http_lingering *at = &loop->lingering[i];
        if (read_away(at->fd) || loop->now_ms >= at->until_ms) {
            close(at->fd);
            *at = loop->lingering[--loop->lingering_count];
        } else {
            i++;
        }
    }
}

void sma_http_linger_fini(struct sma_http_loop *loop)
{
    while (loop->lingering_count)
        close(loop->lingering[--loop->lingering_count].fd);
}
