#!/usr/bin/env bash
# All tests that a change must pass: `make test`. Every step is named and timed; a failed step
# does not stop the others.
set -uo pipefail
cd "$(dirname "$0")/.."
source tools/steps.sh

export SIMRUN_PYTHON=$PWD/.venv/bin/python
simrun=.build/release/simrun

format() { swift format lint --strict --recursive Package.swift Sources Tests; }
build_debug() { swift build --build-tests; }
architecture() { swift test --skip-build --filter ArchitectureTests; }
# Apart, so that those which keep time do not wait for those which start programs.
timed='RuntimeTests|BridgeTests|TasksTests'
timed_tests() { swift test --skip-build --filter "$timed"; }
command_tests() { swift test --skip-build --filter '^CommandTests\.'; }
tests() {
    swift test --skip-build --skip "ArchitectureTests|PythonPolicyServerTests|CommandTests|$timed"
}
policy_server() { swift test --skip-build --filter PythonPolicyServerTests; }
training() { (cd training && "$SIMRUN_PYTHON" -m pytest -q); }
probe() {
    SIMRUN_BINARY=.build/debug/simrun "$SIMRUN_PYTHON" tools/test_simrun_probe.py && "$SIMRUN_PYTHON" tools/make_latency_traces.py --check
}
robots() { SIMRUN_BINARY=.build/release/simrun "$SIMRUN_PYTHON" tools/test_robots.py; }
bus_fuzz() { tools/fuzz-bus.sh 30; }
wire_fuzz() { tools/fuzz-wire.sh 30; }
python_package() { (cd python && "$SIMRUN_PYTHON" -m pytest -q); }
servo_masters() { "$SIMRUN_PYTHON" tools/test_servos.py "$simrun"; }
arm() { "$SIMRUN_PYTHON" tools/test_arm.py "$simrun" 2; }
benchmarks() { "$SIMRUN_PYTHON" -m pytest -q benchmarks; }
viewer() { "$SIMRUN_PYTHON" tools/test_viewer.py "$simrun"; }
build_release() { swift build -c release; }
allocations() { .build/release/simrun-bench; }

# Success over few seeds: enough to notice a broken policy, far from a measurement.
short_lockstep() {
    "$simrun" task "$1" --episodes 20 --clock lockstep --jobs 2 --ci --min-success "$2"
}
short_charged() {
    "$simrun" task "$1" --episodes 20 --clock charged --latency 6.8ms --jobs 2 --ci \
        --min-success "$2"
}
# The same command gives the same episodes to the last bit, whatever the strategy.
reproducible() {
    local strategy latency first second
    for strategy in replan chunk:4 ensemble async rtc rollforward; do
        for latency in 40ms trace:assets/latency/dp3.trace; do
            local run=("$simrun" task conveyor-pick --episodes 3 --ci --json
                --execute "$strategy" --latency "$latency")
            first=$("${run[@]}" | episodes)
            second=$("${run[@]}" --jobs 2 | episodes)
            [ -n "$first" ] && [ "$first" = "$second" ] || { echo "$strategy $latency differs"; return 1; }
        done
    done
}
# Every task's expert, in two processes, the second with Bullet's own iterations: the same bits.
solvers() {
    local task packed reference
    for task in $("$simrun" tasks --json | "$SIMRUN_PYTHON" -c \
        'import json, sys; print(*(task["name"] for task in json.load(sys.stdin)))'); do
        local run=("$simrun" task "$task" --policy expert --episodes 2 --clock lockstep --ci --json)
        packed=$("${run[@]}" | episodes)
        reference=$(SIMRUN_SOLVER=reference "${run[@]}" | episodes)
        [ -n "$packed" ] && [ "$packed" = "$reference" ] || { echo "$task differs"; return 1; }
    done
}
episodes() { "$SIMRUN_PYTHON" -c 'import json, sys; print(json.load(sys.stdin)["episodes"])'; }

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

# Others' readers find in recordings what the report says.
recordings() {
    "$simrun" task reach --episodes 100 --ci --latency 6.8ms --jobs 2 --record "$out/mcap" --json \
        >"$out/mcap.json" && "$SIMRUN_PYTHON" tools/check_recordings.py "$out/mcap.json"
}
# openpi's own client, and hostile ones beside it.
serve() { timeout 300 "$SIMRUN_PYTHON" tools/check_serve.py "$simrun"; }
remote() { timeout 300 "$SIMRUN_PYTHON" tools/check_remote.py "$simrun"; }
clients() { "$SIMRUN_PYTHON" tools/check_clients.py "$simrun" 60; }
# Outside worlds under our loop, our tasks under Gymnasium's checker.
plants() { timeout 600 "$SIMRUN_PYTHON" tools/check_plant.py "$simrun"; }
# A policy server that speaks LIBERO's keys, and ours spoken to in them.
maps() { timeout 300 "$SIMRUN_PYTHON" tools/check_maps.py "$simrun"; }
live() { "$SIMRUN_PYTHON" tools/check_live.py "$simrun"; }
why() { "$SIMRUN_PYTHON" tools/check_why.py "$simrun" conveyor-pick --target-speed 0.3; }
# The script that users copy: the second run is held against the first.
ci_example() {
    OUT=$out/first SIMRUN=$simrun examples/ci/episodes.sh pick-place 20 \
        && OUT=$out/second BASELINE=$out/first/report.json SIMRUN=$simrun \
            examples/ci/episodes.sh pick-place 20
}

# A real pair: the late run breaks the gate, the same run and other seeds do not.
gate() { "$SIMRUN_PYTHON" tools/check_gate.py "$simrun"; }
# The one-liners of docs/sweeps.md, as a reader would paste them.
queries() { "$SIMRUN_PYTHON" tools/check_queries.py "$simrun"; }

# A sweep's page in a real browser: offline, light and dark, on a desk and on a phone.
page() {
    "$simrun" sweep examples/sweeps/first.yaml --out "$out/sweep" >/dev/null \
        && "$simrun" report "$out/sweep" --out "$out/report.html" --pictures 4 --why 1 \
        && tools/test_report.py "$out/report.html"
}

step "format" format
step "build, debug" build_debug
step "architecture" architecture
step "tests" tests
step "tests of the loop, the bus and the tasks" timed_tests
step "tests of the commands" command_tests
step "policy server of openpi-client" policy_server
step "latency traces and probe" probe
step "servo parsers fuzzed, address sanitizer" bus_fuzz
step "policy messages fuzzed, address sanitizer" wire_fuzz
step "the Python package" python_package
step "benchmarks: statistics and peers" benchmarks
# A release build keeps one processor busy for most of its time.
beside "training smoke test" training
step "build, release" build_release
join
step "no allocation in the tick" allocations
step "robots of pybullet_data" robots
step "vendors' libraries on emulated servos" servo_masters
step "tasks done by an emulated arm, through bytes" arm
step "window, EGL pictures and keys under Xvfb" viewer
step "episodes, reach, lockstep" short_lockstep reach 0.9
step "episodes, pick-place, lockstep" short_lockstep pick-place 0.8
step "episodes, pick-place, 6.8 ms" short_charged pick-place 0.8
step "episodes, conveyor-pick, lockstep" short_lockstep conveyor-pick 0.8
step "episodes, track, lockstep" short_lockstep track 0.8
step "episodes, intercept, lockstep" short_lockstep intercept 0.5
step "same command, same episodes, every strategy" reproducible
step "every task's expert, by packed rows and by Bullet's iterations" solvers
step "100 recordings read by mcap" recordings
step "live, watched and attacked" live
step "served to openpi-client, and attacked" serve
step "same episodes over the wire" remote
step "16 clients at once for a minute" clients
step "outside worlds, and tasks as environments" plants
step "other conventions' keys over the wire" maps
step "why names a planted stall" why
step "examples/ci" ci_example
step "documented queries answer" queries
step "the gate and a real regression" gate
step "report in Chromium" page
finish
