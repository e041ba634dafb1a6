#!/usr/bin/env bash
# The tar of `make dist` in a clean Debian 12, with nothing installed but what its README asks for.
#
#   tools/test-dist.sh FILE.tar.gz      needs root and debootstrap
set -euo pipefail

file=$(readlink -f "$1")
work=$(mktemp -d)
root=$work/debian
trap 'umount "$root/proc" "$root/dev/pts" 2>/dev/null; rm -rf --one-file-system "$work"' EXIT

# This machine's own mirror.
mirror=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE)' | awk '$2 == "bookworm" { print $1; exit }')
debootstrap --variant=minbase bookworm "$root" "${mirror:?no mirror of bookworm}" >"$work/log" 2>&1 \
    || { tail -n 20 "$work/log"; exit 1; }
cp /etc/resolv.conf "$root/etc/resolv.conf"
# Through the same proxy as this machine, if there is one.
apt-config dump | grep -i '^Acquire::[a-z]*::Proxy' >"$root/etc/apt/apt.conf.d/90proxy" || true
mount -t proc proc "$root/proc"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -sf pts/ptmx "$root/dev/ptmx"

tar -xzf "$file" -C "$root/opt"
folder=$(basename "$file" .tar.gz)
inside() { chroot "$root" /usr/bin/env PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"; }

! inside "/opt/$folder/bin/simrun" --version >/dev/null 2>&1 \
    || echo "note: it runs without its libraries"
install=$(sed -n 's/^    apt-get install/apt-get install -y -q/p' "$root/opt/$folder/README.md")
inside env DEBIAN_FRONTEND=noninteractive sh -c "apt-get update -q && $install" >"$work/log" 2>&1 \
    || { tail -n 20 "$work/log"; exit 1; }
! inside sh -c 'command -v swift' || { echo "Swift is there"; exit 1; }

simrun=/opt/$folder/bin/simrun
inside "$simrun" --version
inside "$simrun" task pick-place --episodes 5 --clock lockstep --ci --min-success 0.6
inside "$simrun" task lift-cube --policy expert --episodes 2 --clock lockstep --ci --min-success 1
# An arm, on a terminal of the clean root's own.
inside "$simrun" servos --robot so101 --link /tmp/arm --seconds 60 >/dev/null 2>&1 &
servos=$!
for _ in $(seq 100); do [ -L "$root/tmp/arm" ] && break; sleep 0.1; done
inside "$simrun" arm scan so101 --port /tmp/arm
kill "$servos"
wait "$servos" || true
