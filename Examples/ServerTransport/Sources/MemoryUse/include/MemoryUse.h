#ifndef MEMORY_USE_H
#define MEMORY_USE_H

/// The bytes of the heap that are allocated and not freed. -1 with another C library than glibc 2.33 or later.
long heap_bytes_in_use(void);

/// Returns free memory of the heap to the system, where the C library can.
void trim_heap(void);

#endif
