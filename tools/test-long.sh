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
# under_load TASK STRATEGY LATENCY: two busy loops beside it change no bit.
under_load() {
    local busy=() flags=(--episodes 10 --execute "$2" --latency "$3")
    for _ in 1 2; do
        (while :; do :; done) &
        busy+=($!)
    done
    run "$out/loaded" "$1" "${flags[@]}"
    kill "${busy[@]}"
    run "$out/quiet" "$1" "${flags[@]}"
    check "$out/loaded" "r['episodes'] == json.load(open('$out/quiet'))['episodes']"
}
every_strategy_under_load() {
    local strategy
    under_load pick-place replan 6.8ms || return 1
    for strategy in replan chunk:4 ensemble async rtc rollforward; do
        under_load conveyor-pick "$strategy" 40ms || return 1
        under_load conveyor-pick "$strategy" trace:assets/latency/dp3.trace || return 1
    done
}
# The wall clock at 60 Hz: what is missed was stolen; and its trace replays to the same success.
wall() {
    run "$out/wall" pick-place --episodes 300 --clock wall --save-latency "$out/wall.trace" \
        && check "$out/wall" 'r["ticks"] >= 10000 and r["deadline_misses"] - r["stolen_misses"] <= 3' \
        && run "$out/replay" pick-place --episodes 300 --latency "trace:$out/wall.trace" --jobs 2 \
        && check "$out/replay" \
            "abs(r['success_rate'] - json.load(open('$out/wall'))['success_rate']) <= 0.05"
}
# Experts of the moving tasks: 0.9 and more in time, under 0.5 at 132 ms.
moving_expert() {
    run "$out/expert-$1" "$1" --policy expert --episodes 200 --clock lockstep --until time-limit --jobs 2 \
        && check "$out/expert-$1" 'round(r["success_rate"] * 200) >= 194
            and sum(1 for e in r["episodes"] if e["success_once"] and not e["steady"]) <= 2' \
        && run "$out/expert-late-$1" "$1" --policy expert --episodes 100 --latency 132ms --jobs 2 \
        && check "$out/expert-late-$1" 'r["success_rate"] < 0.5'
}
# Experts of the suites: 194 of 200, steady in all but 2, and the same states in another process.
suite_expert() {
    run "$out/expert-$1" "$1" --policy expert --episodes 200 --clock lockstep --jobs 2 \
        && check "$out/expert-$1" 'round(r["success_rate"] * 200) >= 194
            and sum(1 for e in r["episodes"] if e["success_once"] and not e["steady"]) <= 2' \
        && run "$out/again-$1" "$1" --policy expert --episodes 10 --clock lockstep \
        && check "$out/again-$1" \
            "r['episodes'] == json.load(open('$out/expert-$1'))['episodes'][:10]"
}
moving_policy() {
    run "$out/policy-$1" "$1" --episodes 200 --clock lockstep --jobs 2 \
        && check "$out/policy-$1" "r['success_rate'] >= $2"
}
# NEON against the reference; the ray caster's bits on another machine.
arm64() { tools/kernels-arm64.sh; }
# Ticks for long enough that a leak or a drift would show.
soak() { .build/release/simrun-bench --ticks 50000; }
fuzz() { SIMRUN_FUZZ_SCALE=50 swift test --filter 'Fuzz|SafetensorsFile|LatencyTrace|TaskFile|MessagePack'; }

# Every instruction set passes the tests that the widest passes.
instruction_set() {
    swift build --build-tests && SIMRUN_ISA=$1 swift test --skip-build --skip ArchitectureTests
}
# sanitized NAME: the tests in a build of its own. Leaks are not looked for: the sanitizer takes what
# a Swift global alone refers to for lost.
sanitized() {
    local options=(--sanitize="$1" --scratch-path ".build/$1")
    swift build --build-tests "${options[@]}" \
        && ASAN_OPTIONS=detect_leaks=0 TSAN_OPTIONS=halt_on_error=1 swift test --skip-build \
            "${options[@]}" --skip 'ArchitectureTests|CommandTests|PythonPolicyServerTests'
}

bus_fuzz() { tools/fuzz-bus.sh 300; }
wire_fuzz() { tools/fuzz-wire.sh 300; }
# Broken frames against a living server, in the build of "address sanitizer".
server_fuzz() {
    SIMRUN_FUZZ_SECONDS=300 ASAN_OPTIONS=detect_leaks=0 swift test --skip-build --sanitize=address \
        --scratch-path .build/address --filter ServerFuzzTests
}
# 16 clients at once for ten minutes: memory stays, nobody is starved or answered in another's place.
clients() { "$SIMRUN_PYTHON" tools/check_clients.py "$simrun" 600; }
# Meta-World's experts on eight tasks: lockstep through our loop is its own loop, to the last bit.
metaworld() {
    "$SIMRUN_PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps \
        -r training/requirements-worlds.txt \
        && "$SIMRUN_PYTHON" tools/check_metaworld.py "$simrun"
}
# An arm whose loop is killed stops within 150 ms, on both buses.
killed_arm() {
    SIMRUN_STOPS_WITHIN=0.15 SIMRUN_BINARY=$PWD/$simrun swift test --skip-build \
        --filter 'ArmCommandTests.*killed'
}
# Ten minutes at 100 Hz on six emulated servos; and with a tenth of their answers lost.
arm_soak() { "$SIMRUN_PYTHON" tools/soak_arm.py "$simrun" 600 "$1"; }
# The tar of `make dist` in a clean Debian.
dist() {
    tools/dist.sh "$out/dist" && sudo_if_needed tools/test-dist.sh "$out"/dist/*.tar.gz
}
sudo_if_needed() { if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi; }
# Tasks through bytes, on both arms: `make test` has two episodes of each.
arm() { "$SIMRUN_PYTHON" tools/test_arm.py "$simrun" 20; }

# Ours, PyTorch and ONNX Runtime give the same plans; one round, so no figures to keep.
peers() {
    "$SIMRUN_PYTHON" -m pip install --quiet --disable-pip-version-check -r training/requirements-peers.txt \
        && "$SIMRUN_PYTHON" benchmarks/peers.py --rounds 1 --slice 0.05 --no-compile
}
# MP1, FlowPolicy, DP3 and Simple DP3 at full width: written, converted, sampled, held against PyTorch.
full_width() {
    (cd training && "$SIMRUN_PYTHON" -m simrun_training.full_width --simrun "../$simrun")
}
# LeRobot's own reader finds in an export what was recorded. 200 MB of packages, hence here.
lerobot() {
    "$SIMRUN_PYTHON" -m pip install --quiet --disable-pip-version-check --no-deps \
        --target "$out/lerobot" -r training/requirements-lerobot.txt || return 1
    "$simrun" task reach --episodes 3 --ci --latency 6.8ms --record "$out/recorded" >/dev/null \
        && "$simrun" export "$out"/recorded/*.mcap --to hdf5 --out "$out/demos.hdf5" \
        && "$simrun" export "$out"/recorded/*.mcap --to lerobot --out "$out/dataset" \
        && HF_HOME=$out/huggingface PYTHONPATH=$out/lerobot "$SIMRUN_PYTHON" \
            training/check_lerobot.py "$out/demos.hdf5" "$out/dataset"
}
# A sweep as an array of a Slurm on this machine, with a task killed and requeued, is the local run.
slurm() { tools/test-slurm.sh; }
# A sweep killed at ten random points ends with the rows of one that was not.
killed_sweep() { SIMRUN_KILLS=10 SIMRUN_BINARY=$PWD/$simrun swift test --skip-build --filter 'SweepCommandTests'; }
# Every case of the bench runs.
bench() { "$simrun" bench --seconds 0.1; }

step "build, release" build_release
step "kernels on arm64, under qemu" arm64
for set in scalar sse2 avx2; do
    step "all tests, $set" instruction_set "$set"
done
step "address sanitizer" sanitized address
step "thread sanitizer" sanitized thread
step "expert, reach, 500 seeds" expert reach
step "expert, pick-place, 500 seeds" expert pick-place
step "policy, reach, 500 seeds" lockstep reach 0.97
step "policy, pick-place, 500 seeds" lockstep pick-place 0.90
step "policy, pick-place, 6.8 ms" charged pick-place
step "policy, reach, 6.8 ms" charged reach
step "blindfolded by another seed's cloud" blind
step "400 ms late" late
step "same episodes beside two busy loops, every strategy" every_strategy_under_load
for task in conveyor-pick track intercept; do
    step "expert, $task, in time and 132 ms late" moving_expert "$task"
done
for task in lift-cube push door-open drawer-open drawer-close button-press-topdown peg-insert-side \
    window-open window-close assembly hammer shelf-place stick-push sweep-into disassemble \
    spoon-on-towel carrot-on-plate stack-blocks eggplant-in-basket language; do
    step "expert, $task, 200 seeds" suite_expert "$task"
done
step "policy, conveyor-pick, 200 seeds" moving_policy conveyor-pick 0.9
step "policy, track, 200 seeds" moving_policy track 0.9
step "policy, intercept, 200 seeds" moving_policy intercept 0.5
step "wall clock, and its trace replayed" wall
step "soak: 50,000 ticks without allocation" soak
step "the same plans as PyTorch and ONNX Runtime" peers
step "the original networks at full width" full_width
step "an export read by lerobot" lerobot
step "a sweep on Slurm" slurm
step "a sweep killed ten times" killed_sweep
step "every case of the bench" bench
step "long fuzzing" fuzz
step "an arm whose loop is killed" killed_arm
step "tasks done by an emulated arm, 20 episodes" arm
step "an emulated arm at 100 Hz for 10 minutes" arm_soak 0
step "the same, a tenth of the answers lost" arm_soak 0.1
step "make dist in a clean Debian" dist
step "servo parsers fuzzed for 5 minutes" bus_fuzz
step "policy messages fuzzed for 5 minutes" wire_fuzz
step "a policy server fuzzed for 5 minutes, address sanitizer" server_fuzz
step "16 clients at once for 10 minutes" clients
step "Meta-World through simrun plant" metaworld
finish
