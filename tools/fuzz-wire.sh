#!/usr/bin/env bash
# Fuzzes the reader of policy messages under the address sanitizer: fuzz-wire.sh [SECONDS [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
features=(-swift-version 6 -enable-upcoming-feature InternalImportsByDefault -sanitize=address -O)

swiftc "${features[@]}" -parse-as-library -module-name Diagnostics -emit-module -emit-object \
    -emit-module-path "$out/Diagnostics.swiftmodule" -o "$out/Diagnostics.o" -wmo \
    Sources/Diagnostics/*.swift
swiftc "${features[@]}" -module-name WireFuzz -I "$out" Sources/Serving/MessagePack*.swift \
    Sources/Serving/Numpy*.swift Sources/Serving/PlainText.swift Tests/WireFuzz/main.swift "$out/Diagnostics.o" -o "$out/fuzz" \
    2> >(grep -v "Cannot export local symbol" >&2)
ASAN_OPTIONS=detect_leaks=0 "$out/fuzz" "$@"
