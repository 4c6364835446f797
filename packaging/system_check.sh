#!/usr/bin/env bash
# What the program needs from the operating system, and how to get it. Called by make.
#
#   system_check.sh python   print an interpreter that is new enough, or say why there is none
#   system_check.sh test     check what the tests need: they draw offscreen
#   system_check.sh run      the same, and what a window on a real screen needs
#
# On Debian and its children as root it installs what is missing; elsewhere it says what to install.
set -u

say() { printf '%s\n' "$*" >&2; }

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    local candidate
    if [ -n "${PYTHON:-}" ]; then
        if new_enough "$PYTHON"; then printf '%s\n' "$PYTHON"; return 0; fi
        say "PYTHON=$PYTHON is $("$PYTHON" --version 2>&1 | head -n 1); VTuber Studio needs Python 3.11 or newer."
        return 1
    fi
    for candidate in python3 python3.13 python3.12 python3.11 python; do
        if new_enough "$candidate"; then printf '%s\n' "$candidate"; return 0; fi
    done
    say "No Python 3.11 or newer was found (python3 is: $(python3 --version 2>&1 | head -n 1))."
    say "Install one (https://www.python.org/downloads/) and say which: make PYTHON=/path/to/python3.11 run"
    return 1
}

is_debian() { command -v apt-get >/dev/null 2>&1 && [ -e /etc/debian_version ]; }

# soname and Debian package; Qt and Skia link to these even when they draw offscreen
needed_always='
libEGL.so.1 libegl1
libGL.so.1 libgl1
libX11.so.6 libx11-6
libdbus-1.so.3 libdbus-1-3
libexpat.so.1 libexpat1
libfontconfig.so.1 libfontconfig1
libfreetype.so.6 libfreetype6
libglib-2.0.so.0 libglib2.0-0
libxkbcommon.so.0 libxkbcommon0
libz.so.1 zlib1g
libzstd.so.1 libzstd1
'

# Qt's xcb platform plugin
needed_by_xcb='
libX11-xcb.so.1 libx11-xcb1
libxcb.so.1 libxcb1
libxcb-cursor.so.0 libxcb-cursor0
libxcb-icccm.so.4 libxcb-icccm4
libxcb-image.so.0 libxcb-image0
libxcb-keysyms.so.1 libxcb-keysyms1
libxcb-randr.so.0 libxcb-randr0
libxcb-render.so.0 libxcb-render0
libxcb-render-util.so.0 libxcb-render-util0
libxcb-shape.so.0 libxcb-shape0
libxcb-shm.so.0 libxcb-shm0
libxcb-sync.so.1 libxcb-sync1
libxcb-util.so.1 libxcb-util1
libxcb-xfixes.so.0 libxcb-xfixes0
libxcb-xkb.so.1 libxcb-xkb1
libxkbcommon-x11.so.0 libxkbcommon-x11-0
'

# Prints "soname package" for each library the dynamic loader cannot open.
missing_libraries() {
    "$python" - "$1" <<'PYTHON_END'
import ctypes, sys
for line in sys.argv[1].split("\n"):
    if line:
        try:
            ctypes.CDLL(line.split()[0])
        except OSError:
            print(line)
PYTHON_END
}

collect_missing() {
    missing=''
    [ "$(uname -s)" = Linux ] || return 0
    local wanted="$needed_always"
    if [ "$1" = run ]; then
        case "${QT_QPA_PLATFORM:-xcb}" in xcb*) wanted="$wanted$needed_by_xcb" ;; esac
    fi
    missing="$(missing_libraries "$wanted")"
    if ! "$python" -c 'import ensurepip, venv' >/dev/null 2>&1; then
        local version
        version="$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')"
        missing="$missing${missing:+$'\n'}the_Python_module_ensurepip python$version-venv"
    fi
}

apt_install() {
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y --no-install-recommends "$@" </dev/null >&2 && return 0
    apt-get update </dev/null >&2 && apt-get install -y --no-install-recommends "$@" </dev/null >&2
}

check() {
    [ "${SYSTEM_CHECK:-1}" = 0 ] && return 0
    collect_missing "$1"
    [ -z "$missing" ] && return 0
    local packages
    packages="$(printf '%s\n' "$missing" | cut -d' ' -f2 | sort -u | tr '\n' ' ')"
    say "Missing on this system:"
    printf '%s\n' "$missing" | cut -d' ' -f1 | tr _ ' ' | sed 's/^/  /' >&2
    if is_debian && [ "$(id -u)" = 0 ]; then
        say "Installing: $packages"
        # shellcheck disable=SC2086
        apt_install $packages || { say "That failed. Try: apt-get update && apt-get install $packages"; return 1; }
        collect_missing "$1"
        [ -z "$missing" ] && return 0
        say "Still missing after the installation:"
        printf '%s\n' "$missing" | cut -d' ' -f1 | tr _ ' ' | sed 's/^/  /' >&2
        return 1
    elif is_debian; then
        say "Install them with:"
        say "  sudo apt-get install $packages"
    else
        say "Install them with your system's package manager (Debian calls the packages: $packages)."
        command -v dnf >/dev/null 2>&1 && say "  dnf provides '*/NAME' tells which package has a file."
        command -v pacman >/dev/null 2>&1 && say "  pacman -F NAME tells which package has a file."
    fi
    say "(SYSTEM_CHECK=0 skips this check.)"
    return 1
}

python="$(find_python)" || exit 1
case "${1:-}" in
    python) printf '%s\n' "$python" ;;
    run | test) check "$1" ;;
    *) say "usage: system_check.sh python|test|run"; exit 2 ;;
esac
