#include "CProcessor.h"

#if defined(__x86_64__)
static int32_t has_avx512(void) {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw")
           && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
}
#endif

int32_t cp_supports(int32_t instruction_set) {
    switch (instruction_set) {
    case CP_SCALAR:
    case CP_BASELINE:
        return 1;
#if defined(__x86_64__)
    case CP_AVX2:
        __builtin_cpu_init();
        return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case CP_AVX512:
        __builtin_cpu_init();
        return has_avx512();
#endif
    default:
        return 0;
    }
}

int32_t cp_has_bfloat16_dot(void) {
#if defined(__x86_64__)
    __builtin_cpu_init();
    return has_avx512() && __builtin_cpu_supports("avx512bf16");
#else
    return 0;
#endif
}
