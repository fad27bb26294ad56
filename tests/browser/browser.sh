#!/bin/sh
# Opens pages in a real browser, for tests: browser.sh check PAGE.html OUT NODE_FOLDER [VIEW] | install NODE_FOLDER.
#
# `check` writes screenshots of the page into OUT and what is wrong with it to stdout, one line each; see check.mjs. It
# needs Chromium, Node and the packages of package-lock.json, which go into NODE_FOLDER; as root, what is missing of the
# first two comes from apt-get. Exit code 1: something is wrong with the page. 3: there is no browser and none can be
# installed here.
set -eu

here=$(cd "$(dirname "$0")" && pwd)

say() { echo "browser.sh: $*" >&2; }

# Debian's name first, then those of other systems.
browser() {
    for name in "${AFFEKT_BROWSER:-}" chromium chromium-browser google-chrome-stable google-chrome; do
        [ -n "$name" ] && command -v "$name" && return 0
    done
    return 1
}

# The packages need Node 18.
node_and_npm() {
    command -v npm >/dev/null && node -e 'process.exit(Number.parseInt(process.versions.node) >= 18 ? 0 : 1)' 2>/dev/null
}

there() { browser >/dev/null && node_and_npm; }

install() {
    if ! there; then
        if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
            say "no Chromium, Node 18 and npm here, and no root or apt-get to install them"
            return 3
        fi
        export DEBIAN_FRONTEND=noninteractive
        # Only what is missing: a Node of another source is at odds with Debian's npm.
        missing=fonts-dejavu-core
        browser >/dev/null || missing="$missing chromium"
        node_and_npm || missing="$missing nodejs npm"
        # Tests begin together; apt-get refuses whoever comes second.
        { exec 9>"${TMPDIR:-/tmp}/affekt-apt.lock" && flock -w 240 9; } 2>/dev/null || {
            say "another script is installing"
            return 3
        }
        # shellcheck disable=SC2086 # a list of packages
        there || { apt-get update -qq && apt-get install -y -qq --no-install-recommends $missing; } >/dev/null 2>&1 || {
            say "apt-get could not install $missing"
            return 3
        }
        exec 9>&-
        there || {
            say "what apt-get installed is too old"
            return 3
        }
    fi
    if ! cmp -s "$here/package-lock.json" "$1/package-lock.json" || [ ! -e "$1/node_modules/.package-lock.json" ]; then
        mkdir -p "$1"
        # npm writes the second file when it is done: an installation that was cut short is made again.
        rm -rf "$1/node_modules"
        cp "$here/package.json" "$here/package-lock.json" "$1/"
        (cd "$1" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) >"$1/npm.log" 2>&1 || {
            say "npm could not install the packages of tests/browser/package-lock.json; see $1/npm.log"
            return 3
        }
    fi
}

case ${1:-} in
install) install "$2" ;;
check)
    install "$4"
    mkdir -p "$3"
    cp "$here/check.mjs" "$4/"
    BROWSER=$(browser) exec node "$4/check.mjs" "$2" "$3" "${5:-}"
    ;;
*)
    say "usage: browser.sh check PAGE.html OUT NODE_FOLDER [VIEW] | install NODE_FOLDER"
    exit 2
    ;;
esac
