#!/bin/sh
# Prepares what modules for the kernel of this folder are built in: Linux's headers, the kernel's
# configuration, and the list of what it exports. Does nothing when that is there.
# usage: module-tree.sh TREE VERSION   VERSION of Debian's linux-source-6.12
set -eu
self=guest:module
export self
. "$(dirname "$0")/env.sh"
tree=$1
wanted=$2
kernel=$images/modules/kernel.txt

if [ -f "$tree/viommu" ] && cmp -s "$tree/viommu" "$kernel"; then
  exit
fi

# what is there is removed: it has to be a tree of this script
[ -f "$tree/viommu" ] || [ -z "$(ls -A "$tree" 2> /dev/null)" ] ||
  die "$tree holds other files: name a new or an empty folder for the kernel's headers"
if ! dpkg-query -W linux-source-6.12 > /dev/null 2>&1; then
  update_lists
fi
install_packages bc bison flex gcc libc6-dev linux-source-6.12 make xz-utils
found=$(dpkg-query -W -f '${Version}' linux-source-6.12)
[ "$found" = "$wanted" ] || die "the kernel of guest-images was built from linux-source-6.12 $wanted, and $found is installed.
Either install the other from https://snapshot.debian.org/package/linux-6.12/$wanted/ (linux-source-6.12_${wanted}_all.deb),
or build a kernel from the one you have: npm run guest:build"

say "the first build: Linux's headers are prepared in $tree"
rm -rf "$tree"
mkdir -p "$tree"
: > "$tree/viommu" # ours, and not whole yet
trap 'rm -rf "$tree"' EXIT
# a tenth of the sources is enough: headers, build files, what generates headers
top=linux-source-6.12
tar -xf /usr/src/linux-source-6.12.tar.xz -C "$tree" --strip-components=1 --wildcards \
  '*/Makefile*' '*/Kbuild*' '*/Kconfig*' "$top/include" "$top/scripts" "$top/arch/x86" "$top/tools/include" \
  "$top/kernel/configs" "$top/kernel/bounds.c" "$top/kernel/time/timeconst.bc"
configure_kernel "$tree" "$tree"
make -s -C "$tree" ARCH=i386 -j"$(nproc)" modules_prepare > "$tree/prepare.log" 2>&1 ||
  die "Linux's headers could not be prepared: $(tail -n 3 "$tree/prepare.log")"
[ "$(option_digest "$tree/.config")" = "$(sed -n 's/^options //p' "$kernel")" ] ||
  die "this compiler ($(gcc --version | head -n 1)) makes another configuration of the kernel than that of guest-images:
use Debian 12's gcc, or build the kernel with yours: npm run guest:build"
gzip -dc "$images/modules/exports.gz" > "$tree/Module.symvers"
cp "$kernel" "$tree/viommu"
trap - EXIT
say "prepared, $(du -sm "$tree" | cut -f 1) MB; remove the folder when you need it no more"
