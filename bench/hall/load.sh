#!/usr/bin/env bash
# The whole hall under load, with the programs as they are installed: one server, one journal, imaginary candidates on
# TLS 1.3 with client certificates, each on a connection of his own, all answering from the same second on.
#   bench/hall/load.sh [--candidates N] [--rounds N] [--pace SECONDS] [--seconds N] [--bin DIR] [--json]
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
candidates=500 rounds=1 pace=0 seconds=60 bin=$root/build/release/bin json=no
while [ $# -gt 0 ]; do
  case "$1" in
    --candidates) candidates=${2:?}; shift ;;
    --rounds) rounds=${2:?}; shift ;;
    --pace) pace=${2:?}; shift ;;
    --seconds) seconds=${2:?}; shift ;;
    --bin) bin=$(realpath "${2:?}"); shift ;;
    --json) json=yes ;;
    -h|--help) sed -n '2,4p' "${BASH_SOURCE[0]}" | sed 's/^# \{0,1\}//'; exit 0 ;;
    *) echo "load: unknown option '$1'" >&2; exit 2 ;;
  esac
  shift
done
run=$(mktemp -d "${TMPDIR:-/tmp}/papervault-load.XXXXXX")
pids=()
cleanup() {
  local status=$?
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  wait 2>/dev/null || true
  if [ $status -eq 0 ]; then rm -rf "$run"; else echo "load: everything is left in $run" >&2; fi
}
trap cleanup EXIT
say() { echo "$*" >&2; }
pv() { "$bin/papervault" "$@"; }
pvs() { "$bin/papervault-server" "$@"; }
ctl() { pvs hall ctl --dir "$run/hall" "$@"; }
field() { { grep -o "\"$1\":\"\{0,1\}[^\",}]*" || true; } | head -n 1 | sed 's/^"[^"]*":"\{0,1\}//'; }
at() { date -u -d "@$1" +%Y-%m-%dT%H:%M:%S.000Z; }
cpu_seconds() { # user and system time of a process so far
  awk -v tick="$(getconf CLK_TCK)" '{ sub(/^.*\) /, ""); printf "%.2f", ($12 + $13) / tick }' "/proc/$1/stat"
}
memory_mib() { awk '/VmHWM/ { printf "%.0f", $2 / 1024 }' "/proc/$1/status"; }

# ---- an office, a draw, a sealed package ----------------------------------------------------------------------------
sample=$root/vault/samples/chemical-operator-4
for who in chen lin wang zhao fa g1 g2 c1 c2 j1 j2; do
  pv identity key-file --out "$run/$who.key" >/dev/null
  pv identity new --name "$who" --out "$run/$who.pvid" --key-file "$run/$who.key" >/dev/null
done
as() { echo "--as $run/$1.pvid --key-file $run/$1.key"; }
card() { echo "$run/$1.card.json"; }
v() { local who=$1; shift; pv "$@" --vault "$run/vault" $(as "$who"); }
pv init --vault "$run/vault" --name load $(as chen) --officer "$(card chen)=manager,key_keeper" --officer "$(card lin)=manager" \
  --officer "$(card wang)=sealer,key_keeper" --officer "$(card zhao)=sealer" --officer "$(card fa)=releaser" \
  --officer "$(card g1)=grader" --officer "$(card g2)=grader" >/dev/null
v chen bank specification "$sample/specification.csv" >/dev/null
v chen bank import "$sample/items.jsonl" >/dev/null
draw=$(v chen --json draw open --blueprint "$sample/blueprint.json" --officer "$(card chen)" --officer "$(card lin)" | field draw)
for who in chen lin; do v $who draw commit --draw "$draw" --secret "$run/$who.secret" >/dev/null; done
for who in chen lin; do v $who draw reveal --draw "$draw" --secret "$run/$who.secret" >/dev/null; done
v chen draw run --draw "$draw" >/dev/null
pvs hall init --dir "$run/hall" --name load --hall-port 0 --enrol-port 0 --seats "$candidates" >/dev/null
pvs hall staff --dir "$run/hall" --name chief >/dev/null
pvs hall witness --dir "$run/hall" --card "$(card j1)" "$(card j2)" >/dev/null
now=$(date +%s)
opens=$((now + 5)) starts=$((now + 20 + candidates / 10)) ; ends=$((starts + seconds))
cat >"$run/batch.json" <<JSON
{"id":"LOAD-$now","occupation":"load","occupation_code":"0-00","level":4,"subject":"load","title":"load","site":"load","hall":"load",
 "opens_at":"$(at $opens)","starts_at":"$(at $starts)","ends_at":"$(at $ends)","expires_at":"$(at $((ends + 3600)))","rehearsal":true,
 "policy":{"late_entry_until_seconds":$seconds,"hand_in_from_before_end_seconds":$seconds,"reminders_seconds":[],"candidates_max":$candidates}}
JSON
{
  echo "ticket,name,id_tail,seat"
  for n in $(seq 1 "$candidates"); do printf 'LOAD%06d,candidate %d,0000,%d\n' "$n" "$n" "$n"; done
} >"$run/roster.csv"
v chen batch create --batch "$run/batch.json" --roster "$run/roster.csv" >/dev/null
v chen rehearsal plan --batch "LOAD-$now" --draw "$draw" --seed 20261121 --out "$run/plan.jsonl" >/dev/null
package=$(v wang --json package seal --batch "LOAD-$now" --draw "$draw" --hall "$run/hall/hall.card.json" --custodian "$(card c1)" --custodian "$(card c2)" \
  --grader "$(card g1)" --grader "$(card g2)" --second-sealer "$(card zhao)" --out "$run/paper.draft" | field package)
v zhao package countersign --draft "$run/paper.draft" --out "$run/paper.pvp" >/dev/null
pv handover give $(as wang) --package "$run/paper.pvp" --to "$run/hall/hall.card.json" --out "$run/handover.json" >/dev/null
pvs hall take-in --dir "$run/hall" --package "$run/paper.pvp" --handover "$run/handover.json" >/dev/null 2>"$run/take-in.log"

# ---- the hall and its kiosks ------------------------------------------------------------------------------------------
"$bin/papervault-server" hall serve --dir "$run/hall" >"$run/hall.log" 2>&1 &
hall=$!
pids+=("$hall")
for _ in $(seq 1 100); do [ ! -s "$run/hall/run.json" ] || break; sleep 0.1; done
hall_port=$(field hall_port <"$run/hall/run.json") enrol_port=$(field enrolment_port <"$run/hall/run.json")
say "load: $candidates kiosks enrol"
enrolment_began=$(date +%s%N)
"$bin/papervault-kiosk" headless --hall "127.0.0.1:$hall_port" --enrol "127.0.0.1:$enrol_port" --plan "$run/plan.jsonl" --seats "1-$candidates" \
  --state "$run/kiosks" --codes-out "$run/codes.csv" --pace "$pace" --rounds "$rounds" --json >"$run/kiosks.json" 2>"$run/kiosks.log" &
kiosks=$!
pids+=("$kiosks")
for _ in $(seq 1 600); do
  [ ! -e "$run/codes.csv" ] || [ "$(grep -c '^[0-9]' "$run/codes.csv")" -lt "$candidates" ] || break
  kill -0 "$kiosks" 2>/dev/null || { cat "$run/kiosks.log" >&2; exit 1; }
  sleep 0.1
done
grep '^[0-9]' "$run/codes.csv" >"$run/codes.list"
[ "$(wc -l <"$run/codes.list")" -eq "$candidates" ] || { echo "load: only $(wc -l <"$run/codes.list") kiosks enrolled" >&2; exit 1; }
ctl confirm --file "$run/codes.list" >"$run/confirm.log" 2>&1 || { tail -n 5 "$run/confirm.log" >&2; exit 1; }
enrolment_ms=$((($(date +%s%N) - enrolment_began) / 1000000))
for who in j1 j2; do ctl inspect $(as $who) --confirm >/dev/null; done
while [ "$(date +%s)" -lt "$opens" ]; do sleep 0.2; done
for who in c1 c2; do
  pv custody give $(as $who) --package "$run/paper.pvp" --to "$run/hall/hall.card.json" --out "$run/$who.share" >/dev/null
  ctl share --file "$run/$who.share" >/dev/null
done
v fa release --package "$package" --out "$run/release.json" >/dev/null
ctl release --file "$run/release.json" >/dev/null
ctl open >/dev/null
[ "$(date +%s)" -lt "$starts" ] || say "load: enrolment took longer than planned; some candidates come late"
while [ "$(date +%s)" -lt "$starts" ]; do sleep 0.1; done
cpu_before=$(cpu_seconds $hall)
say "load: everybody answers"
wait "$kiosks" || { tail -n 5 "$run/kiosks.log" >&2; exit 1; }
cpu_after=$(cpu_seconds $hall)
memory=$(memory_mib $hall)
saved=$(ctl status --json | field answers_saved)
kill "$hall"; wait "$hall" 2>/dev/null || true
pvs hall verify --dir "$run/hall" >"$run/verify.log" || { cat "$run/verify.log" >&2; exit 1; }
line="{\"candidates\":$candidates,\"rounds\":$rounds,\"pace_seconds\":$pace,\"enrolment_ms\":$enrolment_ms,\"hall_cpu_seconds\":$(awk "BEGIN { printf \"%.2f\", $cpu_after - $cpu_before }"),\"hall_memory_mib\":$memory,\"answers_in_journal\":$saved,\"kiosks\":$(tail -n 1 "$run/kiosks.json" | sed 's/"candidates":\[.*//; s/,$/}/')}"
if [ "$json" = yes ]; then echo "$line"; else echo "$line" | tr ',' '\n'; fi
