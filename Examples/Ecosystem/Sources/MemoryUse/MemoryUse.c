#include "MemoryUse.h"

#if defined(__linux__)
#include <features.h>
#endif

#if defined(__GLIBC__)
#if __GLIBC_PREREQ(2, 33)
#include <malloc.h>
#define HAS_MALLINFO2
#endif
#endif

long heap_bytes_in_use(void) {
#if defined(HAS_MALLINFO2)
    struct mallinfo2 information = mallinfo2();
    return (long)(information.uordblks + information.hblkhd);
#else
    return -1;
#endif
}
