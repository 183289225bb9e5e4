#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// Returns the number of memory allocations of this process so far; -1 where they are not counted.
long allocation_count(void);

#endif
