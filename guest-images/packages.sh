#!/bin/sh
# Installs the Debian packages that the build needs, after naming them.
# usage: packages.sh
set -eu
. "$(dirname "$0")/env.sh"

needed='bc bison cpio e2fsprogs flex gcc gcc-multilib gzip libc6-dev-i386 libelf-dev
linux-source-6.12 lz4 make xz-utils'

missing=
for package in $needed; do
  dpkg-query -W -f '${Status}' "$package" 2> /dev/null | grep -q 'ok installed' ||
    missing="$missing $package"
done
foreign=$(dpkg --print-foreign-architectures | grep -x i386 || true)

root=
[ "$(id -u)" = 0 ] || root=sudo
if [ -z "$foreign" ]; then
  say "adding the i386 architecture to dpkg (for busybox-static:i386, which is unpacked, not installed)"
  $root dpkg --add-architecture i386
fi
say "reading the package lists"
# a mirror in the middle of an update fails here and still has what is needed
$root apt-get -qq update || say "the package lists are not all fresh; going on with what there is"
if [ -z "$missing" ]; then
  say "every needed package is installed"
  exit
fi
say "installing:$missing"
# shellcheck disable=SC2086 # a list of words
DEBIAN_FRONTEND=noninteractive $root apt-get -qq install -y --no-install-recommends $missing > /dev/null
