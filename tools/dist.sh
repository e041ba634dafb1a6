#!/usr/bin/env bash
# A tar of simrun for computers without Swift: `make dist`. The Swift runtime is linked in; the Debian
# libraries that stay outside stand in the tar's README.
#
#   tools/dist.sh [FOLDER]     writes FOLDER/simrun-VERSION-MACHINE.tar.gz (dist by default)
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-dist}
# A build folder of its own: another way of linking would make `make run` build again.
scratch=.build/dist
swift build -c release --product simrun --static-swift-stdlib --scratch-path "$scratch" >&2
program=$scratch/release/simrun
version=$("$program" --version)
name=simrun-$version-$(uname -m)

# The Debian package of each library that the program names itself; theirs follow by themselves.
packages=$(
    readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | while read -r library; do
        path=$(ldd "$program" | awk -v name="$library" '$1 == name { print $3 }')
        [ -n "$path" ] || continue
        dpkg-query -S "$(readlink -f "$path")" "$path" 2>/dev/null | head -n 1 | cut -d: -f1
    done | sort -u
)
[ -n "$packages" ] || { echo "no package owns the libraries of $program" >&2; exit 1; }
if readelf -d "$program" | grep -q 'NEEDED.*libswift'; then
    echo "$program still needs Swift's own libraries" >&2
    exit 1
fi

stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
root=$stage/$name
mkdir -p "$root/bin" "$root/assets" "$out"
install -s -m 755 "$program" "$root/bin/simrun"
cp -r robots tasks examples docs "$root"
cp -r assets/policies assets/latency "$root/assets"
cp LICENSE CHANGELOG.md "$root"
cat >"$root/README.md" <<README
# simrun $version

A robotics policy runtime: this folder runs on Debian 12 ($(uname -m)) without Swift. It needs these
libraries of Debian's:

    apt-get install --no-install-recommends $(echo $packages)

Optional: ffmpeg for videos, libglfw3 for the window, libegl1 and libgl1-mesa-dri for pictures without one.

    bin/simrun task pick-place --episodes 10
    bin/simrun task lift-cube --policy expert
    bin/simrun arm scan so101 --port /dev/ttyACM0

The program finds robots, tasks and policies in the folder above its own, or in SIMRUN_HOME. docs/ has the
pages; docs/real-arm.md is the one on arms.
README

tar --sort=name --owner=0 --group=0 --numeric-owner -C "$stage" -czf "$stage/whole.tar.gz" "$name"
# Whole or not at all.
mv "$stage/whole.tar.gz" "$out/.$name.partial"
mv "$out/.$name.partial" "$out/$name.tar.gz"
echo "$out/$name.tar.gz"
