#!/bin/sh
# Installs the Debian packages that the build needs, after naming them.
# usage: packages.sh
set -eu
. "$(dirname "$0")/env.sh"

foreign=$(dpkg --print-foreign-architectures | grep -x i386 || true)
if [ -z "$foreign" ]; then
  say "adding the i386 architecture to dpkg (for busybox-static:i386, which is unpacked, not installed)"
  as_root dpkg --add-architecture i386
fi
update_lists
install_packages bc bison cpio e2fsprogs flex gcc gcc-multilib gzip libc6-dev-i386 libelf-dev \
  linux-source-6.12 lz4 make xz-utils
say "every needed package is installed"
