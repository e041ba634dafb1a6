#!/usr/bin/env bash
# A sweep on a real Slurm of this machine: as an array, with one task killed and requeued, merged, and
# compared with the local run: identical rows. Needs root, the packages slurm-wlm, munge and sqlite3,
# and a release build. test-slurm.sh [SEEDS], 40 by default.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=${1:-40}
simrun=$PWD/.build/release/simrun
work=$(mktemp -d)
cleanup() {
    tools/slurm.sh stop "$work/slurm"
    rm -rf "$work"
}
trap cleanup EXIT

cat >"$work/sweep.yaml" <<YAML
name: on Slurm
seeds: 0 to $((seeds - 1))
tasks: [reach, conveyor-pick]
policies: [default, expert]
latencies: [free, 132 ms]
YAML

# rows DIR: everything that two runs of a sweep share, in order.
rows() { sqlite3 "$1/sweep.sqlite" 'SELECT * FROM results; SELECT * FROM success;'; }
# state JOB: that of a job or a task of an array.
state() { squeue --noheader --array --format=%T --jobs="$1" 2>/dev/null | head -1; }

echo "the local run"
"$simrun" sweep "$work/sweep.yaml" --out "$work/local" --json >"$work/local.json"

echo "the array"
settings=$(tools/slurm.sh start "$work/slurm")
eval "$settings"
"$simrun" sweep "$work/sweep.yaml" --out "$work/array" --launcher slurm --shards 4 --detach
job=$(sed 's/.*"array":\([0-9]*\).*/\1/' "$work/array/slurm.json")

echo "task ${job}_1 is killed in its work, and requeued"
for _ in $(seq 600); do
    done_there=$(sed 's/.*"done":\([0-9]*\).*/\1/' "$work/array/shards/001-of-004.json" 2>/dev/null || echo 0)
    [ "${done_there:-0}" -ge 1 ] && break
    sleep 0.1
done
[ "$(state "${job}_1")" = RUNNING ] || { echo "task 1 is not running"; exit 1; }
scontrol requeue "${job}_1"
before=$(sqlite3 "$work/array/shards/001-of-004.sqlite" 'SELECT count(*) FROM episodes')
echo "it had $before episodes of $((2 * seeds))"
[ "$before" -lt $((2 * seeds)) ] || { echo "it had ended already"; exit 1; }

# The same command waits for the array and its merge. Slurm holds a requeued task for two minutes.
timeout 900 "$simrun" sweep "$work/sweep.yaml" --out "$work/array" --launcher slurm --json >"$work/array.json"
grep -q "Restarts=1" <(scontrol show job "${job}_1") || { echo "task 1 was not requeued"; exit 1; }

rows "$work/local" >"$work/local.rows"
rows "$work/array" >"$work/array.rows"
diff "$work/local.rows" "$work/array.rows"
diff "$work/local.json" "$work/array.json"
count=$(sqlite3 "$work/array/sweep.sqlite" 'SELECT count(*) FROM episodes')
[ "$count" -eq $((8 * seeds)) ] || { echo "$count episodes"; exit 1; }
[ -s "$work/array/logs/merge.log" ] || { echo "the merge did not run by itself"; exit 1; }
echo "$count episodes, row for row as the local run's"
