#include "MemoryUse.h"

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
#include <malloc.h>
#endif

long heap_bytes_in_use(void) {
#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
    struct mallinfo2 information = mallinfo2();
    return (long)(information.uordblks + information.hblkhd);
#else
    return -1;
#endif
}
