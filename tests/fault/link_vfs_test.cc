// The fault-injecting VFS is compiled into this executable: the target links no library of tests.
// With hw_fault_vfs among its libraries this file may go.
#include "tests/fault/vfs/fault_vfs.cc"  // NOLINT(bugprone-suspicious-include)
