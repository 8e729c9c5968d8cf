#!/bin/sh
# Builds every image of this folder from Debian 12 packages (npm run guest:build).
# usage: build.sh [OUTDIR]   VIOMMU_BUILD_DIR=dir keeps the work files there
set -eu
here=$(dirname "$0")
. "$here/env.sh"
out=${1:-$images}

. /etc/os-release
[ "${ID-}-${VERSION_ID-}" = debian-12 ] ||
  say "this is ${PRETTY_NAME-not Debian}: only Debian 12 gives the checksums of SHA256SUMS"

"$here/packages.sh"
if [ -n "${VIOMMU_BUILD_DIR-}" ]; then
  work=$VIOMMU_BUILD_DIR
  mkdir -p "$work"
else
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
fi
work=$(cd "$work" && pwd)
mkdir -p "$out" "$work/plain"
out=$(cd "$out" && pwd)

"$here/kernel.sh" "$work" "$work/plain"
"$here/symbols.sh" "$work/plain"
"$here/modules.sh" "$work" "$out/modules"
"$here/rootfs.sh" "$work" "$work/plain"
"$here/disk.sh" "$work" "$work/plain"
"$here/firmware.sh" "$work" "$work/plain"
"$here/manifest.sh" "$work" "$work/plain" "$out"
say "done: $out/images.json"
