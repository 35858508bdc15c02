// What Swift sees of C in this package: PostgreSQL's client library, and those calls of the GNU C library that the
// Swift overlay leaves out.
#include <libpq-fe.h>
#include <spawn.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>

// Hidden by the headers unless _GNU_SOURCE is defined before the first of them.
int pipe2(int ends[2], int flags);
int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
