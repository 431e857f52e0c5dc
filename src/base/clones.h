// HW_CLONES: compiles a function once for each generation of x86-64 (AVX-512, AVX2, any) and takes
// the best that the processor has when the program starts. For loops over columns that the compiler
// vectorizes; what they call must be inlined. Nothing where that is not possible: sanitizers,
// other processors, other compilers.
#pragma once

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && \
    !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define HW_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HW_CLONES
#endif
