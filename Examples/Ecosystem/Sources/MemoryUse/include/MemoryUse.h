#ifndef MEMORY_USE_H
#define MEMORY_USE_H

/// The bytes of the heap that are allocated and not freed. -1 with another C library than glibc 2.33 or later.
long heap_bytes_in_use(void);

#endif
