#!/bin/sh
# Puts a pinned schemata binary on the PATH of a CI job: install.sh URL SHA256 FOLDER
# Refuses a file whose digest is another one; leaves nothing behind then.
set -eu
url=$1 want=$2 folder=$3
mkdir -p "$folder"
part=$(mktemp "$folder/schemata.XXXXXX")
trap 'rm -f "$part"' EXIT
curl --fail --silent --show-error --location --retry 3 --output "$part" "$url"
got=$(sha256sum "$part" | cut -d ' ' -f 1)
if [ "$got" != "$want" ]; then
    echo "install.sh: $url has SHA-256 $got, not $want" >&2
    exit 2
fi
chmod 755 "$part"
mv "$part" "$folder/schemata"
trap - EXIT
"$folder/schemata" version
