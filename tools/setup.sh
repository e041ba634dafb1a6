#!/usr/bin/env bash
# Installs the Debian packages that simrun builds and runs with, and those named on the command
# line as PACKAGE:WHY. Does nothing when all are there.
set -euo pipefail

# package: why
packages=(
    "libbullet-dev:rigid-body physics"
    "libeigen3-dev:inverse kinematics and inertia axes"
    "liburdfdom-dev:reading URDF robots"
    "libassimp-dev:reading their meshes"
    "libhdf5-dev:demonstration files"
    "zlib1g-dev:checksums of recordings"
    "libpng-dev:pictures in recordings"
    "libjpeg-dev:pictures of a real arm's cameras"
    "libsqlite3-dev:results of sweeps"
    "libssl-dev:SHA-256 of the files a result rests on"
    "pkg-config:finding the libraries"
    "ffmpeg:videos and pictures"
    "$@"
)

missing=()
reasons=()
for entry in "${packages[@]}"; do
    name=${entry%%:*}
    if ! dpkg-query -W -f='${Status}' "$name" 2>/dev/null | grep -q "install ok installed"; then
        missing+=("$name")
        reasons+=("  $name: ${entry#*:}")
    fi
done

if [ ${#missing[@]} -gt 0 ]; then
    echo "simrun needs these Debian packages:"
    printf '%s\n' "${reasons[@]}"
    elevate=()
    if [ "$(id -u)" -ne 0 ]; then
        elevate=(sudo)
        if [ "${ASSUME_YES:-0}" != 1 ]; then
            read -r -p "Install them with sudo? [y/N] " answer
            [[ $answer =~ ^[Yy] ]] || { echo "Nothing installed." >&2; exit 2; }
        fi
    fi
    "${elevate[@]}" apt-get update -q
    "${elevate[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

if ! command -v swift >/dev/null; then
    echo "Swift 6.2 or newer must be on PATH: https://www.swift.org/install/linux" >&2
    exit 2
fi
