# The kiosk's real window for ./demo: sourced, not run. Uses the display that is there, else a virtual one, and types like a candidate.
# Expects: bin, site, logs, run, hall_port, enrol_port, pids, say, note, fail, ctl, field.

window_start() { # $1 seat
  if [ -z "${DISPLAY:-}" ]; then
    local ready=$logs/display
    : >"$ready"
    Xvfb -displayfd 3 -screen 0 1280x800x24 -nolisten tcp 3>"$ready" >"$logs/xvfb.log" 2>&1 &
    pids+=("$!")
    for _ in $(seq 1 50); do [ -s "$ready" ] && break; sleep 0.1; done
    [ -s "$ready" ] || fail "no virtual display (is xvfb installed?)"
    DISPLAY=:$(cat "$ready")
    export DISPLAY
    note "没有显示器，使用虚拟显示 $DISPLAY no display here: a virtual one is used"
  fi
  GSK_RENDERER=cairo GDK_DEBUG=gl-disable LIBGL_ALWAYS_SOFTWARE=1 NO_AT_BRIDGE=1 TZ=${TZ:-Asia/Shanghai} \
    dbus-run-session -- "$bin/papervault-kiosk" window --hall "127.0.0.1:$hall_port" --enrol "127.0.0.1:$enrol_port" --seat "$1" \
    --state "$site/kiosk-window" --allow-findings >"$logs/kiosk-window.log" 2>&1 &
  window_pid=$!
  pids+=("$window_pid")
}

window_confirm() { # $1 seat: the invigilator types the code that the window shows
  local code=
  for _ in $(seq 1 150); do
    code=$(grep -o 'enrolment code [0-9A-Z-]*' "$logs/kiosk-window.log" | tail -n 1 | cut -d' ' -f3 || true)
    [ -n "$code" ] && break
    kill -0 "$window_pid" 2>/dev/null || { tail -n 5 "$logs/kiosk-window.log"; fail "the kiosk's window did not start (its sandbox can't be made in a chroot); ./demo --no-browser does without it"; }
    sleep 0.1
  done
  [ -n "$code" ] || fail "the kiosk's window shows no enrolment code"
  ctl confirm --seat "$1" --code "$code" >>"$logs/ctl.log" 2>&1 || { tail -n 5 "$logs/ctl.log"; fail "confirming the window's seat"; }
  note "$1 号机（真实窗口）登记码 $code seat $1 is a real window"
}

window_shot() { # $1 name
  import -window root "$run/$1.png" 2>>"$logs/xvfb.log" || note "no screenshot $1"
}

window_key() { xdotool key --clearmodifiers "$@" 2>>"$logs/xdotool.log" || true; }
window_type() { xdotool type --delay 25 "$1" 2>>"$logs/xdotool.log" || true; }

window_sign_in() { # $1 roster, $2 seat
  local ticket tail
  IFS=, read -r ticket _ tail _ < <(grep ",$2\$" "$1")
  xdotool mousemove 640 300 2>/dev/null || true
  sleep 1
  window_type "$ticket"; window_key Tab; window_type "$tail"; window_key Return
  sleep 1
  window_shot kiosk-identity
  window_key Return # "正确，确认" has the focus
  sleep 0.5
  window_shot kiosk-waiting
}

window_answer() { # some items by keyboard, then the picture
  sleep 2.5
  local n
  for n in 1 2 3 4 1 2; do window_key "$n"; sleep 0.15; window_key Right; sleep 0.15; done
  window_key m
  window_key 3
  sleep 0.8
  window_shot kiosk
}

window_stop() {
  kill "$window_pid" 2>/dev/null || true
  wait "$window_pid" 2>/dev/null || true
}
