#!/bin/sh
# deps.sh PACKAGE=PROOF…: installs the Debian packages that are missing. A package counts as there when
# its proof is: a pkg-config module, a command, a file, or the package itself.
set -eu

is_there() { # package proof
    case $2 in
    /*) [ -e "$2" ] && return 0 ;;
    esac
    command -v "$2" >/dev/null 2>&1 && return 0
    command -v pkg-config >/dev/null 2>&1 && pkg-config --exists "$2" 2>/dev/null && return 0
    dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q 'install ok installed'
}

missing=
for pair in "$@"; do
    package=${pair%%=*}
    is_there "$package" "${pair#*=}" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "These are missing, by their Debian names:$missing" >&2
    echo "This system has no apt-get: install its own packages for them, then run make again." >&2
    exit 1
fi
sudo=
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "Not root and no sudo. As root: apt-get install$missing" >&2
        exit 1
    }
    sudo=sudo
fi
echo "Installing:$missing"
install() {
    # shellcheck disable=SC2086
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}
install || { $sudo apt-get update -qq && install; }
