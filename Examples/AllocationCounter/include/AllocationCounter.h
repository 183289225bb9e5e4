#ifndef ALLOCATION_COUNTER_H
#define ALLOCATION_COUNTER_H

/// How many blocks of memory this process has asked for so far; -1 where they are not counted.
long allocation_count(void);

#endif
