#!/usr/bin/env bash
# The kiosk's real window under a virtual display: it shows a page without a hall, refuses a watched start, and stops when told. 77: skipped.
set -euo pipefail
kiosk=$1
for tool in Xvfb dbus-run-session import identify; do
  command -v "$tool" >/dev/null || { echo "SKIPPED: $tool is missing, the kiosk's window is NOT TESTED"; exit 77; }
done
folder=$(mktemp -d)
pids=()
cleanup() { for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done; wait 2>/dev/null || true; rm -rf "$folder"; }
trap cleanup EXIT
# The kiosk forbids that its memory is read, which the leak check needs.
export ASAN_OPTIONS=detect_leaks=0 GSK_RENDERER=cairo GDK_DEBUG=gl-disable NO_AT_BRIDGE=1 LC_ALL=C.UTF-8
run=("$kiosk" window --hall 127.0.0.1:1 --enrol 127.0.0.1:1 --seat 7 --state "$folder/state")

status=0
WEBKIT_INSPECTOR_SERVER=127.0.0.1:1 "${run[@]}" 2>"$folder/refused" || status=$?
[ "$status" -eq 3 ] && grep -q 'WEBKIT_INSPECTOR_SERVER is set' "$folder/refused" || { cat "$folder/refused"; echo "C4: a web inspector was not refused (exit $status)"; exit 1; }
status=0
env -u DISPLAY -u WAYLAND_DISPLAY "${run[@]}" 2>"$folder/blind" || status=$?
[ "$status" -eq 1 ] || { cat "$folder/blind"; echo "without a display it must end with 1, not $status"; exit 1; }

Xvfb -displayfd 3 -screen 0 1024x768x24 -nolisten tcp 3>"$folder/display" >/dev/null 2>&1 &
pids+=("$!")
for _ in $(seq 1 100); do [ -s "$folder/display" ] && break; sleep 0.1; done
DISPLAY=:$(cat "$folder/display"); export DISPLAY
dbus-run-session -- "${run[@]}" 2>"$folder/log" &
pids+=("$!")
colours=0
for _ in $(seq 1 60); do
  sleep 1
  import -window root "$folder/shot.png" 2>/dev/null || continue
  colours=$(identify -format %k "$folder/shot.png")
  [ "$colours" -gt 50 ] && break
done
[ "$colours" -gt 50 ] || { cat "$folder/log"; echo "the window shows no page: $colours colours"; exit 1; }
pid=$(pgrep -f "window --hall 127.0.0.1:1 .*$folder/state" | tail -n 1)
kill "$pid"
for _ in $(seq 1 100); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
if kill -0 "$pid" 2>/dev/null; then echo "the kiosk does not stop"; exit 1; fi
! grep -q 'ERROR: AddressSanitizer\|runtime error' "$folder/log" || { cat "$folder/log"; exit 1; }
[ -z "$(find "$folder/state" -type f 2>/dev/null)" ] || { echo "E13: files were left although nothing was enrolled"; exit 1; }
echo "the window shows a page ($colours colours), refuses a web inspector, and stops"
