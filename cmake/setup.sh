#!/usr/bin/env bash
# Installs what the other commands need, from the distribution's packages only. Says what it does; does
# nothing the second time. Debian 12 (bookworm) and Debian 13 (trixie).
#
#   cmake/setup.sh build          compile the programs
#   cmake/setup.sh build window   ... and the kiosk's real window, its fonts and its screenshot
#   cmake/setup.sh build check    ... and everything ./check uses
set -euo pipefail

usage() { sed -n '2,8p' "$0" | sed 's/^# \{0,1\}//'; }

groups=()
for word in "$@"; do
  case "$word" in
    build|window|check|lint) groups+=("$word") ;;
    -h|--help) usage; exit 0 ;;
    *) echo "setup: unknown group '$word'" >&2; usage >&2; exit 2 ;;
  esac
done
[ ${#groups[@]} -gt 0 ] || { usage; exit 2; }

[ -r /etc/os-release ] || { echo "setup: this is not Debian (no /etc/os-release)" >&2; exit 1; }
codename=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
case "$codename" in
  bookworm) boost=1.81 ;;
  trixie)   boost=1.83 ;;
  *) echo "setup: Debian 12 (bookworm) or 13 (trixie) is needed; this is '${codename:-unknown}'." >&2
     echo "       On another system install the packages that '$0' lists by hand; CMake checks the versions." >&2
     exit 1 ;;
esac

packages_of() {
  case "$1" in
    build) echo "clang-19 lld-19 g++ cmake ninja-build pkg-config ccache git libsodium-dev libssl-dev
                 libboost${boost}-dev libboost-json${boost}-dev libsqlcipher-dev libfmt-dev
                 libcli11-dev libpugixml-dev libre2-dev libpango1.0-dev libcairo2-dev librsvg2-dev libyaml-cpp-dev
                 libzip-dev libqrencode-dev libp11-kit-dev libtss2-dev fonts-noto-cjk fonts-texgyre-math openssl" ;;
    window) echo "libwebkitgtk-6.0-dev fonts-noto-cjk fonts-dejavu-core xvfb xauth xdotool imagemagick
                  dbus bubblewrap xdg-dbus-proxy" ;;
    check) echo "libgtest-dev libgmock-dev libbenchmark-dev llvm-19 libclang-rt-19-dev clang-format-19
                 strace python3 softhsm2 swtpm poppler-utils" ;;
    lint) echo "clang-tidy-19" ;;
  esac
}

missing=()
for group in "${groups[@]}"; do
  for package in $(packages_of "$group"); do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
done

# SQLCipher 4.6 is in bookworm-backports; the 3.x/4.5 of bookworm itself lacks what the vault relies on.
sqlcipher_floor=3.46
sqlcipher_is_new_enough() {
  pkg-config --exists "sqlcipher >= $sqlcipher_floor" 2>/dev/null
}
wants_build=no
for group in "${groups[@]}"; do [ "$group" = build ] && wants_build=yes; done
if [ "$wants_build" = yes ] && ! sqlcipher_is_new_enough; then
  case " ${missing[*]-} " in *" libsqlcipher-dev "*) ;; *) missing+=(libsqlcipher-dev) ;; esac
fi

if [ ${#missing[@]} -eq 0 ]; then
  echo "setup: everything for '${groups[*]}' is here already"
else
  if [ "$(id -u)" -eq 0 ]; then as_root=(); elif command -v sudo >/dev/null; then as_root=(sudo); else
    echo "setup: these packages are missing and only root can install them:" >&2
    echo "       ${missing[*]}" >&2
    echo "       Run '$0 ${groups[*]}' as root once, then this command again." >&2
    exit 1
  fi
  if [ "$codename" = bookworm ] && [ "$wants_build" = yes ]; then
    if ! ls /etc/apt/sources.list.d/*backports* >/dev/null 2>&1; then
      uri=$(awk '/^URIs:/ {print $2; exit}' /etc/apt/sources.list.d/debian.sources 2>/dev/null || true)
      [ -n "$uri" ] || uri=$(awk '$1=="deb" && $3 ~ /^bookworm/ {print $2; exit}' /etc/apt/sources.list 2>/dev/null || true)
      [ -n "$uri" ] || { echo "setup: found no bookworm entry in the apt sources to take backports from" >&2; exit 1; }
      echo "setup: adding bookworm-backports (for SQLCipher 4.6 only)"
      printf 'Types: deb\nURIs: %s\nSuites: bookworm-backports\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n' "$uri" |
        "${as_root[@]}" tee /etc/apt/sources.list.d/papervault-backports.sources >/dev/null
    fi
    printf 'Package: libsqlcipher-dev libsqlcipher1 sqlcipher\nPin: release n=bookworm-backports\nPin-Priority: 700\n' |
      "${as_root[@]}" tee /etc/apt/preferences.d/papervault-sqlcipher >/dev/null
  fi
  echo "setup: installing ${#missing[@]} packages: ${missing[*]}"
  "${as_root[@]}" apt-get -q update >/dev/null
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y install --no-install-recommends "${missing[@]}" |
    grep -E '^(Setting up|E:)' | sed -n '1~25p' || true
  for package in "${missing[@]}"; do
    dpkg-query -W -f='${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed ||
      { echo "setup: '$package' could not be installed; run 'apt-get install $package' to see why" >&2; exit 1; }
  done
  echo "setup: done"
fi

if [ "$wants_build" = yes ] && ! sqlcipher_is_new_enough; then
  echo "setup: SQLCipher 4.6 (SQLite $sqlcipher_floor) or newer is needed, found $(pkg-config --modversion sqlcipher 2>/dev/null || echo none)." >&2
  echo "       On Debian 12: apt-get install -t bookworm-backports libsqlcipher-dev" >&2
  exit 1
fi
