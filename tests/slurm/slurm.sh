#!/bin/sh
# A Slurm of one node on this host, for tests: slurm.sh start DIR [CPUS] | stop DIR | install.
#
# `start` writes DIR/slurm.conf, starts munged, slurmctld and slurmd in the foreground's background and waits until the node
# is idle; use it with SLURM_CONF=DIR/slurm.conf. A requeued task may begin again once its credential has expired: five
# seconds here, two minutes otherwise. It needs root, as Slurm's own daemons do. Nothing outside DIR is changed
# but munge's key, which is made where there is none. Exit code 3: Slurm cannot be installed or run here.
set -eu

say() { echo "slurm.sh: $*" >&2; }

there() { command -v slurmctld >/dev/null && command -v slurmd >/dev/null && command -v munged >/dev/null; }

install() {
    there && return 0
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        say "no Slurm here, and no root or apt-get to install it"
        return 3
    fi
    # Tests begin together; apt-get refuses whoever comes second.
    { exec 9>"${TMPDIR:-/tmp}/affekt-apt.lock" && flock -w 240 9; } 2>/dev/null || {
        say "another script is installing"
        return 3
    }
    export DEBIAN_FRONTEND=noninteractive
    # Daemons are started by this script and not by the packages.
    if [ ! -e /usr/sbin/policy-rc.d ]; then
        printf '#!/bin/sh\nexit 101\n' >/usr/sbin/policy-rc.d
        chmod 755 /usr/sbin/policy-rc.d
        trap 'rm -f /usr/sbin/policy-rc.d' EXIT
    fi
    there || { apt-get update -qq && apt-get install -y -qq --no-install-recommends slurm-wlm munge; } >/dev/null 2>&1 || {
        say "apt-get could not install slurm-wlm and munge"
        return 3
    }
    exec 9>&-
    there || return 3
}

start() {
    dir=$1
    cpus=${2:-$(nproc)}
    install
    mkdir -p "$dir/state" "$dir/spool" "$dir/munge"
    host=$(hostname -s)
    cat >"$dir/slurm.conf" <<CONF
ClusterName=affekt-test
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$dir/munge/socket,cred_expire=5
CredType=cred/munge
MpiDefault=none
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerType=sched/backfill
SchedulerParameters=batch_sched_delay=1,sched_interval=2,sched_min_interval=500000
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
StateSaveLocation=$dir/state
SlurmdSpoolDir=$dir/spool
SlurmctldPidFile=$dir/slurmctld.pid
SlurmdPidFile=$dir/slurmd.pid
SlurmctldLogFile=$dir/slurmctld.log
SlurmdLogFile=$dir/slurmd.log
SlurmctldPort=$((20000 + $$ % 10000 * 2))
SlurmdPort=$((20001 + $$ % 10000 * 2))
ReturnToService=1
KillWait=5
MinJobAge=86400
MaxArraySize=101
JobRequeue=1
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP OverSubscribe=NO
CONF
    if [ ! -s /etc/munge/munge.key ]; then
        mkdir -p /etc/munge
        dd if=/dev/urandom of=/etc/munge/munge.key bs=1024 count=1 2>/dev/null
        chmod 400 /etc/munge/munge.key
    fi
    # The daemon insists on a key of its own user.
    cp /etc/munge/munge.key "$dir/munge/key"
    chmod 400 "$dir/munge/key"
    [ "$(id -u)" = 0 ] || {
        say "Slurm's daemons need root"
        return 3
    }
    munged --force --socket="$dir/munge/socket" --key-file="$dir/munge/key" --pid-file="$dir/munge/pid" \
        --log-file="$dir/munge/log" --seed-file="$dir/munge/seed" &&
        slurmctld -f "$dir/slurm.conf" -c && slurmd -f "$dir/slurm.conf" || {
        say "a daemon of Slurm did not start"
        stop "$dir"
        return 3
    }
    export SLURM_CONF="$dir/slurm.conf"
    for _ in $(seq 60); do
        case $(sinfo -h -o %T 2>/dev/null || true) in
        idle*) return 0 ;;
        esac
        sleep 0.5
    done
    say "the node did not come up; see $dir/slurmctld.log and $dir/slurmd.log"
    tail -n 5 "$dir/slurmctld.log" "$dir/slurmd.log" >&2 || true
    stop "$dir"
    return 3
}

stop() {
    for file in "$1/slurmd.pid" "$1/slurmctld.pid" "$1/munge/pid"; do
        [ -s "$file" ] && kill "$(cat "$file")" 2>/dev/null || true
    done
}

case ${1:-} in
install) install ;;
start) start "$2" "${3:-}" ;;
stop) stop "$2" ;;
*)
    say "usage: slurm.sh install | start DIR [CPUS] | stop DIR"
    exit 2
    ;;
esac
