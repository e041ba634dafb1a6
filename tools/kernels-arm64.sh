#!/usr/bin/env bash
# Cross-compiles the kernels and the ray caster for arm64 and runs their NEON variants against the
# scalar reference under qemu: with Swift's clang, which builds them on such a machine, and with
# GCC. The ray caster's bits must also be those of this machine.
set -euo pipefail
cd "$(dirname "$0")/.."

out=.build/arm64
warnings=(-Wall -Wextra -Wno-unknown-pragmas -Wno-unused-function)

# build NAME PROGRAM LEAF CC CXX: Tests/CrossKernels/PROGRAM.cpp with one C++ leaf.
build() {
    local folder=$out/$1 program=$2 leaf=$3 cc=$4 cxx=$5 source objects=()
    local flags=(-O2 -ISources/CProcessor/include "-ISources/$leaf/include")
    # Clang reads the ray caster's own pragma, GCC does not.
    if [ "$leaf" = CRaycast ]; then flags+=(-ffp-contract=off); fi
    mkdir -p "$folder"
    $cc "${flags[@]}" "${warnings[@]}" -c Sources/CProcessor/processor.c -o "$folder/processor.o"
    objects=("$folder/processor.o")
    for source in "Sources/$leaf"/*.cpp "Tests/CrossKernels/$program.cpp"; do
        objects+=("$folder/$leaf-$(basename "$source" .cpp).o")
        $cxx -std=c++17 "${flags[@]}" "${warnings[@]}" -c "$source" -o "${objects[-1]}"
    done
    $cxx "${objects[@]}" -lm -o "$folder/$program"
}
emulated() { qemu-aarch64 -L /usr/aarch64-linux-gnu "$1"; }

build native raycast CRaycast clang clang++
here=$("$out/native/raycast")
for compiler in clang gcc; do
    if [ $compiler = clang ]; then
        cc="clang --target=aarch64-linux-gnu" cxx="clang++ --target=aarch64-linux-gnu"
    else
        cc=aarch64-linux-gnu-gcc cxx=aarch64-linux-gnu-g++
    fi
    echo "arm64 by $compiler:"
    build "$compiler" kernels CKernels "$cc" "$cxx"
    emulated "$out/$compiler/kernels"
    build "$compiler" raycast CRaycast "$cc" "$cxx"
    there=$(emulated "$out/$compiler/raycast")
    [ "$there" = "$here" ] || { echo "the ray caster's bits are $there, here $here"; exit 1; }
done
