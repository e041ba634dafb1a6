#!/usr/bin/env bash
# What does not fit half an hour: `make test-long`. Statistics, soak, long fuzzing.
set -uo pipefail
cd "$(dirname "$0")/.."
source tools/steps.sh

export SIMRUN_PYTHON=$PWD/.venv/bin/python
simrun=.build/release/simrun

build_release() { swift build -c release; }

# check FILE EXPRESSION: an expression over r, the report.
check() {
    "$SIMRUN_PYTHON" - "$1" "$2" <<'PYTHON'
import json, sys
r = json.load(open(sys.argv[1]))
print(r["task"], r["policy"], r["clock"], r["latency"], r["success_rate"], r["success_ci95"])
sys.exit(0 if eval("(" + sys.argv[2] + ")") else 1)
PYTHON
}
run() {
    local file=$1
    shift
    "$simrun" task "$@" --json >"$file"
}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

expert() {
    run "$out/expert-$1" "$1" --policy expert --episodes 500 --clock lockstep --jobs 2 \
        && check "$out/expert-$1" 'round(r["success_rate"] * 500) >= 495'
}
lockstep() {
    run "$out/lockstep-$1" "$1" --episodes 500 --clock lockstep --jobs 2 \
        && check "$out/lockstep-$1" "r['success_ci95'][0] >= $2"
}
charged() {
    run "$out/charged-$1" "$1" --episodes 500 --clock charged --latency 6.8ms --jobs 2 \
        && check "$out/charged-$1" \
            "r['success_rate'] >= json.load(open('$out/lockstep-$1'))['success_rate'] - 0.05"
}
blind() {
    run "$out/blind" pick-place --episodes 200 --clock lockstep --jobs 2 --cloud-seed-offset 1000 \
        && check "$out/blind" 'r["success_rate"] < 0.3'
}
late() {
    run "$out/late" pick-place --episodes 200 --clock charged --latency 400ms --jobs 2 \
        && check "$out/late" \
            "r['success_rate'] <= 0.5 * json.load(open('$out/lockstep-pick-place'))['success_rate']
                and r['success_ci95'][1] < json.load(open('$out/lockstep-pick-place'))['success_ci95'][0]
                and all(e['cause'] for e in r['episodes'] if not e['success'])"
}
under_load() {
    local busy=()
    for _ in 1 2; do
        (while :; do :; done) &
        busy+=($!)
    done
    run "$out/loaded" pick-place --episodes 20 --latency 6.8ms
    kill "${busy[@]}"
    run "$out/quiet" pick-place --episodes 20 --latency 6.8ms
    check "$out/loaded" "r['episodes'] == json.load(open('$out/quiet'))['episodes']"
}
# Ticks for long enough that a leak or a drift would show.
soak() { .build/release/simrun-bench --ticks 50000; }
fuzz() { SIMRUN_FUZZ_SCALE=50 swift test --filter 'Fuzz|SafetensorsFile|LatencyTrace|TaskFile|MessagePack'; }

step "build, release" build_release
step "expert, reach, 500 seeds" expert reach
step "expert, pick-place, 500 seeds" expert pick-place
step "policy, reach, 500 seeds" lockstep reach 0.97
step "policy, pick-place, 500 seeds" lockstep pick-place 0.90
step "policy, pick-place, 6.8 ms" charged pick-place
step "policy, reach, 6.8 ms" charged reach
step "blindfolded by another seed's cloud" blind
step "400 ms late" late
step "same episodes beside two busy loops" under_load
step "soak: 50,000 ticks without allocation" soak
step "long fuzzing" fuzz
finish
