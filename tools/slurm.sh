#!/usr/bin/env bash
# A Slurm of one node on this machine, for tests: slurm.sh start DIRECTORY | stop DIRECTORY
#
# Needs the packages slurm-wlm and munge, and root. Everything it writes lies in DIRECTORY, but for
# munge's key and socket, which are the machine's; `start` prints the line that sets SLURM_CONF.
set -euo pipefail

usage() { echo "usage: slurm.sh start DIRECTORY | stop DIRECTORY" >&2; exit 2; }
[ $# -eq 2 ] || usage
action=$1
directory=$2

start_munge() {
    if munge -n 2>/dev/null | unmunge >/dev/null 2>&1; then return; fi
    install -d -m 700 -o munge -g munge /etc/munge /var/lib/munge /var/log/munge
    install -d -m 755 -o munge -g munge /run/munge
    if [ ! -s /etc/munge/munge.key ]; then
        (umask 077 && head -c 1024 /dev/urandom >/etc/munge/munge.key)
        chown munge:munge /etc/munge/munge.key
    fi
    runuser -u munge -- /usr/sbin/munged
    # Ours to stop.
    cp /run/munge/munged.pid "$directory/munged.pid"
}

configuration() {
    local host
    host=$(hostname -s)
    cat <<CONF
ClusterName=simrun
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
SlurmctldPidFile=$directory/slurmctld.pid
SlurmdPidFile=$directory/slurmd.pid
SlurmctldLogFile=$directory/slurmctld.log
SlurmdLogFile=$directory/slurmd.log
StateSaveLocation=$directory/state
SlurmdSpoolDir=$directory/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MpiDefault=none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
ReturnToService=2
KillWait=5
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) State=UNKNOWN
PartitionName=all Nodes=$host Default=YES State=UP
CONF
}

start() {
    mkdir -p "$directory/state" "$directory/spool"
    directory=$(cd "$directory" && pwd)
    start_munge
    configuration >"$directory/slurm.conf"
    export SLURM_CONF=$directory/slurm.conf
    slurmctld -c
    slurmd -c
    for _ in $(seq 100); do
        if sinfo --noheader --format=%T 2>/dev/null | grep -q idle; then
            echo "export SLURM_CONF=$SLURM_CONF"
            return
        fi
        sleep 0.2
    done
    echo "Slurm did not become idle; logs in $directory" >&2
    exit 1
}

# Ends what the pid files name, and nothing else.
stop() {
    local daemon pid
    for daemon in slurmd slurmctld munged; do
        [ -s "$directory/$daemon.pid" ] || continue
        pid=$(cat "$directory/$daemon.pid")
        kill "$pid" 2>/dev/null || true
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.2
        done
    done
}

case $action in
start) start ;;
stop) stop ;;
*) usage ;;
esac
