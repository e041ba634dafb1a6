#!/usr/bin/env bash
# Fuzzes the parsers of both servo protocols under the address sanitizer: fuzz-bus.sh [SECONDS [SEED]]
set -euo pipefail
cd "$(dirname "$0")/.."
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
features=(-swift-version 6 -enable-upcoming-feature InternalImportsByDefault -sanitize=address -O)

# The parsers need one type of Robots, and what that needs: two files.
swiftc "${features[@]}" -parse-as-library -module-name Robots -emit-module -emit-object \
    -emit-module-path "$out/Robots.swiftmodule" -o "$out/Robots.o" -wmo Sources/Robots/ServoMap.swift \
    Sources/Robots/FollowingError.swift
swiftc "${features[@]}" -module-name BusFuzz -I "$out" Sources/Bridge/Protocol/*.swift \
    Tests/BusFuzz/main.swift "$out/Robots.o" -o "$out/fuzz" \
    2> >(grep -v "Cannot export local symbol" >&2)
ASAN_OPTIONS=detect_leaks=0 "$out/fuzz" "$@"
